"""What a look at the ranks comes to, over made sights: who is named, and slow or stuck."""

from __future__ import annotations

import pytest

from launcher.run.stall.judge import StallKind, judge_stall
from launcher.run.stall.observation import NodeObservation, StackFrame
from launcher.run.stall.rank_state import Activity, classify_rank
from tests.support.observations import (
    C10D,
    CALLING,
    IN_BARRIER,
    PORT,
    READING,
    meeting,
    rank,
    sights,
)


def test_the_rank_that_others_wait_for_is_apart_and_it_is_stuck():
    seen = sights(rank(0, stack=IN_BARRIER), rank(1, stack=READING), rank(2, stack=IN_BARRIER))
    stall = judge_stall(meeting(3), seen)
    assert (stall.kind, stall.odd) == (StallKind.STUCK, (1,))
    assert stall.lines == (
        "stuck: 0.0 cores in use by 3 ranks, 0.0 MB/s on the network",
        "rank 1 on node2 is apart: it does nothing, at batch (data.py:7)",
        "rank 0 on node1, rank 2 on node3 waits in barrier, at main (train.py:30)",
    )


def test_ranks_in_different_collectives_are_stuck_and_the_fewest_are_apart():
    other = (StackFrame("all_reduce", C10D, 11), StackFrame("save", "/job/train.py", 50))
    seen = sights(rank(0, stack=IN_BARRIER), rank(1, stack=IN_BARRIER), rank(2, stack=other))
    stall = judge_stall(meeting(3), seen)
    assert (stall.kind, stall.odd) == (StallKind.STUCK, (2,))
    assert "waits in all_reduce, at save (train.py:50)" in stall.lines[1]


def test_all_at_one_place_accuse_nobody():
    stall = judge_stall(meeting(2), sights(rank(0, stack=IN_BARRIER), rank(1, stack=IN_BARRIER)))
    assert (stall.kind, stall.odd) == (StallKind.STUCK, ())


@pytest.mark.parametrize(
    "worker", [rank(1, cpu=1.0), rank(1, disk=5_000_000)], ids=["computes", "reads"]
)
def test_a_rank_at_work_is_slow(worker):
    stall = judge_stall(meeting(2), sights(rank(0, stack=IN_BARRIER), worker))
    assert (stall.kind, stall.odd) == (StallKind.SLOW, (1,))


def test_data_on_the_network_is_slow():
    waiting = [rank(0, stack=IN_BARRIER), rank(1, stack=IN_BARRIER)]
    assert (
        judge_stall(meeting(2), sights(*waiting, network={"eth1": 9_000_000})).kind
        is StallKind.SLOW
    )


def test_polling_on_gpus_without_stacks_is_unsure():
    why = "py-spy is not installed there"
    seen = sights(rank(0, cpu=1.0, why=why), rank(1, cpu=1.0, why=why), gpus=((100.0, 90.0),))
    stall = judge_stall(meeting(2), seen)
    assert stall.kind is StallKind.UNSURE
    assert stall.lines[0].endswith("GPUs at 100 %")
    assert "uses 1 cores, at work or polling for the others" in stall.lines[1]
    assert stall.lines[-1].startswith("no stacks: py-spy is not installed there; `pip install")


def test_the_flight_recorder_tells_ranks_apart_without_stacks():
    ahead = [rank(number, flight="all_reduce 8, scheduled") for number in (0, 2)]
    stall = judge_stall(meeting(3), sights(*ahead, rank(1, flight="all_reduce 7, started")))
    assert stall.odd == (1,)
    assert "NCCL's last: all_reduce 7, started" in stall.lines[1]


def test_a_node_that_cannot_be_seen_and_a_rank_that_is_gone_are_told():
    seen = sights(rank(0, stack=IN_BARRIER), rank(1, state=""))
    seen["node3"] = NodeObservation("node3", error="its supervisor did not answer")
    stall = judge_stall(meeting(3), seen)
    assert stall.kind is StallKind.UNSURE
    assert any("rank 1 on node2 is apart: it is gone" in line for line in stall.lines)
    assert "rank 2 on node3: not running, not started or ended already" in stall.lines
    assert stall.lines[-1] == "node3 could not be seen: its supervisor did not answer"


@pytest.mark.parametrize(
    ("seen", "doing", "words"),
    [
        ({"state": "T"}, Activity.RESTS, "is stopped (SIGSTOP or a debugger)"),
        ({"wchan": "pipe_read"}, Activity.RESTS, "does nothing in pipe_read"),
        ({"sockets": (CALLING,)}, Activity.MEETS, "waits for an answer"),
        ({"cpu": 0.5, "disk": 2_000_000}, Activity.WORKS, "works (0.5 cores, 2.0 MB/s of disk)"),
        (
            {"stack": IN_BARRIER, "cpu": 1.0},
            Activity.WAITS,
            "waits in barrier, at main (train.py:30)",
        ),
        (
            {"blocked": ("pt_data in nfs_wait",)},
            Activity.RESTS,
            "does nothing; pt_data in nfs_wait hangs in state D: "
            "its disk or file server does not answer",
        ),
    ],
)
def test_where_a_rank_stands(seen, doing, words):
    found = classify_rank(rank(0, **seen), PORT, polls=False)
    assert (found.doing, found.words) == (doing, words)


def test_many_ranks_are_named_in_part():
    seen = sights(*(rank(number, stack=IN_BARRIER) for number in range(100)))
    lines = judge_stall(meeting(100), seen).lines
    assert "rank 5 on node6 and 94 more waits in barrier" in lines[1]
