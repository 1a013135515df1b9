"""Clusters in which a rule says what was measured between each two nodes, and what fails there."""

from __future__ import annotations

from collections.abc import Callable

from checks.facts import Snapshot
from checks.facts.job_paths import JobPath, JobPaths
from checks.facts.pairs import Pairs, PairSpeed
from checks.facts.ports import DialResults
from checks.model import Outcome
from tests.support.networks import cluster
from tests.support.snapshots import judged, with_fact

NODE, LATENCY, LINK, CUT, ENOUGH = (
    f"collective.{claim}"
    for claim in (
        "bandwidth-is-alike",
        "latency-is-alike",
        "links-are-alike",
        "no-group-is-slow-to-reach",
        "bandwidth-is-enough",
    )
)
CHECKS = (NODE, LATENCY, LINK, CUT, ENOUGH)
QUICK, SLOW = PairSpeed(9.4, 9.5, 40.0), PairSpeed(0.094, 0.12, 40.0, times=3)
FAR = PairSpeed(0.5, 0.9, 20000.0, times=3)
Rule = Callable[[str, str], PairSpeed]


def measured(rule: Rule, nodes: int = 4, **job: object) -> Snapshot:
    """A cluster in which `rule` says what was measured between each two."""
    names = tuple(f"node{number}" for number in range(1, nodes + 1))
    snap = cluster(names, **job)
    for name in names:
        row = {other: rule(name, other) for other in names if other != name}
        with_fact(snap, name, Pairs(row))
        with_fact(snap, name, DialResults())
        with_fact(snap, name, JobPaths(JobPath("there", "/run")))
    return snap


def failures(snap: Snapshot) -> dict[tuple[str, tuple[str, ...]], str]:
    """(check, subject): cause of all that fails, over all checks of pairs."""
    return {
        (check, subject): finding.cause
        for check in CHECKS
        for subject, finding in judged(snap, check).items()
        if finding.outcome not in (Outcome.PASS, Outcome.SKIP)
    }


def slow_where(condition: Callable[[str, str], bool], bad: PairSpeed = SLOW) -> Rule:
    return lambda source, target: bad if condition(source, target) else QUICK
