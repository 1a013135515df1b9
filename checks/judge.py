"""From a snapshot to findings to a decision: pure, so a saved snapshot is judged anywhere."""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from checks.check import Check, Claim, Claims, Question
from checks.effects import hold_against_facts
from checks.errors import FactError
from checks.facts import ClusterView, Login, NodeView, Snapshot
from checks.knowledge.container_network import OF_THE_NETWORK, PEERS_REACH_IT, networks_apart
from checks.knowledge.entered_containers import place_fix
from checks.knowledge.ephemeral_ports import IN_USE, NOT_AVAILABLE, is_range_used_up
from checks.knowledge.unlocking import unlock_first
from checks.model import Finding, Outcome, Verdict, skip, unknown
from checks.printable import shorten_message

REACH = "reach"
IN_TIME = "reach.node-answers-in-time"
ENOUGH_PORTS = "ports.ephemeral-range-is-wide-enough"
TIMED_CAUSES = frozenset({"far", "hang", "slow", "slow-in", "slow-out", "slow-pair", "crawls"})
"""What a node that gets no processor shows as well."""


def judge_claims(
    claims: Iterable[Claim], cluster: ClusterView, allow: Iterable[str] = ()
) -> list[Finding]:
    """One finding for each claim, in their order. `allow` names checks or areas that may fail.

    A node that was not reached skips its other claims, and those that need its facts; where its own
    reach claim is not among those asked, they are unknown instead, because nobody else would say
    so.
    """
    asked = [
        Question(check, [claim.subject for claim in alike])
        for check, alike in itertools.groupby(claims, key=lambda claim: claim.check)
    ]
    reach_subjects = _nodes_asked(asked, lambda check: check.area == REACH)
    allowed = frozenset(allow)
    timed = _nodes_asked(asked, lambda check: check.id == IN_TIME)
    late = [name for name in cluster.late_nodes if name in timed]
    ports = _nodes_asked(asked, lambda check: check.id == ENOUGH_PORTS)
    portless = [name for name in cluster.snapshot.job.names if name in ports]
    portless = [name for name in portless if is_range_used_up(cluster[name])]
    contained = _nodes_asked(asked, lambda check: check.id == PEERS_REACH_IT)
    apart = [name for name in networks_apart(cluster) if name in contained] if contained else []

    def verdict_for(claim: Claim, view: ClusterView) -> Verdict:
        verdict = _skip_where_late(claim, _judge_claim(claim, view, reach_subjects), late)
        verdict = _skip_where_portless(claim, verdict, portless)
        return _skip_where_apart(claim, verdict, apart, view) if apart else verdict

    last_reader = {fact: question.check for question in asked for fact in question.check.facts}
    findings: list[Finding] = []
    for question in asked:
        check = question.check
        view = cluster.limited_to(check.facts)
        slowest_s = _slowest_answers(check, view.snapshot)
        findings += (
            _make_finding(claim, verdict_for(claim, view), allowed, slowest_s)
            for claim in Claims([question])
        )
        view.forget_nodes()
        cluster.snapshot.forget(fact for fact in check.facts if last_reader[fact] is check)
    return findings


def _nodes_asked(questions: Iterable[Question], which: Callable[[Check], bool]) -> set[str]:
    """All that such a check is asked about."""
    subjects = (question.subjects for question in questions if which(question.check))
    return {name for subject in itertools.chain.from_iterable(subjects) for name in subject}


def decide(findings: Iterable[Finding]) -> str:
    """`go`, or `stop` where any finding forbids the start."""
    return "stop" if any(finding.stops for finding in findings) else "go"


def _judge_claim(claim: Claim, cluster: ClusterView, reach_subjects: set[str]) -> Verdict:
    absent = [view for view in map(cluster.__getitem__, claim.subject) if not view.reached]
    for view in absent:
        if cluster.snapshot.answer(view.name, Login.section) is None:
            return _not_asked_verdict(view, claim, reach_subjects)
    if absent and claim.check.area != REACH:
        return _not_reached_verdict(absent[0], reach_subjects)
    try:
        return _ask_judge(claim, cluster)
    except FactError as error:
        if error.node and not cluster[error.node].reached:
            return _not_reached_verdict(cluster[error.node], reach_subjects)
        return unknown(str(error))
    except Exception as error:  # noqa: BLE001 - a judge's own bug must not hide the other findings
        failed = unknown(f"the check itself failed: {type(error).__name__}: {error}")
        return _judge_without_liar(claim, cluster) or failed


def _ask_judge(claim: Claim, cluster: ClusterView) -> Verdict:
    views = [cluster[name] for name in claim.subject]
    verdict = claim.check.judge(*views) if views else claim.check.judge(cluster)
    verdict = unlock_first(hold_against_facts(verdict, cluster), cluster)
    if verdict.fix is None:
        return verdict
    return replace(verdict, fix=place_fix(verdict.fix, claim.check.area, cluster.job))


