"""What is made of a training smoke: every way in which a rank can end, and slow nodes."""

from __future__ import annotations

from typing import Any

import pytest

from checks.facts.gpus import Gpus
from checks.facts.smoke import Op, Rank, Said, Smoke
from checks.facts.software import Software
from checks.failures import FAILURES
from tests.snapshots import judged, snapshot, with_fact, without

FALLING = ("0.9", "0.5", "0.3")
OP = Op("deepspeed_shm_comm", compiled=True, problem="", lock="")
CHECK = "training.smoke-trains"
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


def trained(step: float = 0.01, losses: tuple[str, ...] = FALLING, **fields: Any) -> Said:
    given: dict[str, Any] = {"op": OP, "device": "cpu", "torch": "2.5", "deepspeed": "0.16"}
    seconds = (1.0,) + (step,) * (len(losses) - 1)
    return Said("done", losses=losses, seconds=seconds, **{**given, **fields})


def rank(said: Said, code: int | None = 0, number: int = 0, **fields: Any) -> Rank:
    given = {"ended": None if code is None else 5.0, "out": "", "err": "", **fields}
    return Rank(number, code, said=said, **given)


def smoke(*ranks: Rank) -> Smoke:
    return Smoke(len(ranks), 5.0, ranks)


def at(stage: str, error: str = "", detail: str = "") -> Said:
    return Said(stage, error=error, detail=detail)


def cluster(*facts: Smoke):
    names = tuple(f"node{number}" for number in range(1, len(facts) + 1))
    snap = snapshot(names)
    for name, fact in zip(names, facts, strict=True):
        with_fact(snap, name, fact)
    return snap


def found(*ranks: Rank):
    return judged(cluster(smoke(*ranks)), CHECK)[("node1",)]


def test_a_falling_loss_holds_and_says_what_was_seen():
    finding = found(rank(trained()), rank(trained(), number=1))
    assert finding.outcome.value == "pass"
    assert finding.message == "loss 0.9 → 0.3 on 2 × cpu, 10.0 ms a step"
    assert finding.evidence["deepspeed"] == "0.16"


def test_a_start_that_will_compile_is_told_beforehand():
    op = Op("deepspeed_shm_comm", compiled=False, problem="", lock="")
    finding = found(rank(trained(op=op)))
    assert finding.outcome.value == "pass"
    assert "will compile deepspeed_shm_comm" in finding.message


@pytest.mark.parametrize("losses", [("nan", "nan"), ("0.9", "inf")])
def test_a_loss_that_is_no_number_blocks(losses):
    finding = found(rank(trained(losses=losses)))
    assert (finding.cause, finding.stops) == ("nan-loss", True)


def test_one_rank_without_a_number_is_enough():
    assert found(rank(trained()), rank(trained(losses=("0.9", "nan")))).cause == "nan-loss"


def test_a_loss_that_does_not_fall_blocks():
    assert found(rank(trained(losses=("0.5", "0.4", "0.5")))).cause == "loss-not-falling"


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (at("import torch", "OSError", "libcudart.so.12: cannot open"), "import-error"),
        (at("import deepspeed", "ModuleNotFoundError", "No module named 'hjson'"), "import-error"),
        (at("initialize", "OutOfMemoryError", "CUDA out of memory. Tried"), "cuda-oom"),
        (at("initialize", "MemoryError", ""), "memory-refused"),
        (at("initialize", "RuntimeError", "Error building extension 'x'"), "op-build-failed"),
        (
            at("open device", "RuntimeError", "CUDA error: invalid device ordinal"),
            "cuda-invalid-ordinal",
        ),
        (at("init_distributed", "DistNetworkError", IN_USE), "eaddrinuse"),
        (at("step 1", "DistBackendError", "NCCL error in: x.cpp"), "error"),
        (at("initialize", "AssertionError", "zero stage"), "error"),
    ],
)
def test_each_exception_has_its_cause_and_stage(said, cause):
    finding = found(rank(said, 1))
    assert (finding.cause, finding.stops) == (cause, True)
    assert said.error in finding.message
    assert said.stage in finding.message
    assert str(finding.fix)


def test_a_known_failure_brings_its_reason_and_its_fix_from_the_table():
    finding = found(rank(at("init_distributed", "DistNetworkError", IN_USE), 1))
    known = FAILURES["eaddrinuse"]
    assert known.told(known.cause, {"port": "29500"}) in finding.message
    assert finding.fix
    assert finding.fix.note == known.told(known.fix, {"port": "29500"})


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
    finding = found(rank(at("initialize"), code))
    assert finding.cause == cause
    assert word in finding.message


def test_a_rank_that_goes_without_a_word_is_no_pass():
    finding = found(rank(at("initialize"), 0))
    assert (finding.outcome.value, finding.stops) == ("unknown", True)


def test_an_interpreter_that_dies_at_once_is_told_by_its_last_line():
    dead = rank(Said(), 127, err="python: error while loading libpython3.11.so\n")
    assert "libpython3.11.so" in found(dead).message


def test_a_hang_shows_its_innermost_frames():
    finding = found(rank(at("initialize"), 1, err=HUNG))
    assert finding.cause == "hang"
    assert "_new_process_group_helper (/v/torch/distributed/distributed_c10d.py:2169)" in (
        finding.message
    )


def test_a_hang_that_shows_no_stack_is_still_a_hang():
    assert found(rank(at("import torch"), None)).cause == "hang"


