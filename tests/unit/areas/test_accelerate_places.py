"""accelerate's configurations to each other: ranks, processes, head and port."""

from __future__ import annotations

import pytest

from checks.facts.gpus import Gpus
from checks.facts.ports import FailedCall, NamedHead
from checks.model import Outcome
from tests.support.accelerate_files import (
    HOSTFILE,
    PDSH,
    STANDARD,
    causes_by_node,
    finding_of,
    outcomes,
    snapshot,
)
from tests.support.networks import interfaces
from tests.support.snapshots import with_fact, without


@pytest.mark.parametrize(
    ("ranks", "causes", "meant"),
    [
        ((0, 2, 1), {}, 0),
        ((0, 0, 2), {"node2": "rank-twice"}, 1),
        ((0, 1, 1), {"node3": "rank-twice"}, 2),
        ((0, 1, 3), {"node3": "rank-out-of-range"}, 2),
        ((1, 1, 2), {"node1": "head-not-rank-0"}, 0),
        ((0, 0, 0), {"node2": "rank-twice", "node3": "rank-twice"}, 1),
    ],
)
def test_machine_ranks(ranks, causes, meant):
    snap = snapshot(*(STANDARD.format(rank=rank) for rank in ranks))
    assert causes_by_node("machine-ranks-are-whole", snap) == causes
    for name in list(causes)[:1]:
        assert (
            f"machine_rank: {meant}|"
            in finding_of("machine-ranks-are-whole", snap, name).fix.command
        )


def test_machines():
    one = STANDARD.replace("num_machines: 3", "num_machines: 1")
    assert causes_by_node("machines-and-processes-fit", snapshot(STANDARD, one, STANDARD)) == {
        "node2": "machines-differ"
    }


@pytest.mark.parametrize(
    ("processes", "slots"),
    [
        (25, (8, 8, 8)),
        (16, (8, 8, 8)),
        (48, (8, 8, 8)),
        (2, (8, 8, 8)),
        (20, (8, 8, 4)),
    ],
)
def test_processes(processes, slots):
    text = STANDARD.replace("num_processes: 24", f"num_processes: {processes}")
    snap = snapshot(text, slots=slots)
    assert set(causes_by_node("machines-and-processes-fit", snap).values()) == {"processes-differ"}


def test_processes_that_are_not_given_or_filtered():
    dark = without(snapshot(STANDARD, slots=(8, 8, None)), "node3", Gpus)
    assert "slots of node3" in finding_of("machines-and-processes-fit", dark).message
    open_ended = STANDARD.replace("num_processes: 24", "num_processes: -1")
    assert outcomes("machines-and-processes-fit", snapshot(open_ended)) == {Outcome.PASS}
    assert outcomes("machines-and-processes-fit", snapshot(STANDARD, include="node1")) == {
        Outcome.SKIP
    }


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ("10.0.0.1", None),
        ("node1", None),
        ("10.0.0.3", "not-the-head"),
        ("localhost", "not-the-head"),
        ("192.0.2.1", "not-the-head"),
        ("", "no-head-address"),
    ],
)
def test_where_the_main_process_is(given, cause):
    text = STANDARD.replace("10.0.0.1", given)
    snap = snapshot(STANDARD, text, STANDARD)
    assert causes_by_node("main-process-is-on-the-head", snap) == (
        {"node2": cause} if cause else {}
    )
    if cause:
        finding = finding_of("main-process-is-on-the-head", snap)
        assert "main_process_ip: 10.0.0.1" in finding.fix.command


def test_head_of_another_address_on_a_second_card():
    snap = snapshot(STANDARD.replace("10.0.0.1", "192.168.7.1"))
    with_fact(snap, "node1", interfaces(("eth0", "10.0.0.1/24"), ("ib0", "192.168.7.1/24")))
    assert not causes_by_node("main-process-is-on-the-head", snap)
    bare = snapshot(PDSH.replace("main_process_ip: 10.0.0.1\n", ""), hostfile=HOSTFILE)
    assert not causes_by_node("main-process-is-on-the-head", bare), "DeepSpeed finds it"


def test_an_address_of_nobody_is_what_a_call_of_it_says():
    snap = snapshot(STANDARD, STANDARD.replace("10.0.0.1", "192.0.2.1"), STANDARD)
    with_fact(snap, "node2", NamedHead({"node1": (29500,)}))
    assert not causes_by_node("main-process-is-on-the-head", snap), "translated on the way"
    failed = FailedCall("node1", "192.0.2.1", 29500, "dropped", 2.6)
    with_fact(snap, "node2", NamedHead(failed=(failed,)))
    finding = finding_of("main-process-is-on-the-head", snap)
    assert "our start gives accelerate its own" in finding.message
    assert "node1 does not answer there (dropped)" in finding.message


def test_ports():
    other = STANDARD.replace("29500", "5000")
    apart = snapshot(STANDARD, other, STANDARD)
    assert causes_by_node("port-is-the-checked-one", apart) == {"node2": "port-differs"}
    assert causes_by_node("port-is-the-checked-one", snapshot(other)) == {
        "node1": "port-not-checked"
    }
    assert not causes_by_node("port-is-the-checked-one", snapshot(other, master_port=5000))
    unsaid = STANDARD.replace("main_process_port: 29500\n", "")
    assert not causes_by_node("port-is-the-checked-one", snapshot(unsaid))
