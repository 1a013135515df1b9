"""Which rank or node keeps the others waiting while a run advances, and for how long.

The records say when each rank entered the last collectives. Clocks of nodes differ: each answer
carries the controller's clock and the node's own, as in NTP, so that a node's clock is known up to
half of the way there and back; of the last answers the quickest counts. A collective can end once
the last rank has entered it, so the time from the last but one to the last is what that rank alone
cost. A node's ranks are taken together where each of them is late.

A program may give its GPU collectives of NCCL long before that comes to them, and is then late for
nobody. Only those count that ended soon after the last rank entered them, as far as the watchdog of
NCCL's ranks says it, which looks ten times a second.

Of a run that stands still nothing is said: who keeps it waiting is in no collective that ended.

Where a link is slow, ranks leave collectives at different times: then only the link is named.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import field

from checks.quick_dataclass import dataclass
from launcher.plan.ranks import Rank, name_ranks
from launcher.run.messages import RankArrivals, RanksArrived
from launcher.run.slow_links import find_far_node, find_slow_link
from launcher.run.slowed_gpus import slowed_gpu_lines

EVERY_S = 30.0
MIN_COLLECTIVES = 30
OFTEN = 0.6
COSTLY = 0.05
"""Of all time that the collectives took; less is not worth a line."""
STANDS_S, STANDS_INTERVALS = 10.0, 5
"""So long after the last collective, and so many of its usual intervals, a run stands still."""
WATCHDOG_S = 0.15
"""NCCL's collectives are seen to have ended up to so much later; less says nothing of a rank."""
Prompt = Mapping[int, frozenset[int]]
"""Of each rank the collectives that ended soon after it had entered them."""


@dataclass(frozen=True)
class Straggler:
    """Ranks of one node that arrive last, `late_s` after the others where they do.

    `often` is the part of the last `count` collectives, `cost` the part of their time.
    """

    node: str
    ranks: tuple[int, ...]
    late_s: float
    often: float
    cost: float
    count: int

    @property
    def words(self) -> str:
        """`rank 5 on node3 arrives 180 ms after the others in 96 % of the last 300 collectives`."""
        verb = "arrives" if len(self.ranks) == 1 else "arrive"
        return (
            f"{name_ranks(self.ranks)} on {self.node} {verb} {self.late_s * 1000:.0f} ms after the "
            f"others in {self.often * 100:.0f} % of the last {self.count} collectives, which costs "
            f"{self.cost * 100:.0f} % of the time"
        )


MUCH = 0.2
"""Of its time; and so much more than the others lack at most."""


def why_late(found: Straggler, lacks: Mapping[int, RankArrivals]) -> str:
    """What those ranks lack, and the others do not; empty where they only need longer."""
    own = [lacks[rank] for rank in found.ranks]
    others = [seen for rank, seen in lacks.items() if rank not in found.ranks]
    for words, name in (
        ("for its turn: the CPU limit of its control group (cpu.max) is too low", "throttled"),
        ("for a disk or a file server (state D)", "blocked"),
        ("for a processor, which others have or a limit keeps from it", "short"),
    ):
        least = min(getattr(seen, name) for seen in own)
        most = max(getattr(seen, name) for seen in others)
        if least - most >= MUCH:
            verb = "it waits" if len(own) == 1 else "they wait"
            return f"; {verb} {least * 100:.0f} % of the time {words}"
    return ""


NOBODY = "no rank keeps the others waiting"
KEPT = 10
"""Readings of a node's clock, of which the quickest counts while it agrees with the newest."""
DRIFT = 5e-5
"""By so much of the time since a reading two clocks may have drifted apart."""


