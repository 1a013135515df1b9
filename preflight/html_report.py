"""The report as one self-contained page, for those who open a link rather than a log.

All of its words and its look are in report.html. It needs no script and no network, and says
nothing by colour alone.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from checks.facts import Snapshot
from checks.folded_names import fold_names
from checks.model import Finding
from checks.printable import escape_text
from checks.reports.blame import blamed_nodes, fold_blame
from checks.reports.changes import ChangesSinceGo, Difference, differing_facts
from checks.reports.finding_groups import group_findings
from checks.reports.finding_text import FindingText, describe_group, finding_mark
from checks.run import Result
from checks.stages.stage_list import STAGE_TITLES
from preflight.grid import MARK_CLASSES, node_grids, pair_matrices
from preflight.speeds import speed_matrix

MAX_ROWS = 60
"""The most findings, or facts that differ, that the page shows; the JSON report has them all."""


def render_page(result: Result) -> str:
    """The whole page: decision, suspects and problems first; then nodes, pairs and facts."""
    text = importlib.resources.files("preflight").joinpath("report.html").read_text("utf-8")
    names, findings = result.snapshot.job.names, result.findings
    problems = _problems(result.shown)
    loud, quiet = node_grids(findings, names)
    return (
        _environment()
        .from_string(text)
        .render(
            report=(report := result.report),
            suspects=fold_blame(blamed_nodes(result.shown)),
            problems=problems[:MAX_ROWS],
            notes=[
                describe_group(group) for group in group_findings(f for f in findings if f.noted)
            ],
            problems_left=max(len(problems) - MAX_ROWS, 0),
            mark_classes=MARK_CLASSES,
            changes=result.changes,
            changed_facts=_changed_facts(result.changes),
            loud=loud,
            quiet=quiet,
            pairs=pair_matrices(findings, names),
            speeds=speed_matrix(result.snapshot),
            differing=_differing_facts(result.snapshot),
            skipped=_skip_reasons(findings),
            stage_titles=STAGE_TITLES,
            longest_s=max(report["stages"].values(), default=0.0) or 1.0,
        )
    )


def _environment() -> Environment:
    return Environment(
        autoescape=True,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def _printable(value: Any) -> Any:
    """A node's text without control characters; what the template itself made is left as it is."""
    return value if isinstance(value, Markup) else escape_text(str(value))


def _problems(findings: Sequence[Finding]) -> list[FindingText]:
    """All that did not pass, the gravest first, equal findings together."""
    return [
        describe_group(group)
        for mark in "×?‼"
        for group in group_findings(f for f in findings if finding_mark(f) == mark)
    ]


def _changed_facts(changes: ChangesSinceGo | None) -> list[tuple[str, ...]]:
    """Nodes, fact, before and now."""
    return [
        (fold_names(change.nodes), change.fact, *_present_values(*change.shown))
        for change in (changes.changes[:MAX_ROWS] if changes else ())
    ]


def _present_values(before: str, now: str) -> tuple[str, str]:
    return before or "(absent)", now or "(gone)"


def _differing_facts(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    """Fact, what most nodes have, and what the others have."""
    return [_difference_row(fact) for fact in differing_facts(snapshot)[:MAX_ROWS]]


def _difference_row(difference: Difference) -> tuple[str, str, str]:
    most, *others = (
        f"{value[:80] or '(absent)'}: {fold_names(nodes)}" for value, nodes in difference.values
    )
    return difference.fact, most, "\n".join(others)


def _skip_reasons(findings: Sequence[Finding]) -> dict[str, list[str]]:
    """The checks that were skipped for each reason."""
    reasons: dict[str, dict[str, None]] = {}
    for group in group_findings(f for f in findings if finding_mark(f) == "-"):
        reasons.setdefault(group.fold_text(group.first.message), {})[group.first.check] = None
    return {reason: list(checks) for reason, checks in reasons.items()}
