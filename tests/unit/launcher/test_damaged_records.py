"""Of a run's record that somebody damaged, every command says what is left, and that it is."""

from __future__ import annotations

import dataclasses
import json
import os
import random

import pytest

from checks.model import Job, Node
from launcher.cli import main
from launcher.record import RecordedRun, find_run
from tests.support.lying_node import mutate_data

COMMANDS = (
    ("status",), ("runs",), ("status", "--json"), ("runs", "--json"), ("logs",), ("attach",),
    ("logs", "--rank", "0"), ("xray",), ("stop",), ("diagnose",),
)  # fmt: skip
JOB = Job(nodes=(Node("node1"),), head="node1", command=("train.py",))
FILES = {
    "controller": {"host": os.uname().nodename, "started": 1.0, "pid": 1, "born": 2, "boot": "z"},
    "plan": {"token": "ab" * 8, "home": "/root", "nodes": {"node1": {}}, "world_size": 1,
             "ranks": [{"rank": 0, "node": "node1"}], "job": dataclasses.asdict(JOB)},
    "progress": {"doing": "x", "stall": "y", "step": 1, "steps": 5, "at": 1.0, "seconds": 1.0,
                 "loss": 2.0, "steps_per_s": 1.0, "stepped_s": 3.0, "left_s": 4.0},
    "result": {"state": "failed", "exit": 1, "diagnosis": "d", "hang": "h", "ranks": {"0": 1},
               "seconds": 1.0, "separation": "", "left": {}, "ended_with_run": [0],
               "ended_because": "x", "missing": {"a": 1}},
    "attempt": {"after": "/x", "number": 1, "of": 2},
    "recheck": {"text": "t"},
    "start": {"exit": 1},
}  # fmt: skip
ODD_FILES = (
    b"", b"\xff\xfe\x00", b"[]", b"null", b"{}", b"\0" * 100, b"[" * 100_000, b"NaN",
    b'{"number": %s}' % (b"9" * 5000), b'{"exit": 1e999, "started": 1e300, "at": "x"}',
)  # fmt: skip
ODD_EVENTS = (
    b"}\n", b'{"kind": 1}\n', b"{}\n", b"[{}]\n[1,{}\n", b"[" * 9999 + b"}\n", b"{\xff}\n",
    b'{"kind": "rank-started"}\n', b'{"kind": "rank-ended", "rank": [1], "code": 2}\n',
)  # fmt: skip


def record_in(runs):
    run = runs / "20260101-000000-train"
    (run / "logs").mkdir(parents=True)
    for name, data in FILES.items():
        (run / f"{name}.json").write_text(json.dumps(data))
    event = {"kind": "rank-ended", "node": "node1", "rank": 0, "code": 1}
    (run / "ranks.jsonl").write_text(json.dumps(event) + "\n")
    (run / "logs" / "node1.log").write_text("0: step 1 loss 2\n0: CUDA out of memory\n")
    return run


def damage(run, rng):
    path = run / f"{rng.choice(list(FILES))}.json"
    way = rng.choice(["mutate", "mutate", "cut", "odd", "gone", "events"])
    if way == "mutate":
        path.write_text(json.dumps(mutate_data(rng, json.loads(path.read_text()))))
    elif way == "cut":
        path.write_bytes(path.read_bytes()[: rng.randrange(path.stat().st_size)])
    elif way == "odd":
        path.write_bytes(rng.choice(ODD_FILES))
    elif way == "gone":
        path.unlink()
    else:
        (run / "ranks.jsonl").write_bytes(rng.choice(ODD_EVENTS))


def ask(words, run, capsys):
    where = [str(run)] if words[0] == "diagnose" else ["--runs", str(run.parent)]
    code = main([words[0], *where, *words[1:]])
    shown = "".join(capsys.readouterr())
    assert code in (0, 1, 2, 3, 130)
    assert shown.strip()
    return shown


@pytest.fixture
def ended(monkeypatch):
    """What `stop` would have ended, and the folder that it would have removed on the nodes."""
    calls = []
    monkeypatch.setattr(
        "launcher.run.supervisors.end_marked_processes", lambda *call: calls.append(call) or {}
    )
    return calls


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_trips_over_a_damaged_record(tmp_path, capsys, ended, words):
    for seed in range(40):
        run = record_in(tmp_path / str(seed))
        damage(run, random.Random(seed))
        ask(words, run, capsys)


def test_status_names_the_damaged_files_and_says_what_is_left(tmp_path, capsys):
    run = record_in(tmp_path)
    assert "record is damaged" not in ask(("status",), run, capsys)
    (run / "plan.json").write_text(json.dumps({**FILES["plan"], "ranks": 5}))
    (run / "ranks.jsonl").write_bytes(b"{}\n{}\n")
    shown = ask(("status",), run, capsys)
    assert "train: failed\n" in shown
    assert "its record is damaged, and says less than it did: plan.json, ranks.jsonl" in shown


@pytest.mark.parametrize("name", ["controller.json", "result.json", "ranks.jsonl", "output.log"])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_nobody_waits_for_a_pipe_in_a_record(tmp_path, capsys, ended, words, name):
    run = record_in(tmp_path)
    (run / name).unlink(missing_ok=True)
    os.mkfifo(run / name)
    os.mkfifo(run / "logs" / "node2.log")
    ask(words, run, capsys)


def test_stop_removes_no_folder_but_a_runs_own(tmp_path, capsys, ended):
    run = record_in(tmp_path)
    (run / "result.json").unlink()
    assert "no process of it is left on node1" in ask(("stop",), run, capsys)
    assert ended[0][1:] == ("ab" * 8, f"/tmp/deepspeed-preflight-{'ab' * 8}", ["node1"])


@pytest.mark.parametrize("change", [{"token": ""}, {"token": "../../x"}, {"job": 5}, {"nodes": 1}])
def test_a_plan_that_does_not_say_what_to_end_ends_nothing(tmp_path, capsys, ended, change):
    run = record_in(tmp_path)
    (run / "result.json").unlink()
    (run / "plan.json").write_text(json.dumps({**FILES["plan"], **change}))
    assert "plan.json is damaged" in ask(("stop",), run, capsys)
    assert not ended


def test_a_run_whose_end_is_damaged_is_lost_and_still_found(tmp_path):
    run = record_in(tmp_path)
    (run / "result.json").write_text('{"state": "\\u001b]0;owned"}')
    assert find_run(tmp_path, None) == RecordedRun(run)
    assert RecordedRun(run).state == "lost"