@dataclass(frozen=True)
class ClockReading:
    """A node's clock was `ahead_s` of this one at `at`, as far as it is known: up to `slack_s`."""

    at: float
    ahead_s: float
    slack_s: float

    @classmethod
    def of(cls, answer: RanksArrived, came: float) -> ClockReading:
        """What an answer shows that came at that time: its slack is how long it was on its way."""
        ahead_s = ((answer.received - answer.sent) + (answer.answered - came)) / 2
        slack_s = (came - answer.sent) - (answer.answered - answer.received)
        return cls(came, ahead_s, max(slack_s, 0.0))

    def later(self, now: float) -> ClockReading:
        """What it still says then."""
        return ClockReading(now, self.ahead_s, self.slack_s + DRIFT * abs(now - self.at))

    def agrees(self, other: ClockReading) -> bool:
        """Whether no clock was set between the two."""
        return abs(self.ahead_s - other.ahead_s) <= self.slack_s + other.slack_s


def best_reading(readings: Sequence[ClockReading]) -> ClockReading:
    """The one that says most of the moment of the newest."""
    newest = readings[-1]
    still = [reading.later(newest.at) for reading in readings]
    agreeing = [each for each in still if each.agrees(newest)]
    return min([newest, *agreeing], key=lambda each: each.slack_s)


@dataclass
class StragglerWatch:
    """Asks every EVERY_S for arrivals; `text` is what the last complete answers come to."""

    ranks: Sequence[Rank]
    text: str = ""
    _asked_at: float | None = None
    _answers: dict[str, RanksArrived] = field(default_factory=dict)
    _clocks: dict[str, list[ClockReading]] = field(default_factory=dict)

    def due(self, now: float) -> bool:
        """Whether to ask; the first time EVERY_S after the first call."""
        if self._asked_at is None:
            self._asked_at = now
        if len(self.ranks) < 2 or now - self._asked_at < EVERY_S:
            return False
        self._asked_at = now
        self._answers.clear()
        return True

    def take(self, node: str, answer: RanksArrived) -> None:
        """Take a node's answer, just come."""
        self._answers[node] = answer
        clocks = self._clocks.setdefault(node, [])
        clocks.append(ClockReading.of(answer, time.time()))
        del clocks[:-KEPT]
        if self._answers.keys() >= {rank.node for rank in self.ranks}:
            links = {node: own.links for node, own in self._answers.items()}
            slowed = {node: own.slowed for node, own in self._answers.items()}
            words = find_slow_link(links) or self._describe_arrivals()
            self.text = "; ".join(filter(None, [words, *slowed_gpu_lines(slowed)]))

    def _describe_arrivals(self) -> str:
        """Who arrives last, or that nobody does; empty where that is not known."""
        clocks = {node: best_reading(self._clocks[node]) for node in self._answers}
        slack_s = max(clock.slack_s for clock in clocks.values()) if len(clocks) > 1 else 0.0
        arrivals = _by_one_clock(self._answers, clocks)
        asked = max(own.answered - clocks[node].ahead_s for node, own in self._answers.items())
        if _stands_still(_shared_times(arrivals, len(self.ranks)), asked):
            return ""
        prompt = _prompt_collectives(self._answers)
        slack_s = slack_s if prompt is None else max(slack_s, WATCHDOG_S)
        reason = _CLOCKS if prompt is None else _WATCHDOG
        words = _describe_nobody(_shared_times(arrivals, len(self.ranks)), slack_s, reason)
        if found := find_straggler(arrivals, self.ranks, slack_s, prompt):
            lacks = {rank.rank: rank for own in self._answers.values() for rank in own.ranks}
            words = found.words + why_late(found, lacks)
        ways = {node: [clock.slack_s for clock in own] for node, own in self._clocks.items()}
        return "; ".join(part for part in (words, find_far_node(ways)) if part)


def _stands_still(shared: Mapping[int, Mapping[int, float]], asked: float) -> bool:
    """Whether no collective was entered by all for long before they were asked."""
    if not shared:
        return False
    newest = max(shared[max(shared)].values())
    return asked - newest > max(STANDS_S, STANDS_INTERVALS * _span(shared) / len(shared))


_CLOCKS = "the uncertainty of the nodes' clocks"
_WATCHDOG = "below which no end of a collective of NCCL is known"


