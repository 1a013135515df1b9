"""Meetings after one that failed: without the accused, to prove it; by halves where nobody is.

A meeting that fails takes all of its limit, so there are few of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from checks.answer import Answer
from checks.facts.decode import decode_fact
from checks.facts.rendezvous import STAGES, Rendezvous
from checks.outliers.bisecting import Group, TryGroups, smallest_failing_groups
from checks.outliers.network_cuts import common_network
from checks.outliers.rendezvous_culprits import find_culprits

MOST_REPEATS = 3
"""So often the accused are left out; who is bad beyond that stays hidden."""
MOST_ROUNDS = 7
"""Of halving: one bad node of 128."""

HoldMeetings = Callable[[Sequence[Sequence[str]]], dict[str, Answer]]
"""Lets disjoint groups meet side by side."""


def meet_without_culprits(hold: HoldMeetings, names: Sequence[str]) -> dict[str, Answer]:
    """Each node's answer: of the accused that of the meeting they failed in, of others the last.

    In the data of an accused node `shown` is the rank that shows it best, `left_out` are all that
    were left out, and `again` is whether the others then met. Its ranks have the whole's numbers.
    Where groups meet inside and only not each other, nobody is accused: all have them as `cut`.
    """
    answers = hold([names])
    numbers = {name: [rank["rank"] for rank in _rank_answers(answers[name])] for name in names}
    left, out, met = list(names), list[str](), None
    for _ in range(MOST_REPEATS):
        accused = [] if _all_succeeded(answers, left) else _nodes_to_exclude(hold, answers, left)
        if not accused:
            break
        out += accused
        first = _first_numbers(answers, left, numbers)
        for name in accused:
            answers[name] = _with_numbers(answers[name], first)
        left = [name for name in left if name not in accused]
        if len(left) < len(("one", "another")):
            break
        answers |= hold([left])
        met = _all_succeeded(answers, left)
        if not met and _sides_meet_alone(hold, answers, names, _network_sides(answers, names)):
            return answers
    waited = len(out) > 1 and all(_only_waited(answers[name]) for name in out)
    if met and waited and _sides_meet_alone(hold, answers, names, [tuple(out), tuple(left)]):
        return answers
    for name in out:
        answers[name] = answers[name].with_fields(left_out=out, again=met)
    return answers


def _first_numbers(
    answers: Mapping[str, Answer], names: Sequence[str], numbers: Mapping[str, Sequence[int]]
) -> dict[int, int]:
    """The number that each rank of `names` had among all, by the one in its latest meeting."""
    return {
        rank["rank"]: number
        for name in names
        for rank, number in zip(_rank_answers(answers[name]), numbers[name], strict=False)
    }


def _with_numbers(answer: Answer, first: Mapping[int, int]) -> Answer:
    """The answer with these numbers for its ranks, and for the one shown, which may be a peer's."""
    ranks = [{**rank, "rank": first[rank["rank"]]} for rank in _rank_answers(answer)]
    shown = answer.fields.get("shown")
    shown = shown and {**shown, "rank": first.get(shown["rank"], shown["rank"])}
    return answer.with_fields(ranks=ranks, shown=shown)


def _network_sides(answers: Mapping[str, Answer], names: Sequence[str]) -> list[Group]:
    """The nodes of each network, if there are several and none holds one node alone."""
    found: dict[str, list[str]] = {}
    for name, where in _network_by_node(answers, names).items():
        found.setdefault(where, []).append(name)
    several = len(found) > 1 and all(len(group) > 1 for group in found.values())
    return [tuple(group) for group in found.values()] if several else []


def _network_by_node(answers: Mapping[str, Answer], names: Sequence[str]) -> dict[str, str]:
    own = {name: answers[name].fields.get("own", "") for name in names}
    return {name: common_network(own, [name]) for name in names}


def _only_waited(answer: Answer) -> bool:
    """Whether that accused node failed for want of others alone, as far as its ranks say."""
    ranks = () if answer.data is None else decode_fact(Rendezvous, answer.data).failed
    return bool(ranks) and all(rank.waited and not rank.said.wrong for rank in ranks)


