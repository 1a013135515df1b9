"""Ranks that keep each other waiting on a real cluster: each bad node is told, and proved."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.facts import ClusterView
from checks.facts.ports import DialResults
from checks.facts.smoke import Smoke
from checks.judge import judge_claims
from checks.model import Finding
from checks.run import sections_needed
from checks.stages import rendezvous
from checks.stages.gather import gather_facts
from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.broken_torch import spoil
from tests.support.lab_fixtures import assert_nothing_left, down_and_gone, leavings
from tests.support.lab_preflight import job_of

CHECKS = (
    "collective.ranks-meet",
    "collective.ranks-use-the-fastest-transport",
    "collective.groups-meet",
)
RACKS = (["node1", "node2"], ["node3", "node4"])
SLEEPS = "torch.distributed.all_reduce = lambda *_, **__: time.sleep(600)"
RAISES = "torch.distributed.init_process_group = lambda *_, **__: 1 / 0"
"""What a node's own torch does: a sum that never ends, a group that cannot be made."""
EARLIER = (DialResults, Smoke)
"""Where these show the fault already, the meeting leaves it to them: here it is on its own."""

pytestmark = pytest.mark.alone


@pytest.fixture
def four(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab.up(LabShape(nodes=4), tmp_path / ".lab", visible={sys.prefix})
    yield lab
    down_and_gone(lab)


def findings_of(lab: Lab) -> dict[tuple[str, str], Finding]:
    """Findings of the meeting by claim and node."""
    job = job_of(lab)
    claims = claims_of([CATALOGUE[check] for check in CHECKS], job)
    left_out = {fact.section for fact in EARLIER}
    wanted = {name: set(asked) - left_out for name, asked in sections_needed(job, claims).items()}
    snapshot = gather_facts(job, wanted)
    found = judge_claims(claims, ClusterView(snapshot))
    return {(finding.check, *finding.subject, "")[:2]: finding for finding in found}


def drop_from(lab: Lab, name: str, others: Sequence[str]) -> None:
    """No connection of `others` to ports of the ephemeral range there; the master port is open."""
    sources = ", ".join(lab.node(other).address for other in others)
    rule = f"ip saddr {{ {sources} }} tcp dport 32768-60999 ct state new drop"
    chain = f"chain input {{ type filter hook input priority 0; {rule}; }}"
    done = lab.node(name).run(f"nft -f - <<'END'\ntable inet apart {{ {chain}; }}\nEND")
    assert done.returncode == 0, done.stderr


def allow_all(lab: Lab) -> None:
    for node in lab.nodes:
        node.run("nft delete table inet apart 2>/dev/null; true")


def test_two_bad_nodes_are_told_one_by_its_words_and_one_by_halves(
    four: Lab, monkeypatch: pytest.MonkeyPatch
):
    before = leavings(four)
    healthy = findings_of(four)
    assert {finding.outcome.value for finding in healthy.values()} == {"pass"}
    assert healthy[CHECKS[1], "node2"].message == "gloo over eth0"
    monkeypatch.setattr(rendezvous, "LIMIT_S", 20.0)
    spoil(four, "node2", SLEEPS)
    spoil(four, "node4", RAISES)
    found = findings_of(four)
    reported = {
        name: finding.cause or finding.outcome.value
        for (check, name), finding in found.items()
        if check == CHECKS[0]
    }
    assert reported == {"node1": "skip", "node2": "hang", "node3": "skip", "node4": "error"}
    assert "ZeroDivisionError" in found[CHECKS[0], "node4"].message
    slow = found[CHECKS[0], "node2"].message
    assert slow.startswith("rank 1 on node2 hung in stage 'all-reduce'")
    assert slow.endswith("without it the others meet")
    assert_nothing_left(four, before, but=("sitecustomize",))


@pytest.mark.long
def test_a_pair_and_a_cut_between_two_racks_are_told_as_such(
    four: Lab, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rendezvous, "LIMIT_S", 20.0)
    drop_from(four, "node2", ["node3"])
    drop_from(four, "node3", ["node2"])
    found = findings_of(four)
    accused = {name: finding for (check, name), finding in found.items() if finding.cause}
    assert len(accused) == 1, accused
    ((name, one),) = accused.items()
    other = {"node2": "node3", "node3": "node2"}[name]
    assert one.cause == "peer-not-reached"
    assert f"{other} is met by all but {name}: of such a pair" in one.message
    assert found[CHECKS[2], ""].outcome.value == "pass"
    allow_all(four)
    for one_side, other_side in (RACKS, RACKS[::-1]):
        for name in one_side:
            drop_from(four, name, other_side)
    before = leavings(four)
    found = findings_of(four)
    causes = {
        (check, name): finding.cause for (check, name), finding in found.items() if finding.cause
    }
    assert causes == {(CHECKS[2], ""): "cut"}, causes
    assert_nothing_left(four, before)
    groups = {frozenset(side) for side in found[CHECKS[2], ""].evidence["groups"]}
    assert groups == {frozenset(side) for side in RACKS}
