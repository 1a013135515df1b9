"""Ranks that have not met yet: which reached the rendezvous, and what prevents the others."""

from __future__ import annotations

from launcher.run.stall.judge import StallKind, judge_rendezvous, judge_stall
from launcher.run.stall.observation import NodeObservation, StackFrame
from tests.support.observations import CALLING, IN_MEETING, MET, observations, rank, rendezvous


def came(number, **seen):
    return rank(number, sockets=(MET,), stack=IN_MEETING, **seen)


def test_a_complete_meeting_is_well():
    assert judge_rendezvous(rendezvous(2), observations(came(0), came(1))).kind is StallKind.WELL


def test_ranks_that_use_no_rendezvous_are_well():
    assert judge_rendezvous(rendezvous(2), observations(rank(0), rank(1))).kind is StallKind.WELL


def test_a_rank_that_imports_slowly_is_told_as_at_work():
    late = rank(1, cpu=0.9, stack=(StackFrame("load", "/job/train.py", 2),))
    stall = judge_rendezvous(rendezvous(2), observations(came(0), late))
    assert (stall.kind, stall.odd) == (StallKind.APART, (1,))
    assert stall.lines[:2] == (
        "1 of 2 ranks have reached the rendezvous at 10.0.0.1:29500",
        "rank 1 on node2 has not reached it, and works (0.9 cores), at load (train.py:2)",
    )
    assert stall.lines[2].startswith("rank 0 on node1 waits for the others in init_process_group")


def test_where_all_ranks_wait_for_the_rendezvous_they_expect_others():
    stall = judge_stall(rendezvous(2), observations(came(0), came(1)))
    assert (stall.kind, stall.odd) == (StallKind.STUCK, ())
    assert stall.lines[1].startswith("all 2 ranks of the run wait there: for more ranks than")
    for other in (rank(1), rank(1, sockets=(CALLING,), stack=IN_MEETING)):
        lines = judge_stall(rendezvous(2), observations(came(0), other)).lines
        assert "wait there" not in "".join(lines)
    alone = judge_stall(rendezvous(2), observations(came(0))).lines
    assert "wait there" not in "".join(alone)


def test_a_call_without_an_answer_names_the_caller_and_the_address():
    late = rank(1, sockets=(CALLING,), stack=IN_MEETING)
    stall = judge_rendezvous(rendezvous(2), observations(came(0), late))
    assert stall.odd == (1,)
    assert stall.lines[1] == (
        "rank 1 on node2: no answer from 10.0.0.1:29500: a firewall on the way to node1 drops the "
        "packets, or 10.0.0.1 is no address of node1"
    )
    assert not [line for line in stall.lines if "not reached it" in line]


def test_a_nodes_launcher_that_calls_in_vain_is_named():
    seen = observations(came(0))
    seen["node2"] = NodeObservation("node2", launcher=(CALLING,))
    lines = judge_rendezvous(rendezvous(2), seen).lines
    assert lines[1].startswith("the launcher on node2: no answer from 10.0.0.1:29500: ")
    assert lines[2] == "rank 1 on node2 is not running: not yet started, or ended"


def test_launchers_that_start_no_rank_are_named():
    seen = {"node1": NodeObservation("node1", launcher=(MET,)), "node2": NodeObservation("node2")}
    stall = judge_rendezvous(rendezvous(2), seen)
    assert (stall.kind, stall.odd) == (StallKind.APART, (0, 1))
    assert stall.lines[1:3] == (
        "the launcher on node1 waits there for the others",
        "the launcher on node2 has not reached it: still starting, refused, or hanging",
    )
    alone = judge_rendezvous(rendezvous(2), {name: NodeObservation(name) for name in seen})
    assert alone.lines[1].startswith(
        "the launchers on node[1-2] have not started any rank: still starting"
    )


def test_launchers_and_ranks_that_call_in_vain_are_folded_in_order():
    seen = observations(came(0), rank(3, sockets=(CALLING,)), rank(2, sockets=(CALLING,)))
    for name in ("node6", "node5"):
        seen[name] = NodeObservation(name, launcher=(CALLING, CALLING))
    lines = judge_rendezvous(rendezvous(6), seen).lines
    assert lines[1].startswith(
        "ranks 2 and 3 on node[3-4] and the launchers on node[5-6]: no answer from 10.0.0.1:29500: "
    )


def test_a_rank_with_another_masters_address_is_named():
    astray = rank(1, master="10.9.9.9:29500", stack=IN_MEETING)
    stall = judge_rendezvous(rendezvous(2), observations(came(0, master="10.0.0.1:29500"), astray))
    assert stall.lines[1] == (
        "rank 1 on node2: MASTER_ADDR and MASTER_PORT are 10.9.9.9:29500 there, not 10.0.0.1:29500"
    )
    assert stall.lines[2].startswith("rank 1 on node2 is refused there or calls another address")
