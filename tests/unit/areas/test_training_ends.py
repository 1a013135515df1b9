"""Every way in which a rank of a training smoke can end, and which rank is named."""

from __future__ import annotations

import pytest

from checks.facts.smoke import SmokeReport
from checks.knowledge.failures import FAILURES
from tests.support.installed import software
from tests.support.smokes import CHECK, cluster, rank, smoke, smoke_finding, stopped_at
from tests.support.snapshots import judged, with_fact

IN_USE = (
    "The server socket has failed to listen on any local network address. port: 29500, "
    "useIpv6: false, code: -98, name: EADDRINUSE, message: address already in use"
)
HUNG = """\
Timeout (0:01:56)!
Thread 0x00007f2 (most recent call first):
  File "/v/torch/distributed/distributed_c10d.py", line 2169 in _new_process_group_helper
  File "<stdin>", line 120 in smoke
"""
STUCK = """\
Timeout (0:01:56)!
Thread 0x00007f3 (most recent call first):
  File "<stdin>", line 117 in load_data
"""


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (stopped_at("import torch", "OSError", "libcudart.so.12: cannot open"), "import-error"),
        (
            stopped_at("import deepspeed", "ModuleNotFoundError", "No module named 'hjson'"),
            "import-error",
        ),
        (stopped_at("initialize", "OutOfMemoryError", "CUDA out of memory. Tried"), "cuda-oom"),
        (stopped_at("initialize", "MemoryError", ""), "memory-refused"),
        (
            stopped_at("initialize", "RuntimeError", "Error building extension 'x'"),
            "op-build-failed",
        ),
        (
            stopped_at("open device", "RuntimeError", "CUDA error: invalid device ordinal"),
            "cuda-invalid-ordinal",
        ),
        (stopped_at("init_distributed", "DistNetworkError", IN_USE), "eaddrinuse"),
        (stopped_at("step 1", "DistBackendError", "NCCL error in: x.cpp"), "error"),
        (stopped_at("initialize", "AssertionError", "zero stage"), "error"),
    ],
)
def test_each_exception_has_its_cause_and_stage(said, cause):
    finding = smoke_finding(rank(said, 1))
    assert (finding.cause, finding.stops) == (cause, True)
    assert said.error in finding.message
    assert said.stage in finding.message
    assert str(finding.fix)


def test_a_known_failure_brings_its_reason_and_its_fix_from_the_table():
    finding = smoke_finding(rank(stopped_at("init_distributed", "DistNetworkError", IN_USE), 1))
    known = FAILURES["eaddrinuse"]
    assert known.fill_in(known.cause, {"port": "29500"}) in finding.message
    assert finding.fix
    assert finding.fix.note == known.fill_in(known.fix, {"port": "29500"})


@pytest.mark.parametrize(
    ("code", "cause", "word"),
    [
        (-9, "killed", "SIGKILL"),
        (-7, "shm-full", "SIGBUS"),
        (-4, "crashed", "SIGILL"),
        (-11, "crashed", "SIGSEGV"),
        (-6, "crashed", "SIGABRT"),
        (-40, "crashed", "signal 40"),
        (3, "crashed", "code 3"),
    ],
)
def test_each_death_is_decoded(code, cause, word):
    finding = smoke_finding(rank(stopped_at("initialize"), code))
    assert finding.cause == cause
    assert word in finding.message


def test_a_bus_error_at_an_import_is_a_file_cut_short_and_no_full_memory():
    finding = smoke_finding(rank(stopped_at("import torch"), -7))
    assert (finding.cause, finding.stops) == ("package-cut-short", True)
    assert (
        finding.fix.command == "/venv/bin/python -m pip install --force-reinstall --no-deps torch"
    )


def test_a_rank_that_goes_without_a_word_is_no_pass():
    finding = smoke_finding(rank(stopped_at("initialize"), 0))
    assert (finding.outcome.value, finding.stops) == ("unknown", True)


def test_an_interpreter_that_dies_at_once_is_told_by_its_last_line():
    dead = rank(SmokeReport(), 127, err="python: error while loading libpython3.11.so\n")
    assert "libpython3.11.so" in smoke_finding(dead).message


def test_a_hang_shows_its_innermost_frames():
    finding = smoke_finding(rank(stopped_at("initialize"), 1, err=HUNG))
    assert finding.cause == "hang"
    assert "_new_process_group_helper (/v/torch/distributed/distributed_c10d.py:2169)" in (
        finding.message
    )


def test_a_hang_that_shows_no_stack_is_still_a_hang():
    assert smoke_finding(rank(stopped_at("import torch"), None)).cause == "hang"


def test_a_rank_that_has_trained_and_is_still_there_at_the_limit_is_not_said_to_hang():
    finding = smoke_finding(rank(stopped_at("done"), None))
    assert (finding.outcome.value, finding.cause) == ("unknown", "")
    assert "had trained, but had not ended after" in finding.message


def test_the_rank_that_hangs_is_named_and_not_those_that_wait_for_it():
    waiting = rank(stopped_at("initialize"), 1, err=HUNG)
    stuck = rank(stopped_at("initialize"), 1, number=1, err=STUCK)
    assert smoke_finding(waiting, stuck).message.startswith("rank 1 of 2")
    behind = rank(stopped_at("import torch"), 1, number=1, err=HUNG)
    assert smoke_finding(waiting, behind).message.startswith("rank 1 of 2")


def test_the_first_to_fail_is_named_and_not_those_it_drew_along():
    peer = rank(stopped_at("step 2", "RuntimeError", "Connection closed by peer"), 1)
    killed = rank(stopped_at("step 2"), -9, number=1)
    assert smoke_finding(peer, killed).cause == "killed"
    later = rank(stopped_at("step 2", "RuntimeError", "Connection reset"), 1, ended=6.0)
    first = rank(stopped_at("step 2", "MemoryError"), 1, number=1)
    assert smoke_finding(later, first).cause == "memory-refused"


def test_a_file_of_the_working_directory_with_a_packages_name_is_moved_away():
    trace = 'File "/run/deepspeed/__init__.py", line 1, in <module>'
    report = SmokeReport("import deepspeed", error="ValueError", detail="no", trace=trace)
    snap = cluster(smoke(rank(report, 1)))
    with_fact(snap, "node1", software(shadows={"deepspeed": "/run/deepspeed/__init__.py"}))
    finding = judged(snap, CHECK)[("node1",)]
    assert finding.cause == "package-shadowed"
    assert finding.fix.command == "mv /run/deepspeed /run/own_deepspeed"
