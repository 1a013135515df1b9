"""The summary that a person reads: what holds, what does not, who is to blame, what to do next."""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checks.catalogue import AREAS
from checks.folded_names import fold_names
from checks.judge import decide
from checks.model import Finding, Fix, Outcome
from checks.reports.blame import blamed_nodes, fold_blame
from checks.reports.changes import ChangesSinceGo
from checks.reports.finding_groups import FindingGroup, group_findings

MOST_PER_CAUSE = 5
"""The most lines of one check and cause; the JSON report has them all."""

_COLOURS = {"√": "32", "‼": "33", "×": "31", "?": "35", "-": "2"}
_OUTCOME_WORDS = {
    "√": ("holds", "hold"),
    "‼": ("warned", "warned"),
    "×": ("fails", "fail"),
    "?": ("undetermined", "undetermined"),
    "-": ("skipped", "skipped"),
}


@dataclass(frozen=True)
class NextSteps:
    """What to type after go, and after stop."""

    go: str
    stop: str


def summary_lines(
    findings: Sequence[Finding],
    then: NextSteps,
    *,
    colour: bool,
    width: int | None = None,
    changed: ChangesSinceGo | None = None,
) -> list[str]:
    """Lines for a terminal of that width: who is to blame, the areas with what is wrong under each,
    what changed since the last go, then one line that says go or stop and what to type.
    """
    columns = min(width or shutil.get_terminal_size((100, 24)).columns, 120)
    areas = dict.fromkeys((*AREAS, *(finding.area for finding in findings)))
    lines = [
        line for area in areas for line in _area_lines(area, findings, colour=colour, width=columns)
    ]
    told = changed.lines if changed else []
    since = [line for one in told for line in _wrap_text("", escape_text(one), columns)]
    return [
        *_blame_lines(findings),
        *lines,
        *since,
        "",
        _decision_line(findings, then, colour=colour),
    ]


def _blame_lines(findings: Sequence[Finding]) -> list[str]:
    """Who stands out, a line for each reason."""
    lines = [
        f"  {who}: {escape_text(because)}" for who, because in fold_blame(blamed_nodes(findings))
    ]
    return ["Who stands out:", *lines, ""] if lines else []


def finding_mark(finding: Finding) -> str:
    """√ holds, ‼ does not stop the start, × stops it, ? could not be determined, - not asked."""
    if finding.outcome is Outcome.FAIL:
        return "×" if finding.stops else "‼"
    return {Outcome.PASS: "√", Outcome.SKIP: "-", Outcome.UNKNOWN: "?"}[finding.outcome]


def escape_text(text: str) -> str:
    """`text` safe to print: control characters and lone surrogates escaped, newlines kept."""
    return "".join(
        one if one == "\n" or (one.isprintable()) else one.encode("unicode_escape").decode()
        for one in text
    )


def evidence_text(evidence: Iterable[Mapping[str, Any]], limit: int = 300) -> str:
    """`key value` joined by commas; numbers that differ over several nodes become a range."""
    seen: dict[str, list[Any]] = {}
    for one in evidence:
        for key, value in one.items():
            if value not in (None, "", [], {}, ()):
                seen.setdefault(key, []).append(value)
    text = ", ".join(f"{key} {_value_range(values)}" for key, values in seen.items())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _value_range(values: Sequence[Any]) -> str:
    distinct = [value for at, value in enumerate(values) if value not in values[:at]]
    if len(distinct) == 1:
        return _value_text(distinct[0])
    if all(type(value) in (int, float) for value in distinct):
        return f"{min(distinct)}–{max(distinct)}"
    return f"{_value_text(distinct[0])} …"


