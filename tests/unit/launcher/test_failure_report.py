"""The end of a run in words: what is alike is folded, and what an end itself caused is no cause."""

from __future__ import annotations

import json

import pytest

from checks.model import Job, Node
from launcher import cli
from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.run_end import read_run_end, without_consequences
from launcher.plan.plan import PlanInputs, make_plan
from launcher.run.failure_report import describe_failure, fold_failures
from launcher.run.messages import OutputChunk, RankEnded
from launcher.run.state import RunState

PEER_LOST = (
    "0: [rank0]: RuntimeError: [gloo/transport/tcp/pair.cc:553] Connection closed by peer "
    "[10.0.0.2]:48272. This is typically caused by a remote worker crashing."
)
TRACE = ("0: Traceback (most recent call last):", '0:   File "train.py", line 3, in <module>')
INTERRUPTED = "\n".join([*TRACE, "0:     train()", "0: KeyboardInterrupt"])
FULL = "\n".join([*TRACE, "0:     save()", "0: OSError: [Errno 28] No space left on device"])

BUILD = "\n".join(
    [
        *(*TRACE, "0:     run(['ninja', '-v'])"),
        "0: subprocess.CalledProcessError: Command '['ninja', '-v']' returned non-zero exit status "
        "130.",
        *("0: ", "0: The above exception was the direct cause of the following exception:", "0: "),
        *(*TRACE, "0:     raise RuntimeError(message) from e"),
        "0: RuntimeError: Error building extension 'slow_op': ninja: build stopped: interrupted by "
        "user.",
    ]
)


def test_ranks_that_failed_alike_are_one_line():
    failures = [
        "rank 3 on node2 failed: exit 1",
        "node3 was lost: no message for 20 s",
        "rank 0 on node1 failed: exit 1",
        "rank 2 on node2 failed: killed by SIGABRT",
    ]
    assert fold_failures(failures) == [
        "ranks 0 and 3 failed: exit 1",
        "node3 was lost: no message for 20 s",
        "rank 2 on node2 failed: killed by SIGABRT",
    ]


@pytest.fixture
def recorded(tmp_path):
    """A run's directory with that log and result."""

    def make(log, **result):
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs" / "node1.log").write_text(f"{log}\n")
        (tmp_path / "controller.json").write_text("{}")
        (tmp_path / "result.json").write_text(json.dumps(result))
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("log", "ended", "remains"),
    [
        (PEER_LOST, True, False),
        (INTERRUPTED, True, False),
        (FULL, True, True),
        (BUILD, True, False),
        (BUILD, False, True),
        (PEER_LOST, False, True),
        (INTERRUPTED, False, True),
    ],
    ids=[
        *("peer", "interrupt", "a failure of its own", "build", "build that nobody ended"),
        *("nobody ended it", "one rank interrupted"),
    ],
)
def test_what_the_launchers_end_of_a_run_caused_is_no_failure(recorded, log, ended, remains):
    path = recorded(log, ended_by_launcher=ended)
    verdict = diagnose_logs([path])[1]
    assert verdict.cause
    assert bool(without_consequences(verdict, read_run_end([path])).cause) == remains


def test_a_log_that_is_no_runs_has_no_end(tmp_path):
    log = tmp_path / "train.log"
    log.write_text(f"{PEER_LOST}\n")
    assert not read_run_end([log]).ended_by_launcher


ERROR = (
    "Traceback (most recent call last):\n"
    '  File "train.py", line 3, in <module>\n'
    "    train()\n"
    "ValueError: bad sample 17\n"
)
NATIVE = "terminate called after throwing an instance of 'gloo::EnforceNotMet'\n"
UNEQUAL = (
    "train_batch_size is not equal to micro_batch_per_gpu * gradient_acc_step * world_size "
    "16 != 4 * 1 * 1"
)
TRIPLE = ERROR.replace("ValueError: bad sample 17", f"AssertionError: Check batch: {UNEQUAL}")
SEPARATE = "2 ranks were planned to train together, and are not seen to:\n  ranks 0 and 1 saw …"


