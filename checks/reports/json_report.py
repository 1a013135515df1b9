"""The JSON report: what scripts, CI and the launcher's gate read of a preflight."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from checks import __version__
from checks.facts import ClusterView, Login, Snapshot
from checks.folded_names import fold_names
from checks.judge import decide
from checks.model import Finding, Outcome
from checks.private_files import write_private_file
from checks.reports.blame import blamed_nodes
from checks.reports.changes import ChangesSinceGo

SCHEMA = 1


def report_document(
    findings: Sequence[Finding],
    snapshot: Snapshot,
    seconds: float,
    changed: ChangesSinceGo | None = None,
) -> dict[str, Any]:
    """The report as JSON data; docs/preflight.md names each field.

    The pairs of one check that pass are folded to one entry for each source, whose subject is
    that source alone and whose evidence names the targets: 64 nodes are 8,192 pairs.
    """
    return {
        "schema": SCHEMA,
        "version": __version__,
        "started": snapshot.started,
        "seconds": round(seconds, 3),
        "decision": decide(findings),
        "nodes": _node_entries(snapshot),
        "findings": [_finding_entry(finding) for finding in _fold_passing_pairs(findings)],
        "blame": blamed_nodes(findings),
        "stages": dict(snapshot.stages),
        "changed": changed.document if changed else None,
    }


def write_report(report: dict[str, Any], path: Path) -> None:
    """The report stands whole at `path`, for this user alone. Raises OSError."""
    write_private_file(path, json.dumps(report, default=str, allow_nan=False) + "\n")


def _node_entries(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Slots are null only where they are left to detection and nobody asked for the GPUs."""
    return [
        {
            "name": view.name,
            "address": view.read(Login).address if view.has(Login) else "",
            "slots": view.slots,
            "reached": view.reached,
        }
        for view in ClusterView(snapshot).nodes
    ]


def _finding_entry(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "area": finding.area,
        "subject": list(finding.subject),
        "severity": finding.severity.value,
        "outcome": finding.outcome.value,
        "allowed": finding.allowed,
        "cause": finding.cause,
        "message": finding.message,
        "evidence": dict(finding.evidence),
        "fix": str(finding.fix or ""),
        "fix_on": [finding.fix.on] if finding.fix and finding.fix.on else [],
        "seconds": finding.seconds,
    }


def _fold_passing_pairs(findings: Iterable[Finding]) -> list[Finding]:
    """The same findings, with passing pairs folded at the place of a source's first."""
    rows: dict[object, list[Finding]] = {}
    for finding in findings:
        passing_pair = finding.outcome is Outcome.PASS and len(finding.subject) == 2
        key = (finding.check, finding.subject[0]) if passing_pair else id(finding)
        rows.setdefault(key, []).append(finding)
    return [_fold_row(row) for row in rows.values()]


def _fold_row(row: Sequence[Finding]) -> Finding:
    """A single finding as it is; several passing pairs of one source as one finding."""
    first = row[0]
    if len(row) == 1:
        return first
    targets = fold_names(finding.subject[1] for finding in row)
    untried = fold_names(finding.subject[1] for finding in row if finding.is_untried)
    return Finding(
        first.check,
        first.area,
        first.subject[:1],
        first.severity,
        first.outcome,
        message=f"holds from {first.subject[0]} to {targets}"
        + (f"; of these not tried: {untried}" if untried else ""),
        evidence={"targets": targets, **({"untried": untried} if untried else {})},
        allowed=first.allowed,
        seconds=max(finding.seconds for finding in row),
    )