def _sides_meet_alone(
    hold: HoldMeetings, answers: dict[str, Answer], names: Sequence[str], sides: Sequence[Group]
) -> bool:
    """Whether each side meets by itself: then all nodes show the cut, and none is accused."""
    if not sides or not all(
        _only_waited(answers[name]) for name in names if _has_failed_ranks(answers[name])
    ):
        return False
    inside = hold(sides)
    if not all(_all_succeeded(inside, side) for side in sides):
        return False
    for name in names:
        cut = [list(side) for side in sides]
        answers[name] = answers[name].with_fields(shown=None, apart=[], cut=cut)
    return True


def _has_failed_ranks(answer: Answer) -> bool:
    return answer.data is None or bool(decode_fact(Rendezvous, answer.data).failed)


def _rank_answers(answer: Answer) -> list[dict[str, Any]]:
    ranks: list[dict[str, Any]] = answer.fields.get("ranks", [])
    return ranks


def _rendezvous_facts(answers: Mapping[str, Answer], names: Sequence[str]) -> dict[str, Rendezvous]:
    data_by_node = {name: answers[name].data for name in names}
    return {
        name: decode_fact(Rendezvous, data)
        for name, data in data_by_node.items()
        if data is not None
    }


def _all_succeeded(answers: Mapping[str, Answer], names: Sequence[str]) -> bool:
    seen = _rendezvous_facts(answers, names)
    return all(name in seen and not seen[name].failed for name in names)


def _nodes_to_exclude(
    hold: HoldMeetings, answers: dict[str, Answer], left: Sequence[str]
) -> list[str]:
    """Whom to leave out: who gave no answer, else the culprits, else who is found by halves."""
    seen = _rendezvous_facts(answers, left)
    silent = [name for name in left if name not in seen]
    if silent:
        return silent
    found = find_culprits(seen)
    ranks = {rank["rank"]: rank for name in left for rank in _rank_answers(answers[name])}
    for name, rank in found.items():
        answers[name] = answers[name].with_fields(shown=ranks[rank.rank])
    return list(found) or _bisect_culprits(hold, answers, tuple(left))


def _bisect_culprits(hold: HoldMeetings, answers: dict[str, Answer], left: Group) -> list[str]:
    """Those whom meetings of ever smaller groups show; of two that fail together the second."""
    last: dict[str, Answer] = {}

    def meets(groups: Sequence[Group]) -> list[bool]:
        last.update(hold(groups))
        return [not _failed_after_store(_rendezvous_facts(last, group), group) for group in groups]

    groups = smallest_failing_groups(left, meets, MOST_ROUNDS, _network_by_node(answers, left))
    apart = {name: group for group in groups for name in _guilty_in_group(group, left, meets)}
    for name, group in apart.items():
        rank = _rendezvous_facts(answers, [name])[name].failed[0].rank
        shown = next(answer for answer in _rank_answers(answers[name]) if answer["rank"] == rank)
        others = [other for other in group if other != name]
        answers[name] = answers[name].with_fields(shown=shown, apart=[*others, name])
    return list(apart)


def _guilty_in_group(group: Group, left: Group, meets: TryGroups) -> list[str]:
    """Who of a group is at fault: of two those that do not meet the rest either, which does meet.

    The second where the rest does not decide: between two that meet all others one is as good.
    """
    rest = tuple(name for name in left if name not in group)
    if len(group) == 1 or len(rest) < len(("one", "another")) or not meets([rest])[0]:
        return [group[-1]]
    return [name for name in group if not meets([(*rest, name)])[0]] or [group[-1]]


def _failed_after_store(seen: Mapping[str, Rendezvous], group: Group) -> bool:
    """Whether ranks failed once they had found their store.

    Another node than the head need not let anyone in at the master port: that proves nothing.
    """
    stage = STAGES.index("store")
    failed = [rank for name in group if name in seen for rank in seen[name].failed]
    return any(rank.progress > stage for rank in failed)
