"""The words of a finding: message, cause, evidence and fix, the same wherever they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from checks.folded_names import fold_names
from checks.model import Finding, Fix, Outcome
from checks.printable import escape_text
from checks.quick_dataclass import dataclass
from checks.reports.finding_groups import FindingGroup, group_findings

MAX_EVIDENCE = 300
"""Characters of evidence that are shown; the JSON report has all of it."""
MAX_COMMANDS = 12
"""Lines of commands that are shown of one group; `--fix-script` has all of them."""
_OTHER_MARKS = {Outcome.PASS: "√", Outcome.SKIP: "-", Outcome.UNKNOWN: "?"}


@dataclass(frozen=True)
class FindingText:
    """Findings that differ in nothing but their nodes, in words that are safe to print.

    `about` is the check, the folded nodes and the cause; `seen` and `fix` may be empty. `command`
    is what to type, on the node that `fix` names; it may have several lines, or none.
    """

    mark: str
    message: str
    about: str
    seen: str = ""
    fix: str = ""
    command: str = ""

    @property
    def lines(self) -> list[str]:
        """All that is said, one part a line."""
        parts = (self.message, self.about, self.seen, self.fix, self.command)
        return [part for part in parts if part]


def describe_group(group: FindingGroup, remark: str = "") -> FindingText:
    """The words for a group; `remark` is put behind the message."""
    first = group.first
    alike, commands = _commands_by_place(group)
    nodes = " → ".join(dict.fromkeys(fold_names(names) for names in group.nodes))
    allowed = "allowed" if first.allowed and first.outcome is Outcome.FAIL else ""
    remarks = "".join(f" ({text})" for text in (allowed, remark) if text)
    seen = evidence_text(finding.evidence for finding in group.findings)
    return FindingText(
        finding_mark(first),
        escape_text(
            group.fold_text(first.message or f"{first.check} {_outcome_word(first)}") + remarks
        ),
        escape_text(", ".join(part for part in (first.check, nodes, first.cause) if part)),
        escape_text(f"seen: {seen}") if seen else "",
        escape_text(_fix_place(first.fix, alike)) if first.fix else "",
        escape_text("\n".join(commands)),
    )


def describe_finding(finding: Finding) -> str:
    """The words for one finding, one part a line."""
    (group,) = group_findings([finding])
    return "\n".join(describe_group(group).lines)


def _outcome_word(finding: Finding) -> str:
    return "could not be determined" if finding.outcome is Outcome.UNKNOWN else "failed"


def _commands_by_place(group: FindingGroup) -> tuple[list[str], list[str]]:
    """(the places where the same is typed as at the first, all that is typed, place by place).

    Commands of one story still differ where they name its nodes, as a host that ssh is told about.
    """
    places: dict[str, list[str]] = {}
    for fix in dict.fromkeys(finding.fix for finding in group.findings if finding.fix):
        places.setdefault(fix.on, []).extend([fix.command] if fix.command else [])
    if not places:
        return [], []
    first = next(iter(places.values()))
    alike = [place for place, commands in places.items() if commands == first]
    further = {place: commands for place, commands in places.items() if place not in alike}
    lines = [*first, *(line for on, typed in further.items() for line in (f"# on {on}", *typed))]
    if len(lines) > MAX_COMMANDS:
        lines[MAX_COMMANDS:] = [f"# {len(lines) - MAX_COMMANDS} more: --fix-script writes them all"]
    return alike, lines


def _fix_place(fix: Fix, alike: Sequence[str]) -> str:
    """Where the command of the first node is to be typed, and what to know before."""
    others = fold_names(place for place in alike if place != fix.on)
    likewise = f"; same on {others}" if others else ""
    where = f" (on {fix.on}{likewise})" if fix.on else ""
    note = f"type this, {fix.note}" if fix.command and fix.note.startswith("or ") else fix.note
    return f"fix{where}: {note}".rstrip()


def finding_mark(finding: Finding) -> str:
    """√ passed, ‼ does not stop the start, × stops it, ? could not be determined, - not checked."""
    if finding.outcome is Outcome.FAIL:
        return "×" if finding.stops else "‼"
    return _OTHER_MARKS[finding.outcome]


def evidence_text(evidence: Iterable[Mapping[str, Any]]) -> str:
    """`key value` joined by commas; numbers that differ over several nodes become a range."""
    seen: dict[str, list[Any]] = {}
    for values in evidence:
        for key, value in values.items():
            if value not in (None, "", [], {}, ()):
                seen.setdefault(key, []).append(value)
    text = ", ".join(f"{key} {_value_range(values)}" for key, values in seen.items())
    return text if len(text) <= MAX_EVIDENCE else f"{text[: MAX_EVIDENCE - 1]}…"


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
