"""Hand-made snapshots for the tests of judges: healthy by default, broken where a test says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from checks.answer import Answer
from checks.check import Check, claims_of
from checks.facts import ClusterView, Fact, Login, Snapshot
from checks.facts.view import ALWAYS_KNOWN
from checks.judge import judge_claims
from checks.model import Finding, Job, Node

Judgement = tuple[str, str, str]
JUDGED: set[Judgement] = set()
"""Check, outcome and cause of all that `judged` has found in this process."""


def snapshot(nodes: tuple[str, ...] = ("node1", "node2", "node3"), **job: Any) -> Snapshot:
    """All nodes reached and nothing else known; `job` overrides fields of the Job."""
    hosts = job.pop("hosts", tuple(Node(name, slots=1) for name in nodes))
    defaults: dict[str, Any] = {"head": nodes[0], "python": "/venv/bin/python", "workdir": "/run"}
    snap = Snapshot(Job(nodes=hosts, **{**defaults, **job}), "2026-11-21T08:00:00Z")
    for index, name in enumerate(nodes, 1):
        with_fact(snap, name, Login(reached=True, address=f"10.0.0.{index}", user="root"))
    return snap


def with_fact(snap: Snapshot, node: str, fact: Fact) -> Snapshot:
    """Let `node` answer that fact."""
    snap.put_fact(node, fact)
    return snap


def without(snap: Snapshot, node: str, kind: type[Fact], why: str = "no answer in 5 s") -> Snapshot:
    """Let `node` fail to answer."""
    snap.put(node, kind.section, Answer(error=why))
    return snap


def judged(snap: Snapshot, check_id: str) -> dict[tuple[str, ...], Finding]:
    """The findings of one check of the catalogue, by subject.

    They are the same where nothing is known but what the check declares.
    """
    from checks.catalogue import CATALOGUE

    check = CATALOGUE[check_id]
    claims = claims_of([check], snap.job)
    findings = judge_claims(claims, ClusterView(snap))
    assert findings == judge_claims(claims, ClusterView(only_declared(snap, check)))
    broken = [
        finding for finding in findings if finding.message.startswith("the check itself failed")
    ]
    assert not broken, broken
    note_judgements(findings)
    return {finding.subject: finding for finding in findings}


def note_judgements(findings: Iterable[Finding]) -> None:
    """Count them for --every-check."""
    JUDGED.update((finding.check, finding.outcome.value, finding.cause) for finding in findings)


def only_declared(snap: Snapshot, check: Check) -> Snapshot:
    """The snapshot of a run with `-k CHECK`: it has what the check declares, and no more."""
    known = {fact.section for fact in (*check.facts, *ALWAYS_KNOWN)}
    sections = {
        node: {section: answer for section, answer in answers.items() if section in known}
        for node, answers in snap.sections.items()
    }
    return dataclasses.replace(snap, sections=sections)
