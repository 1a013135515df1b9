"""A node that is too busy to answer: one finding, and what it did answer still counts."""

from __future__ import annotations

import re

import pytest

from checks.answer import Answer
from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.facts import ClusterView
from checks.facts.names import NameLookup, Names
from checks.facts.pressure import Pressure
from checks.facts.rendezvous import Rendezvous, RendezvousRank, RendezvousReport
from checks.facts.smoke import Smoke, SmokeRank, SmokeReport
from checks.facts.view import is_late
from checks.judge import IN_TIME, judge_claims
from checks.model import Outcome
from tests.support.snapshots import note_judgements, snapshot, with_fact

LATE, BROKEN = Answer(error="no answer in time"), Answer(error="the probe ended")
BY_ITSELF = Answer(error="no answer within 20 s")


@pytest.mark.parametrize(
    ("answers", "late"),
    [
        ([LATE] * 5, True),
        ([LATE] * 4, False),
        ([LATE, BY_ITSELF] * 3 + [Answer({})] * 6, True),
        ([LATE] * 5 + [Answer({})] * 6, False),
        ([BROKEN] * 40, False),
        ([Answer(error="no answer in time; what came is no answer: {]")] * 40, False),
    ],
)
def test_late_is_who_was_slow_for_half_and_for_many(answers, late):
    assert is_late(dict(enumerate(answers))) is late


def findings_of(*checks):
    """Of three nodes, of which node3 answered nothing in time."""
    found = snapshot()
    for section in {fact.section for check in CATALOGUE.values() for fact in check.facts}:
        if section != "login":
            found.put("node3", section, LATE)
    with_fact(found, "node3", Pressure(170.0, 2, 9.0, 2))
    claims = claims_of([CATALOGUE[check] for check in checks], found.job)
    findings = judge_claims(claims, ClusterView(found))
    note_judgements(finding for finding in findings if finding.check == IN_TIME)
    return findings


def test_one_finding_says_it_and_the_others_are_skipped():
    reported, *others = [
        check for check in findings_of(IN_TIME, *CATALOGUE) if "node3" in check.subject
    ]
    assert (reported.check, reported.outcome) == (IN_TIME, Outcome.UNKNOWN)
    assert reported.message == (
        "node3 did not answer in time: load 170 on 2 cores; this machine has load 9 on 2 cores"
    )
    assert not [
        finding
        for finding in others
        if finding.check != IN_TIME and finding.outcome is Outcome.UNKNOWN
    ]


def test_where_nobody_says_it_each_check_does():
    outcomes = {
        finding.subject: finding.outcome for finding in findings_of("limits.memlock-is-unlimited")
    }
    assert outcomes["node3",] is Outcome.UNKNOWN


def starved_smoke(waited):
    rank = SmokeRank(0, None, None, SmokeReport("import torch"), "", processor_wait=waited)
    return Smoke(1, 120.0, (rank,))


def starved_meeting(waited):
    report = RendezvousReport("group")
    rank = RendezvousRank(2, None, 20.0, report, processor_wait=waited / 6)
    return Rendezvous("2.9.0", world=3, limit=20.0, ranks=(rank,), shown=rank)


@pytest.mark.parametrize(
    ("kind", "check"),
    [(starved_smoke, "training.smoke-trains"), (starved_meeting, "collective.ranks-meet")],
)
@pytest.mark.parametrize(("waited", "late"), [(118.0, True), (20.0, False)])
def test_a_rank_that_found_no_processor_is_the_nodes_load_and_no_hang(kind, check, waited, late):
    found = with_fact(snapshot(), "node3", kind(waited))
    with_fact(
        found, "node3", Names("node3", peers={"node1": NameLookup(("10.0.0.1",), seconds=1.2)})
    )
    with_fact(found, "node3", Pressure(170.0, 2))
    slow = "names.resolution-is-quick"
    claims = claims_of([CATALOGUE[name] for name in (IN_TIME, check, slow)], found.job)
    findings = {
        finding.check: finding
        for finding in judge_claims(claims, ClusterView(found))
        if finding.subject == ("node3",)
    }
    note_judgements(findings.values())
    said = [findings[name].cause or findings[name].outcome.value for name in (check, slow)]
    assert said == (["skip", "skip"] if late else ["hang", "slow"])
    assert findings[IN_TIME].outcome is (Outcome.UNKNOWN if late else Outcome.PASS)
    waits = r"load 170 on 2 cores; a rank waited (118 of 120|20 of 20) s for a processor"
    assert not late or re.search(waits, findings[IN_TIME].message)