def _describe_nobody(shared: Mapping[int, Mapping[int, float]], slack_s: float, reason: str) -> str:
    """That no rank is late, or by how little it would have to be; empty of too few collectives."""
    if len(shared) < MIN_COLLECTIVES:
        return ""
    if slack_s <= COSTLY * _span(shared) / len(shared):
        return NOBODY
    return f"{NOBODY} by more than {slack_s * 1000:.0f} ms, {reason}"


def _by_one_clock(
    answers: Mapping[str, RanksArrived], clocks: Mapping[str, ClockReading]
) -> dict[int, dict[int, float]]:
    """Each rank's arrivals by number, by the controller's clock."""
    return {
        rank.rank: {
            number: entered - clocks[node].ahead_s
            for number, entered in zip(rank.numbers, rank.times, strict=False)
        }
        for node, answer in answers.items()
        for rank in answer.ranks
    }


def _prompt_collectives(answers: Mapping[str, RanksArrived]) -> Prompt | None:
    """None where no rank says how long its collectives lasted: those of gloo begin when entered."""
    ranks = [rank for answer in answers.values() for rank in answer.ranks]
    if not any(rank.lasted for rank in ranks):
        return None
    return {
        rank.rank: frozenset(
            number
            for number, lasted in zip(rank.numbers, rank.lasted, strict=False)
            if 0 <= lasted <= WATCHDOG_S
        )
        for rank in ranks
    }


def _shared_times(
    arrivals: Mapping[int, Mapping[int, float]], count: int
) -> dict[int, dict[int, float]]:
    """Of each collective that all ranks entered, by number, when each did, in order."""
    if len(arrivals) < count:
        return {}
    numbers = set.intersection(*(set(times) for times in arrivals.values()))
    return {
        number: {rank: times[number] for rank, times in arrivals.items()}
        for number in sorted(numbers)
    }


def find_straggler(
    arrivals: Mapping[int, Mapping[int, float]],
    ranks: Sequence[Rank],
    slack_s: float,
    prompt: Prompt | None = None,
) -> Straggler | None:
    """Who arrives last often, at a cost, and by more than the clocks may be off.

    Where `prompt` is given, only in the collectives that end soon after.
    """
    shared = _shared_times(arrivals, len(ranks))
    if len(shared) < MIN_COLLECTIVES:
        return None
    groups: dict[str, list[int]] = {}
    for rank in ranks:
        groups.setdefault(rank.node, []).append(rank.rank)
    sets: list[tuple[str, tuple[int, ...]]] = [(rank.node, (rank.rank,)) for rank in ranks]
    sets += [(node, tuple(own)) for node, own in groups.items() if 1 < len(own) < len(ranks)]
    found = []
    for node, own in sets:
        ended_soon = (
            None
            if prompt is None
            else frozenset.intersection(*(prompt.get(r, frozenset()) for r in own))
        )
        if straggler := _measure((node, own), shared, slack_s, ended_soon):
            found.append(straggler)
    return max(found, key=lambda straggler: straggler.cost, default=None)


def _measure(
    whom: tuple[str, tuple[int, ...]],
    shared: Mapping[int, Mapping[int, float]],
    slack_s: float,
    ended_soon: frozenset[int] | None,
) -> Straggler | None:
    """What these ranks of a node cost the others, where they are the last to arrive often."""
    node, own = whom
    late, cost, until = [], 0.0, 0.0
    for number, times in shared.items():
        others = max(entered for rank, entered in times.items() if rank not in own)
        first = min(times[rank] for rank in own)
        if first - others > slack_s and (ended_soon is None or number in ended_soon):
            late.append(first - others)
            cost += max(0.0, first - max(others, until))
            until = first
    span = _span(shared)
    often = len(late) / len(shared)
    if often < OFTEN or span <= 0 or cost / span < COSTLY:
        return None
    return Straggler(node, own, statistics.median(late), often, cost / span, len(shared))


def _span(shared: Mapping[int, Mapping[int, float]]) -> float:
    """Seconds from the first arrival to the last."""
    times = list(shared.values())
    return max(times[-1].values()) - min(times[0].values())
