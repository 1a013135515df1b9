"""Who keeps the others waiting while a run advances, and that a balanced run names nobody."""

from __future__ import annotations

import dataclasses
import random
import time

import pytest

from launcher.agent.arrivals import arrivals
from launcher.plan.ranks import Rank
from launcher.run.messages import LinkUse, RankArrivals, RanksArrived
from launcher.run.slow_links import MIN_WAYS
from launcher.run.stragglers import (
    DRIFT,
    EVERY_S,
    KEPT,
    MIN_COLLECTIVES,
    NOBODY,
    ClockReading,
    StragglerWatch,
    best_reading,
    find_straggler,
)

RANKS = [Rank(number, f"node{number // 2 + 1}", number % 2, number % 2) for number in range(4)]
LINE = [Rank(number, f"node{number + 1}", 0, 0) for number in range(4)]
COUNT = 100
AHEAD_S = 1e10
"""After any test: these runs go on when they are asked."""


def run_of(delays, *, count=COUNT, jitter=0.01, step=0.2):
    """When each rank enters each collective, all leaving it with the last of them."""
    rolls, now = random.Random(7), AHEAD_S
    found = {rank.rank: {} for rank in RANKS}
    for number in range(count):
        entered = {
            rank: now + step + delays.get(rank, 0.0) + rolls.random() * jitter for rank in found
        }
        for rank, at in entered.items():
            found[rank][number] = at
        now = max(entered.values())
    return found


def test_a_balanced_run_names_nobody():
    assert find_straggler(run_of({}), RANKS, 0.001) is None


def test_a_rank_that_is_always_late_is_named_with_what_that_costs():
    found = find_straggler(run_of({3: 0.2}), RANKS, 0.001)
    assert (found.node, found.ranks, found.often, found.count) == ("node2", (3,), 1.0, COUNT)
    assert found.late_s == pytest.approx(0.2, abs=0.02)
    assert found.cost == pytest.approx(0.2 / 0.4, abs=0.05)
    assert found.words.startswith("rank 3 on node2 arrives 1")
    assert " ms after the others in 100 % of the last 100 collectives, which costs" in found.words


def test_a_rank_reports_meetings_of_all_and_of_nccl_how_long_they_lasted():
    def entry(number, name, group="default_pg", ended=None):
        return {
            "profiling_name": name, "process_group": ["0", group], "collective_seq_id": number,
            "time_created_ns": number * 10**9, "time_discovered_completed_ns": ended,
        }  # fmt: skip

    of_nccl = [
        entry(1, "nccl:all_reduce", ended=1_090_000_000),
        entry(2, "nccl:_all_gather_base"),
        entry(3, "nccl:broadcast", ended=4 * 10**9),
        entry(4, "nccl:all_reduce", group="tp", ended=4 * 10**9),
    ]
    assert arrivals(of_nccl) == {"numbers": [1, 2], "times": [1.0, 2.0], "lasted": [0.09, -1.0]}
    assert arrivals([entry(7, "gloo:barrier")]) == {"numbers": [7], "times": [7.0]}
    assert arrivals([]) == {"numbers": [], "times": []}


def test_of_nccl_a_rank_is_late_only_where_its_gpu_begins_at_once():
    run = run_of({3: 0.25})
    at_once = dict.fromkeys(run, frozenset(range(COUNT)))
    assert find_straggler(run, RANKS, 0.15, at_once).ranks == (3,)
    runs_ahead = {**at_once, 3: frozenset(range(10))}
    assert find_straggler(run, RANKS, 0.15, runs_ahead) is None


@pytest.mark.parametrize(
    ("late_s", "lasted", "said"),
    [
        (0.25, 0.09, "rank 3 on node4 arrives 2"),
        (0.25, 0.4, f"{NOBODY} by more than 150 ms, below which no end of a collective of NCCL is"),
        (0.25, -1.0, f"{NOBODY} by more than 150 ms"),
        (0.1, 0.09, f"{NOBODY} by more than 150 ms"),
    ],
    ids=["late", "runs ahead", "never seen to end", "by less than the watchdog sees"],
)
def test_arrivals_of_nccl_are_held_against_their_ends(late_s, lasted, said):
    watch, run = StragglerWatch(LINE), run_of({3: late_s})
    for at, rank in enumerate(LINE):
        own = RankArrivals(at, tuple(run[at]), tuple(run[at].values()), (lasted,) * COUNT)
        now = time.time()
        watch.take(rank.node, RanksArrived((own,), sent=now, received=now, answered=now))
    assert watch.text.startswith(said)


