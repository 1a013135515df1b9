"""Who kept the ranks from meeting: every way in which one can fail, and whom it may not accuse."""

from __future__ import annotations

from typing import Any

import pytest

from checks.facts.environment import Environment
from checks.facts.ports import DialResults, FailedCall, Listeners
from checks.facts.rendezvous import Rendezvous, RendezvousRank, RendezvousReport
from checks.facts.snapshot import Snapshot
from checks.facts.software import Software
from tests.support.snapshots import judged, snapshot, with_fact, without

CHECK = "collective.ranks-meet"
NAMES = ("node1", "node2", "node3")
TIMED_OUT = "wait timeout after 8000ms, keys: /0//cpu//0/2"
HUNG = """\
Timeout (0:00:20)!
Thread 0x00007f2 (most recent call first):
  File "/v/torch/distributed/distributed_c10d.py", line 3187 in all_reduce
  File "task", line 40 in meet
"""


def through(rank: int, **more: Any) -> RendezvousRank:
    return RendezvousRank(rank, 0, 0.6, RendezvousReport("done", **more))


def failed(rank: int, stage: str, error: str, detail: str, ended: float = 0.1) -> RendezvousRank:
    return RendezvousRank(rank, 1, ended, RendezvousReport(stage, error=error, detail=detail))


def waiting(rank: int, stage: str = "group", detail: str = TIMED_OUT) -> RendezvousRank:
    return failed(rank, stage, "DistStoreError", detail, 8.2)


def meeting(*ranks: RendezvousRank, **more: Any) -> Snapshot:
    """One rank a node, the head's first."""
    names = tuple(f"node{at}" for at in range(1, len(ranks) + 1))
    snap = snapshot(names)
    for name, rank in zip(names, ranks, strict=True):
        given = {"torch": "2.5", "backend": "gloo", "address": "10.0.0.1", "port": 29500}
        given["own"] = f"10.0.0.{name[4:]}"
        fact = Rendezvous(**{**given, "world": len(ranks), "limit": 20.0, **more}, ranks=(rank,))
        with_fact(snap, name, fact)
    return snap


def outcomes(snap: Snapshot) -> dict[str, str]:
    """Cause or outcome by node."""
    return {
        name: finding.cause or finding.outcome.value
        for (name,), finding in judged(snap, CHECK).items()
    }


def test_ranks_that_met_hold_and_say_where():
    found = judged(meeting(*map(through, range(3))), CHECK)[("node1",)]
    assert found.outcome.value == "pass"
    assert found.message == "3 ranks met at 10.0.0.1:29500 over gloo in 0.6 s"


def test_one_rank_alone_has_nobody_to_meet():
    assert outcomes(meeting(through(0))) == {"node1": "skip"}


def test_the_rank_that_fails_by_itself_is_accused_and_not_those_that_wait():
    own = failed(2, "group", "RuntimeError", "[enforce fail] Unable to find address for: ib9")
    snap = meeting(waiting(0), waiting(1, detail="Connection reset by peer"), own)
    assert outcomes(snap) == {"node1": "skip", "node2": "skip", "node3": "gloo-ifname"}
    assert "Unable to find address for: ib9" in judged(snap, CHECK)[("node3",)].message


def test_where_the_variables_of_one_node_keep_ranks_apart_no_other_is_accused():
    own = failed(0, "all-reduce", "RuntimeError", "Timed out waiting 8000ms for send")
    snap = meeting(own, failed(1, "all-reduce", "RuntimeError", "Timed out"), waiting(2))
    detail = Environment({"TORCH_DISTRIBUTED_DEBUG": "DETAIL"})
    for name, environment in (
        ("node1", Environment()),
        ("node2", Environment()),
        ("node3", detail),
    ):
        with_fact(snap, name, environment)
    assert outcomes(snap) == dict.fromkeys(("node1", "node2", "node3"), "skip")
    assert "variables of node3 differ" in judged(snap, CHECK)[("node1",)].message
    assert judged(snap, "software.variables-are-equal")[("node3",)].stops


@pytest.mark.parametrize("at", range(3))
def test_a_part_that_arrived_changed_names_its_giver(at: int):
    ranks = [through(rank, wrong=(at,)) for rank in range(3)]
    assert outcomes(meeting(*ranks)) == {
        name: "wrong-sum" if number == at else "skip" for number, name in enumerate(NAMES)
    }


LOST = "The client socket has timed out after 8000ms while trying to connect to (10.0.0.1, 29500)."


def lost(rank: int) -> RendezvousRank:
    return failed(rank, "store", "DistNetworkError", LOST, 16.0)


def test_the_node_that_does_not_reach_the_master_is_accused_with_what_it_tried():
    snap = meeting(waiting(0), waiting(1), lost(2))
    assert outcomes(snap) == {"node1": "skip", "node2": "skip", "node3": "master-not-reached"}
    assert "10.0.0.1:29500" in judged(snap, CHECK)[("node3",)].message


def test_a_master_that_nobody_reaches_is_accused_itself():
    snap = meeting(waiting(0), lost(1), lost(2))
    assert outcomes(snap) == {"node1": "master-not-open", "node2": "skip", "node3": "skip"}


def test_a_master_port_in_use_is_the_heads_fault():
    taken = failed(0, "store", "DistNetworkError", "The server socket has failed: EADDRINUSE")
    snap = meeting(taken, lost(1), lost(2))
    assert outcomes(snap)["node1"] == "master-not-open"
    with_fact(snap, "node1", Listeners("10.0.0.1", (), "EADDRINUSE"))
    assert outcomes(snap) == dict.fromkeys(NAMES, "skip")