def _judge_without_liar(claim: Claim, cluster: ClusterView) -> Verdict | None:
    """The verdict on nodes that another one's odd answer kept from being judged, if it is that.

    Of the cluster, to which it belongs, nothing holds then; that something fails counts.
    """
    for name in cluster.snapshot.job.names:
        if name not in claim.subject and cluster[name].reached:
            with contextlib.suppress(Exception):
                verdict = _ask_judge(claim, cluster.without_facts_of(name))
                if claim.subject or verdict.outcome is Outcome.FAIL:
                    return verdict
                return unknown(f"what {name} answered cannot be judged")
    return None


def _skip_where_late(claim: Claim, verdict: Verdict, late: Sequence[str]) -> Verdict:
    """What a late node did not answer, or was slow at, is said by its own finding, once."""
    is_unknown = verdict.outcome is Outcome.UNKNOWN
    if claim.check.area == REACH or not (is_unknown or verdict.cause in TIMED_CAUSES):
        return verdict
    for name in late:
        lacks_it = is_unknown and (not claim.subject or name in verdict.message)
        if lacks_it or name in claim.subject:
            return skip(f"{name} did not answer in time; see {IN_TIME}")
    return verdict


def _skip_where_portless(claim: Claim, verdict: Verdict, portless: Sequence[str]) -> Verdict:
    """What could not be asked, as a node's kernel had no port to give, is said by that finding."""
    words = verdict.message if verdict.outcome is Outcome.UNKNOWN else ""
    if IN_USE not in words and NOT_AVAILABLE not in words:
        return verdict
    name = next((name for name in portless if name in claim.subject or name in words), "")
    return skip(f"{name} has no port left; see {ENOUGH_PORTS}") if name else verdict


def _skip_where_apart(
    claim: Claim, verdict: Verdict, apart: Sequence[str], cluster: ClusterView
) -> Verdict:
    """What would not fail but for a container's own network is said by that finding, once."""
    check = claim.check
    failed = verdict.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
    if not failed or check.id == PEERS_REACH_IT or check.area not in OF_THE_NETWORK:
        return verdict
    name = next((name for name in apart if name in claim.subject), "")
    if not name:
        without = _judge_claim(claim, cluster.without_facts_of(*apart), set())
        if without.outcome is Outcome.FAIL:
            return without
        name = apart[0]
    return skip(f"the container on {name} has a network of its own; see {PEERS_REACH_IT}")


def _not_asked_verdict(view: NodeView, claim: Claim, reach_subjects: set[str]) -> Verdict:
    """Of a saved snapshot that was taken of other nodes only; the node itself is reported once."""
    message = f"{view.name} was not asked"
    if claim.check.area != REACH and view.name in reach_subjects:
        return skip(message)
    return unknown(f"{message}: nothing of it is in this snapshot")


def _not_reached_verdict(view: NodeView, reach_subjects: set[str]) -> Verdict:
    if view.name in reach_subjects:
        return skip(f"{view.name} was not reached")
    return unknown(f"{view.name} was not reached, so nothing is known of it")


_Slowest = Callable[[str], float]
"""Seconds that the slowest of a check's facts took on the node of that name; on any, for ''."""


def _slowest_answers(check: Check, snapshot: Snapshot) -> _Slowest:
    """Each node's is looked up once, for however many pairs."""

    @functools.cache
    def slowest_s(name: str) -> float:
        if not name:
            return max(map(slowest_s, snapshot.job.names), default=0.0)
        answers = (snapshot.answer(name, fact.section) for fact in check.needs)
        return max((answer.seconds or 0.0 for answer in answers if answer), default=0.0)

    return slowest_s


def _seconds_of(claim: Claim, verdict: Verdict, slowest_s: _Slowest) -> float:
    """What the verdict itself measured, else what the slowest of its facts took on a node."""
    if "seconds" in verdict.evidence:
        return float(verdict.evidence["seconds"])
    return max(map(slowest_s, claim.subject or ("",)))


NO_EVIDENCE: Mapping[str, Any] = {}


def _finite(value: Any) -> Any:
    """A number that strict JSON has no words for, as text: what nodes print may hold some."""
    if isinstance(value, dict):
        finite = {name: _finite(entry) for name, entry in value.items()}
        return value if finite == value else finite  # what N² findings share stays one
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _make_finding(
    claim: Claim, verdict: Verdict, allowed: frozenset[str], slowest_s: _Slowest
) -> Finding:
    check = claim.check
    return Finding(
        check=check.id,
        area=check.area,
        subject=claim.subject,
        severity=verdict.severity or check.severity,
        outcome=verdict.outcome,
        message=shorten_message(verdict.message),
        cause=verdict.cause,
        fix=verdict.fix,
        evidence=_finite(verdict.evidence) if verdict.evidence else NO_EVIDENCE,
        seconds=_seconds_of(claim, verdict, slowest_s),
        allowed=check.id in allowed or check.area in allowed,
    )