@pytest.mark.parametrize(("silent_s", "says"), [(-5.0, True), (60.0, False)])
def test_of_a_run_that_stands_still_nobody_is_said_to_be_late_or_not(silent_s, says):
    watch, run = StragglerWatch(RANKS), run_of({3: 0.2})
    ago = max(run[3].values()) - (time.time() - silent_s)
    stood = {rank: {number: at - ago for number, at in own.items()} for rank, own in run.items()}
    for node in ("node1", "node2"):
        watch.take(node, answer(node, stood, 0.0))
    assert bool(watch.text) == says


def test_a_node_that_says_to_have_answered_for_longer_than_it_took_is_no_trouble():
    watch, run = StragglerWatch(RANKS), run_of({3: 0.2})
    for node in ("node1", "node2"):
        own = answer(node, run, 0.0)
        watch.take(node, dataclasses.replace(own, answered=own.answered + 1e6))
    assert watch.text


def test_a_node_whose_ranks_are_all_late_is_named_as_one():
    found = find_straggler(run_of({2: 0.2, 3: 0.2}), RANKS, 0.001)
    assert (found.node, found.ranks) == ("node2", (2, 3))
    assert found.words.startswith("ranks 2 and 3 on node2 arrive ")


@pytest.mark.parametrize(
    ("arrivals", "slack_s"),
    [
        (run_of({3: 0.2}), 0.5),
        (run_of({3: 0.2}, count=MIN_COLLECTIVES - 1), 0.0),
        (run_of({3: 0.005}, jitter=0.0), 0.0),
        ({rank: times for rank, times in run_of({3: 0.2}).items() if rank}, 0.0),
    ],
    ids=["clocks may be off", "too few", "too little", "one is not seen"],
)
def test_nobody_is_accused_of_what_is_not_seen(arrivals, slack_s):
    assert find_straggler(arrivals, RANKS, slack_s) is None


def test_who_is_late_now_and_then_is_no_straggler():
    arrivals = run_of({})
    for number in range(0, COUNT, 3):
        arrivals[1][number] += 0.15
    assert find_straggler(arrivals, RANKS, 0.001) is None


def answer(node, arrivals, ahead, *, way=0.001):
    """What a node whose clock is `ahead` says of its ranks, after a way of that long."""
    own = [rank.rank for rank in RANKS if rank.node == node]
    ranks = [
        RankArrivals(at, tuple(arrivals[at]), tuple(x + ahead for x in arrivals[at].values()))
        for at in own
    ]
    asked = time.time() - 3 * way
    return RanksArrived(tuple(ranks), asked, asked + way + ahead, asked + 2 * way + ahead)


@pytest.mark.parametrize(
    ("delays", "said"), [({3: 0.2}, "rank 3 on node2 arrives"), ({}, NOBODY)], ids=["late", "even"]
)
def test_clocks_of_nodes_are_compared_before_their_ranks_are(delays, said):
    watch, arrivals = StragglerWatch(RANKS), run_of(delays)
    assert not watch.due(0)
    assert watch.due(EVERY_S)
    assert not watch.due(EVERY_S + 1)
    watch.take("node1", answer("node1", arrivals, 5.0))
    assert watch.text == ""
    watch.take("node2", answer("node2", arrivals, -3.0))
    assert watch.text.startswith(said)


LACKS = ("blocked", "short", "throttled")
DISK = "; it waits 60 % of the time for a disk or a file server"
LIMIT = "; it waits 80 % of the time for its turn: the CPU limit of its control group"
PROCESSOR = "; it waits 50 % of the time for a processor"


@pytest.mark.parametrize(
    ("lacks", "words"),
    [
        ({3: (0.6, 0.0)}, DISK),
        ({3: (0.0, 0.5)}, PROCESSOR),
        ({3: (0.6, 0.5)}, DISK),
        ({3: (0.0, 0.5, 0.8)}, LIMIT),
        ({2: (0.0, 0.5, 0.7), 3: (0.0, 0.5, 0.8)}, ""),
        ({3: (0.0, 0.5), 0: (0.0, 0.4)}, ""),
        ({1: (0.9, 0.9)}, ""),
        ({}, ""),
    ],
    ids=[
        "disk",
        "processor",
        "both",
        "limit",
        "others are limited too",
        "all are short",
        "another",
        "computes for longer",
    ],
)
def test_what_a_late_rank_lacks_and_the_others_do_not_is_said(lacks, words):
    watch, arrivals = StragglerWatch(RANKS), run_of({3: 0.2})
    for node in ("node1", "node2"):
        own = answer(node, arrivals, 0.0)
        ranks = [
            dataclasses.replace(rank, **dict(zip(LACKS, lacks.get(rank.rank, ()), strict=False)))
            for rank in own.ranks
        ]
        watch.take(node, dataclasses.replace(own, ranks=tuple(ranks)))
    said, _, lacking = watch.text.partition("% of the time")
    assert said.startswith("rank 3 on node2 arrives")
    assert lacking.startswith(words)
    assert words or not lacking