@pytest.fixture
def failed(tmp_path):
    """The report on two ranks that printed that, one after the other, and then ended with that."""

    def report(printed, ended, separation="", late=()):
        job = Job((Node("node1", 1), Node("node2", 1)), "node1", command=("train.py",))
        plan = make_plan(job, PlanInputs({"node1": 1, "node2": 1}, "10.0.0.1", {}), "token")
        (tmp_path / "logs").mkdir()
        (tmp_path / "controller.json").write_text("{}")

        def log(node, source, lines):
            with (tmp_path / "logs" / f"{node}.log").open("a") as file:
                file.writelines(f"{source.removeprefix('rank')}: {line}\n" for line in lines)

        state = RunState(plan, log)
        for rank, text in printed:
            state.take(OutputChunk(f"rank{rank}", text.encode()), f"node{rank + 1}")
        for rank, code in ended:
            state.take(RankEnded(rank, code), f"node{rank + 1}")
        for rank, text in late:
            state.take(OutputChunk(f"rank{rank}", text.encode()), f"node{rank + 1}")
        return describe_failure(state, state.failure, tmp_path, "", separation)

    return report


@pytest.mark.parametrize(
    ("printed", "first", "followed"),
    [
        (
            [(0, ERROR), (1, NATIVE)],
            "rank 0 on node1 failed: ValueError: bad sample 17",
            "rank 1 on node2 failed: killed by SIGABRT",
        ),
        ([(0, f"{ERROR}step 4 loss 2.5\n")], "rank 1 on node2 failed: killed by SIGABRT", ""),
        ([(0, ERROR), (1, ERROR)], "rank 1 on node2 failed: killed by SIGABRT", ""),
        ([(0, "step 1 loss 2.5\n")], "rank 1 on node2 failed: killed by SIGABRT", ""),
    ],
    ids=["first", "went on", "both", "no error"],
)
def test_the_rank_whose_error_came_first_is_the_headline(failed, printed, first, followed):
    report = failed(printed, [(1, -6)])
    headline, *rest = report.story.splitlines()
    assert headline.startswith(first)
    assert report.brief.startswith(("first failure: ", headline))
    assert ("after that:" in rest) == bool(followed)
    assert any(line.strip().startswith(followed) for line in rest)
    assert "NCCL" not in report.text


def test_an_error_that_came_after_the_first_end_is_not_the_headline(failed):
    report = failed([], [(1, -9)], late=[(0, ERROR)])
    assert report.story.startswith("rank 1 on node2 failed: killed by SIGKILL")


@pytest.mark.parametrize(("code", "said"), [(-6, True), (-9, False)])
def test_an_abort_at_the_end_of_a_script_is_told_from_one_that_nobody_explains(failed, code, said):
    """As rank 0 of a Trainer on gloo ended after its last step, four ranks, torch 2.13."""
    report = failed([(1, "terminate called without an active exception\n")], [(1, code)])
    assert ("destroy_process_group()" in report.cause) == said
    assert ("without a word" in report.cause) != said


LAUNCHER_GONE = "pdsh@node1: node2: ssh exited with exit code 255\n"


@pytest.mark.parametrize(
    ("code", "name", "advice"),
    [
        (-9, "killed by SIGKILL", "killed process|out of memory"),
        (137, "exit 137 (SIGKILL", "killed process|out of memory"),
        (-7, "killed by SIGBUS", "df -h /dev/shm"),
        (-11, "killed by SIGSEGV", "PYTHONFAULTHANDLER=1"),
        (-15, "killed by SIGTERM", "whoever sent it"),
    ],
)
def test_a_signal_is_the_cause_of_what_others_print_of_a_peer_that_is_gone(
    failed, tmp_path, capsys, code, name, advice
):
    lost = PEER_LOST.removeprefix("0: ") + "\n" + LAUNCHER_GONE
    report = failed([], [(1, code)], late=[(0, lost)])
    assert report.cause.startswith(f"first failure: rank 1 on node2 failed: {name}")
    assert advice in report.cause.splitlines()[-1]
    assert "pdsh-ssh-exit" not in report.cause
    because = report.story.splitlines()[0]
    (tmp_path / "result.json").write_text(json.dumps({"ended_because": because}))
    assert cli.main(["diagnose", str(tmp_path)]) == 0
    assert capsys.readouterr().out.rstrip() == report.cause


