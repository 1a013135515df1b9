"""Files of the flight recorder: who keeps others waiting by them, and what only looks like one."""

from __future__ import annotations

import json
import pickle

import pytest

from launcher.run.stall.flight_dumps import describe_dumps, read_dumps
from tests.support.launched_runs import run_launcher

FRAMES = [
    {"name": "all_reduce", "filename": "/env/lib/python3.11/site-packages/t.py", "line": 3},
    {"name": "step", "filename": "/job/train.py", "line": 7},
]


def entry(number, *, name="all_reduce", state="started", **more):
    return {
        "profiling_name": f"nccl:{name}", "collective_seq_id": number, "state": state,
        "process_group": ("0", "default_pg"), "time_created_ns": 1, "input_sizes": [[3]],
        "input_dtypes": ["Float"], "frames": FRAMES, "retired": state == "completed", **more,
    }  # fmt: skip


@pytest.fixture
def said(tmp_path):
    """What is said of ranks, each with its entries, in a world of so many."""

    def describe(*ranks, world=3):
        group = {"name": "0", "desc": "default_pg", "ranks": str(list(range(world)))}
        for rank, entries in enumerate(ranks):
            record = {"version": "2.10", "entries": entries, "pg_config": {"0": group}}
            (tmp_path / f"nccl_trace_rank_{rank}").write_bytes(pickle.dumps(record))
        return describe_dumps(read_dumps(tmp_path))

    return describe


ENDED = entry(6, state="completed")


def test_who_has_not_entered_is_said_with_the_last_that_it_entered(said):
    assert said([ENDED, entry(7)], [ENDED], [ENDED, entry(7)]) == (
        "by the dumps of the flight recorder:\n"
        "  rank 1 has not entered all_reduce 7, in which ranks 0 and 2 wait\n"
        "  the last that rank 1 entered is all_reduce 6, at step (train.py:7)"
    )


def test_ranks_in_different_collectives_are_said(said):
    text = said([entry(7)], [entry(7, name="all_gather")], [entry(7)])
    assert "ranks 0 and 2 in all_reduce 7 of Float [[3]]; rank 1 in all_gather 7" in text


def test_where_all_wait_or_all_ended_nobody_is_accused(said):
    assert said([entry(7)], [entry(7)], [entry(7)]) == (
        "by the dumps of the flight recorder:\n"
        "  ranks 0-2 have entered all_reduce 7, and it had not ended when they were written: "
        "it has begun on all GPUs: one of them or the network does not get on"
    )
    assert said([ENDED], [ENDED], [ENDED]) == ""


def test_the_gpu_that_does_not_come_to_what_others_are_in_is_named(said):
    text = said([entry(7)], [entry(7, state="scheduled")], [entry(7)])
    assert "ranks 0 and 2 have begun it on the GPU, and rank 1 has not: its GPU does not" in text


def test_the_answers_of_worker_servers_are_read_as_they_were_saved(tmp_path):
    for rank, entries in enumerate([[entry(7)], [ENDED], [entry(7)]]):
        (tmp_path / f"fr_rank_{rank}.json").write_text(json.dumps({"entries": entries}))
    (tmp_path / "config_rank_4.json").write_text("{}")
    found = run_launcher(tmp_path, "diagnose", str(tmp_path))
    assert found.returncode == 0, found.stderr
    assert "rank 1 has not entered all_reduce 7, in which ranks 0 and 2 wait" in found.stdout


def test_a_rank_without_a_file_is_said_to_be_missing(said):
    text = said([entry(7)], [entry(7)], world=4)
    assert "ranks 0 and 1 wait in a collective, and there is no dump of ranks 2 and 3" in text


def test_diagnose_says_it_of_a_folder(said, tmp_path):
    said([entry(7)], [ENDED], [entry(7)])
    found = run_launcher(tmp_path, "diagnose", str(tmp_path))
    assert found.returncode == 0, found.stderr
    assert "rank 1 has not entered all_reduce 7, in which ranks 0 and 2 wait" in found.stdout


class Harmful:
    """Would run a command where it is loaded."""

    def __reduce__(self):
        return print, ("harmed",)


def endless():
    """Itself, in itself."""
    value = []
    value += [value, value]
    return value


def deep():
    value = []
    for _ in range(100):
        value = [value, value]
    return value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a log\n",
        pickle.dumps([]),
        pickle.dumps({"entries": [1]}),
        pickle.dumps({"entries": [Harmful()]}),
        b"\x80\x04cut",
        pickle.dumps({"entries": [entry(7, input_sizes=endless())]}),
        pickle.dumps({"entries": [entry(7, input_sizes=deep())]}),
        b'{"entries": ' + b"[" * 100_000,
    ],
    ids=["empty", "log", "list", "no entry", "code", "cut", "endless", "far too many", "nested"],
)
def test_what_only_looks_like_one_is_left_out(tmp_path, capsys, data):
    (tmp_path / "nccl_trace_rank_0").write_bytes(data)
    assert read_dumps(tmp_path) == []
    assert capsys.readouterr().out == ""