def test_where_a_link_is_slow_no_rank_is_named():
    watch, arrivals = StragglerWatch(LINE), run_of({3: 0.2})
    for node, peer, rate in ((1, 2, 50e6), (2, 3, 50e6), (3, 4, 1e6), (4, 1, 50e6)):
        own = arrivals[node - 1]
        links = (LinkUse(f"10.0.0.{node}", f"10.0.0.{peer}", 0.9, 0.0, rate),)
        now = time.time()
        ranks = (RankArrivals(node - 1, tuple(own), tuple(own.values())),)
        watch.take(f"node{node}", RanksArrived(ranks, now, now, now, links))
    assert watch.text.startswith("the link between node3 and node4 is slow: ")
    assert "arrive" not in watch.text


def test_a_gpu_that_is_slowed_down_is_said_also_where_records_say_nothing():
    watch = StragglerWatch(RANKS)
    for node, slowed in (("node1", ((),)), ("node2", (("hw-thermal",),))):
        own = answer(node, {at: {} for at in range(4)}, 0.0)
        watch.take(node, dataclasses.replace(own, slowed=slowed))
    assert watch.text == "GPU 0 of node2 is slowed down (hw-thermal)"


def test_a_run_whose_records_say_nothing_says_nothing():
    watch = StragglerWatch(RANKS)
    for node in ("node1", "node2"):
        watch.take(node, answer(node, {at: {} for at in range(4)}, 0.0))
    assert watch.text == ""


def test_one_rank_keeps_nobody_waiting():
    assert not any(StragglerWatch(RANKS[:1]).due(at) for at in (0, 100))


def test_a_slow_link_that_delays_all_alike_is_said_by_its_way():
    watch, arrivals = StragglerWatch(LINE), run_of({})
    for _ in range(MIN_WAYS):
        assert "; " not in watch.text
        for rank in LINE:
            at = rank.rank
            own = RankArrivals(at, tuple(arrivals[at]), tuple(arrivals[at].values()))
            way, now = 0.03 if rank.node == "node3" else 0.0005, time.time()
            watch.take(rank.node, RanksArrived((own,), now - 2 * way, now - way, now - way))
    assert watch.text.startswith(
        f"{NOBODY} by more than 60 ms, the uncertainty of the nodes' clocks; "
        "the way from here to node3 and back takes 60 ms"
    )


def reading(at, ahead_s, slack_s):
    return ClockReading(at, ahead_s, slack_s)


def test_the_quickest_of_the_last_readings_of_a_clock_counts():
    late = [reading(1000.0 + 30 * number, 5.2, 0.6) for number in range(1, 4)]
    best = best_reading([reading(1000.0, 5.0, 0.001), *late])
    assert best.ahead_s == 5.0
    assert best.slack_s == pytest.approx(0.001 + 90 * DRIFT)


@pytest.mark.parametrize(
    "readings",
    [
        [reading(1000.0, 5.0, 0.001), reading(1030.0, 6.0, 0.6)],
        [reading(1000.0, 5.0, 0.001), *(reading(1030.0 + at, 6.0, 0.6) for at in range(KEPT))],
        [reading(1000.0, 6.0, 0.7), reading(1030.0, 6.0, 0.6)],
    ],
    ids=["the clock was set", "long ago", "the newest is the quickest"],
)
def test_a_reading_that_says_nothing_of_now_does_not_count(readings):
    assert best_reading(readings).ahead_s == 6.0


def test_slow_answers_hide_nobody_that_quick_ones_show():
    watch, arrivals = StragglerWatch(RANKS), run_of({3: 0.2})
    for way in (0.001, 0.4):
        for node, ahead in (("node1", 5.0), ("node2", -3.0)):
            watch.take(node, answer(node, arrivals, ahead, way=way))
    assert watch.text.startswith("rank 3 on node2 arrives")
