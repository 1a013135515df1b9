"""Who keeps others waiting in a collective, by what ranks recorded; being busy proves nothing."""

from __future__ import annotations

import dataclasses

import pytest

from launcher.run.stall.collectives import find_mismatches, find_missed
from launcher.run.stall.current_state import judge_now
from launcher.run.stall.judge import StallKind, judge_stall
from launcher.run.stall.observation import Collective, StackFrame, TcpSocket
from tests.support.observations import IN_BARRIER, OWN, observations, rank, rendezvous

WAITS = Collective("0 default_pg", 7, 7, "all_reduce", "[[3]]", "Float", True, 40.0)
ENDED = dataclasses.replace(WAITS, number=6, entered=6, pending=False)
IN_TENSOR_GROUP = dataclasses.replace(WAITS, group="3 tp", number=2, entered=2)
BARRIER = dataclasses.replace(WAITS, name="barrier", sizes="[]", dtypes="")
SENDS = dataclasses.replace(WAITS, group="0 default_pg p2p")
LOADS = (StackFrame("load_next_shard", "/job/modes.py", 16), OWN)
SYNCS = (StackFrame("<module>", "/job/modes.py", 22),)
GPU = {"gpus": ((100.0, 294.0),)}


def spinning(number, **seen):
    """A rank whose main thread synchronises with its GPU, where NCCL's kernel waits."""
    return rank(number, **{"cpu": 2.0, "stack": SYNCS, "moved": False, **seen})


def test_ranks_that_spin_on_their_gpus_are_stuck_where_one_did_not_come():
    seen = observations(
        *(spinning(number, collectives=(WAITS,)) for number in (0, 1)),
        rank(2, stack=LOADS, wchan="hrtimer_nanosleep", collectives=(ENDED,), moved=False),
        **GPU,
    )
    stall = judge_stall(rendezvous(3), seen)
    assert (stall.kind, stall.odd) == (StallKind.STUCK, (2,))
    assert stall.lines == (
        "stuck: 4.0 cores in use by 3 ranks, 0.0 MB/s on the network, GPUs at 100 % and 294 W",
        "rank 2 on node3 has not entered all_reduce 7, in which ranks 0 and 1 have waited for "
        "40 s, and is sleeping, at load_next_shard (modes.py:16)",
        "ranks 0 and 1 on node[1-2] wait in all_reduce 7, at <module> (modes.py:22)",
    )


def test_ranks_that_wait_before_any_collective_may_only_connect():
    first = (StackFrame("all_reduce", "/torch/distributed/distributed_c10d.py", 3068), OWN)
    connects = StackFrame("_new_process_group_helper", "/torch/distributed/distributed_c10d.py", 9)
    init = (connects, dataclasses.replace(connects, function="init_process_group"), OWN)
    for stack in (first, init):
        ranks = [spinning(number, stack=stack, collectives=()) for number in range(3)]
        stall = judge_stall(rendezvous(3), observations(*ranks, **GPU))
        assert (stall.kind, stall.odd) == (StallKind.UNSURE, ())
        assert stall.lines[1] == "no collective has begun yet: NCCL connects the ranks, or cannot"
        assert not [line for line in stall.lines if "WORLD_SIZE" in line]
        assert judge_stall(rendezvous(3), observations(*ranks)).kind is StallKind.STUCK
        late = rank(2, stack=LOADS, wchan="hrtimer_nanosleep", collectives=(), moved=False)
        stall = judge_stall(rendezvous(3), observations(*ranks[:2], late, **GPU))
        assert (stall.kind, stall.odd) == (StallKind.STUCK, (2,))


def test_a_rank_that_evaluates_on_its_gpu_is_not_proved_stuck():
    evaluates = (StackFrame("evaluate", "/job/modes.py", 32), OWN)
    seen = observations(
        rank(0, cpu=1.0, stack=evaluates, collectives=(ENDED,), moved=False),
        *(spinning(number, collectives=(WAITS,)) for number in (1, 2)),
        **GPU,
    )
    stall = judge_stall(rendezvous(3), seen)
    assert (stall.kind, stall.odd) == (StallKind.UNSURE, (0,))
    assert "and is evaluating (1.0 cores), at evaluate" in stall.lines[1]


def in_seventh(number, stage="", **seen):
    """A rank that waits in all_reduce 7, of which NCCL's record says that."""
    return spinning(number, collectives=(dataclasses.replace(WAITS, stage=stage),), **seen)


ENTERED = "ranks 0-2 have been in all_reduce 7 for 40 s, and it does not end"


