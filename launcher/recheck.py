"""After a failure: the checks that bear on it, asked again of the nodes concerned.

The logs tell what a run died of. This tells what is true of its nodes now: the disk that is full,
the link that is down, the node that is gone.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checks.catalogue import CATALOGUE
from checks.check import Check, Claim, Over, claims_of
from checks.cluster.gather import gather
from checks.facts import ClusterView
from checks.fold import fold
from checks.judge import judge
from checks.model import Finding, Job, Outcome
from checks.reports import report
from checks.reports.alike import alike
from checks.reports.summary import clean, mark

BUDGET_S = 15.0
REACHED = "reach.controller-logs-in"
USUAL = (
    "ports.master-port-is-reachable",
    "ports.master-port-is-free",
    "limits.memory-is-free",
    "limits.group-allows-enough-memory",
    "limits.shm-is-large-enough",
    "limits.kernel-kills-no-rank",
    "limits.hardware-reports-no-error",
    "limits.links-stay-up",
    "gpu.driver-answers",
    "gpu.kernel-reports-no-gpu-fault",
    "gpu.memory-has-no-errors",
    "files.output-is-writable",
    "files.home-and-caches-have-room",
)
"""What is asked where the table of known failures names nothing: what changes while a run runs."""
LONG = frozenset(
    {"smoke", "rendezvous", "compute", "pairs", "later_counters", "later_rdma_counters"}
)
"""Sections that train, measure or wait: not asked while somebody waits for the reason."""

Before = Mapping[tuple[str, tuple[str, ...]], str]
"""The outcome of each check and subject before the start."""


@dataclass(frozen=True)
class Recheck:
    """What was found: for a person, and as the preflight's own report."""

    text: str
    report: Mapping[str, Any]


def recheck(
    job: Job, nodes: Sequence[str], checks: Sequence[str], gate: Mapping[str, Any]
) -> Recheck:
    """Ask again what `bearing` names, within BUDGET_S and the logins' own time-outs.

    `gate` is the report that the start stood on. Never raises for what a node does.
    """
    claims = bearing(job, nodes, checks)
    began = time.monotonic()
    snapshot = gather(job, claims, budget=BUDGET_S)
    findings = judge(claims, ClusterView(snapshot), job.allow)
    known = any(_quick(one) for one in _of_catalogue(checks))
    text = told(findings, nodes, outcomes(gate), known=known)
    return Recheck(text, report.document(findings, snapshot, time.monotonic() - began))


def bearing(job: Job, nodes: Collection[str], checks: Iterable[str]) -> list[Claim]:
    """The claims to ask: of those checks, or else the usual ones, what concerns these nodes.

    A claim about the head is asked whomever it concerns, one about a pair where either end is
    concerned. That the nodes can be logged in to is always asked.
    """
    quick = [one for one in _of_catalogue(checks) if _quick(one)] or _of_catalogue(USUAL)
    chosen = dict.fromkeys((*_of_catalogue([REACHED]), *quick))
    return [
        claim
        for claim in claims_of(chosen, job)
        if claim.check.over in (Over.HEAD, Over.CLUSTER) or set(claim.subject) & set(nodes)
    ]


def _of_catalogue(checks: Iterable[str]) -> list[Check]:
    return [CATALOGUE[name] for name in checks if name in CATALOGUE]


def _quick(check: Check) -> bool:
    return not LONG & {fact.section for fact in check.needs}


def outcomes(gate: Mapping[str, Any]) -> Before:
    """What a report says of each check and subject."""
    return {
        (one["check"], tuple(one["subject"])): one["outcome"] for one in gate.get("findings", ())
    }


def told(findings: Sequence[Finding], nodes: Sequence[str], before: Before, *, known: bool) -> str:
    """What does not hold, each with its fix; then what holds.

    Of the usual checks a warning that was there before the start is not told again.
    """
    where = fold(nodes)
    wrong = [
        one
        for one in findings
        if one.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
        and (known or one.stops or before.get((one.check, one.subject)) != "fail")
    ]
    lines = [_wrong(group.first, group.told, before) for group in alike(wrong)]
    failing = {one.check for one in wrong}
    held = dict.fromkeys(one.check for one in findings if one.outcome is Outcome.PASS)
    holding = [check for check in held if check not in failing]
    if holding:
        lines.append(f"√ {', '.join(holding)}: hold{'s' if len(holding) == 1 else ''}")
    return "\n".join([f"asked again on {where}:", *(f"  {line}" for line in lines)])


def _wrong(first: Finding, fill: Any, before: Before) -> str:
    held = before.get((first.check, first.subject)) == "pass"
    since = " (it held before the start)" if held else ""
    fix = f"; fix: {clean(fill(str(first.fix)))}" if first.fix else ""
    return f"{mark(first)} {first.check}: {clean(fill(first.message))}{since}{fix}"
