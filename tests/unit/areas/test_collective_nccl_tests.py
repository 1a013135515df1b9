"""all_reduce_perf: its output as others recorded it, and what is said of made-up runs."""

from __future__ import annotations

import pytest

from checks.facts.gpus import Gpu, Gpus
from checks.facts.nccl_tests import NcclTests
from checks.facts.nccl_tests_output import parse_perf_output
from checks.facts.snapshot import Snapshot
from checks.model import Finding
from tests.support.networks import cluster
from tests.support.paths import RECORDED
from tests.support.snapshots import judged, with_fact

DATA = RECORDED / "nccl_tests"
NODE, WHOLE = "collective.node-bandwidth-is-alike", "collective.bus-bandwidth-is-in-line"
NAMES = ("node1", "node2", "node3")


def recorded(name: str) -> str:
    return (DATA / f"{name}.txt").read_text(encoding="utf-8")


TWO_NODES = recorded("2.17.1-two-nodes-by-srun")


def test_a_table_of_today():
    perf = parse_perf_output(TWO_NODES)
    assert perf.ranks == tuple(range(8))
    assert perf.ran_together(8)
    assert not perf.ran_together(16)
    assert [row.size for row in perf.rows] == [2**power for power in range(22, 28)]
    assert perf.best is not None
    assert (perf.best.time, perf.best.algbw, perf.best.busbw) == (1907.8, 70.35, 123.11)
    assert (perf.wrong, perf.out_of_bounds, perf.average) == (0, 0, 19.7866)


def test_a_table_with_a_column_of_errors_and_words_of_nccl_in_between():
    perf = parse_perf_output(recorded("column-of-errors"))
    assert perf.ran_together(4)
    assert len(perf.rows) == 7
    assert perf.best is not None
    assert (perf.best.size, perf.best.busbw, perf.best.wrong) == (2**31, 2.56, None)
    assert perf.wrong == 0


def test_a_build_without_mpi_is_seen_by_its_ranks():
    perf = parse_perf_output(recorded("without-mpi-under-mpirun"))
    assert perf.ranks == (0, 0)
    assert not perf.ran_together(2)


def test_tags_of_mpirun_are_no_part_of_a_line():
    assert [row.size for row in parse_perf_output(recorded("tagged-by-mpirun")).rows] == [8, 16, 32]
    tagged = "".join(f"[1,0]<stdout>:{line}\n" for line in TWO_NODES.splitlines())
    assert parse_perf_output(tagged) == parse_perf_output(TWO_NODES)


def test_what_is_not_counted_is_not_wrong():
    (row,) = parse_perf_output(recorded("one-gpu")).rows
    assert (row.wrong, row.busbw) == (0, 0.0)


def test_a_failure_is_told_in_its_own_words():
    perf = parse_perf_output(recorded("internal-error"))
    assert perf.failure.startswith("Test NCCL failure common.cu:959 'internal error")
    assert perf.rows == ()


@pytest.mark.parametrize("size", range(len(TWO_NODES) + 1)[::97])
def test_what_is_cut_off_is_read_as_far_as_it_goes(size: int):
    whole, perf = parse_perf_output(TWO_NODES), parse_perf_output(TWO_NODES[:size])
    assert perf.rows[:-1] == whole.rows[: len(perf.rows)][:-1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("123.11      0", "123.11     12"),
        ("values : 0 OK", "values : 12 FAILED"),
    ],
)
def test_wrong_values_are_counted(old: str, new: str):
    assert parse_perf_output(TWO_NODES.replace(old, new)).wrong == 12


def alone(*speeds: float, models: tuple[str, ...] = (), **given: object) -> Snapshot:
    """A node for each speed, each with eight GPUs that reached it."""
    snap = cluster()
    for number, (name, speed) in enumerate(zip(NAMES, speeds, strict=False)):
        out = TWO_NODES.replace("123.11", str(speed)) if speed else recorded("internal-error")
        kept = [line for line in out.splitlines() if "134217728 " in line or "#  R" in line]
        model = models[number] if models else "NVIDIA H100 80GB HBM3"
        with_fact(snap, name, Gpus(("nvidia",), gpus=tuple(gpu(at, model) for at in range(8))))
        text = "\n".join(kept) if speed else out
        code = 0 if speed else 3
        seen = NcclTests(path="/opt/all_reduce_perf", ranks=8, code=code, out=text)
        with_fact(snap, name, seen)
    return snap


def gpu(index: int, model: str) -> Gpu:
    return Gpu(index, model, f"GPU-{index}", 80 * 2**30, "550.54.15")


def found(snap: Snapshot) -> dict[str, Finding]:
    return {name: entry for (name,), entry in judged(snap, NODE).items()}


def causes(snap: Snapshot) -> list[str]:
    return [finding.cause or finding.outcome.value for finding in found(snap).values()]


def test_a_node_far_behind_its_like_is_named_alone():
    snap = alone(480.0, 475.0, 200.0)
    assert causes(snap) == ["pass", "pass", "slow"]
    result = found(snap)["node3"]
    assert not result.stops
    assert result.message.startswith(
        "8 GPUs of node3: bus bandwidth 200 GB/s; 475 in the 3 like it"
    )


def test_nodes_that_differ_as_healthy_ones_do_are_not_named():
    assert causes(alone(480.0, 475.0, 300.0)) == ["pass"] * 3


def test_two_nodes_are_not_compared():
    assert causes(alone(480.0, 100.0)) == ["pass", "pass", "unknown"]


def test_only_like_is_compared_with_like():
    models = ("NVIDIA H100 80GB HBM3", "NVIDIA H100 80GB HBM3", "NVIDIA L40S")
    assert causes(alone(480.0, 475.0, 20.0, models=models)) == ["pass"] * 3


def test_one_that_fails_alone_is_named_and_a_tool_that_runs_nowhere_names_nobody():
    snap = alone(480.0, 0, 475.0)
    assert causes(snap) == ["pass", "failed", "pass"]
    assert "Test NCCL failure common.cu:959" in found(snap)["node2"].message
    assert causes(alone(0, 0, 0)) == ["skip"] * 3


def test_wrong_values_of_a_node_stop():
    snap = alone(480.0, 475.0, 470.0)
    out = TWO_NODES.replace("values : 0 OK", "values : 12 FAILED")
    with_fact(snap, "node2", NcclTests(path="/opt/all_reduce_perf", ranks=8, out=out))
    assert causes(snap) == ["pass", "wrong-values", "pass"]
    assert "12 values that the 8 GPUs of node2 added up are wrong" in found(snap)["node2"].message


def as_one(out: str) -> Snapshot:
    snap = cluster()
    for name in NAMES:
        result = out if name == "node1" else ""
        seen = NcclTests(path="/opt/all_reduce_perf", by="mpirun", ranks=8, out=result)
        with_fact(with_fact(snap, name, seen), name, Gpus((), ()))
    return snap


def test_all_ranks_as_one_are_the_measurement_of_the_whole():
    result = judged(as_one(TWO_NODES), WHOLE)[()]
    assert result.outcome.value == "pass"
    assert "over 8 ranks: bus bandwidth 123 GB/s" in result.message
    assert "by all_reduce_perf under mpirun" in result.message
    assert result.evidence["table"][-1]["busbw"] == 123.11
    assert set(causes(as_one(TWO_NODES))) == {"skip"}


def test_wrong_values_of_the_whole_stop():
    result = judged(as_one(TWO_NODES.replace("123.11      0", "123.11     12")), WHOLE)[()]
    assert result.cause == "wrong-values"