@pytest.mark.parametrize(
    ("stages", "odd", "reason"),
    [
        (
            ("started", "started", "scheduled"),
            (2,),
            "ranks 0 and 1 have begun it on the GPU, and rank 2 has not: its GPU does not finish "
            "what was given before it",
        ),
        (
            ("scheduled", "started", "scheduled"),
            (0, 2),
            "rank 1 has begun it on the GPU, and ranks 0 and 2 have not: their GPUs do not finish "
            "what was given before it",
        ),
        (
            ("started",) * 3,
            (),
            "it has begun on all GPUs: one of them or the network does not get on",
        ),
        (
            ("scheduled",) * 3,
            (),
            "the network or a GPU does not get on; which GPU has not begun it is recorded where "
            "TORCH_NCCL_ENABLE_TIMING=1 is set",
        ),
        (("",) * 3, (), "no rank is missing: the network does not get on"),
    ],
    ids=["one GPU", "two GPUs", "on all", "not recorded", "without GPUs"],
)
def test_where_all_have_entered_it_is_said_what_does_not_get_on(stages, odd, reason):
    seen = observations(*(in_seventh(at, stage) for at, stage in enumerate(stages)), **GPU)
    stall = judge_stall(rendezvous(3), seen)
    assert (stall.kind, stall.odd) == (StallKind.STUCK, odd)
    assert stall.lines[1] == f"{ENTERED}: {reason}"


def test_what_a_gpu_draws_that_does_not_finish_is_set_beside_the_others():
    seen = observations(*(in_seventh(at, "scheduled" if at == 2 else "started") for at in range(3)))
    for name, gpu in (("node1", (99.0, 290.0)), ("node2", (99.0, 294.0)), ("node3", (100.0, 90.0))):
        seen[name] = dataclasses.replace(seen[name], gpus=(gpu,))
    assert judge_stall(rendezvous(3), seen).lines[2] == (
        "GPUs of node3 are at 100 % and 90 W; elsewhere at 99 % and 290 to 294 W"
    )


def test_a_link_that_is_lost_explains_what_does_not_end():
    lost = (TcpSocket("ESTABLISHED", 40001, "10.0.0.9", 40002, retries=6),)
    seen = observations(*(in_seventh(at, sockets=lost if at == 2 else ()) for at in range(3)))
    lines = judge_stall(rendezvous(3), seen).lines
    assert lines[1].startswith("no packet passes between node3 and 10.0.0.9")
    assert lines[2] == ENTERED


@pytest.mark.parametrize(
    "other",
    [
        spinning(2, collectives=None),
        spinning(2, collectives=(ENDED,)),
        spinning(2, collectives=()),
    ],
    ids=["not recorded", "not entered", "entered none"],
)
def test_that_all_have_entered_is_said_only_where_it_is_so(other):
    seen = observations(in_seventh(0), in_seventh(1), other)
    assert "does not end" not in "".join(judge_stall(rendezvous(3), seen).lines)
    moving = observations(*(in_seventh(number, traffic=900_000) for number in range(3)))
    assert "does not end" not in "".join(judge_stall(rendezvous(3), moving).lines)
    missing = observations(in_seventh(0), in_seventh(1))
    assert "does not end" not in "".join(judge_stall(rendezvous(3), missing).lines)


@pytest.mark.parametrize(
    ("late", "kind"),
    [
        ({"cpu": 1.0, "moved": True}, StallKind.SLOW),
        ({"cpu": 0.0, "disk": 9_000_000}, StallKind.SLOW),
        ({"cpu": 1.0, "moved": False}, StallKind.UNSURE),
        ({"cpu": 1.0}, StallKind.UNSURE),
        ({"cpu": 0.0, "moved": False}, StallKind.STUCK),
    ],
    ids=["other calls", "reads", "busy at one place", "busy unseen", "idle"],
)
def test_on_gpus_slow_is_only_what_is_seen_to_advance(late, kind):
    seen = observations(
        spinning(0, collectives=(WAITS,)),
        rank(1, stack=LOADS, collectives=(ENDED,), **late),
        **GPU,
    )
    stall = judge_stall(rendezvous(2), seen)
    assert (stall.kind, stall.odd) == (kind, (1,))


def test_ranks_that_spin_without_any_record_may_be_slow_or_stuck():
    stall = judge_stall(rendezvous(2), observations(spinning(0), spinning(1), **GPU))
    assert stall.kind is StallKind.UNSURE


