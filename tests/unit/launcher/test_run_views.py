"""`status`, `runs` and `logs`: what they print of a record, and of one whose launcher is gone."""

from __future__ import annotations

import json
import time

import pytest

from checks.next_line import next_line
from launcher import record as record_module
from launcher.cli import main
from launcher.commands import attach
from launcher.record import RunRecord, find_run
from launcher.run.stragglers import NOBODY

LIVE = {
    "step": 120, "steps": 200, "loss": 2.31, "steps_per_s": 3.4, "left_s": 24.0,
    "stepped_s": 0.0, "joined": 2, "doing": "", "stall": "", "seconds": 0.0,
}  # fmt: skip


def begin(base, *, ranks=2, per_node=1):
    """The record of a run on as many nodes as its ranks need, all of them started."""
    record = RunRecord(base / "runs", "train")
    homes = {rank: f"node{rank // per_node + 1}" for rank in range(ranks)}
    plan = {
        "job": {"command": ["train.py", "--steps", "200"]},
        "nodes": {node: {} for node in homes.values()},
        "ranks": [{"rank": rank, "node": node} for rank, node in homes.items()],
        "world_size": ranks,
    }
    record.write_json("plan.json", plan)
    starts = [{"kind": "rank-started", "rank": rank, "pid": 100 + rank} for rank in homes]
    record.write("ranks.jsonl", "".join(f"{json.dumps(start)}\n" for start in starts))
    record.write_progress({**LIVE, "at": time.time()})
    return record


def lose(record, **changes):
    """Let its launcher be another process than the one that has its pid now."""
    known = json.loads((record.path / "controller.json").read_text())
    record.write_json("controller.json", {**known, "born": known["born"] - 1, **changes})


