"""The meetings after one that failed: who is left out, and what that proves, over made-up nodes."""

from __future__ import annotations

from typing import Any

import pytest

from checks.answer import Answer
from checks.facts.rendezvous import Rendezvous
from checks.facts.snapshot import Snapshot
from checks.stages.rendezvous_repeats import meet_without_culprits
from tests.support.snapshots import judged, snapshot

CHECK = "collective.ranks-meet"
GROUPS = "collective.groups-meet"


class Nodes:
    """Some fail by themselves, some sets only hang together, some give no answer."""

    def __init__(self, count: int, **how: Any) -> None:
        self.names = tuple(f"node{number}" for number in range(1, count + 1))
        self.failing: set[str] = how.get("failing", set())
        self.hanging: list[set[str]] = how.get("hanging", [])
        self.silent: set[str] = how.get("silent", set())
        self.per_network: int = how.get("per_network", 250)
        self.asked: list[list[tuple[str, ...]]] = []

    def hold(self, groups) -> dict[str, Answer]:
        self.asked.append([tuple(group) for group in groups])
        return {name: answer for group in groups for name, answer in self.one(tuple(group))}

    def one(self, group: tuple[str, ...]):
        failing = {name for name in group if name in self.failing | self.silent}
        hangs = any(them <= set(group) for them in self.hanging)
        for number, name in enumerate(group):
            data = {"address": "10.0.0.1", "port": 29500, "limit": 20.0, "world": len(group)}
            data |= {"backend": "gloo", "own": self.own(name)}
            said: dict[str, Any] = {"stage": "done"}
            if name in failing:
                said = {"stage": "group", "error": "RuntimeError", "detail": f"{name} is bad"}
            elif failing:
                said = {"stage": "group", "error": "DistStoreError", "detail": "wait timeout"}
            elif hangs:
                said = {"stage": "all-reduce"}
            rank = {"rank": number, "code": 0 if said["stage"] == "done" else 1, "ended": 0.5}
            hung = {"err": "Timeout (0:00:20)!"} if hangs and not failing else {}
            ranks = [{**rank, "said": said, **hung}]
            yield (
                name,
                Answer(error="gone") if name in self.silent else Answer(data | {"ranks": ranks}),
            )

    def own(self, name: str) -> str:
        number = int(name[4:])
        return f"10.0.{(number - 1) // self.per_network}.{number}"

    def met(self) -> Snapshot:
        snap = snapshot(self.names)
        for name, answer in meet_without_culprits(self.hold, self.names).items():
            snap.put(name, Rendezvous.section, answer.with_fields(torch="2.5"))
        return snap


def outcomes(snap: Snapshot) -> dict[str, str]:
    return {
        name: finding.cause or finding.outcome.value
        for (name,), finding in judged(snap, CHECK).items()
    }


def test_a_meeting_that_comes_through_is_held_once():
    nodes = Nodes(4)
    assert set(outcomes(nodes.met()).values()) == {"pass"}
    assert len(nodes.asked) == 1


def test_the_rank_that_shows_an_accused_node_best_may_be_a_peers(monkeypatch):
    def accuse_last(seen):
        return {max(seen): seen[min(seen)].failed[0]} if len(seen) == 4 else {}

    monkeypatch.setattr("checks.stages.rendezvous_repeats.find_culprits", accuse_last)
    nodes = Nodes(4, failing={"node4"})
    answer = meet_without_culprits(nodes.hold, nodes.names)["node4"]
    assert answer.fields["shown"]["rank"] == 0
    assert [rank["rank"] for rank in answer.fields["ranks"]] == [3]
    assert answer.fields["again"] is True


@pytest.mark.parametrize("bad", [{"node1"}, {"node3"}, {"node2", "node4"}])
def test_the_accused_are_left_out_and_the_others_meet(bad: set[str]):
    nodes = Nodes(4, failing=bad)
    snap = nodes.met()
    assert outcomes(snap) == {name: "error" if name in bad else "skip" for name in nodes.names}
    for name in bad:
        assert "without it the others meet" in judged(snap, CHECK)[(name,)].message
    assert nodes.asked[1] == [tuple(name for name in nodes.names if name not in bad)]
    assert len(nodes.asked) == 2


def test_a_second_fault_shows_once_the_first_is_left_out():
    nodes = Nodes(5, failing={"node2"}, hanging=[{"node4"}])
    snap = nodes.met()
    assert outcomes(snap)["node2"] == "error"
    assert outcomes(snap)["node4"] == "hang"
    assert judged(snap, CHECK)[("node4",)].message.startswith("rank 3 on node4 hung")
    assert set(outcomes(snap).values()) == {"error", "hang", "skip"}