def test_collectives_that_end_are_progress_whatever_the_calls():
    ranks = (rank(number, stack=SYNCS, collectives=(ENDED,), moved=True) for number in range(2))
    assert judge_stall(rendezvous(2), observations(*ranks)).kind is StallKind.SLOW


def test_nobody_is_elsewhere_while_collectives_end():
    waits = rank(2, stack=IN_BARRIER, collectives=(ENDED,), moved=True)
    ranks = [rank(at, stack=SYNCS, collectives=(ENDED,), moved=True) for at in range(2)]
    stall = judge_stall(rendezvous(3), observations(*ranks, waits))
    assert (stall.kind, stall.odd) == (StallKind.SLOW, ())
    assert not any("elsewhere" in line for line in stall.lines)


@pytest.mark.parametrize(("state", "kind"), [("R", StallKind.SLOW), ("S", StallKind.STUCK)])
def test_a_rank_that_gets_little_of_a_processor_works(state, kind):
    late = rank(0, state=state, cpu=0.04, stack=LOADS, collectives=(ENDED,), moved=False)
    ranks = [rank(at, stack=IN_BARRIER, collectives=(WAITS,), moved=False) for at in (1, 2)]
    stall = judge_stall(rendezvous(3), observations(late, *ranks))
    assert (stall.kind, stall.odd) == (kind, (0,))


def test_a_rank_that_never_used_the_default_group_is_missed_there():
    idle = rank(1, collectives=(dataclasses.replace(IN_TENSOR_GROUP, pending=False),))
    (missed,) = find_missed([rank(0, collectives=(WAITS,)), idle])
    assert missed.absent == (1,)


def test_a_subgroup_misses_only_its_own_ranks():
    behind = dataclasses.replace(IN_TENSOR_GROUP, number=1, entered=1, pending=False)
    ranks = [
        rank(0, collectives=(IN_TENSOR_GROUP,)),
        rank(1, collectives=(behind,)),
        rank(2, collectives=(ENDED,)),
    ]
    (missed,) = find_missed(ranks)
    assert (missed.waiting, missed.absent) == ((0,), (1,))
    assert "all_reduce 2 of group 3 tp, in which rank 0 has waited for 40 s" in missed.words


def test_a_member_of_a_subgroup_that_entered_none_of_its_collectives_is_missed():
    pair = dataclasses.replace(IN_TENSOR_GROUP, members=(0, 2))
    ranks = [rank(0, collectives=(pair,)), rank(1, collectives=()), rank(2, collectives=())]
    (missed,) = find_missed(ranks)
    assert (missed.waiting, missed.absent) == ((0,), (2,))


def test_of_ranks_that_are_missed_one_that_waits_itself_is_not_to_blame():
    pair = dataclasses.replace(IN_TENSOR_GROUP, number=1, members=(1, 2))
    ranks = [
        rank(0, stack=IN_BARRIER, collectives=(WAITS,)),
        rank(1, stack=IN_BARRIER, collectives=(pair, ENDED)),
        rank(2, stack=LOADS, collectives=(ENDED,)),
    ]
    stall = judge_stall(rendezvous(3), observations(*ranks))
    assert stall.odd == (2,)
    said = [line.partition(", in which")[0] for line in stall.lines if "not entered" in line]
    missing = "rank 2 on node3 has not entered all_reduce"
    assert said == [f"{missing} 1 of group 3 tp (ranks 1 and 2)", f"{missing} 7"]


@pytest.mark.parametrize(
    "seen",
    [
        dataclasses.replace(WAITS, age_s=0.5),
        dataclasses.replace(WAITS, pending=False),
        SENDS,
    ],
    ids=["just entered", "ended", "point to point"],
)
def test_nobody_is_accused_without_a_collective_that_waits(seen):
    behind = dataclasses.replace(seen, number=5, entered=5, pending=False)
    ranks = [rank(0, collectives=(seen,)), rank(1, collectives=(behind,))]
    assert find_missed(ranks) == []
    assert find_mismatches(ranks) == []


def test_where_all_entered_nobody_is_missing():
    assert find_missed([rank(number, collectives=(WAITS,)) for number in range(3)]) == []


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (BARRIER, "barrier 7 of nothing []"),
        (dataclasses.replace(WAITS, sizes="[[4]]"), "all_reduce 7 of Float [[4]]"),
        (dataclasses.replace(WAITS, dtypes="Half"), "all_reduce 7 of Half [[3]]"),
    ],
    ids=["order", "size", "type"],
)  # fmt: skip
def test_ranks_in_different_collectives_are_named_with_them(other, words):
    ranks = [
        rank(0, collectives=(WAITS,)),
        rank(1, collectives=(other,)),
        rank(2, collectives=(WAITS,)),
    ]
    (mismatch,) = find_mismatches(ranks)
    assert mismatch.words == (
        "ranks are in different collectives: ranks 0 and 2 in all_reduce 7 of Float [[3]]; "
        f"rank 1 in {words}"
    )
    assert judge_stall(rendezvous(3), observations(*ranks)).odd == mismatch.fewest == (1,)