def test_a_signal_after_an_error_of_its_own_is_not_the_cause(failed):
    report = failed([(1, TRIPLE)], [(1, -9)])
    assert report.cause.startswith("× batch-triple")


def test_a_number_of_ranks_that_is_wrong_follows_from_separate_ranks(failed, tmp_path, capsys):
    alone = "".join(f"[rank0]: {line}\n" for line in TRIPLE.splitlines())
    report = failed([(0, alone), (1, alone)], [(1, 1)], SEPARATE)
    assert report.story.startswith("rank 1 on node2 failed: exit 1"), "not rank 0 of its own world"
    assert report.separation == SEPARATE
    assert report.cause.endswith(f" follows from this:\n{SEPARATE}")
    assert "fix  " not in report.cause
    (tmp_path / "result.json").write_text(json.dumps({"separation": SEPARATE}))
    ended = {"node": "node2", "kind": "rank-ended", "rank": 1, "code": 1, "at": 1.0}
    (tmp_path / "ranks.jsonl").write_text(f"{json.dumps(ended)}\n")
    assert cli.main(["diagnose", str(tmp_path)]) == 0
    assert capsys.readouterr().out.rstrip() == report.cause


@pytest.mark.parametrize(("printed", "separation"), [(TRIPLE, ""), (ERROR, SEPARATE)])
def test_what_does_not_follow_from_separate_ranks_keeps_its_own_cause(failed, printed, separation):
    report = failed([(0, printed), (1, printed)], [(1, 1)], separation)
    assert report.separation == ""
    assert "follows from this" not in report.cause
    assert (SEPARATE.splitlines()[0] in report.story) == bool(separation)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            ["start", "--sync", "--", "train.py", "--lr", "1"],
            "launcher start --sync -- train.py --lr 1",
        ),
        (["start"], "-m launcher start"),
        ([], "-k batch-sizes-agree"),
    ],
)
def test_what_depends_on_the_script_is_checked_by_the_start_that_was_typed(
    failed, tmp_path, monkeypatch, typed, expected
):
    monkeypatch.setattr("sys.orig_argv", ["python", "-m", "launcher", "start"])
    (tmp_path / "plan.json").write_text(json.dumps({"typed": typed}))
    report = failed([(0, TRIPLE), (1, TRIPLE)], [(1, 1)])
    line = next(line for line in report.cause.splitlines() if line.startswith("next "))
    assert line.endswith(expected)


USAGE = "usage: train.py [-h] [--lr LR]\ntrain.py: error: "


@pytest.mark.parametrize(
    ("printed", "code", "of_usage"),
    [
        (f"{USAGE}unrecognized arguments: --lt 3", 2, True),
        (f"{USAGE}argument --lr: invalid float value: 'x'", 2, True),
        (f"{USAGE}--lr and --warmup go together", 2, True),
        ("Usage: train.py [OPTIONS]\nError: No such option: --lt", 2, True),
        (f"{USAGE}--lr and --warmup go together", 1, False),
        ("python: can't open file 'train.py'", 2, False),
        (ERROR, 1, False),
        (TRIPLE, 1, False),
    ],
)
def test_what_the_program_refuses_of_the_command_is_no_nodes_fault(failed, printed, code, of_usage):
    assert failed([(0, printed), (1, printed)], [(1, code)]).of_usage is of_usage
