"""The summary that a person reads: the suspects, each area, what changed, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from checks.catalogue import AREAS
from checks.folded_names import fold_names
from checks.judge import decide
from checks.model import HERE, Finding, Outcome
from checks.next_line import where_all_are
from checks.printable import escape_text
from checks.reports.blame import blamed_nodes, fold_blame
from checks.reports.changes import ChangesSinceGo
from checks.reports.finding_groups import FindingGroup, group_findings
from checks.reports.finding_text import describe_group, finding_mark
from checks.reports.terminal import (
    DETAIL,
    finding_lines,
    mark_text,
    render_lines,
    terminal_width,
    wrap_text,
)

MAX_PER_CAUSE = 5
"""The most findings of one check and cause that are shown; the JSON report has them all."""

_OUTCOME_WORDS = {"√": "passed", "×": "failed", "?": "unknown", "‼": "warned", "-": "skipped"}
_WRONG = (Outcome.FAIL, Outcome.UNKNOWN)
_GRAVEST_FIRST = "×?‼√-"


def summary_lines(
    findings: Sequence[Finding],
    changed: ChangesSinceGo | None = None,
    *,
    go: str,
    stop: str,
    colour: bool,
    width: int | None = None,
    shown: Sequence[Finding] | None = None,
    notes: Sequence[str] = (),
    brief: bool = False,
    noted: bool = False,
) -> list[str]:
    """Lines for a terminal of that width: who is suspected, each area with what is wrong in it,
    what changed since the last go, what the first start compiles, the `notes`, then one line that
    says go or stop and what to type.

    `go` is the sentence that follows a go; `stop` ends the sentence `Fix it, then …`. `shown` are
    the findings as a person reads them, where some stand for others; all are counted. A `brief` one
    leaves out the areas in which all is well; `noted` shows what is worth knowing there, too.
    """
    shown = findings if shown is None else shown
    columns = width or terminal_width()
    areas = dict.fromkeys((*AREAS, *(finding.area for finding in findings)))
    lines = _blame_lines(shown, columns)
    for area in areas:
        own, read = (
            [finding for finding in some if finding.area == area] for some in (findings, shown)
        )
        if not brief or any(finding.outcome in _WRONG for finding in own):
            lines += _area_lines(area, own, read, columns)
        lines += _failure_lines([finding for finding in read if noted and finding.noted], columns)
    own_notes = (*_untried_notes(findings), *_compile_notes(findings), *notes)
    for line in (*(changed.lines if changed else ()), *own_notes):
        lines += wrap_text(Text(), escape_text(line), columns)
    gap = [Text()] if lines else []
    return render_lines([*lines, *gap, _decision_line(shown, go, stop)], colour=colour)


def _untried_notes(findings: Sequence[Finding]) -> list[str]:
    """How many pairs nobody tried, for each check that leaves out some."""
    left_out = Counter(finding.check for finding in findings if finding.is_untried)
    return [
        f"{check}: {count} of {sum(finding.check == check for finding in findings)} pairs not "
        "tried; keys, host keys, names and settings of both nodes say that they work. --all-pairs "
        "tries them."
        for check, count in left_out.items()
    ]


def _compile_notes(findings: Sequence[Finding]) -> list[str]:
    """What ranks with DeepSpeed will wait for once, a line for nodes with the same operators; how
    to do without some. Where the start is stopped, only what can be done without: a config that is
    edited now can be rid of it at once.
    """
    stopped = any(finding.stops for finding in findings)
    operators: dict[str, dict[str, None]] = {}
    without: dict[str, None] = {}
    for finding in findings:
        way_without = finding.evidence.get("without")
        if finding.outcome is not Outcome.PASS or (stopped and not way_without):
            continue
        if names := finding.evidence.get("compiles"):
            operators.setdefault(finding.subject[0], {}).update(dict.fromkeys(names.split(", ")))
            without |= dict.fromkeys(filter(None, [way_without]))
    nodes: dict[tuple[str, ...], list[str]] = {}
    for node, names in operators.items():
        nodes.setdefault(tuple(sorted(names)), []).append(node)
    return [
        f"Where ranks train with DeepSpeed, they first compile {' and '.join(names)} on "
        f"{fold_names(own)}, each about a minute where the processors are free, up to ten where "
        f"they are busy; those of the next training do not. {' '.join(without)}".rstrip()
        for names, own in nodes.items()
    ]


def _blame_lines(findings: Sequence[Finding], width: int) -> list[Text]:
    """The nodes that explain failures, a line for each reason."""
    lines: list[Text] = []
    for nodes, because in fold_blame(blamed_nodes(findings)):
        lines += wrap_text(Text("  "), escape_text(f"{nodes}: {because}"), width)
    return [Text("Suspect nodes:"), *lines, Text()] if lines else []


def _area_lines(
    area: str, findings: Sequence[Finding], shown: Sequence[Finding], width: int
) -> list[Text]:
    """One line of counts of all findings, and below it those to show that did not pass."""
    if not findings:
        return []
    counts = Counter(map(finding_mark, findings))
    gravest = next(mark for mark in _GRAVEST_FIRST if counts[mark])
    outcomes = " · ".join(
        f"{counts[mark]} {word}" for mark, word in _OUTCOME_WORDS.items() if counts[mark]
    )
    reasons = f": {_skip_reasons(findings)}" if gravest == "-" else ""
    lines = [mark_text(gravest) + f" {area:<11}{outcomes}{reasons}"]
    for mark, describe in (("×", _failure_lines), ("?", _unknown_lines), ("‼", _failure_lines)):
        lines += describe([finding for finding in shown if finding_mark(finding) == mark], width)
    return lines


def _skip_reasons(skipped: Sequence[Finding]) -> str:
    """Why nothing of an area was checked, in one line: the reason that most have."""
    reasons: Counter[str] = Counter()
    for group in group_findings(skipped):
        reasons[group.fold_text(group.first.message)] += len(group.findings)
    (reason, _), *others = reasons.most_common()
    return escape_text(reason) + (" …" if others else "")


def _failure_lines(findings: Sequence[Finding], width: int) -> list[Text]:
    """Each group of equal findings; of many with the same cause only the first."""
    lines: list[Text] = []
    for groups, more in _limited_groups(findings):
        for group in groups:
            lines += finding_lines(describe_group(group), width)
        lines += more
    return lines


def _unknown_lines(findings: Sequence[Finding], width: int) -> list[Text]:
    """Each reason once, and below it the checks that could not be judged because of it."""
    reasons: dict[str, list[str]] = {}
    left: list[Text] = []
    for groups, more in _limited_groups(findings):
        for group in groups:
            reason = group.fold_text(group.first.message or "no answer")
            reasons.setdefault(reason, []).append(group.first.check)
        left += more
    lines: list[Text] = []
    for reason, checks in reasons.items():
        lines += wrap_text(Text("  ") + mark_text("?") + " ", escape_text(reason), width)
        lines += wrap_text(DETAIL, ", ".join(dict.fromkeys(checks)), width, "dim")
    return lines + left


def _limited_groups(findings: Sequence[Finding]) -> Iterator[tuple[list[FindingGroup], list[Text]]]:
    """For each check and cause the groups to show, and a line that counts those left out."""
    causes: dict[tuple[str, str], list[FindingGroup]] = {}
    for group in group_findings(findings):
        causes.setdefault((group.first.check, group.first.cause), []).append(group)
    for groups in causes.values():
        left = [finding for group in groups[MAX_PER_CAUSE:] for finding in group.findings]
        nodes = fold_names(finding.subject[0] for finding in left if finding.subject)
        more = Text(f"    and {len(left)} more like this on {nodes}{where_all_are()}")
        yield groups[:MAX_PER_CAUSE], [more] if left else []


def _count_problems(findings: Sequence[Finding]) -> int:
    """What has to be fixed; what one line, typed on no node, fixes on many is one."""
    stops = [finding for finding in findings if finding.stops]
    return len(
        {
            (finding.check, finding.fix.command, finding.fix.note)
            if finding.fix and finding.fix.on in (HERE, "")
            else (finding.check, finding.subject)
            for finding in stops
        }
    )


def _decision_line(findings: Sequence[Finding], go: str, stop: str) -> Text:
    """Go or stop, why, and what to type next."""
    if decide(findings) == "stop":
        problems = _count_problems(findings)
        what, them = ("1 problem", "it") if problems == 1 else (f"{problems} problems", "them")
        text = f": {what} must be fixed first. Fix {them}, then {stop}"
        return mark_text("×", "STOP") + text
    marks = Counter(map(finding_mark, findings))
    warnings = marks["‼"] + marks["?"]
    if not marks["√"] + warnings:
        what = "each check was skipped" if len(findings) > 1 else "the check was skipped"
        return mark_text("-", "NOTHING WAS JUDGED") + f": {what}, for the reason above. {go}"
    what = f"{marks['√']} check{'s' * (marks['√'] != 1)} passed"
    what += f", {warnings} warning{'s' * (warnings != 1)}" if warnings else ""
    return mark_text("√", "GO") + f": {what}. {go}"