def test_the_rank_that_hangs_is_named_and_not_those_that_wait_for_it():
    waiting = rank(at("initialize"), 1, err=HUNG)
    stuck = rank(at("initialize"), 1, number=1, err=STUCK)
    assert found(waiting, stuck).message.startswith("rank 1 of 2")
    behind = rank(at("import torch"), 1, number=1, err=HUNG)
    assert found(waiting, behind).message.startswith("rank 1 of 2")


def test_the_first_to_fail_is_named_and_not_those_it_drew_along():
    peer = rank(at("step 2", "RuntimeError", "Connection closed by peer"), 1)
    killed = rank(at("step 2"), -9, number=1)
    assert found(peer, killed).cause == "killed"
    later = rank(at("step 2", "RuntimeError", "Connection reset"), 1, ended=6.0)
    first = rank(at("step 2", "MemoryError"), 1, number=1)
    assert found(later, first).cause == "memory-refused"


def test_training_that_could_not_compile_its_op_blocks_though_the_smoke_trained():
    op = Op("deepspeed_shm_comm", compiled=False, problem="x\nfatal error: Python.h: no", lock="")
    finding = found(rank(trained(op=op)))
    assert (finding.cause, finding.stops) == ("op-build-failed", True)
    assert "fatal error: Python.h" in finding.message


def test_a_build_lock_left_behind_blocks_with_its_path():
    op = Op("deepspeed_shm_comm", compiled=True, problem="", lock="/root/.cache/x/lock")
    finding = found(rank(trained(op=op)))
    assert finding.cause == "stale-build-lock"
    assert finding.fix
    assert finding.fix.command == "rm /root/.cache/x/lock"


@pytest.mark.parametrize(
    ("fact", "see"),
    [
        (Software("/venv/bin/python", "missing"), "software.python-is-there"),
        (
            Software("/venv/bin/python", "ok", "3.11", modules={"torch": "t", "deepspeed": None}),
            "software.deepspeed-is-installed",
        ),
        (Gpus((), (), error="Driver/library version mismatch"), "gpu.driver-answers"),
    ],
)
def test_a_root_cause_named_elsewhere_is_accused_once(fact, see):
    snap = with_fact(cluster(smoke(rank(at("import torch", "ImportError"), 1))), "node1", fact)
    for check in (CHECK, "training.step-time-is-alike"):
        finding = judged(snap, check)[("node1",)]
        assert finding.outcome.value == "skip"
        assert see in finding.message


def test_no_answer_is_no_pass():
    snap = without(cluster(smoke(rank(trained()))), "node1", Smoke)
    assert judged(snap, CHECK)[("node1",)].outcome.value == "unknown"
    assert judged(snap, "training.step-time-is-alike")[("node1",)].outcome.value == "unknown"


def step_times(*steps: float) -> dict[str, str]:
    snap = cluster(*(smoke(rank(trained(step))) for step in steps))
    findings = judged(snap, "training.step-time-is-alike")
    return {node: one.cause or one.outcome.value for (node,), one in findings.items()}


def test_alike_steps_hold():
    assert set(step_times(0.2, 0.25, 0.3).values()) == {"pass"}


def test_a_node_twice_as_slow_as_the_median_is_warned_of():
    assert step_times(0.1, 0.5, 0.1) == {"node1": "pass", "node2": "slow", "node3": "pass"}


def test_milliseconds_are_noise():
    assert set(step_times(0.003, 0.003, 0.04).values()) == {"pass"}


def test_two_nodes_have_no_median():
    assert set(step_times(0.1, 0.9).values()) == {"skip"}


def test_a_node_that_did_not_train_has_no_step_time():
    snap = cluster(smoke(rank(at("initialize"), -9)), *[smoke(rank(trained()))] * 3)
    findings = judged(snap, "training.step-time-is-alike")
    assert findings[("node1",)].outcome.value == "skip"
    assert findings[("node2",)].outcome.value == "pass"


def test_a_file_of_the_working_directory_with_a_packages_name_is_moved_away():
    trace = 'File "/run/deepspeed/__init__.py", line 1, in <module>'
    finding = found(rank(Said("import deepspeed", error="ValueError", detail="no", trace=trace), 1))
    assert finding.cause == "package-shadowed"
    assert finding.fix.command == "mv /run/deepspeed /run/own_deepspeed"


@pytest.mark.parametrize(
    ("loaded", "packages", "outcome", "cause"),
    [
        ("2.21.5", {"nvidia-nccl-cu12": "2.21.5"}, "pass", ""),
        ("2.21.5", {"nvidia-nccl-cu12": "2.21.5.post1"}, "pass", ""),
        ("2.18.3", {"nvidia-nccl-cu11": "2.20.5", "nvidia-nccl-cu12": "2.18.3"}, "pass", ""),
        ("2.18.3", {"nvidia-nccl-cu12": "2.21.5"}, "fail", "another-nccl"),
        ("2.18.3", {"torch": "2.5"}, "skip", ""),
        ("", {"nvidia-nccl-cu12": "2.21.5"}, "skip", ""),
    ],
)
def test_the_nccl_that_is_loaded_is_the_one_installed(loaded, packages, outcome, cause):
    snap = cluster(smoke(rank(trained(nccl=loaded))))
    with_fact(snap, "node1", Software("/v/python", "ok", "3.11.2", packages=packages))
    finding = judged(snap, "training.nccl-is-the-one-installed")[("node1",)]
    assert (finding.outcome.value, finding.cause) == (outcome, cause)
