"""What a node says of its ranks may be anything: it ends no look."""

from __future__ import annotations

import copy
import dataclasses
import json
import random

import pytest

from checks.errors import FactError
from checks.facts.decode import decode_record
from launcher.plan.ranks import Rank
from launcher.run.messages import LinkUse, RankArrivals, RanksArrived
from launcher.run.stall.current_state import judge_now
from launcher.run.stall.judge import judge_rendezvous, judge_stall
from launcher.run.stall.observation import NodeObservation, observation_of
from launcher.run.stall.ras_evidence import with_ras
from launcher.run.stall.start_line import judge_start
from launcher.run.stragglers import StragglerWatch
from tests.support.observations import rendezvous
from tests.support.paths import RECORDED

SEEDS = range(300)
LOOKS = [
    json.loads(line)["nodes"] for line in (RECORDED / "h200/looks.jsonl").read_text().splitlines()
]
NUMBERS = (0, -1, 1, 2, 10**15, -(10**15), 1e308, -1e308, 0.5)
TEXTS = ("", "R", "T", "x" * 300, "\x00\x1b[31m", "10.77.1.1")
TIMES = (0.0, -1.0, 1e308, -1e308, 1e-308, 1.8e9, 1e15)


def twist(value, rolls):
    """Some of what is in it is another of its kind, is missing, or is there twice."""
    if isinstance(value, dict):
        for key, held in value.items():
            if isinstance(held, dict | list):
                twist(held, rolls)
            elif rolls.random() < 0.03 and not isinstance(held, bool):
                value[key] = rolls.choice(TEXTS if isinstance(held, str) else NUMBERS)
    elif isinstance(value, list):
        if value and rolls.random() < 0.1:
            value.append(copy.deepcopy(rolls.choice(value)))
        if value and rolls.random() < 0.05:
            value.pop(rolls.randrange(len(value)))
        for held in value:
            if isinstance(held, dict | list):
                twist(held, rolls)


def collective(rolls):
    return {
        "group": rolls.choice(["0 default_pg", "1 tp", "0 default_pg p2p"]),
        "number": rolls.choice([1, 4, 5, -3]),
        "entered": rolls.choice([1, 4, 9]),
        "name": rolls.choice(["all_reduce", "barrier", ""]),
        "sizes": "[]",
        "dtypes": "F",
        "pending": rolls.random() < 0.6,
        "age_s": rolls.choice([0.0, 40.0, -5.0]),
        "members": rolls.choice([[], [0, 2], [7]]),
        "stage": rolls.choice(["", "started", "scheduled"]),
    }


def twisted_look(rolls):
    """Three nodes, whose words may be refused; then they are nodes that say nothing."""
    seen = {}
    for number, node in enumerate(copy.deepcopy(rolls.choice(LOOKS))):
        for rank in node["ranks"]:
            rank["collectives"] = [collective(rolls) for _ in range(rolls.choice([0, 1, 2]))]
        twist(node, rolls)
        name = f"node{number + 1}"
        try:
            known = decode_record(NodeObservation, node, "look")
        except FactError:
            known = NodeObservation(error="refused")
        if any(rank.rank != number for rank in known.ranks):  # which decode_message refuses
            known = NodeObservation(error="refused")
        seen[name] = observation_of(name, known)
    return seen


@pytest.mark.parametrize("judge", [judge_stall, judge_now, judge_rendezvous, judge_start])
def test_no_look_ends_its_judge(judge):
    for seed in SEEDS:
        stall = judge(rendezvous(3), with_ras(rendezvous(3), twisted_look(random.Random(seed))))
        assert set(stall.odd) <= {0, 1, 2}, seed


def arrived(own, rolls):
    def rank(number):
        count = rolls.choice([0, 1, 30, 60])
        return RankArrivals(
            number,
            tuple(rolls.choice([at, at, at, -5, 10**15]) for at in range(count)),
            tuple(rolls.choice(TIMES) if rolls.random() < 0.3 else 1e3 + at for at in range(count)),
            tuple(rolls.choice([0.1, -1.0, 1e308]) for _ in range(rolls.choice([0, count]))),
            *(rolls.choice(TIMES) for _ in range(3)),
        )

    links = [
        LinkUse(f"10.0.0.{rolls.randint(1, 4)}", "10.0.0.2", *(rolls.choice(TIMES) for _ in "abc"))
        for _ in range(rolls.choice([0, 0, 1, 8]))
    ]
    clocks = [rolls.choice(TIMES) for _ in range(3)]
    return RanksArrived(tuple(map(rank, own)), *clocks, tuple(links))


def test_no_arrivals_end_the_watch_for_stragglers():
    ranks = [Rank(number, "abc"[number // 2], number % 2, number % 2) for number in range(6)]
    for seed in SEEDS:
        rolls, watch = random.Random(seed), StragglerWatch(ranks)
        for _ in range(rolls.choice([1, 3])):
            for node, own in (("a", (0, 1)), ("b", (2, 3)), ("c", (4, 5))):
                watch.take(node, arrived(own, rolls))
        assert "\n" not in watch.text


def test_a_rank_that_a_node_names_twice_is_one():
    node = decode_record(NodeObservation, LOOKS[0][0], "look")
    twice = dataclasses.replace(node, ranks=node.ranks * 2)
    assert [rank.rank for rank in observation_of("node9", twice).ranks] == [node.ranks[0].rank]
