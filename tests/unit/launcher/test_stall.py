"""What an observation comes to: slow or stuck, and which ranks are named."""

from __future__ import annotations

import pytest

from launcher.run.stall.judge import StallKind, judge_stall
from launcher.run.stall.observation import NodeObservation, StackFrame
from launcher.run.stall.rank_state import Activity, classify_rank, describe_alike
from launcher.run.stall.start_line import describe_start
from tests.support.observations import (
    C10D,
    CALLING,
    IN_BARRIER,
    PORT,
    READING,
    observations,
    rank,
    rendezvous,
)


def test_the_rank_that_others_wait_for_is_elsewhere_and_the_run_is_stuck():
    seen = observations(
        rank(0, stack=IN_BARRIER), rank(1, stack=READING), rank(2, stack=IN_BARRIER)
    )
    stall = judge_stall(rendezvous(3), seen)
    assert (stall.kind, stall.odd) == (StallKind.STUCK, (1,))
    assert stall.lines == (
        "stuck: 0.0 cores in use by 3 ranks, 0.0 MB/s on the network",
        "rank 1 on node2 is elsewhere than the others, and is idle, at batch (data.py:7)",
        "ranks 0 and 2 on node[1,3] wait in barrier, at main (train.py:30)",
        "no record of the collectives of ranks 0-2: the worker server of torch, which has it since "
        "2.5, does not answer there",
    )


def test_of_ranks_in_different_collectives_the_fewest_are_elsewhere():
    other = (StackFrame("all_reduce", C10D, 11), StackFrame("save", "/job/train.py", 50))
    seen = observations(rank(0, stack=IN_BARRIER), rank(1, stack=IN_BARRIER), rank(2, stack=other))
    stall = judge_stall(rendezvous(3), seen)
    assert (stall.kind, stall.odd) == (StallKind.STUCK, (2,))
    assert "waits in all_reduce, at save (train.py:50)" in stall.lines[1]


def test_a_record_is_missed_only_where_ranks_wait_in_collectives():
    seen = observations(rank(0, stack=READING, collectives=()), rank(1, stack=READING))
    assert "record" not in "".join(judge_stall(rendezvous(2), seen).lines)
    seen = observations(rank(0, stack=IN_BARRIER, collectives=()), rank(1, stack=READING))
    assert (
        judge_stall(rendezvous(2), seen)
        .lines[-1]
        .startswith("no record of the collectives of rank 1: ")
    )


def test_all_at_one_place_accuse_nobody():
    stall = judge_stall(
        rendezvous(2), observations(rank(0, stack=IN_BARRIER), rank(1, stack=IN_BARRIER))
    )
    assert (stall.kind, stall.odd) == (StallKind.STUCK, ())


@pytest.mark.parametrize(
    "worker",
    [
        *(rank(1, cpu=1.0), rank(1, cpu=0.09, running=1), rank(1, disk=5_000_000)),
        rank(1, cpu=0.02, throttled=0.8),
    ],
    ids=["computes", "computes on a busy node", "reads", "is held back"],
)
def test_a_rank_at_work_is_slow(worker):
    stall = judge_stall(rendezvous(2), observations(rank(0, stack=IN_BARRIER), worker))
    assert (stall.kind, stall.odd) == (StallKind.SLOW, (1,))


def test_data_on_the_network_is_slow():
    waiting = [rank(0, stack=IN_BARRIER), rank(1, stack=IN_BARRIER)]
    assert (
        judge_stall(rendezvous(2), observations(*waiting, network={"eth1": 9_000_000})).kind
        is StallKind.SLOW
    )


def test_data_that_creep_from_rank_to_rank_are_slow():
    waiting = [rank(number, stack=IN_BARRIER, traffic=50_000) for number in (0, 1)]
    assert judge_stall(rendezvous(2), observations(*waiting)).kind is StallKind.SLOW
    asked = [waiting[0], rank(1, stack=IN_BARRIER)]  # by a collector of metrics
    assert judge_stall(rendezvous(2), observations(*asked)).kind is StallKind.STUCK
    alive = [rank(number, stack=IN_BARRIER, traffic=500) for number in (0, 1)]
    assert judge_stall(rendezvous(2), observations(*alive)).kind is StallKind.STUCK


def test_a_rank_that_polls_under_a_limit_is_no_sign_of_work():
    ranks = [rank(0, stack=IN_BARRIER), rank(1, cpu=0.2, throttled=0.8)]
    seen = observations(*ranks, gpus=((100.0, 90.0),))
    assert judge_stall(rendezvous(2), seen).kind is StallKind.UNSURE