def test_where_each_waits_for_others_those_that_few_miss_are_named():
    """Three ranks wait for the fourth in a subgroup; it waits for them in the barrier of all."""
    pair = dataclasses.replace(IN_TENSOR_GROUP, number=1, members=(0, 1, 2))
    ranks = [
        *(rank(at, stack=IN_BARRIER, collectives=(pair, ENDED)) for at in (0, 1)),
        *(rank(at, stack=IN_BARRIER, collectives=(BARRIER,)) for at in (2, 3)),
    ]
    stall = judge_stall(rendezvous(4), observations(*ranks))
    assert (stall.kind, stall.odd) == (StallKind.STUCK, (2,))
    assert stall.lines[1].startswith("rank 2 on node3 has not entered all_reduce 1 of group 3 tp")


def test_a_stopped_rank_is_stuck_though_it_answers_nothing():
    ranks = [rank(at, stack=IN_BARRIER, collectives=(WAITS,)) for at in range(2)]
    stall = judge_stall(rendezvous(3), observations(*ranks, rank(2, state="T")))
    assert (stall.kind, stall.odd) == (StallKind.STUCK, (2,))
    assert "is stopped, by SIGSTOP" in stall.lines[1]


def test_a_rank_that_has_ended_is_what_the_others_wait_for():
    ranks = [rank(at, stack=IN_BARRIER, collectives=(WAITS,)) for at in range(2)]
    stall = judge_stall(rendezvous(3), observations(*ranks))
    assert (stall.kind, stall.odd) == (StallKind.STUCK, (2,))


def test_where_each_rank_brings_its_own_sizes_they_may_differ():
    ranks = [
        rank(at, collectives=(dataclasses.replace(WAITS, name="alltoall_base", sizes=f"[[{at}]]"),))
        for at in range(2)
    ]
    assert find_mismatches(ranks) == []


def test_of_two_equal_parts_in_different_collectives_nobody_is_accused():
    ranks = [rank(0, collectives=(WAITS,)), rank(1, collectives=(BARRIER,))]
    stall = judge_stall(rendezvous(2), observations(*ranks))
    assert (stall.kind, stall.odd) == (StallKind.STUCK, ())
    assert "in different collectives" in stall.lines[1]


def test_without_the_record_of_one_rank_it_may_be_slow():
    ranks = (spinning(0, collectives=(WAITS,)), rank(1, stack=LOADS))
    stall = judge_stall(rendezvous(2), observations(*ranks, **GPU))
    assert stall.kind is StallKind.UNSURE


def test_a_rank_that_entered_no_collective_yet_is_missed():
    (missed,) = find_missed([rank(0, collectives=(WAITS,)), rank(1, collectives=())])
    assert missed.absent == (1,)


@pytest.mark.parametrize(
    ("seen", "first", "odd"),
    [
        ({"collectives": (ENDED,), "moved": True}, "the run advances", ()),
        ({"collectives": (ENDED,)}, "nothing advanced while it was observed", (0,)),
        ({}, "nothing was seen to advance, but not all could be seen", (0,)),
    ],
    ids=["advances", "rests", "no record"],
)
def test_what_is_said_of_one_look(seen, first, odd):
    ranks = observations(rank(0, stack=LOADS, **seen), rank(1, stack=IN_BARRIER, **seen))
    stall = judge_now(rendezvous(2), ranks)
    assert stall.lines[0].startswith(f"{first}: 0.0 cores in use by 2 ranks")
    assert stall.odd == odd
    assert ("elsewhere" in stall.lines[1]) == bool(odd)


def test_a_stopped_rank_without_a_record_leaves_nothing_unseen():
    ranks = (rank(0, stack=IN_BARRIER, collectives=(WAITS,)), rank(1, state="T"))
    stall = judge_now(rendezvous(2), observations(*ranks))
    assert stall.lines[0].startswith("nothing advanced while it was observed: ")
    assert stall.odd == (1,)
    assert not [line for line in stall.lines if line.startswith("no record")]
