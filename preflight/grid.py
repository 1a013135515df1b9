"""Nodes against checks, and nodes against nodes, as tables that a phone and a printer can show."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterable, Mapping, Sequence

from checks.catalogue import CATALOGUE
from checks.model import Finding
from checks.reports.finding_text import finding_mark

MARK_CLASSES = {"√": "p", "‼": "w", "×": "f", "?": "u", "-": "s"}
"""The class of each mark in report.html."""
MARKS_BY_GRAVITY = "-√‼?×"
MOST_NODES_DRAWN = 128
"""Above, a matrix of pairs would be a million cells: its failures are listed, not drawn."""
ROOMY_COLUMNS = 12
"""Up to so many columns cells are wide enough for a finger."""


def node_table(findings: Sequence[Finding], names: Sequence[str]) -> str:
    """Checks in rows, nodes in columns; what holds on every node is folded away below."""
    rows: dict[str, dict[str, str]] = {}
    for finding in findings:
        if len(finding.subject) < 2:
            cells = rows.setdefault(finding.check, {})
            for name in finding.subject or ("",):
                cells[name] = _graver_mark(cells.get(name, "-"), finding_mark(finding))
    loud = {check: cells for check, cells in rows.items() if not set(cells.values()) <= {"√", "-"}}
    quiet = {check: cells for check, cells in rows.items() if check not in loud}
    shown = _mark_table(loud, names, "check") if loud else ""
    if not quiet:
        return shown
    told = f"{len(quiet)} check{'s' * (len(quiet) != 1)} with nothing to say"
    folded = _mark_table(quiet, names, "check")
    return f"{shown}<details><summary>{told}</summary>{folded}</details>"


def heat_maps(findings: Sequence[Finding], names: Sequence[str]) -> str:
    """One matrix for each check of pairs, sources in rows and targets in columns."""
    checks: dict[str, dict[str, dict[str, str]]] = {}
    for finding in findings:
        if len(finding.subject) == 2:
            source, target = finding.subject
            checks.setdefault(finding.check, {}).setdefault(source, {})[target] = finding_mark(
                finding
            )
    return "\n".join(_heat_map(check, rows, names) for check, rows in checks.items())


def _heat_map(check: str, rows: Mapping[str, Mapping[str, str]], names: Sequence[str]) -> str:
    marks = [sign for row in rows.values() for sign in row.values()]
    counts = ", ".join(f"{sign} {marks.count(sign)}" for sign in "×?‼√-" if sign in marks)
    head = f"<h3>{html.escape(check)} <small>{counts}</small></h3>"
    title = f"<p>{html.escape(CATALOGUE[check].text.claim)}</p>" if check in CATALOGUE else ""
    if set(marks) == {"-"}:
        return ""
    if len(rows) > MOST_NODES_DRAWN:
        return f"{head}{title}<p>{len(rows)} nodes are too many to draw; failures are above.</p>"
    corner = "from ↓ to →"
    targets = [name for name in names if any(name in row for row in rows.values())]
    if len(targets) == 1 < len(rows):
        rows = {targets[0]: {source: row[targets[0]] for source, row in rows.items()}}
        targets, corner = list(rows[targets[0]]), "to ↓ from →"
    return f"{head}{title}{_mark_table(rows, targets, corner)}"


def _graver_mark(first: str, second: str) -> str:
    return max(first, second, key=MARKS_BY_GRAVITY.index)


def _mark_table(rows: Mapping[str, Mapping[str, str]], columns: Sequence[str], corner: str) -> str:
    """A table with a header for each row and column, and a mark in each cell."""
    head = "".join(
        f'<th scope=col title="{html.escape(name)}"><span>{html.escape(label)}</span></th>'
        for name, label in zip(columns, short_labels(columns), strict=True)
    )
    body = "\n".join(_mark_row(name, cells, columns) for name, cells in rows.items())
    kind = "roomy" if len(columns) <= ROOMY_COLUMNS else "dense"
    return (
        f'<div class=wide><table class="grid {kind}"><thead><tr><th scope=col>{corner}</th>'
        f"{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _mark_row(name: str, cells: Mapping[str, str], columns: Sequence[str]) -> str:
    head = f"<th scope=row>{html.escape(name).replace('.', '.<wbr>', 1)}</th>"
    if set(cells) == {""}:
        return f"<tr>{head}{_mark_cell(cells[''], len(columns))}</tr>"
    return f"<tr>{head}{''.join(_mark_cell(cells.get(name, ''), 1) for name in columns)}</tr>"


def _mark_cell(sign: str, span: int) -> str:
    wide = f" colspan={span}" if span > 1 else ""
    return f"<td class={MARK_CLASSES[sign]}{wide}>{sign}</td>" if sign else f"<td{wide}></td>"


def short_labels(names: Sequence[str]) -> Iterable[str]:
    """The names without what all begin with, numbers kept whole."""
    if len(names) < 2 or (len(names) <= ROOMY_COLUMNS and max(map(len, names)) <= 8):
        return names
    alike = itertools.takewhile(lambda letters: len({*letters}) == 1, zip(*names, strict=False))
    common = "".join(letters[0] for letters in alike).rstrip("0123456789")
    return [name[len(common) :] or name for name in names]
