"""The gate: nothing starts on a cluster that the checks find unfit.

What an earlier preflight found counts while it holds. What the job runs is asked at every start.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from checks.catalogue import CATALOGUE
from checks.check import Check, claims_of
from checks.contact.kept_sessions import KeptSessions
from checks.errors import UsageError
from checks.facts import Login, Snapshot
from checks.facts.account import Account
from checks.folded_names import fold_names
from checks.job.node_filter import kept_nodes
from checks.masking import mask_typed
from checks.model import HERE, Job
from checks.next_line import same_line, typed_call, with_fixed_options, with_option, without_option
from checks.quick_dataclass import dataclass
from checks.reports.earlier_preflight import EarlierPreflight, read_earlier_preflight
from checks.reports.last_run import save_last_run
from checks.reports.terminal import takes_colour
from checks.run import EarlierFacts, Result, examine, verdict_origins
from checks.stages.earlier_start import live_run_notes
from checks.stages.gather import GatherOptions, OnStage, complete_sections
from checks.stages.stage_list import STAGES

_OF_THIS_MACHINE = {stage.title for stage in STAGES if not stage.sections}
DRY_RUN = "--dry-run"
_LEFT_OUT = (
    "Not asked, as the command cannot run so: how the nodes reach each other, and whether they "
    "train."
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class GateResult:
    """What the gate found: whether to go, the report, and the facts that it stands on."""

    go: bool
    report: Mapping[str, Any]
    snapshot: Snapshot


@dataclass(frozen=True)
class _Question:
    """What a start asks: the sections of `stale`, and those checks that are judged by them.

    `basis` is the job for which the other verdicts were found.
    """

    checks: Sequence[Check]
    basis: Job
    earlier: EarlierPreflight | None = None
    stale: frozenset[str] = field(default_factory=frozenset)
    dry_run: bool = False
    sessions: KeptSessions | None = None

    @property
    def is_heavy(self) -> bool:
        """Whether nodes train or load the network for it."""
        return any(check.heavy for check in self.checks)


def find_or_run_preflight(
    job: Job, cwd: Path, say: Say, *, dry_run: bool = False, sessions: KeptSessions | None = None
) -> GateResult:
    """Ask what the job runs, and all else of which no earlier verdict holds.

    After a `dry_run` nothing starts, so its go is not the last one that a stop is compared with.
    The logins are left open in `sessions`, where that is given.
    """
    try:
        earlier = read_earlier_preflight(cwd)
    except UsageError as error:
        say(f"Running the preflight first: {error}")
        return run_preflight(job, cwd, say, dry_run=dry_run, sessions=sessions)
    basis, reasons = _reasons_to_ask(earlier, job)
    if len(reasons) == len(CATALOGUE):
        say(f"Running the preflight first: {next(iter(reasons.values()))}")
        return run_preflight(job, cwd, say, dry_run=dry_run, sessions=sessions)
    say(_describe_reuse(earlier, reasons))
    stale = _stale_sections(reasons)
    checks = _checks_to_judge(reasons, stale)
    question = _Question(checks, basis, earlier, stale, dry_run, sessions)
    return _ask(job, question, cwd, say)


def run_preflight(
    job: Job, cwd: Path, say: Say, *, dry_run: bool = False, sessions: KeptSessions | None = None
) -> GateResult:
    """Run all checks now, on the nodes that take part; what they found is kept in `cwd`."""
    basis = without_unused_nodes(job)
    question = _Question(list(CATALOGUE.values()), basis, dry_run=dry_run, sessions=sessions)
    return _ask(job, question, cwd, say)


def without_unused_nodes(job: Job) -> Job:
    """The same job without the nodes of which no slot takes part."""
    names = kept_nodes(job.names, job.include, job.exclude)
    return replace(job, nodes=tuple(node for node in job.nodes if node.name in names))


def _reasons_to_ask(earlier: EarlierPreflight, job: Job) -> tuple[Job, dict[str, str]]:
    """The job for which the earlier verdicts count, and why which checks are to be asked.

    A preflight may have been run on all nodes, or on those that take part, as a start does.
    """
    now = datetime.datetime.now(datetime.timezone.utc)
    jobs = (without_unused_nodes(job), job)
    found = [(each, earlier.reasons_to_ask(each, now)) for each in jobs]
    return min(found, key=lambda pair: len(pair[1]))


def _describe_reuse(earlier: EarlierPreflight, reasons: Mapping[str, str]) -> str:
    """Since when the oldest verdict holds, and what is asked beside what the job runs."""
    text = f"Using the preflight of {earlier.oldest_of(CATALOGUE.keys() - reasons.keys())}"
    checks = (CATALOGUE[name] for name in reasons)
    areas = {check.area: reasons[check.id] for check in checks if not check.of_command}
    if not areas:
        return text
    return f"{text}; to ask again: {', '.join(areas)} ({'; '.join(dict.fromkeys(areas.values()))})"


def _stale_sections(reasons: Mapping[str, str]) -> frozenset[str]:
    """What must be asked: all that these checks read, and of others what the job runs."""
    again = {section for name in reasons for section in CATALOGUE[name].sections}
    facts = (fact for check in CATALOGUE.values() for fact in check.facts)
    return frozenset(again | {fact.section for fact in facts if fact.of_command})


def _checks_to_judge(reasons: Mapping[str, str], stale: frozenset[str]) -> list[Check]:
    """Those for which there is a reason, what the job runs, and what the answers show as well."""
    seen = complete_sections(stale) | {Login.section, Account.section}
    return [
        check
        for name, check in CATALOGUE.items()
        if name in reasons or check.of_command or check.sections <= seen or check.needs == (Login,)
    ]


def _ask(job: Job, question: _Question, cwd: Path, say: Say) -> GateResult:
    """Ask, judge, show and keep: the report has what was found now, and what holds from before."""
    asked, earlier = without_unused_nodes(job), question.earlier
    for note in live_run_notes(asked) if question.is_heavy else ():
        say(note)
    result = examine(
        asked,
        claims_of(question.checks, asked),
        GatherOptions(on_stage=_stage_callback(say), sessions=question.sessions),
        earlier=EarlierFacts(earlier.snapshot, question.stale) if earlier else None,
        cwd=cwd,
        brief_stop=True,
    )
    if earlier and (others := _other_machines(earlier.snapshot, result.snapshot)):
        was = "was" if len(others) == 1 else "were"
        say(f"Running the preflight again: {fold_names(others)} booted or {was} replaced since")
        return run_preflight(job, cwd, say, dry_run=question.dry_run, sessions=question.sessions)
    judged = {finding.check for finding in result.findings}
    checks = [check for check in question.checks if check.id in judged]
    origins = verdict_origins(question.basis, checks, result.snapshot.started)
    report = {**result.report, "origins": origins}
    if earlier:
        report = earlier.completed(report, asked.names)
    held = len(report["findings"]) - len(result.report["findings"])
    whole = len(checks) == len(question.checks)
    for line in _summary(result, question, held if earlier else None, whole=whole):
        say(line)
    if earlier or whole:
        seen = result.snapshot if whole else _with_unasked(result.snapshot, earlier)
        _keep_run(cwd, seen, report, say, started=not question.dry_run)
    go = result.decision == "go"
    return GateResult(go=go, report=report, snapshot=replace(result.snapshot, job=job))


def _with_unasked(now: Snapshot, earlier: EarlierPreflight | None) -> Snapshot:
    """With what a stop left out as it was before: for that job, its verdicts still hold."""
    before = earlier.snapshot.sections if earlier else {}
    sections = {node: {**before.get(node, {}), **seen} for node, seen in now.sections.items()}
    return replace(now, sections=sections)


def _other_machines(before: Snapshot, now: Snapshot) -> list[str]:
    """Nodes that are not the machine of before, or not its boot: what was seen there holds no more.

    An identity that is unknown then or now says nothing.
    """

    def changed(name: str, section: str, field: str) -> bool:
        seen = [each.answer(name, section) for each in (before, now)]
        old, new = (answer.fields.get(field) if answer else "" for answer in seen)
        return bool(old and new and old != new)

    marks = [(Login.section, "host_key"), (Account.section, "boot_id")]
    return [name for name in now.job.names if any(changed(name, *mark) for mark in marks)]


def _summary(result: Result, question: _Question, held: int | None, *, whole: bool) -> list[str]:
    """The lines of a run; `held` counts what holds from an earlier one, where there is one.

    Where it is not `whole`, what takes longer was left out.
    """
    earlier = f"{held} earlier findings hold. " if held else ""
    start = same_line("launcher", without_option(mask_typed(typed_call()[1]), DRY_RUN))
    dry_run = f"This is a dry run, nothing starts; to start it: {start}"
    return result.summary(
        go=f"{earlier}{dry_run if question.dry_run else 'Starting the training'}",
        stop=_start_again(result),
        colour=takes_colour(sys.stderr),
        notes=() if whole else ("", _LEFT_OUT),
        brief=held is not None,
    )


def _start_again(result: Result) -> str:
    """What to do once all is fixed, with the line for it: one that a fix has, else what was typed.

    That copies the folder first where a fix does. Without a line where another is to be typed, of
    which only the difference is known.
    """
    how = "start again (--allow ID starts in spite of a failed check)"
    fixes = result.fixes_of_stops
    if any(fix.on == HERE and fix.note.startswith("type ") for fix in fixes):
        return how
    start, copy = (same_line("launcher", (command,)) for command in ("start", "sync"))
    corrected = [fix.command for fix in fixes if fix.command.startswith(f"{start} ")]
    if corrected:
        return f"{how}: {corrected[0]}"
    typed = with_fixed_options(mask_typed(typed_call()[1]), fixes)
    copies = any(copy in fix.command for fix in fixes)
    return f"{how}: {same_line('launcher', with_option(typed, '--sync') if copies else typed)}"


def _keep_run(
    cwd: Path, snapshot: Snapshot, report: Mapping[str, Any], say: Say, *, started: bool
) -> None:
    """For the next start; a full disk does not keep the training from going."""
    try:
        save_last_run(cwd, snapshot, report, started=started)
    except OSError as error:
        say(f"Cannot save this preflight in {cwd}: {error.strerror}")


def _stage_callback(say: Say) -> OnStage:
    """One line a stage, when all its nodes have answered; none where no node is asked."""

    def on_stage(stage: str, done: int, total: int) -> None:
        if done == total and stage not in _OF_THIS_MACHINE:
            say(f"  {stage}: {done} of {total}")

    return on_stage
