"""The report as one self-contained page, for those who open a link rather than a log.

All of its look is in report.html. It needs no script and no network, and says nothing by colour
alone.
"""

from __future__ import annotations

import html
import importlib.resources
import string
from collections.abc import Mapping, Sequence
from typing import Any

from checks.facts import Snapshot
from checks.folded_names import fold_names
from checks.model import Finding, Outcome
from checks.reports.blame import fold_blame
from checks.reports.changes import ChangesSinceGo, Difference, differing_facts
from checks.reports.finding_groups import FindingGroup, group_findings
from checks.reports.finding_text import escape_text, evidence_text, finding_mark
from preflight.grid import MARK_CLASSES, heat_maps, node_table
from preflight.speeds import speed_map

MOST_ROWS = 60
"""The most findings, or facts that differ, that the page shows; the JSON report has them all."""


def render_page(
    report: Mapping[str, Any],
    findings: Sequence[Finding],
    snapshot: Snapshot,
    changed: ChangesSinceGo | None = None,
) -> str:
    """The whole page: verdict, blame and what is wrong first; then nodes, pairs and facts."""
    text = importlib.resources.files("preflight").joinpath("report.html").read_text("utf-8")
    return string.Template(text).substitute(
        kind=report["decision"],
        decision=str(report["decision"]).upper(),
        about=escape_html(_about_line(report)),
        blame=_page_section("Who stands out", _blame_list(report)),
        findings=_page_section("What is wrong", _finding_cards(findings)),
        changed=_page_section("Changed since the last go", _changes_table(changed)),
        nodes=_page_section("Nodes and checks", node_table(findings, snapshot.job.names)),
        pairs=_page_section("Pairs", heat_maps(findings, snapshot.job.names)),
        speeds=_page_section("Gbit/s between nodes", speed_map(snapshot)),
        differing=_page_section("Facts that differ between nodes", _differing_facts(snapshot)),
        skipped=_page_section("What was not asked", _skipped_list(findings)),
        stages=_page_section("Where the time went", _stages_table(report["stages"])),
    )


def escape_html(value: object) -> str:
    """Text of a node or a user, harmless in the page."""
    return html.escape(escape_text(str(value)))


def _page_section(title: str, body: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{body}\n</section>" if body else ""


def _about_line(report: Mapping[str, Any]) -> str:
    when = str(report["started"]).replace("T", " ").replace("Z", " UTC")
    size, took = len(report["nodes"]), report["seconds"]
    return f"{size} node{'s' * (size != 1)}, {when}, {took:.1f} s, preflight {report['version']}"


def _blame_list(report: Mapping[str, Any]) -> str:
    lines = "".join(
        f"<li><b>{escape_html(who)}</b>: {escape_html(why)}</li>"
        for who, why in fold_blame(report["blame"])
    )
    return f"<ul>{lines}</ul>" if lines else ""


def _finding_cards(findings: Sequence[Finding]) -> str:
    groups = [
        group
        for sign in "×?‼"
        for group in group_findings(f for f in findings if finding_mark(f) == sign)
    ]
    cards = [_finding_card(group) for group in groups[:MOST_ROWS]]
    left = len(groups) - MOST_ROWS
    return "\n".join([*cards, *([f"<p>and {left} more: see the JSON report</p>"] * (left > 0))])


def _finding_card(group: FindingGroup) -> str:
    """One finding, of all nodes of which it says the same."""
    first, sign = group.first, finding_mark(group.first)
    nodes = " → ".join(dict.fromkeys(fold_names(names) for names in group.nodes))
    about = " · ".join(part for part in (first.check, nodes, first.cause) if part)
    allowed = " (allowed)" if first.allowed and first.outcome is Outcome.FAIL else ""
    told = escape_html(group.told(first.message or f"{first.check} does not hold"))
    parts = [
        f"<h3>{_mark_span(sign)} {told}{allowed}</h3>",
        f"<p class=about>{escape_html(about)}</p>",
    ]
    if seen := evidence_text(finding.evidence for finding in group.findings):
        parts.append(f"<p>seen: {escape_html(seen)}</p>")
    if first.fix:
        also = group.rest(first.fix.on)
        likewise = f"; likewise {also}" if also else ""
        where = f" on {first.fix.on}{likewise}" if first.fix.on else ""
        parts.append(f"<p>fix{escape_html(where)}: {escape_html(first.fix.note)}</p>")
        parts.append(f"<pre>{escape_html(first.fix.command)}</pre>" if first.fix.command else "")
    return f'<article class="{MARK_CLASSES[sign]}">{"".join(parts)}</article>'


def _mark_span(sign: str) -> str:
    return f'<span class="sign">{sign}</span>'


def _changes_table(changed: ChangesSinceGo | None) -> str:
    if changed is None:
        return ""
    head = f"<p>The last go was at {escape_html(changed.since.replace('T', ' '))}.</p>"
    rows = [
        (fold_names(one.nodes), one.fact, one.shown[0] or "(absent)", one.shown[1] or "(gone)")
        for one in changed.changes[:MOST_ROWS]
    ]
    return head + (_facts_table(("node", "fact", "before", "now"), rows) if rows else "")


def _differing_facts(snapshot: Snapshot) -> str:
    rows = [_difference_row(one) for one in differing_facts(snapshot)[:MOST_ROWS]]
    return _facts_table(("fact", "most have", "others have"), rows) if rows else ""


def _difference_row(one: Difference) -> tuple[str, str, str]:
    (most, nodes), *others = one.values
    rest = "\n".join(f"{value[:80] or '(absent)'}: {fold_names(who)}" for value, who in others)
    return one.fact, f"{most[:80] or '(absent)'}: {fold_names(nodes)}", rest


def _facts_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th scope=col>{one}</th>" for one in heads)
    body = "".join(
        f"<tr><th scope=row>{escape_html(row[0])}</th>"
        + "".join(f"<td>{escape_html(cell)}</td>" for cell in row[1:])
        + "</tr>\n"
        for row in rows
    )
    return f"<div class=wide><table class=facts><tr>{head}</tr>\n{body}</table></div>"


def _skipped_list(findings: Sequence[Finding]) -> str:
    reasons: dict[str, list[str]] = {}
    for group in group_findings(finding for finding in findings if finding_mark(finding) == "-"):
        reasons.setdefault(group.told(group.first.message), []).append(group.first.check)
    lines = "".join(
        f"<li>{escape_html(why)}: {escape_html(', '.join(dict.fromkeys(checks)))}</li>"
        for why, checks in reasons.items()
    )
    told = f"{len(reasons)} reason{'s' * (len(reasons) != 1)}"
    return f"<details><summary>{told}</summary><ul>{lines}</ul></details>" if lines else ""


def _stages_table(stages: Mapping[str, float]) -> str:
    longest = max(stages.values(), default=0.0) or 1.0
    rows = "".join(
        f"<tr><th scope=row>{escape_html(name)}</th><td>{took:.2f} s</td>"
        f'<td><div class=bar style="width:{100 * took / longest:.0f}%"></div></td></tr>\n'
        for name, took in stages.items()
    )
    return f"<table class=stages>{rows}</table>" if rows else ""