def _value_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{key}={_value_text(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return "/".join(map(_value_text, value))
    return str(value)


def _area_lines(area: str, findings: Sequence[Finding], *, colour: bool, width: int) -> list[str]:
    """One line of counts, and under it all that does not simply hold."""
    here = [finding for finding in findings if finding.area == area]
    if not here:
        return []
    counts = Counter(map(finding_mark, here))
    gravest = next(one for one in "×?‼√-" if counts[one])
    said = " · ".join(f"{n} {_OUTCOME_WORDS[one][n != 1]}" for one in "√×?‼-" if (n := counts[one]))
    lines = [f"{paint_text(gravest, gravest, colour=colour)} {area:<11}{said}"]
    if gravest == "-":
        lines[0] += f": {_skip_reasons(here)}"
    for one in "×?‼":
        wrong = [finding for finding in here if finding_mark(finding) == one]
        groups = _limit_groups(wrong)
        if one == "?":
            lines += _undetermined_lines(groups, colour=colour, width=width)
            continue
        for group in groups:
            lines += _group_lines(group, colour=colour, width=width)
    return lines


def _skip_reasons(skipped: Sequence[Finding]) -> str:
    """Why nothing of an area was asked, in one line."""
    groups = group_findings(skipped)
    said = escape_text(groups[0].told(groups[0].first.message))
    others = {group.first.message for group in groups[1:]} - {groups[0].first.message}
    return f"{said} …" if others else said


def _limit_groups(findings: Sequence[Finding]) -> list[FindingGroup | str]:
    """The groups to be told; a string tells how many of the same cause are left out."""
    causes: dict[tuple[str, str], list[FindingGroup]] = {}
    for group in group_findings(findings):
        causes.setdefault((group.first.check, group.first.cause), []).append(group)
    told: list[FindingGroup | str] = []
    for groups in causes.values():
        told += groups[:MOST_PER_CAUSE]
        left = [finding for group in groups[MOST_PER_CAUSE:] for finding in group.findings]
        if left:
            who = fold_names(finding.subject[0] for finding in left if finding.subject)
            told.append(f"and {len(left)} more like this, of {who}: see --report")
    return told


def _group_lines(group: FindingGroup | str, *, colour: bool, width: int) -> list[str]:
    """One group: its message, then what was seen and what mends it."""
    if isinstance(group, str):
        return [f"    {group}"]
    first = group.first
    sign = finding_mark(first)
    tail = " (allowed)" if first.allowed and first.outcome is Outcome.FAIL else ""
    message = escape_text(group.told(first.message or f"{first.check} does not hold"))
    lines = _marked_lines(sign, f"{message}{tail}", colour=colour, width=width)
    subjects = " → ".join(dict.fromkeys(fold_names(names) for names in group.nodes))
    about = ", ".join(part for part in (first.check, subjects, first.cause) if part)
    lines += _wrap_text("      ", paint_text(about, "-", colour=colour), width)
    seen = evidence_text(finding.evidence for finding in group.findings)
    if seen:
        lines += _wrap_text("      seen: ", escape_text(seen), width)
    return lines + (_fix_lines(first.fix, group, colour=colour, width=width) if first.fix else [])


def _undetermined_lines(
    groups: Sequence[FindingGroup | str], *, colour: bool, width: int
) -> list[str]:
    """Each reason once, and under it the checks that could not be judged because of it."""
    reasons: dict[str, list[str]] = {}
    for group in groups:
        if isinstance(group, str):
            reasons.setdefault(group, [])
        else:
            told = group.told(group.first.message or "no answer")
            reasons.setdefault(told, []).append(group.first.check)
    lines = []
    for reason, checks in reasons.items():
        lines += _marked_lines("?", escape_text(reason), colour=colour, width=width)
        if checks:
            about = ", ".join(dict.fromkeys(checks))
            lines += _wrap_text("      ", paint_text(about, "-", colour=colour), width)
    return lines


def _fix_lines(fix: Fix, group: FindingGroup, *, colour: bool, width: int) -> list[str]:
    """The command of the first node, on a line of its own so that it can be copied."""
    also = group.rest(fix.on)
    likewise = f"; likewise {also}" if also else ""
    where = f" (on {fix.on}{likewise})" if fix.on else ""
    note = f" {escape_text(fix.note)}" if fix.note else ""
    lines = _wrap_text("      ", f"fix{where}:{note}", width)
    command = escape_text(fix.command).splitlines()
    return lines + [f"        {paint_text(line, 'fix', colour=colour)}" for line in command]


def _marked_lines(sign: str, text: str, *, colour: bool, width: int) -> list[str]:
    first, *rest = _wrap_text(f"  {sign} ", text, width)
    return [first.replace(sign, paint_text(sign, sign, colour=colour), 1), *rest]


def _wrap_text(indent: str, text: str, width: int) -> list[str]:
    blank = " " * len(indent)
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(
            line,
            max(width, 40),
            initial_indent=blank if lines else indent,
            subsequent_indent=blank,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [blank]
    return lines


def paint_text(text: str, role: str, *, colour: bool) -> str:
    """`text` in the colour of a mark, bold for any other role; as it is without `colour`."""
    if not colour:
        return text
    return f"\x1b[{_COLOURS.get(role, '1')}m{text}\x1b[0m"


def _decision_line(findings: Sequence[Finding], then: NextSteps, *, colour: bool) -> str:
    """Go or stop, why, and what to type next."""
    marks = Counter(map(finding_mark, findings))
    stopping = sum(finding.stops for finding in findings)
    warnings = sum(not finding.stops and finding_mark(finding) in "‼?" for finding in findings)
    if decide(findings) == "stop":
        what = f"{stopping} finding{'s' * (stopping != 1)} forbid{'s' * (stopping == 1)} the start"
        return f"{paint_text('STOP', '×', colour=colour)}  {what}. {then.stop}"
    held = f"{marks['√']} claim{'s hold' if marks['√'] != 1 else ' holds'}"
    what = held if marks["√"] else "nothing that was asked applies here"
    what += f", {warnings} warned" if warnings else ""
    return f"{paint_text('GO', '√', colour=colour)}  {what}. {then.go}"