def test_ports_that_are_named_as_closed_are_not_accused_twice():
    snap = meeting(waiting(0), waiting(1), lost(2))
    closed = DialResults(failed=(FailedCall("node1", "10.0.0.1", 29500, "dropped", 1.0),))
    with_fact(snap, "node3", closed)
    found = judged(snap, CHECK)[("node3",)]
    assert found.outcome.value == "skip"
    assert "ports.master-port-is-reachable" in found.message


def test_the_rank_that_most_others_lacked_is_accused():
    silent = RendezvousRank(2, None, 20.0, RendezvousReport("group"))
    snap = meeting(waiting(0), waiting(1), silent)
    assert outcomes(snap) == {"node1": "skip", "node2": "skip", "node3": "hang"}


def calling(rank: int, *targets: int) -> RendezvousRank:
    called = tuple(f"10.0.0.{target + 1}:40001" for target in targets)
    return RendezvousRank(rank, 1, 20.0, RendezvousReport("group"), err=HUNG, unanswered=called)


def test_the_end_of_most_calls_in_vain_is_accused():
    both = meeting(calling(0), calling(1), calling(2, 0, 1))
    assert outcomes(both) == {"node1": "skip", "node2": "skip", "node3": "peer-not-reached"}
    closed = meeting(calling(0), calling(1), calling(2, 1), calling(3, 1))
    assert outcomes(closed)["node2"] == "peer-not-reached"
    assert "10.0.0.2:40001" in judged(closed, CHECK)[("node2",)].message
    assert set(outcomes(closed).values()) == {"peer-not-reached", "skip"}


def test_of_one_pair_the_caller_is_accused_and_the_message_has_the_called():
    snap = meeting(calling(0), calling(1), calling(2, 1))
    assert outcomes(snap) == {"node1": "skip", "node2": "skip", "node3": "peer-not-reached"}
    assert "10.0.0.2:40001" in judged(snap, CHECK)[("node3",)].message


def test_the_one_that_came_least_far_is_accused():
    ahead = [
        RendezvousRank(rank, 1, 20.0, RendezvousReport("all-reduce"), err=HUNG) for rank in (0, 1)
    ]
    snap = meeting(*ahead, RendezvousRank(2, 1, 20.0, RendezvousReport("group"), err=HUNG))
    assert outcomes(snap) == {"node1": "skip", "node2": "skip", "node3": "hang"}
    assert "all_reduce (/v/torch/distributed" in judged(snap, CHECK)[("node3",)].message


def test_where_nobody_stands_out_nobody_is_accused_and_nothing_passes():
    snap = meeting(
        *(
            RendezvousRank(rank, 1, 20.0, RendezvousReport("all-reduce"), err=HUNG)
            for rank in range(3)
        )
    )
    assert outcomes(snap) == {"node1": "unknown", "node2": "skip", "node3": "skip"}


def test_a_signal_is_told():
    snap = meeting(waiting(0), RendezvousRank(1, -9, 0.3, RendezvousReport("group")))
    assert outcomes(snap) == {"node1": "skip", "node2": "crashed"}


def broken_import() -> Snapshot:
    snap = meeting(*map(through, range(3)))
    broken = Rendezvous(error="ImportError", detail="libcudart.so.12: cannot open shared object")
    return with_fact(snap, "node3", broken)


def test_a_node_that_cannot_import_torch_is_told_and_the_others_meet():
    snap = broken_import()
    assert outcomes(snap) == {"node1": "pass", "node2": "pass", "node3": "import-error"}
    assert "libcudart" in judged(snap, CHECK)[("node3",)].message


@pytest.mark.parametrize(
    "software",
    [
        Software("/v/python", "missing"),
        Software("/v/python", "ok", "3.11", modules={"torch": None}),
    ],
)
def test_an_import_that_software_names_is_not_accused_twice(software: Software):
    snap = with_fact(broken_import(), "node3", software)
    assert outcomes(snap)["node3"] == "skip"


@pytest.mark.parametrize(
    "check", ["ranks-meet", "ranks-use-the-fastest-transport", "accelerators-are-alike-fast"]
)
def test_an_interpreter_that_is_missing_is_told_once(check):
    snap = broken_import()
    why = "/v/python is not installed"
    without(with_fact(snap, "node2", Software("/v/python", "missing")), "node2", Rendezvous, why)
    finding = judged(snap, f"collective.{check}")["node2",]
    assert finding.outcome.value == "skip"
    assert "software.python-is-there" in finding.message


def test_no_answer_is_no_pass():
    snap = without(meeting(*(waiting(rank) for rank in range(3))), "node3", Rendezvous)
    assert outcomes(snap)["node3"] == "unknown"
    assert outcomes(snap)["node1"] != "pass"


def test_a_failure_that_diagnose_knows_has_its_cause_and_fix():
    words = "[../third_party/gloo/gloo/transport/tcp/pair.cc:94] . bind: Address already in use"
    said = RendezvousReport("group", error="RuntimeError", detail=words)
    snap = meeting(waiting(0), waiting(1), RendezvousRank(2, 1, 0.3, said))
    finding = judged(snap, CHECK)[("node3",)]
    assert (finding.cause, finding.stops) == ("gloo-no-port", True)
    assert "net.ipv4.ip_local_port_range" in finding.fix.note
