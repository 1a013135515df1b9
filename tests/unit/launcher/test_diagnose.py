"""Logs of whole runs, as launchers leave them: what was first, where, and no false alarm."""

from __future__ import annotations

import pytest

from launcher import cli
from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.render import render_diagnosis
from tests.support.paths import RECORDED
from tests.support.verdicts import OOM, REFUSED, STEPS, diagnosis_of, failure_id, write

LOGS = RECORDED / "logs"
RESET = "ConnectionResetError: [Errno 104] Connection reset by peer\n"


@pytest.mark.parametrize("path", sorted(LOGS.glob("healthy-*.log")), ids=lambda path: path.stem)
def test_a_healthy_log_alarms_nobody(path, capsys):
    evidence, verdict = diagnose_logs([path])
    assert verdict.cause is None
    shown = render_diagnosis(verdict, evidence)
    assert shown.startswith(("No known failure was found", "No failure was found"))
    assert cli.main(["diagnose", str(path)]) == 1


def test_the_node_that_ran_out_of_memory_is_named_not_those_that_waited(capsys):
    path = LOGS / "oom-on-one-node.log"
    assert cli.main(["diagnose", str(path)]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == "× cuda-oom: worker"
    assert f"{path}:11: torch.OutOfMemoryError" in rest[0]
    assert any(
        line.startswith("next") and " -m preflight --hosts hosts.txt -k " in line for line in rest
    )
    above = next(line for line in rest if line.startswith("above  "))
    assert above.startswith(f"above  rank 0 on head: nccl-watchdog-timeout ({path}:5): ")
    assert "Watchdog caught collective operation timeout" in above
    followed = next(line for line in rest if line.startswith("then   "))
    assert followed.startswith(f"then   worker: pdsh-ssh-exit ({path}:13): pdsh@head: worker: ssh")


def test_an_unknown_error_is_shown_with_rank_and_node_and_exits_1(capsys):
    assert cli.main(["diagnose", str(LOGS / "unknown-error.log")]) == 1
    out = capsys.readouterr().out
    assert out.startswith("No known failure was found. The first error is of rank 3 on node2")
    assert "  KeyError: 'labels'" in out
    assert 'File "/data/run/train.py", line 12, in <module>' in out


def test_the_rank_that_lags_is_told():
    _, verdict = diagnose_logs([LOGS / "laggard.log"])
    assert verdict.laggards == "rank 2 is behind: collective 41, others are at 57"
    assert failure_id(verdict) == "nccl-watchdog-timeout"


def test_time_decides_between_nodes(tmp_path):
    early = "[2026-11-21 08:00:01,000] [INFO] x\n" + REFUSED
    late = "[2026-11-21 08:00:09,000] [INFO] x\n" + OOM
    assert failure_id(diagnosis_of(tmp_path, late, early)) == "ssh-refused"
    assert failure_id(diagnosis_of(tmp_path, early, late)) == "ssh-refused"


def test_without_time_a_root_goes_before_a_symptom(tmp_path):
    assert failure_id(diagnosis_of(tmp_path, RESET, OOM)) == "cuda-oom"


def test_a_ranks_own_error_goes_before_the_others_complaints(tmp_path):
    text = "[rank1]: Traceback (most recent call last):\n[rank1]: " + RESET
    text += "[rank0]: Traceback (most recent call last):\n[rank0]: ValueError: bad batch\n"
    verdict = diagnosis_of(tmp_path, text)
    assert verdict.known is None
    assert verdict.cause.error == "ValueError: bad batch"
    assert verdict.cause.first.place.rank == 0


def test_tracebacks_of_mixed_ranks_are_put_together(tmp_path):
    head = ["Traceback (most recent call last):", '  File "a.py", line 1']
    ranks = [[*head, f"    f({rank})", f"E{rank}Error: {rank}"] for rank in (0, 1)]
    pairs = zip(*ranks, strict=True)
    text = "".join(f"[rank{at}]: {entry}\n" for pair in pairs for at, entry in enumerate(pair))
    evidence = diagnose_logs([write(tmp_path / "x.log", text)])[0]
    shown = {trace.first.place.rank: trace.lines for (trace,) in evidence.traces.by_place.values()}
    assert shown == dict(enumerate(ranks))


def test_what_a_run_survived_is_no_failure(tmp_path):
    handled = "Traceback (most recent call last):\nValueError: retrying\n"
    assert diagnosis_of(tmp_path, handled + STEPS).cause is None
    assert diagnosis_of(tmp_path, STEPS + handled).cause is not None


def test_a_warning_counts_only_where_no_step_follows(tmp_path):
    warning = "node1:1:2 [0] NCCL INFO NET/Socket : Using [0]br-12:172.19.0.1<0>\n"
    assert failure_id(diagnosis_of(tmp_path, warning)) == "nccl-virtual-if-used"
    assert failure_id(diagnosis_of(tmp_path, warning + STEPS)) is None


def test_a_last_line_before_silence_counts_only_at_the_end(tmp_path):
    build = "Using /home/u/.cache/torch_extensions/py311 as PyTorch extensions root...\n"
    assert failure_id(diagnosis_of(tmp_path, build)) == "jit-build-stall"
    assert failure_id(diagnosis_of(tmp_path, build + "other words\n" * 50)) is None


LIMIT = (
    "slurmstepd: error: *** JOB 3 ON n1 CANCELLED AT 2026-11-20T12:10:18 DUE TO TIME LIMIT ***\n"
)


@pytest.mark.parametrize(
    ("before", "name", "stood_still"),
    [
        ("2026-11-20 12:09:00 step 7 loss 2.1\n", "slurm-time-limit", False),
        ("2026-11-20 08:09:00 step 7 loss 2.1\n", "slurm-time-limit", True),
        ("2026-11-20 08:09:00 a\na bar without a time\n", "slurm-time-limit", False),
        ("Using /c/torch_extensions as PyTorch extensions root...\n", "jit-build-stall", False),
        (f"Using /c/torch_extensions as PyTorch extensions root...\n{STEPS}", None, False),
    ],
)
def test_a_run_that_stood_still_was_not_too_long(tmp_path, capsys, before, name, stood_still):
    log = tmp_path / "a.log"
    log.write_text(before + LIMIT)
    cli.main(["diagnose", str(log)])
    shown = capsys.readouterr().out
    assert f" {name or 'slurm-time-limit'}" in shown.splitlines()[0]
    assert ("the run stood still" in shown) is stood_still


@pytest.mark.parametrize(
    ("end", "is_said"),
    [
        ("[rank0] done\n", True),
        ("✓ Job finished (status: SUCCEEDED).\n", True),
        ("job state: JOB_STATE_SUCCEEDED, failures=0, exit 0\n", True),
        ("MPI_Finalize done, wall 512.2 s\n", True),
        ("all checks passed: 18 passed, 0 failed, 0 errors\n", True),
        ("Test Passed!\n", True),
        ("tokenization done\n", False),
        ("not finished\n", False),
        ("loading the checkpoint completed\n", False),
        ("rank 3 initialised\n", False),
    ],
)
def test_whether_a_run_is_over_is_read_from_its_last_lines(tmp_path, capsys, end, is_said):
    log = tmp_path / "a.log"
    log.write_text("loss 2.1\n" + end)
    cli.main(["diagnose", str(log)])
    assert ("do not say that the run is over" in capsys.readouterr().out) is not is_said


def test_epochs_with_numbers_show_that_a_run_went_on(tmp_path):
    warning = "ib_iface.c:1 UCX  ERROR ibv_create_cq(cqe=4096) failed: Cannot allocate memory : "
    warning += "Please set max locked memory (ulimit -l) to 'unlimited' (current: 64 kbytes)\n"
    epochs = "".join(f"epoch {at}: train error rate 0.4{at}\n" for at in range(3))
    assert failure_id(diagnosis_of(tmp_path, warning)) == "ucx-memlock"
    assert failure_id(diagnosis_of(tmp_path, warning + epochs)) is None


def test_a_common_python_error_counts_only_in_deepspeeds_own_files(tmp_path):
    text = 'Traceback (most recent call last):\n  File "{}", line 3, in f\n    a > b\n'
    text += "TypeError: '>' not supported between instances of 'str' and 'int'\n"
    assert (
        failure_id(diagnosis_of(tmp_path, text.format("/v/deepspeed/runtime/config.py")))
        == "auto-without-hf"
    )
    assert failure_id(diagnosis_of(tmp_path, text.format("/home/u/train.py"))) is None


def test_an_error_of_several_lines_is_known_by_any_of_them(tmp_path):
    text = "Traceback (most recent call last):\n"
    text += (
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for DeepSpeedZeroConfig\n"
    )
    text += "stage3_foo\n  Extra inputs are not permitted [type=extra_forbidden, input_value=5]\n"
    assert failure_id(diagnosis_of(tmp_path, text)) == "config-extra-key"


UNCAUGHT = (
    'Traceback (most recent call last):\n  File "/app/train.py", line 9, in main\n    run()\n'
)
ASYNC = (
    "[WARNING]  async_io requires the dev libaio .so object and headers but these were not found.\n"
)


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (
            "RuntimeError: The NVIDIA driver on your system is too old (found 11040)",
            "cuda-driver-too-old",
        ),
        (
            "ActorDiedError: The actor died unexpectedly before finishing this task.",
            "ray-actor-died",
        ),
    ],
)
def test_what_healthy_runs_print_too_is_a_cause_where_it_ends_an_uncaught_traceback(
    tmp_path, error, name
):
    assert failure_id(diagnosis_of(tmp_path, f"{ASYNC}{UNCAUGHT}{error}\n")) == name
    caught = f"{UNCAUGHT}{error}\nretrying\n{STEPS}"
    assert failure_id(diagnosis_of(tmp_path, caught)) is None


@pytest.mark.parametrize(
    ("bar", "name"),
    [
        ("1/1 [00:25<00:00, 25.02s/it]", "ssh-permission-denied"),
        ("40/40 [00:25<00:00, 25.02s/it]", None),
    ],
)
def test_a_bar_of_a_single_item_is_no_good_end(tmp_path, bar, name):
    denied = "localhost: u@localhost: Permission denied (publickey,password).\n"
    found = failure_id(diagnosis_of(tmp_path, f"{denied}100%|#####| {bar}\n[INFO] done with it\n"))
    assert found == name
