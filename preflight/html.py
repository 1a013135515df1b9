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
from checks.fold import fold
from checks.model import Finding, Outcome
from checks.reports.alike import Alike, alike
from checks.reports.blame import accused
from checks.reports.compare import Changed, Difference, differing
from checks.reports.summary import clean, evidence_text, mark
from preflight.grid import KINDS, heat_maps, node_table
from preflight.speeds import speed_map

MOST_ROWS = 60
"""The most findings, or facts that differ, that the page shows; the JSON report has them all."""


def page(
    report: Mapping[str, Any],
    findings: Sequence[Finding],
    snapshot: Snapshot,
    changed: Changed | None = None,
) -> str:
    """The whole page: verdict, blame and what is wrong first; then nodes, pairs and facts."""
    text = importlib.resources.files("preflight").joinpath("report.html").read_text("utf-8")
    return string.Template(text).substitute(
        kind=report["decision"],
        decision=str(report["decision"]).upper(),
        about=safe(_about(report)),
        blame=_section("Who stands out", _blame(report)),
        findings=_section("What is wrong", _wrong(findings)),
        changed=_section("Changed since the last go", _changed(changed)),
        nodes=_section("Nodes and checks", node_table(findings, snapshot.job.names)),
        pairs=_section("Pairs", heat_maps(findings, snapshot.job.names)),
        speeds=_section("Gbit/s between nodes", speed_map(snapshot)),
        differing=_section("Facts that differ between nodes", _differing(snapshot)),
        skipped=_section("What was not asked", _skipped(findings)),
        stages=_section("Where the time went", _stages(report["stages"])),
    )


def safe(value: object) -> str:
    """Text of a node or a user, harmless in the page."""
    return html.escape(clean(str(value)))


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{body}\n</section>" if body else ""


def _about(report: Mapping[str, Any]) -> str:
    when = str(report["started"]).replace("T", " ").replace("Z", " UTC")
    size, took = len(report["nodes"]), report["seconds"]
    return f"{size} node{'s' * (size != 1)}, {when}, {took:.1f} s, preflight {report['version']}"


def _blame(report: Mapping[str, Any]) -> str:
    lines = "".join(
        f"<li><b>{safe(who)}</b>: {safe(why)}</li>" for who, why in accused(report["blame"])
    )
    return f"<ul>{lines}</ul>" if lines else ""


def _wrong(findings: Sequence[Finding]) -> str:
    groups = [group for sign in "×?‼" for group in alike(f for f in findings if mark(f) == sign)]
    cards = [_card(group) for group in groups[:MOST_ROWS]]
    left = len(groups) - MOST_ROWS
    return "\n".join([*cards, *([f"<p>and {left} more: see the JSON report</p>"] * (left > 0))])


def _card(group: Alike) -> str:
    """One finding, of all nodes of which it says the same."""
    first, sign = group.first, mark(group.first)
    nodes = " → ".join(dict.fromkeys(fold(names) for names in group.nodes))
    about = " · ".join(part for part in (first.check, nodes, first.cause) if part)
    allowed = " (allowed)" if first.allowed and first.outcome is Outcome.FAIL else ""
    told = safe(group.told(first.message or f"{first.check} does not hold"))
    parts = [f"<h3>{_sign(sign)} {told}{allowed}</h3>", f"<p class=about>{safe(about)}</p>"]
    if seen := evidence_text(finding.evidence for finding in group.findings):
        parts.append(f"<p>seen: {safe(seen)}</p>")
    if first.fix:
        also = group.rest(first.fix.on)
        likewise = f"; likewise {also}" if also else ""
        where = f" on {first.fix.on}{likewise}" if first.fix.on else ""
        parts.append(f"<p>fix{safe(where)}: {safe(first.fix.note)}</p>")
        parts.append(f"<pre>{safe(first.fix.command)}</pre>" if first.fix.command else "")
    return f'<article class="{KINDS[sign]}">{"".join(parts)}</article>'


def _sign(sign: str) -> str:
    return f'<span class="sign">{sign}</span>'


def _changed(changed: Changed | None) -> str:
    if changed is None:
        return ""
    head = f"<p>The last go was at {safe(changed.since.replace('T', ' '))}.</p>"
    rows = [
        (fold(one.nodes), one.fact, one.shown[0] or "(not there)", one.shown[1] or "(gone)")
        for one in changed.changes[:MOST_ROWS]
    ]
    return head + (_table(("node", "fact", "before", "now"), rows) if rows else "")


def _differing(snapshot: Snapshot) -> str:
    rows = [_values(one) for one in differing(snapshot)[:MOST_ROWS]]
    return _table(("fact", "most have", "others have"), rows) if rows else ""


def _values(one: Difference) -> tuple[str, str, str]:
    (most, nodes), *others = one.values
    rest = "\n".join(f"{value[:80] or '(not there)'}: {fold(who)}" for value, who in others)
    return one.fact, f"{most[:80] or '(not there)'}: {fold(nodes)}", rest


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th scope=col>{one}</th>" for one in heads)
    body = "".join(
        f"<tr><th scope=row>{safe(row[0])}</th>"
        + "".join(f"<td>{safe(cell)}</td>" for cell in row[1:])
        + "</tr>\n"
        for row in rows
    )
    return f"<div class=wide><table class=facts><tr>{head}</tr>\n{body}</table></div>"


def _skipped(findings: Sequence[Finding]) -> str:
    reasons: dict[str, list[str]] = {}
    for group in alike(finding for finding in findings if mark(finding) == "-"):
        reasons.setdefault(group.told(group.first.message), []).append(group.first.check)
    lines = "".join(
        f"<li>{safe(why)}: {safe(', '.join(dict.fromkeys(checks)))}</li>"
        for why, checks in reasons.items()
    )
    told = f"{len(reasons)} reason{'s' * (len(reasons) != 1)}"
    return f"<details><summary>{told}</summary><ul>{lines}</ul></details>" if lines else ""


def _stages(stages: Mapping[str, float]) -> str:
    longest = max(stages.values(), default=0.0) or 1.0
    rows = "".join(
        f"<tr><th scope=row>{safe(name)}</th><td>{took:.2f} s</td>"
        f'<td><div class=bar style="width:{100 * took / longest:.0f}%"></div></td></tr>\n'
        for name, took in stages.items()
    )
    return f"<table class=stages>{rows}</table>" if rows else ""