def test_polling_on_gpus_without_stacks_is_unsure():
    why = "py-spy is not installed there"
    seen = observations(rank(0, cpu=1.0, why=why), rank(1, cpu=1.0, why=why), gpus=((100.0, 90.0),))
    stall = judge_stall(rendezvous(2), seen)
    assert stall.kind is StallKind.UNSURE
    assert stall.lines[0].endswith("GPUs at 100 % and 90 W")
    assert "are working or polling for the others (1.0 cores)" in stall.lines[1]
    assert stall.lines[-1].startswith("no stacks: py-spy is not installed there; py-spy, installed")


def test_the_flight_recorder_tells_ranks_apart_without_stacks():
    ahead = [rank(number, flight="all_reduce 8, scheduled") for number in (0, 2)]
    stall = judge_stall(
        rendezvous(3), observations(*ahead, rank(1, flight="all_reduce 7, started"))
    )
    assert stall.odd == (1,)
    assert "last collective of NCCL: all_reduce 7, started" in stall.lines[1]


def test_a_node_that_cannot_be_seen_and_a_rank_that_has_ended_are_named():
    seen = observations(rank(0, stack=IN_BARRIER), rank(1, state=""))
    seen["node3"] = NodeObservation("node3", error="its supervisor did not answer")
    stall = judge_stall(rendezvous(3), seen)
    assert stall.kind is StallKind.UNSURE
    assert any(
        "rank 1 on node2 is elsewhere than the others, and has ended" in line
        for line in stall.lines
    )
    assert "rank 2 on node3 is not running: not yet started, or ended" in stall.lines
    assert stall.lines[-1] == "node3 could not be observed: its supervisor did not answer"


@pytest.mark.parametrize(
    ("seen", "doing", "words"),
    [
        ({"state": "T"}, Activity.IDLE, "is stopped, by SIGSTOP"),
        ({"state": "t"}, Activity.IDLE, "is stopped, in a debugger"),
        ({"wchan": "pipe_read"}, Activity.IDLE, "is waiting for the other end of a pipe"),
        ({"sockets": (CALLING,)}, Activity.MEETS, "waits for an answer"),
        ({"cpu": 0.5, "disk": 2_000_000}, Activity.WORKS, "works (0.5 cores, 2.0 MB/s of files)"),
        (
            {"cpu": 0.1, "throttled": 0.8},
            Activity.WORKS,
            "works (0.1 cores, held back 80 % of the time by the CPU limit of a control group)",
        ),
        (
            {"stack": IN_BARRIER, "cpu": 1.0},
            Activity.WAITS,
            "waits in barrier, at main (train.py:30)",
        ),
        (
            {"blocked": ("pt_data in nfs_wait",)},
            Activity.IDLE,
            "is idle; pt_data in nfs_wait is blocked (state D): "
            "its disk or file server does not answer",
        ),
    ],
)
def test_where_a_rank_stands(seen, doing, words):
    found = classify_rank(rank(0, **seen), PORT, polls=False)
    assert (found.activity, describe_alike([found])) == (doing, words)


@pytest.mark.parametrize(
    ("used", "polls", "words"),
    [
        (((0.5, 0), (0.5, 0)), False, "work (0.5 cores)"),
        (((0.44, 0), (1.0, 20_000)), False, "work (0.4 to 1.0 cores)"),
        (
            ((0.5, 2_000_000), (0.9, 300_000)),
            False,
            "work (0.5 to 0.9 cores, 0.3 to 2.0 MB/s of files)",
        ),
        (((0.5, 0), (0.5, 2_000_000)), False, "work (0.5 cores, 0.0 to 2.0 MB/s of files)"),
        (((0.98, 0), (1.03, 0)), True, "are working or polling for the others (1.0 cores)"),
    ],
)
def test_ranks_that_do_the_same_share_a_line_whatever_each_uses(used, polls, words):
    seen = observations(
        *(rank(number, cpu=cpu, disk=disk) for number, (cpu, disk) in enumerate(used)),
        gpus=((100.0, 90.0),) if polls else (),
    )
    lines = judge_stall(rendezvous(2), seen).lines
    assert lines[1:] == (f"ranks 0 and 1 on node[1-2] {words}",)
    assert describe_start(rendezvous(2), seen) == f"ranks 0 and 1 {words}"


def test_many_ranks_are_named_by_their_range():
    seen = observations(*(rank(number, stack=IN_BARRIER) for number in range(100)))
    lines = judge_stall(rendezvous(100), seen).lines
    assert lines[1].startswith("ranks 0-99 on node[1-100] wait in barrier")