@pytest.mark.parametrize("bad", range(1, 9))
def test_one_among_eight_that_all_hang_is_found_by_halves(bad: int):
    nodes = Nodes(8, hanging=[{f"node{bad}"}])
    snap = nodes.met()
    found = {name: cause for name, cause in outcomes(snap).items() if cause != "skip"}
    assert found == {f"node{bad}": "hang"}
    message = judged(snap, CHECK)[(f"node{bad}",)].message
    assert "alone it fails as well; without it the others meet" in message
    assert len(nodes.asked) == 1 + 3 + 1


def test_two_that_hang_only_together_are_told_as_two():
    nodes = Nodes(4, hanging=[{"node2", "node3"}])
    snap = nodes.met()
    assert outcomes(snap) == {"node1": "skip", "node2": "skip", "node3": "hang", "node4": "skip"}
    message = judged(snap, CHECK)[("node3",)].message
    assert "of smaller groups, it does not meet node2; without it the others meet" in message
    assert "without it the others meet" in message


def test_one_that_meets_nobody_but_itself_is_told_and_not_whom_it_was_tried_with():
    """What a lost large packet looks like: alone all is well, with anyone it hangs."""
    for bad in range(1, 6):
        pairs = [{f"node{bad}", f"node{other}"} for other in range(1, 6) if other != bad]
        found = outcomes(Nodes(5, hanging=pairs).met())
        assert {name for name, entry in found.items() if entry != "skip"} == {f"node{bad}"}


def test_a_hang_of_all_that_no_part_shows_accuses_nobody_and_passes_nobody():
    snap = Nodes(4, hanging=[{f"node{number}" for number in range(1, 5)}]).met()
    assert set(outcomes(snap).values()) == {"skip", "unknown"}


def test_of_two_nodes_nothing_is_repeated_but_the_one_is_told():
    nodes = Nodes(2, failing={"node2"})
    snap = nodes.met()
    assert outcomes(snap) == {"node1": "skip", "node2": "error"}
    assert "without it" not in judged(snap, CHECK)[("node2",)].message
    assert len(nodes.asked) == 1


def test_who_gives_no_answer_is_left_out_and_is_no_pass():
    nodes = Nodes(3, silent={"node2"})
    assert outcomes(nodes.met()) == {"node1": "pass", "node2": "unknown", "node3": "pass"}
    assert nodes.asked[1] == [("node1", "node3")]


def across(one: tuple[int, ...], other: tuple[int, ...]) -> list[set[str]]:
    return [{f"node{a}", f"node{b}"} for a in one for b in other]


def test_two_racks_that_do_not_meet_are_told_as_groups_and_nobody_is_accused():
    nodes = Nodes(4, hanging=across((1, 2), (3, 4)))
    snap = nodes.met()
    assert set(outcomes(snap).values()) == {"skip"}
    (found,) = judged(snap, GROUPS).values()
    assert found.cause == "cut"
    assert {frozenset(side) for side in found.evidence["groups"]} == {
        frozenset({"node1", "node2"}),
        frozenset({"node3", "node4"}),
    }


def test_networks_that_do_not_meet_are_told_however_large_they_are():
    nodes = Nodes(12, hanging=across(tuple(range(1, 7)), tuple(range(7, 13))), per_network=6)
    snap = nodes.met()
    assert set(outcomes(snap).values()) == {"skip"}
    (found,) = judged(snap, GROUPS).values()
    assert "node[1-6] and node[7-12] each meet inside" in found.message
    assert "between 10.0.0.0/24 and 10.0.1.0/24" in found.message


def test_a_pair_in_two_networks_is_no_cut():
    snap = Nodes(4, hanging=[{"node2", "node3"}], per_network=2).met()
    assert judged(snap, GROUPS)[()].outcome.value == "pass"
    assert sorted(outcomes(snap).values()) == ["hang", "skip", "skip", "skip"]


def test_two_that_are_bad_by_themselves_are_no_group():
    snap = Nodes(5, hanging=[{"node2"}, {"node4"}], per_network=3).met()
    assert judged(snap, GROUPS)[()].outcome.value == "pass"
    assert {name for name, entry in outcomes(snap).items() if entry == "hang"} == {"node2", "node4"}