@pytest.fixture
def show(tmp_path, monkeypatch, capsys):
    """Runs a command in `tmp_path`; what it printed, after its exit code where that is not 0."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        try:
            code = main(words)
        except SystemExit as error:
            code = error.code
        out, err = capsys.readouterr()
        return f"exit {code}: {err}" if code else out + err

    return run


def test_status_says_how_far_a_run_is(tmp_path, show):
    begin(tmp_path)
    text = show("status")
    assert "  train.py --steps 200: 2 ranks on node[1-2]\n" in text
    assert "step 120 of 200, loss 2.31, 3.4 steps per second, about 2" in text
    assert "  rank 1 on node2: running, process 101\n" in text


def test_runs_says_it_on_one_line(tmp_path, show):
    begin(tmp_path)
    begin(tmp_path).close({"state": "failed", "exit": 1, "seconds": 7200, "step": 7, "loss": "nan"})
    first, second = show("runs").splitlines()
    assert first.split()[1] == "running"
    assert "step 120 of 200  loss 2.31  3.4 steps/s  2" in first
    assert "failed   2 hours" in second
    assert "step 7 of 200    loss nan" in second
    assert "left" not in second
    assert second.endswith("train.py --steps 200")
    assert show("runs", "--runs", "none") == "no run in none/ yet\n"


def test_programs_get_json(tmp_path, show):
    record = begin(tmp_path)
    status, (run,) = json.loads(show("status", "--json")), json.loads(show("runs", "--json"))
    ranks = status.pop("ranks")
    assert ranks[1] == {"rank": 1, "node": "node2", "state": "running", "pid": 101, "exit": None}
    assert {name for name in run if run[name] != status[name]} <= {
        "seconds", "left_s", "since_step_s",
    }  # fmt: skip
    assert run["command"] == ["train.py", "--steps", "200"]
    assert (run["step"], run["steps"], run["loss"], run["state"]) == (120, 200, 2.31, "running")
    assert run["path"] == str(record.path)
    record.close({"state": "finished", "exit": 0, "seconds": 9.0, "ranks": {"0": 0, "1": -9}})
    ended = json.loads(show("status", "--json"))
    assert (ended["exit"], ended["seconds"], ended["left_s"]) == (0, 9.0, None)
    assert [rank["exit"] for rank in ended["ranks"]] == [0, -9]
    assert json.loads(show("runs", "--json", "--runs", "none")) == []


def test_many_ranks_are_folded_by_state(tmp_path, show):
    record = begin(tmp_path, ranks=64, per_node=8)
    with (record.path / "ranks.jsonl").open("a") as events:
        print(json.dumps({"kind": "rank-ended", "rank": 17, "code": 1}), file=events)
    text = show("status")
    assert "  63 of 64 ranks, on node[1-8]: running\n" in text
    assert "  1 of 64 ranks, on node3: exit 1\n" in text


def test_a_run_that_stands_still_is_not_about_to_end(tmp_path, show):
    record = begin(tmp_path)
    stall = "no output for 300 s; stuck\n  rank 1 on node2 is idle"
    record.write_progress({**LIVE, "stepped_s": -3600.0, "stall": stall, "at": time.time()})
    text = show("status")
    look = next_line("xray", None, record.path.name)
    assert f"step 120 of 200, loss 2.31, no step for 60 minutes; look: {look}\n" in text
    assert "  no output for 300 s; stuck\n    rank 1 on" in text
    (line,) = show("runs").splitlines()
    assert "loss 2.31  no step for 60 minutes  train.py" in line
    assert "left" not in text


def test_who_keeps_the_others_waiting_is_said_though_nothing_is_printed(tmp_path, show):
    said = "rank 1 on node2 arrives 180 ms after the others"
    figures = {**LIVE, "stragglers": said, "stall": "no output for 300 s; slow", "at": time.time()}
    begin(tmp_path).write_progress(figures)
    assert f"\n  {said}\n  no output for 300 s; slow\n" in show("status")


def test_how_long_ago_the_ranks_were_looked_at_is_said(tmp_path, show):
    stall = "no output for 20 s; stuck\n  rank 1 on node2 is idle"
    seen = {**LIVE, "stall": stall, "stall_s": -3600.0, "at": time.time()}
    begin(tmp_path).write_progress(seen)
    assert "\n  seen 60 minutes ago: no output for 20 s; stuck\n    rank 1 on" in show("status")
    assert json.loads(show("status", "--json"))["seen_s"] >= 3600


@pytest.mark.parametrize(
    ("said", "kept"),
    [(NOBODY, False), ("rank 1 arrives late", True)],
    ids=["even", "late"],
)
def test_of_a_run_that_has_ended_who_kept_the_others_waiting_is_kept_alone(
    tmp_path, show, said, kept
):
    record = begin(tmp_path)
    record.write_progress({**LIVE, "stragglers": said, "at": time.time()})
    assert f"\n  {said}\n" in show("status")
    record.close({"state": "finished", "exit": 0, "seconds": 40.0, "ranks": {}})
    assert (f"  {said}\n" in show("status")) is kept


def test_before_the_first_step_it_says_what_ranks_do(tmp_path, show):
    none = dict.fromkeys(("step", "steps", "loss", "steps_per_s", "left_s", "stepped_s"))
    doing = "rank 0 on node1 is loading weights"
    begin(tmp_path).write_progress({**LIVE, **none, "doing": doing, "at": time.time()})
    assert f"; no step yet: {doing}\n" in show("status")
    assert json.loads(show("status", "--json"))["doing"] == doing


def test_the_pid_of_a_launcher_that_is_gone_may_be_that_of_another(tmp_path, show):
    lose(begin(tmp_path))
    text = show("status")
    assert ": lost\n" in text
    assert "last heard of after " in text
    assert "  rank 0 on node1: no exit status received\n" in text
    assert json.loads(show("runs", "--json"))[0]["pid"] is None


@pytest.mark.parametrize(
    "place", [{"host": "other"}, {"processes": "pid:[1]"}], ids=["machine", "container"]
)
def test_a_launcher_elsewhere_is_known_by_its_signs_of_life(tmp_path, show, monkeypatch, place):
    record = begin(tmp_path)
    lose(record, **place)
    assert ": running\n" in show("status")
    assert "its launcher runs on " in show("stop")
    record.write_progress({**LIVE, "at": time.time() - 2 * record_module.SILENT_AFTER_S})
    assert ": lost\n" in show("status")


def test_a_machine_that_was_booted_since_has_lost_the_run(tmp_path, show):
    lose(begin(tmp_path), boot="another")
    assert ": lost\n" in show("status")


def test_an_older_record_is_shown_with_what_it_has(tmp_path, show):
    record = begin(tmp_path)
    (record.path / "progress.json").unlink()
    record.write_json("controller.json", {"pid": 1, "born": 1, "boot": "x"})
    assert ": lost\n  train.py --steps 200: 2 ranks on node[1-2]\n  rank 0" in show("status")
    assert "lost" in show("runs")


@pytest.fixture
def logged(tmp_path):
    record = begin(tmp_path, ranks=4, per_node=2)
    for number in range(1, 13):
        record.log("node1", f"0: \033[32mstep {number}\033[0m")
        record.log("node1", f"1: batch {number}")
        record.log("node2", f"2: batch {number}")
    record.close({"state": "finished"})
    return record.path.name


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (("--rank", "1", "--tail", "2"), ["node1 1: batch 11", "node1 1: batch 12"]),
        (("--tail", "1"), ["node1 1: batch 12", "node2 2: batch 12"]),
        (("--rank", "0", "--grep", "^step 1$"), ["node1 0: \033[32mstep 1\033[0m"]),
        (("--grep", "h 1[0-9]", "--tail", "1", "--node", "node2"), ["node2 2: batch 12"]),
        (("--tail", "0", "-f"), []),
        (("--grep", "nothing"), ["{run}, the ranks: no line with 'nothing' printed"]),
        (("--rank", "3"), ["{run}, rank 3: nothing printed"]),
        (("--node", "node2", "--grep", "x"), ["{run}, node2: no line with 'x' printed"]),
        (("--rank", "2", "--node", "node2", "--grep", "batch 7"), ["node2 2: batch 7"]),
    ],
)
def test_a_part_of_the_output(show, logged, words, lines):
    assert show("logs", *words).splitlines() == [line.format(run=logged) for line in lines]


@pytest.fixture
def in_turn(tmp_path):
    """A run in which the nodes printed in turn, two lines at a time; it goes on."""
    record = begin(tmp_path, ranks=2)
    for number in range(3):
        for rank, node in enumerate(("node2", "node1")):
            record.log(node, f"{rank}: a{number}", f"{rank}: b{number}")
    yield record
    record.close({"state": "finished"})


TURNS = [
    f"{node} {rank}: {word}{number}"
    for number in range(3)
    for rank, node in enumerate(("node2", "node1"))
    for word in "ab"
]


def test_lines_stand_in_the_order_in_which_they_came(in_turn, show):
    assert show("logs").splitlines() == TURNS
    assert show("logs", "--node", "node1").splitlines() == [
        line for line in TURNS if line.startswith("node1")
    ]
    assert show("logs", "--tail", "1").splitlines() == ["node2 0: b2", "node1 1: b2"]


@pytest.mark.parametrize("order", ["node2 2\nnode1 2\n", "what\nnode7 3\nnode1 x\n", ""])
def test_an_order_that_is_damaged_loses_no_line(in_turn, show, order):
    (in_turn.path / "order").write_text(order)
    lose(in_turn)
    shown = show("logs").splitlines()
    assert sorted(shown) == sorted(TURNS)
    assert shown[:4] == TURNS[:4] or "node2 2" not in order
    (in_turn.path / "order").unlink()
    assert show("logs").splitlines() == sorted(TURNS, key=lambda line: line[:5])


def test_what_deepspeeds_launchers_say_of_themselves_is_left_out(tmp_path, show):
    record = begin(tmp_path)
    own = "launcher: [2026-11-28 23:43:12,899] [INFO] [launch.py:253:sigkill_handler] Killing 7"
    wrong = "launcher: [2026-11-28 23:43:12,899] [ERROR] [launch.py:325:main] exits with code 1"
    ended = "launcher: [2026-11-28 23:43:12,899] [ERROR] [launch.py:259:sigkill_handler] exits"
    record.log("node1", own, "0: [INFO] [launch.py:1:x] of a rank", wrong)
    record.log("node2", ended)
    record.close({"state": "failed"})
    name = record.path.name
    kept = [f"node1 {line}" for line in ("0: [INFO] [launch.py:1:x] of a rank", wrong)]
    assert show("logs").splitlines() == kept
    assert show("logs", "--all").splitlines() == [f"node1 {own}", *kept, f"node2 {ended}"]
    hidden = "nothing printed; --all shows 1 more, of DeepSpeed's launchers"
    assert show("logs", "--node", "node2") == f"{name}, node2: {hidden}\n"


@pytest.mark.parametrize(
    ("since_s", "line_every_s", "shown"),
    [
        (2.0, None, "3.4 steps per second, about 24 s left"),
        (4.0, 0.3, "3.4 steps per second, about 24 s left"),
        (6.0, 0.3, "no step for 6 s"),
        (12.0, 20.0, "3.4 steps per second, about 12 s left"),
        (32.0, 20.0, "3.4 steps per second, about 4 s left"),
        (42.0, 20.0, "no step for 42 s"),
    ],
)
def test_the_time_left_does_not_run_down_while_no_step_comes(
    tmp_path, show, since_s, line_every_s, shown
):
    record = begin(tmp_path)
    known = json.loads((record.path / "controller.json").read_text())
    record.write_json("controller.json", {**known, "started": time.time() - since_s})
    record.write_progress({**LIVE, "line_every_s": line_every_s, "at": time.time()})
    assert f"step 120 of 200, loss 2.31, {shown}" in show("status")


def test_a_run_that_was_stopped_says_which_where_and_how(tmp_path, show, monkeypatch):
    record = begin(tmp_path, ranks=4)
    result = {
        "state": "stopped", "exit": 130, "seconds": 44.0, "step": 20, "steps": 200, "loss": 0.5,
        "diagnosis": "stopped on request\n40 s after the start: rank 2 on node3 is sleeping",
        "ranks": {}, "ended_with_run": [0, 1, 2, 3], "ended_because": "stopped on request",
        "left": {"node4": [7]},
    }  # fmt: skip
    monkeypatch.setattr(
        "launcher.commands.runs.os.kill",
        lambda *_: (record.close(result), lose(record)),
    )
    lines = show("stop").splitlines()
    assert lines == [
        f"{record.path.name}: stopped",
        "  train.py --steps 200: 4 ranks on node[1-4]",
        "  after 44 s; step 20 of 200, loss 0.5, 3.4 steps per second",
        "  4 of 4 ranks, on node[1-4]: ended by the launcher",
        "stopped on request",
        "40 s after the start: rank 2 on node3 is sleeping",
        str(record.path),
        "node4: still there: 7",
    ]


def test_the_diagnosis_of_a_run_under_way_names_xray(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    record = begin(tmp_path)
    record.log("node1", "0: loading the data")
    assert main(["diagnose"]) == 0
    first, look = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{record.path.name} still runs")
    assert look.strip() == next_line("xray", None, record.path.name)
    record.close({"state": "finished"})
    assert main(["diagnose"]) == 1
    assert "still runs" not in capsys.readouterr().out


def test_a_rank_that_may_still_print_has_printed_nothing_yet(tmp_path, show):
    name = begin(tmp_path).path.name
    assert show("logs", "--rank", "1") == f"{name}, rank 1: nothing printed yet\n"


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--rank", "4"), "has the ranks 0 to 3"),
        (("--rank", "x"), "expected a number"),
        (("--tail", "-1"), "expected a number"),
        (("--tail", "²"), "expected a number"),
        (("--tail", "9" * 21), "expected a number"),
        (("--grep", "("), "not a regular expression: missing )"),
        (("--node", "nod1"), "did you mean"),
        (("--rank", "2", "--node", "node1"), "rank 2 is on node2"),
    ],
)
def test_a_part_that_is_not_there_is_a_usage_error(show, words, why):
    text = show("logs", *words)
    assert text.startswith("exit 2: ")
    assert why in text


@pytest.mark.parametrize("code", [0, 1, 3, 130])
def test_attach_ends_as_the_start_did(tmp_path, show, code):
    record = begin(tmp_path)
    record.close({"state": "failed", "exit": 1, "seconds": 7.0})
    record.write_json("start.json", {"exit": code})
    lose(record)
    assert show("attach").startswith(f"exit {code}: " if code else "20")


def test_a_start_that_ended_without_a_word_ended_as_its_run(tmp_path, show):
    record = begin(tmp_path)
    record.close({"state": "failed", "exit": 1, "seconds": 7.0})
    lose(record)
    assert show("attach").startswith("exit 1: ")


def test_a_start_elsewhere_may_restart_until_it_says_what_it_ended_with(tmp_path):
    record = begin(tmp_path)
    lose(record, host="other")
    record.close({"state": "failed", "exit": 1, "seconds": 7.0})
    run = record_module.RecordedRun(record.path)
    assert not run.ended
    record.write_json("start.json", {"exit": 3})
    assert run.ended


@pytest.mark.parametrize(
    ("state", "because", "said"),
    [
        ("failed", "rank 1 on node2 failed: exit 1", " after rank 1 on node2 failed: exit 1"),
        ("failed", "it was stuck for 600 s", " after it was stuck for 600 s"),
        ("stopped", "stopped by Ctrl-C", ": stopped by Ctrl-C"),
    ],
)
def test_a_rank_that_the_launcher_ended_was_not_just_killed(tmp_path, show, state, because, said):
    ended = {"ended_with_run": [0], "ended_because": because, "ranks": {"0": -15, "1": 1}}
    begin(tmp_path).close({"state": state, "exit": 1, "seconds": 7.0, **ended})
    text = show("status")
    assert f"  rank 0 on node1: ended by the launcher{said}\n  rank 1 on node2: exit 1\n" in text
    assert json.loads(show("status", "--json"))["ranks"][0]["exit"] == -15


def test_why_the_launcher_ended_ranks_is_said_once(tmp_path, show):
    ended = {"ended_with_run": [0, 1, 3], "ranks": {"2": 1}}
    for state, because in (("stopped", "stopped by Ctrl-C"), ("failed", "rank 2 failed: exit 1")):
        text = {"state": state, "ended_because": because, "diagnosis": f"{because}\nseen before"}
        begin(tmp_path, ranks=4).close({"exit": 1, "seconds": 7.0, **ended, **text})
        shown = show("status")
        assert shown.count("ended by the launcher") == 1
        assert "  ranks 0, 1 and 3 on node[1-2,4]: ended by the launcher" in shown
        assert "  rank 2 on node3: exit 1\n" in shown
        assert shown.count("Ctrl-C") == (state == "stopped")


def test_a_rank_that_printed_an_error_was_not_only_ended(tmp_path, show):
    ended = {"ended_with_run": [0, 1, 3], "erring": [0, 2, 3], "ranks": {"2": 1}}
    because = "rank 2 failed: exit 1"
    begin(tmp_path, ranks=4).close(
        {"state": "failed", "exit": 1, "seconds": 7.0, "ended_because": because, **ended}
    )
    shown = show("status")
    by_launcher = f"ended by the launcher after {because}"
    assert f"  ranks 0 and 3 on node[1,4]: printed an error too, {by_launcher}\n" in shown
    assert f"  rank 1 on node2: {by_launcher}\n  rank 2 on node3: exit 1\n" in shown


def test_status_says_what_else_runs_where_no_run_is_named(tmp_path, show):
    first, second = begin(tmp_path), begin(tmp_path)
    begin(tmp_path).close({"state": "finished", "exit": 0, "seconds": 7.0})
    shown = show("status")
    for record in (first, second):
        assert f" status {record.path.name}\n" in shown
    named = show("status", first.path.name)
    assert "also running" not in named


def test_whose_loss_is_shown_where_several_ranks_print_one(tmp_path, show):
    record = begin(tmp_path)
    record.write_progress({**LIVE, "loss_rank": 1, "at": time.time()})
    assert "loss 2.31 of rank 1, " in show("status")


def test_a_run_by_another_launcher_than_the_one_before_says_so(tmp_path, show):
    for launcher in ("accelerate", "accelerate", "deepspeed"):
        record = begin(tmp_path)
        plan = json.loads((record.path / "plan.json").read_text())
        plan["job"]["launcher"] = launcher
        record.write_json("plan.json", plan)
        record.close({"state": "finished", "exit": 0})
    ends = [line.rpartition("train.py --steps 200")[2] for line in show("runs").splitlines()]
    assert sorted(ends) == ["", " with accelerate", " with deepspeed"]
    assert json.loads(show("runs", "--json"))[0]["launcher"] in {"accelerate", "deepspeed"}


OPTIONS = ("--deepspeed", "zero3.json", "--output_dir", "checkpoints", "--report_to", "none")


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        (("--max_steps", "20"), ("--max_steps", "30"), "train.py … --max_steps 30"),
        (("--seed", "-1"), ("--seed", "-2", "--bf16"), "train.py … --seed -2 --bf16"),
        (("--bf16",), (), "train.py … (without --bf16)"),
        (("--bf16",), ("--bf16",), "train.py … (the same command)"),
        ((), ("--data", "a b.txt"), "train.py … --data 'a b.txt'"),
    ],
)
def test_two_runs_of_a_script_are_told_apart(tmp_path, show, first, second, shown):
    for words in (first, second):
        record = begin(tmp_path)
        plan = json.loads((record.path / "plan.json").read_text())
        plan["job"]["command"] = ["train.py", *OPTIONS, *words]
        record.write_json("plan.json", plan)
    rows = show("runs").splitlines()
    assert rows[0].endswith("train.py --deepspeed zero3.json --output_dir checkpoints …")
    assert rows[1].endswith(f"  {shown}")


def test_a_run_on_other_nodes_says_so(tmp_path, show):
    begin(tmp_path, ranks=2)
    begin(tmp_path, ranks=3)
    first, second = show("runs").splitlines()
    assert first.endswith("train.py --steps 200")
    assert second.endswith("train.py --steps 200 on node[1-3]")


BARS = [
    f"rank0: epoch 0:  {number}%|#   | {number}/64 [00:10<01:11,  3.70it/s, loss=0.5]"
    for number in (4, 5)
]


class Screen:
    """A console's lines and status."""

    has_reader = True

    def __init__(self, is_terminal):
        self.is_terminal = is_terminal
        self.lines = []

    def say(self, text):
        self.lines.append(text)

    def set_status(self, text):
        pass


@pytest.mark.parametrize("is_terminal", [True, False])
def test_attach_shows_bars_of_steps_in_its_status_line_on_a_terminal(tmp_path, is_terminal):
    record = begin(tmp_path)
    (record.path / "output.log").write_text("\n".join([*BARS, "epoch 0 done", ""]))
    record.close({"state": "finished", "exit": 0, "step": 5, "seconds": 4.0, "ranks": {}})
    lose(record)
    screen = Screen(is_terminal)
    attach._show_until_end(find_run(tmp_path / "runs", None), tmp_path / "runs", screen)
    assert screen.lines == ["epoch 0 done"] if is_terminal else [*BARS, "epoch 0 done"]
