"""Variables of one node's login that the others do not have, over hand-made facts."""

from __future__ import annotations

import pytest

from checks.facts.deepspeed_config import ConfigText, DeepspeedConfig, TrainingScript
from checks.facts.environment import Environment
from checks.model import Outcome
from checks.node.probe.environment import steers_training, variables_set_by
from tests.support.networks import cluster, nth_account
from tests.support.snapshots import judged, with_fact

CHECK = "software.variables-are-equal"
BASHRC = "/root/.bashrc:1"


def found(shells, cpus=(8, 8, 8), check=CHECK, **job):
    """The findings on three nodes with such shells."""
    snap = cluster(**job)
    for index, shell in enumerate(shells, 1):
        settings = dict.fromkeys(shell, (BASHRC,))
        with_fact(snap, f"node{index}", Environment(shell, settings))
        with_fact(snap, f"node{index}", nth_account(index, cpus=cpus[index - 1]))
    return {name: finding for (name,), finding in judged(snap, check).items()}


def marks(findings):
    """One letter a node: b blocks, w warns, . passes."""
    return "".join(
        "." if finding.outcome is Outcome.PASS else "b" if finding.stops else "w"
        for finding in findings.values()
    )


DETAIL = {"TORCH_DISTRIBUTED_DEBUG": "detail"}
BF16 = {"ACCELERATE_MIXED_PRECISION": "bf16"}


@pytest.mark.parametrize(
    ("shells", "job", "expected"),
    [
        (({}, {}, DETAIL), {}, "..b"),
        ((DETAIL, DETAIL, {}), {}, "..b"),
        ((DETAIL, DETAIL, DETAIL), {}, "..."),
        (({}, {}, {"TORCH_DISTRIBUTED_DEBUG": "INFO"}), {}, "..w"),
        (({}, {}, BF16), {}, "..w"),
        (({}, BF16, {}), {"launcher": "accelerate"}, ".b."),
        (({}, {"PET_STANDALONE": "1"}, {}), {"launcher": "torchrun"}, ".b."),
        (({}, {"PET_STANDALONE": "1"}, {}), {}, ".w."),
        (({}, {"PET_LOG_DIR": "/x"}, {}), {"launcher": "torchrun"}, "..."),
        (({}, {}, {"PYTORCH_CUDA_ALLOC_CONF": "x"}), {}, "..w"),
        (({}, {}, {"OMP_NUM_THREADS": "1"}), {}, "..w"),
        (({}, {}, {"PYTHONIOENCODING": "ascii"}), {}, "..w"),
        (({}, {}, {"PYTHONUNBUFFERED": "1", "PYTHONPATH": "/x"}), {}, "..."),
        (({}, {}, {"OMP_NUM_THREADS": "1"}), {"env": {"OMP_NUM_THREADS": "4"}}, "..."),
        (({}, {}, {"LD_PRELOAD": "libjemalloc.so"}), {}, "..w"),
        (({}, {}, {"HF_HOME": "/scratch"}), {}, "..."),
        (({}, {}, {"CUDA_VISIBLE_DEVICES": "1"}), {}, "..."),
        (({}, {}, {"NCCL_DEBUG": "INFO"}), {}, "..."),
        (tuple({"TORCH_TRACE": f"/t/node{n}"} for n in (1, 2, 3)), {}, "..."),
        (({}, {}, {"HF_TOKEN": "***", "PYTHONPATH": "/opt/x", "LANG": "C"}), {}, "..."),
    ],
)
def test_what_changes_a_rank_must_be_the_same(shells, job, expected):
    assert marks(found(shells, **job)) == expected


def test_variables_of_threads_may_follow_the_cores():
    shells = ({"OMP_NUM_THREADS": "8"}, {"OMP_NUM_THREADS": "8"}, {"OMP_NUM_THREADS": "4"})
    assert marks(found(shells, cpus=(16, 16, 8))) == "..."
    assert marks(found(shells, cpus=(16, 16, 16))) == "..w"


