"""What is made of a training smoke that trained, or could not: its loss, its build, slow nodes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from checks.answer import Answer
from checks.facts.deepspeed_config import ConfigText, DeepspeedConfig
from checks.facts.gpus import Gpu, Gpus
from checks.facts.ports import PortSettings
from checks.facts.smoke import CompiledOp, Smoke
from checks.facts.software import Software
from checks.model import Outcome
from tests.support.installed import software, toolchain
from tests.support.smokes import CHECK, cluster, rank, smoke, smoke_finding, stopped_at, trained
from tests.support.snapshots import judged, with_fact, without

OFFLOAD = {"zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu"}}}


def test_a_falling_loss_holds_and_says_what_was_seen():
    finding = smoke_finding(rank(trained()), rank(trained(), number=1))
    assert finding.outcome.value == "pass"
    assert finding.message == "loss 0.9 → 0.3 on 2 × cpu, 10.0 ms a step"
    assert finding.evidence["deepspeed"] == "0.16"


def test_a_start_that_will_compile_is_told_beforehand():
    op = CompiledOp("deepspeed_shm_comm", compiled=False, problem="", lock="")
    finding = smoke_finding(rank(trained(op=op)))
    assert finding.outcome.value == "pass"
    assert "will compile deepspeed_shm_comm" in finding.message
    assert finding.evidence["compiles"] == op.name


@pytest.mark.parametrize("losses", [("nan", "nan"), ("0.9", "inf")])
def test_a_loss_that_is_no_number_blocks(losses):
    finding = smoke_finding(rank(trained(losses=losses)))
    assert (finding.cause, finding.stops) == ("nan-loss", True)


def test_one_rank_without_a_number_is_enough():
    assert smoke_finding(rank(trained()), rank(trained(losses=("0.9", "nan")))).cause == "nan-loss"


def test_a_loss_that_does_not_fall_blocks():
    assert smoke_finding(rank(trained(losses=("0.5", "0.4", "0.5")))).cause == "loss-not-falling"


@pytest.mark.parametrize(("high", "outcome"), [(40000, "skip"), (40001, "fail")])
def test_ranks_without_ports_are_found_by_the_range(high, outcome):
    broken = rank(stopped_at("init_distributed", "RuntimeError", "bind: Address already in use"))
    snap = with_fact(cluster(smoke(broken)), "node1", PortSettings(40000, high, "", 1024))
    assert judged(snap, CHECK)["node1",].outcome.value == outcome


def test_training_that_could_not_compile_its_op_blocks_though_the_smoke_trained():
    op = CompiledOp(
        "deepspeed_shm_comm", compiled=False, problem="x\nfatal error: Python.h: no", lock=""
    )
    finding = smoke_finding(rank(trained(op=op)))
    assert (finding.cause, finding.stops) == ("op-build-failed", True)
    assert "fatal error: Python.h" in finding.message


@pytest.mark.parametrize(("config", "outcome"), [(OFFLOAD, "skip"), ({}, "fail"), (None, "fail")])
def test_a_missing_compiler_is_told_once(config, outcome):
    op = CompiledOp("deepspeed_shm_comm", compiled=False, problem="no c++", lock="")
    snap = cluster(smoke(rank(trained(op=op))))
    snap.job = replace(snap.job, deepspeed_config="ds.json")
    for fact in (software(), Gpus((), ())):
        with_fact(snap, "node1", fact)
    with_fact(snap, "node1", toolchain(compiler_path=""))
    text = json.dumps(config)
    read = (
        ConfigText("there", "/run/ds.json", text, bytes=len(text)) if config is not None else None
    )
    with_fact(snap, "node1", DeepspeedConfig(read))
    assert judged(snap, CHECK)["node1",].outcome.value == outcome


def test_a_compiler_of_which_a_part_is_gone_is_put_back_by_its_package():
    said = "c++: fatal error: cannot execute ‘cc1plus’: execvp: No such file or directory"
    op = CompiledOp("deepspeed_shm_comm", compiled=False, problem=said, lock="")
    fix = smoke_finding(rank(trained(op=op))).fix
    assert fix.command == (
        "apt-get install -y --reinstall $(dpkg -S '*/cc1plus' | cut -d: -f1 | sort -u)"
    )
    odd = CompiledOp("x", compiled=False, problem="cannot execute ‘a;b $(c)’: no", lock="")
    assert smoke_finding(rank(trained(op=odd))).fix.command.startswith("apt-get install -y g++")


def test_a_build_lock_left_behind_blocks_with_its_path():
    op = CompiledOp("deepspeed_shm_comm", compiled=True, problem="", lock="/root/.cache/x/lock")
    finding = smoke_finding(rank(trained(op=op)))
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
    snap = with_fact(
        cluster(smoke(rank(stopped_at("import torch", "ImportError"), 1))), "node1", fact
    )
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
    return {node: finding.cause or finding.outcome.value for (node,), finding in findings.items()}


def test_alike_steps_hold():
    assert set(step_times(0.2, 0.25, 0.3).values()) == {"pass"}


def test_a_node_twice_as_slow_as_the_median_is_warned_of():
    assert step_times(0.1, 0.5, 0.1) == {"node1": "pass", "node2": "slow", "node3": "pass"}


def test_milliseconds_are_noise():
    assert set(step_times(0.003, 0.003, 0.04).values()) == {"pass"}


def test_two_nodes_have_no_median():
    assert set(step_times(0.1, 0.9).values()) == {"skip"}


def test_a_node_that_did_not_train_has_no_step_time():
    snap = cluster(smoke(rank(stopped_at("initialize"), -9)), *[smoke(rank(trained()))] * 3)
    findings = judged(snap, "training.step-time-is-alike")
    assert findings[("node1",)].outcome.value == "skip"
    assert findings[("node2",)].outcome.value == "pass"


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


@pytest.mark.parametrize(
    "claim", ["training.torch-has-code-for-the-gpus", "training.nccl-is-the-one-installed"]
)
def test_an_interpreter_that_is_not_there_is_said_once(claim):
    snap = cluster(smoke(rank(trained())))
    snap.put("node1", Smoke.section, Answer(None, "/v/python is not installed"))
    with_fact(snap, "node1", Software("/v/python", "missing"))
    finding = judged(snap, claim)[("node1",)]
    assert finding.message.endswith("see software.python-is-there")
    with_fact(snap, "node1", Software("/v/python", "ok"))
    assert judged(snap, claim)[("node1",)].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("built", "capability", "expected"),
    [
        (("sm_80", "sm_90"), "9.0", "pass"),
        (("sm_80",), "8.6", "pass"),
        (("sm_86",), "8.0", "no-code"),
        (("sm_75", "sm_80"), "9.0", "no-code"),
        (("sm_75", "compute_80"), "9.0", "pass"),
        (("sm_90a",), "9.0", "pass"),
        (("sm_100f", "sm_120"), "10.3", "pass"),
        (("sm_80", "sm_90"), "7.0", "no-code"),
        ((), "7.0", "skip"),
        (("sm_90",), None, "skip"),
    ],
)
def test_what_torch_has_code_for(built, capability, expected):
    snap = cluster(smoke(rank(trained(architectures=built))))
    card = Gpu(0, "NVIDIA A", "GPU-0", None, "580", capability=capability)
    for name in snap.job.names:
        with_fact(snap, name, Gpus(("NVIDIA",), (card,)))
    for found in judged(snap, "training.torch-has-code-for-the-gpus").values():
        assert (found.cause or found.outcome.value) == expected and not found.stops
