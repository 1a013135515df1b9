"""accelerate's configurations to each other: the kind of training and its settings."""

from __future__ import annotations

import pytest

from checks.facts.accelerate_config import AccelerateFile
from checks.model import Outcome, Severity
from tests.support.accelerate_files import (
    FSDP,
    PATH,
    PDSH,
    STANDARD,
    causes_by_node,
    finding_of,
    outcomes,
    snapshot,
)
from tests.support.snapshots import with_fact, without

CLAIM = "nodes-train-alike"
BF16 = "mixed_precision: bf16\n"
PLAIN = "distributed_type: MULTI_GPU\nmachine_rank: {rank}\n"
STAGED = STANDARD.replace("  deepspeed_config_file: zero2.json\n", "  zero_stage: 2\n")


def without_file(snap, *names):
    for name in names:
        with_fact(snap, name, AccelerateFile(PATH, None, "missing"))
    return snap


@pytest.mark.parametrize(
    "snap",
    [
        snapshot(STANDARD),
        snapshot(FSDP),
        snapshot(STANDARD, PDSH, STANDARD),
        snapshot(PLAIN, PLAIN.replace("GPU", "CPU"), PLAIN.replace("MULTI_GPU", '"NO"')),
        snapshot(STAGED, STAGED + "mixed_precision: 'no'\n", STAGED + "  gradient_clipping: 1\n"),
        snapshot(FSDP, PLAIN, "distributed_type: [", deepspeed_config="zero2.json"),
        without_file(snapshot(PLAIN), "node2"),
        without_file(snapshot(PLAIN), "node1", "node2", "node3"),
    ],
)
def test_nodes_that_train_alike_are_not_accused(snap):
    assert not causes_by_node(CLAIM, snap)
    assert Outcome.PASS in outcomes(CLAIM, snap)


@pytest.mark.parametrize(
    ("texts", "causes", "word"),
    [
        ((STANDARD, FSDP, STANDARD), {"node2": "kind-differs"}, "FSDP, not DEEPSPEED"),
        ((PDSH, PLAIN, PDSH), {"node2": "kind-differs"}, "plain data parallel, not DEEPSPEED"),
        ((STAGED, STAGED.replace("2", "3", 1), STAGED), {"node2": "kind-differs"}, "zero_stage 3"),
        ((FSDP, FSDP.replace("n: 2", "n: 1"), FSDP), {"node2": "kind-differs"}, "1, not 2"),
        ((PLAIN, PLAIN + BF16, PLAIN), {"node2": "settings-differ"}, "bf16, not no"),
        ((FSDP, FSDP.replace("true", "false"), FSDP), {"node2": "settings-differ"}, "false"),
        ((FSDP, PLAIN, PLAIN), {"node1": "kind-differs"}, ""),
        ((PDSH, "nonsense: [", PDSH), {"node2": "kind-unknown"}, "none of accelerate's"),
    ],
)  # fmt: skip
def test_a_node_that_trains_otherwise_is_named(texts, causes, word):
    snap = snapshot(*texts)
    assert causes_by_node(CLAIM, snap) == causes
    ((name, cause),) = causes.items()
    finding = finding_of(CLAIM, snap, name)
    assert word in finding.message
    assert "scp" in finding.fix.command and f":{PATH}" in finding.fix.command
    warned = cause == "settings-differ"
    assert finding.severity is (Severity.WARN if warned else Severity.BLOCK)


def test_a_node_without_the_file_trains_plainly_and_is_given_it():
    snap = without_file(snapshot(FSDP), "node2")
    assert causes_by_node(CLAIM, snap) == {"node2": "kind-differs"}
    assert f"it has no {PATH}" in finding_of(CLAIM, snap).message
    assert "plain data parallel" in finding_of("config-is-accepted", snap).message
    few = without_file(snapshot(FSDP), "node1", "node3")
    assert finding_of(CLAIM, few).fix.command == f"mv {PATH} {PATH}.aside"


def test_where_each_is_started_by_hand_it_warns_and_where_nobody_starts_it_is_skipped():
    by_hand = snapshot(STANDARD, FSDP, STANDARD, launcher="deepspeed", command=())
    assert finding_of(CLAIM, by_hand).severity is Severity.WARN
    other = snapshot(STANDARD, FSDP, STANDARD, launcher="deepspeed", command=("train.py",))
    assert outcomes(CLAIM, other) == {Outcome.SKIP}


def test_a_node_without_an_answer_accuses_nobody():
    snap = without(snapshot(STANDARD), "node2", AccelerateFile)
    assert outcomes(CLAIM, snap) == {Outcome.PASS, Outcome.UNKNOWN}