def test_the_line_is_named_and_taken_out():
    finding = found(({}, {}, {**DETAIL, "OMP_NUM_THREADS": "1"}))["node3"]
    assert f"TORCH_DISTRIBUTED_DEBUG is detail on node3 ({BASHRC})" in finding.message
    assert "OMP_NUM_THREADS is 1" in finding.message
    assert finding.fix.command.startswith("sed -i '1s/^/: # /' /root/.bashrc")


def test_what_the_others_have_is_added():
    shells = ({"MALLOC_ARENA_MAX": "2 x"}, {"MALLOC_ARENA_MAX": "2 x"}, {})
    finding = found(shells)["node3"]
    assert "sed -i " in finding.fix.command
    assert "export MALLOC_ARENA_MAX=" in finding.fix.command
    assert 'MALLOC_ARENA_MAX = "2 x"' in finding.fix.note


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("export OMP_NUM_THREADS=4 TORCH_TRACE=/x", ["OMP_NUM_THREADS", "TORCH_TRACE"]),
        ("[ -t 0 ] || ACCELERATE_USE_CPU=1", ["ACCELERATE_USE_CPU"]),
        ("setenv CUDA_HOME /usr/local/cuda", ["CUDA_HOME"]),
        ("set -gx HF_HOME /data", ["HF_HOME"]),
        ("echo $CUDA_HOME is there", []),
        ("# export OMP_NUM_THREADS=4", []),
        ("NCCL_DEBUG=INFO", ["NCCL_DEBUG"]),
    ],
)
def test_a_line_gives_variables_a_value(line, names):
    assert list(variables_set_by(line)) == names
    assert all(map(steers_training, names))


STORE, OMPI = "TORCHELASTIC_USE_AGENT_STORE", "OMPI_COMM_WORLD_LOCAL_RANK"
GIVEN = "software.variables-are-no-launchers"


@pytest.mark.parametrize(
    ("shells", "job", "expected"),
    [
        (({}, {}, {STORE: "True"}), {}, "..b"),
        (({STORE: "True"},) * 3, {}, "bbb"),
        (({STORE: "True"},) * 3, {"launcher": "torchrun"}, "..."),
        (({STORE: "True"},) * 3, {"launcher": "accelerate"}, "..."),
        (({}, {}, {STORE: "False"}), {}, "..."),
        (({}, {}, {}), {"env": {STORE: "True"}}, "bbb"),
        (({STORE: "True"}, {}, {}), {"env": {STORE: "False"}}, "..."),
        (({}, {OMPI: "3"}, {}), {}, ".b."),
        (({}, {OMPI: "3"}, {}), {"launcher": "torchrun"}, ".b."),
        (({}, {OMPI: "3"}, {}), {"backend": "openmpi"}, "..."),
        (({}, {OMPI: "0"}, {}), {}, "..."),
    ],
)
def test_what_only_a_launcher_may_give_a_rank(shells, job, expected):
    findings = found(shells, check=GIVEN, **job)
    assert marks(findings) == expected
    assert all(finding.fix for finding in findings.values() if finding.stops)
    assert set(marks(found(shells, **job))) == {"."}, "not named a second time for being unequal"


@pytest.mark.parametrize(("words", "stops"), [(("Accelerator",), True), (("deepspeed",), False)])
def test_steps_of_accumulation_part_ranks_of_a_script_that_reads_them(words, stops):
    snap = cluster()
    config = DeepspeedConfig(ConfigText("missing", ""), script=TrainingScript("/t.py", words))
    for name in snap.job.names:
        shell = {"ACCELERATE_GRADIENT_ACCUMULATION_STEPS": "4"} if name == "node2" else {}
        with_fact(with_fact(snap, name, Environment(shell)), name, config)
    finding = judged(snap, CHECK)[("node2",)]
    assert (finding.cause, finding.stops) == ("variable-differs", stops)
