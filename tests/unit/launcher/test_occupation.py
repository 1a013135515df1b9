"""What a rank is busy with, from stacks that py-spy recorded of real programs, and one line."""

from __future__ import annotations

import json

import pytest

from launcher.run.stall.observation import ChildProcess, StackFrame
from launcher.run.stall.occupation import describe_occupation
from launcher.run.stall.rank_state import Activity, classify_rank
from launcher.run.stall.start_line import describe_start
from tests.support.observations import (
    C10D,
    IN_BARRIER,
    IN_MEETING,
    OWN,
    PORT,
    observations,
    rank,
    rendezvous,
)
from tests.support.paths import ROOT

RECORDED = json.loads((ROOT / "tests/support/recorded/rank_stacks.json").read_text())
IN_TOKENIZE = (StackFrame("tokenize_corpus", "/job/prepare.py", 4), OWN)
BATON = StackFrame(
    "FileBaton.wait", C10D.replace("distributed/distributed_c10d", "utils/file_baton"), 50
)
IMPORT = StackFrame("_find_and_load", "<frozen importlib._bootstrap>", 1176)
COMPILER = (ChildProcess("c++", "/cache/fused_adam"), ChildProcess("ninja", "/cache/fused_adam"))


def recorded_rank(row, number=0):
    stack = tuple(StackFrame(*frame) for frame in row["stack"])
    return rank(
        number, stack=stack, children=tuple(ChildProcess(*child) for child in row["children"])
    )


@pytest.mark.parametrize(
    "row", RECORDED, ids=[f"{row['words'] or 'own'}-{at}" for at, row in enumerate(RECORDED)]
)
def test_what_real_stacks_show(row):
    assert describe_occupation(recorded_rank(row)) == row["words"]
    assert classify_rank(recorded_rank(row), PORT, polls=False).activity is Activity.IDLE


@pytest.mark.parametrize(
    ("stack", "children", "words"),
    [
        (IN_TOKENIZE, (), "tokenising"),
        ((BATON, OWN), (), "waiting for the lock of an operator's build"),
        ((OWN,), COMPILER, ""),
        ((), COMPILER, "compiling (c++ runs)"),
        ((StackFrame("<module>", C10D, 3), IMPORT, OWN), (), "importing torch"),
        ((StackFrame("read", "/job/data.py", 3), IMPORT, OWN), (), ""),
    ],
    ids=[
        "own words",
        "a lock",
        "a compiler beside",
        "no stack",
        "import",
        "an own module that works",
    ],
)
def test_what_made_stacks_show(stack, children, words):
    assert describe_occupation(rank(0, stack=stack, children=children)) == words


@pytest.mark.parametrize("name", ["evaluate", "run_eval", "eval_step", "validate", "Run.evaluate"])
def test_a_function_of_the_program_that_is_called_so_evaluates(name):
    assert describe_occupation(rank(0, stack=(StackFrame(name, "/job/train.py", 9), OWN))) == (
        "evaluating"
    )


@pytest.mark.parametrize("name", ["retrieval", "validate_arguments", "medieval_step"])
def test_a_name_with_other_words_in_it_does_not(name):
    library = StackFrame("evaluate", "/env/lib/python3.11/site-packages/x/y.py", 1)
    stack = (library, StackFrame(name, "/job/train.py", 9), OWN)
    assert describe_occupation(rank(0, stack=stack)) == ""


def test_a_module_that_is_imported_does_not_wait_in_its_collectives():
    seen = rank(0, stack=(StackFrame("<module>", C10D, 3), OWN))
    assert classify_rank(seen, PORT, polls=False).activity is Activity.IDLE


def test_ddp_waits_for_the_others_while_its_model_is_made():
    utils = C10D.replace("distributed_c10d", "utils")
    stack = (StackFrame("_verify_param_shape_across_processes", utils, 3), OWN)
    assert classify_rank(rank(0, stack=stack), PORT, polls=False).activity is Activity.WAITS


def test_who_is_busy_comes_first_and_who_waits_for_them_last():
    seen = observations(
        rank(0, stack=IN_MEETING), rank(1, stack=IN_TOKENIZE), rank(2, stack=IN_MEETING)
    )
    assert describe_start(rendezvous(3), seen) == (
        "rank 1 on node2 is tokenising, at tokenize_corpus (prepare.py:4); "
        "ranks 0 and 2 wait in init_process_group for it"
    )


def test_ranks_that_do_different_things_are_folded():
    build = next(row for row in RECORDED if "cpu_adam" in row["words"])
    load = next(row for row in RECORDED if row["words"] == "loading weights")
    seen = observations(
        *(recorded_rank(build, number) for number in range(4)),
        recorded_rank(load, 4),
        rank(5, stack=IN_BARRIER),
        rank(6, stack=IN_TOKENIZE),
    )
    assert describe_start(rendezvous(7), seen) == (
        "ranks 0-3 are building the operator cpu_adam (c++ runs), at main (ds.py:4); "
        "rank 4 on node5 is loading weights, at load (hf.py:21); "
        "rank 6 on node7 is tokenising, at tokenize_corpus (prepare.py:4); and 1 more"
    )


def test_ranks_without_stacks_are_described_by_what_they_use():
    seen = observations(rank(0, cpu=1.0), rank(1, wchan="pipe_read"))
    assert describe_start(rendezvous(2), seen) == (
        "rank 0 on node1 works (1.0 cores); rank 1 on node2 is waiting for the other end of a pipe"
    )
    assert describe_start(rendezvous(2), {}) == ""
