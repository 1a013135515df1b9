"""Batch sizes of DeepSpeed's config against the ranks that the job has."""

import pytest

from checks.facts import Login
from checks.facts.gpus import Gpu, Gpus
from checks.model import Outcome
from tests.support.snapshots import with_fact
from tests.support.zero_cases import MICRO, PLAIN, TRAINER, apply_fix, cluster, finding, outcome


def batch(total=None, micro=None, steps=None):
    names = ("train_batch_size", MICRO, "gradient_accumulation_steps")
    given = dict(zip(names, (total, micro, steps), strict=True))
    return {name: value for name, value in given.items() if value is not None}


@pytest.mark.parametrize(
    ("config", "words", "expected"),
    [
        (batch(64, 2, 2), PLAIN, "pass"),
        (batch(32, 2, 1), PLAIN, "pass"),
        (batch(64), PLAIN, "pass"),
        (batch(None, 4), PLAIN, "pass"),
        (batch("auto", "auto", "auto"), TRAINER, "pass"),
        (batch(32, "auto", "auto"), TRAINER, "pass"),
        (batch(32, 2, 2), PLAIN, "batch-mismatch!"),
        (batch(32, 4), PLAIN, "batch-mismatch!"),
        (batch(72), PLAIN, "batch-mismatch!"),
        (batch(8, "auto", "auto"), TRAINER, "batch-mismatch!"),
        (batch(32, 2, 2), (*PLAIN, "mpu="), "batch-mismatch"),
        (batch(32, 2, 2), None, "batch-mismatch"),
        (batch(30, 4, 2), (*PLAIN, "mpu="), "batch-mismatch!"),
        (batch(30, 4, 2), None, "batch-mismatch!"),
        (batch(17), None, "batch-mismatch!"),
        (batch(17), (*PLAIN, "mpu="), "batch-mismatch"),
        ({**batch(32, 2, 2), "tensor_parallel": {"autotp_size": 2}}, PLAIN, "batch-mismatch"),
        (batch(None, None, 2), PLAIN, "no-batch-size!"),
        ({}, (*PLAIN, "batch_size"), "no-batch-size"),
        (batch("64"), PLAIN, "skip"),
    ],
)
def test_the_batch_triple_fits_16_ranks(config, words, expected):
    assert outcome("batch-sizes-agree", config, words) == expected


@pytest.mark.parametrize("config", [batch(32, 2, 2), batch(72), batch(8, 4), batch(None, None, 2)])
def test_the_printed_edit_fixes_the_batch(tmp_path, config):
    apply_fix(tmp_path, "batch-sizes-agree", config)


def test_slots_that_hosts_txt_leaves_out_are_those_found():
    snap = cluster(batch(8), slots=None)
    assert finding("batch-sizes-agree", snap).outcome is Outcome.UNKNOWN
    for node, count in (("node1", 2), ("node2", 1)):
        gpus = tuple(Gpu(i, "A100", f"GPU-{i}", None, "550") for i in range(count))
        with_fact(snap, node, Gpus(("NVIDIA",), gpus))
    result = finding("batch-sizes-agree", snap)
    assert result.cause == "batch-mismatch"
    assert "3 ranks" in result.message


def test_a_node_that_is_down_is_named_by_its_own_item():
    snap = cluster(batch(8), slots=None)
    with_fact(snap, "node2", Login(reached=False))
    with_fact(snap, "node1", Gpus((), ()))
    assert finding("batch-sizes-agree", snap).outcome is Outcome.SKIP
    assert outcome("batch-sizes-agree", batch(None, 4), slots=None) == "pass"


@pytest.mark.parametrize(
    ("total", "job", "expected"),
    [
        (8, {"include": "node1"}, "pass"),
        (8, {"exclude": "node1"}, "pass"),
        (16, {"include": "node1"}, "batch-mismatch!"),
        (3, {"include": "node1:0,1@node2:7"}, "pass"),
        (12, {"exclude": "node2:0,1,2,3"}, "pass"),
        (16, {"exclude": "node2:0,1,2,3"}, "batch-mismatch!"),
    ],
)
def test_ranks_are_those_that_a_filter_leaves(total, job, expected):
    assert outcome("batch-sizes-agree", batch(total, 1, 1), **job) == expected


def test_a_node_that_a_filter_leaves_out_need_not_be_counted():
    snap = cluster(batch(8), slots=None, include="node1")
    with_fact(snap, "node2", Login(reached=False))
    eight = tuple(Gpu(i, "A100", f"GPU-{i}", None, "550") for i in range(8))
    with_fact(snap, "node1", Gpus(("NVIDIA",), eight))
    assert finding("batch-sizes-agree", snap).outcome is Outcome.PASS
