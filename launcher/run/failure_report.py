"""The report on a run that failed: what failed first, where, its last lines, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from launcher.diagnosis.causes import Weight, cause_line, cause_place, cause_weight
from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.evidence import Evidence
from launcher.diagnosis.log_lines import Place
from launcher.diagnosis.masked_line import masked_line
from launcher.diagnosis.render import describe_origin, render_diagnosis
from launcher.diagnosis.run_end import counts_ranks, describe_death, describe_separation
from launcher.diagnosis.traces import Trace
from launcher.diagnosis.verdict import LogVerdict
from launcher.plan.plan import LAUNCHER_SOURCE
from launcher.plan.ranks import name_places, name_ranks
from launcher.run.state import Failure, FailureReport, RunState

_FAILED_RANK = re.compile(r"rank (\d+) on \S+ failed: (.*)", re.DOTALL)
USAGE_EXIT = 2
"""Of argparse, click and their like, where they refuse what was typed."""
_MAX_FOLLOWED = 8


def describe_failure(
    state: RunState, failure: Failure, run: Path, hang: str, separation: str
) -> FailureReport:
    """The first failure, its last lines, what followed, what is known of it.

    `run` is the run's directory. What its logs show is the cause where they show a known failure,
    or that another rank was first. `hang` is what was said of the run without progress before,
    `separation` why the ranks are not in one world.
    """
    found = None if failure.stuck else _examine_logs(failure, run)
    verdict = found[1] if found else LogVerdict(None)
    name = verdict.known.known.id if verdict.known else ""
    others = list(state.others)
    if (first := _find_first(state, failure, verdict)) is not failure:
        others.insert(0, failure.what)
    root = separation if separation and counts_ranks(verdict) else ""
    before = filter(None, ("" if root else separation, "" if failure.stuck else hang))
    source, output = ("", []) if failure.stuck else _last_output(state, first)
    story = _tell_story(state, first, output, others, "\n".join(before))
    cause = _describe_cause(first, found, Path(state.plan.python))
    if root:
        cause = describe_separation(root, verdict)
    checks = verdict.known.known.checks if verdict.known else ()
    nodes = concerned_nodes(state, failure, verdict)
    of_usage = _is_of_usage(state, first, verdict)
    printed = ("\n".join(output), (first.node, source))
    return FailureReport(story, cause, nodes, checks, name, of_usage, root, *printed)


def _is_of_usage(state: RunState, failure: Failure, verdict: LogVerdict) -> bool:
    """Whether the program refused what was typed: as the table knows it, or by its usage text."""
    if verdict.known:
        return verdict.known.known.of_usage
    refused = failure.rank is not None and state.ended.get(failure.rank) == USAGE_EXIT
    output = state.last_lines(failure.node, failure.source)
    return refused and any(line.lower().startswith("usage: ") for line in output)


def _find_first(state: RunState, failure: Failure, verdict: LogVerdict) -> Failure:
    """The failure of the rank whose error the logs have as the cause, where that rank had shown
    one before the rank that ended first did; else that one's.
    """
    cause = verdict.cause
    rank = cause_line(cause).place.rank if cause else None
    if not cause or rank not in failure.after or cause_weight(cause) is not Weight.FATAL:
        return failure
    error = cause.error if isinstance(cause, Trace) else cause_line(cause).text
    node = next(each.node for each in state.plan.ranks if each.rank == rank)
    what = f"rank {rank} on {node} failed: {masked_line(error.strip())}"
    return replace(failure, what=what, node=node, source=f"rank{rank}", rank=rank)


def _tell_story(
    state: RunState, failure: Failure, output: Sequence[str], others: Sequence[str], before: str
) -> str:
    """What failed first, what that rank printed last, what followed and what was seen before."""
    lines = [failure.what]
    if left := state.left_early:
        lines.append(f"{name_places(left)} had ended without an error; others may wait for that")
    lines += output
    if others:
        followed = fold_failures(others)
        lines += ["after that:", *(f"  {what}" for what in followed[:_MAX_FOLLOWED])]
    ended = state.erring_ranks & state.ended_with_run - {failure.rank}
    if ended - failure.after:
        lines.append(f"{name_ranks(sorted(ended))} printed errors too, and had not ended yet")
    if before:
        lines += ["before that:", *(f"  {line}" for line in before.splitlines())]
    return "\n".join(lines)


def fold_failures(failures: Sequence[str]) -> list[str]:
    """One line for all ranks that failed in the same way."""
    ranks: dict[str, list[int]] = {}
    for what in failures:
        if found := _FAILED_RANK.fullmatch(what):
            ranks.setdefault(found[2], []).append(int(found[1]))
    alike = {why: f"{name_ranks(sorted(numbers))} failed: {why}" for why, numbers in ranks.items()}
    lines = [
        alike[found[2]]
        if (found := _FAILED_RANK.fullmatch(what)) and len(ranks[found[2]]) > 1
        else what
        for what in failures
    ]
    return list(dict.fromkeys(lines))


def _describe_cause(
    failure: Failure, found: tuple[Evidence, LogVerdict] | None, python: Path
) -> str:
    """What the logs show where they explain more; else what failed first, with its own error."""
    if death := describe_death(failure.what, found[1] if found else LogVerdict(None)):
        return death
    if found and _explains_more(found[1], failure):
        return render_diagnosis(found[1], found[0], python)
    if failure.stuck:
        return f"first failure: {failure.what}: {failure.stuck}"
    cause = found[1].cause if found else None
    if not isinstance(cause, Trace):
        return f"first failure: {failure.what}"
    text = masked_line(cause.error.strip())
    is_new = cause.first.place.rank == failure.rank and text not in failure.what
    error = f": {text}" if is_new else ""
    return "\n".join([f"first failure: {failure.what}{error}", *describe_origin(cause, python)])


def concerned_nodes(state: RunState, failure: Failure, verdict: LogVerdict) -> tuple[str, ...]:
    """The node of the failure, those that the logs name for it, and those that do not answer."""
    causes = [cause for cause in (verdict.cause, *verdict.also) if cause]
    named = {failure.node, *(cause_place(cause, verdict.first_failed).node for cause in causes)}
    names = [node.name for node in state.plan.nodes]
    here = state.agent_nodes & state.supervised_nodes
    return tuple(name for name in names if name in named or name not in here)


def _last_output(state: RunState, failure: Failure) -> tuple[str, list[str]]:
    """What the rank printed last, or its launcher, or another rank there; under a heading.

    With who it was.
    """
    ranks = [f"rank{rank}" for rank in state.plan.ranks_of(failure.node)]
    for source in (failure.source, LAUNCHER_SOURCE, *ranks, state.plan.agent_launcher.name):
        if output := state.last_lines(failure.node, source):
            heading = f"last lines of {source.replace('rank', 'rank ')} on {failure.node}:"
            return source, [heading, *(f"  {line}" for line in output)]
    return "", [f"there is no output of it on {failure.node}"]


def _examine_logs(failure: Failure, run: Path) -> tuple[Evidence, LogVerdict] | None:
    """What the logs show; None where there are none."""
    if not any((run / "logs").glob("*.log")):
        return None
    return diagnose_logs([run], Place("", failure.node, failure.rank))


def _explains_more(verdict: LogVerdict, failure: Failure) -> bool:
    """Whether the table knows it, or it began with another rank than the one that ended first."""
    if verdict.known or not verdict.cause:
        return bool(verdict.known)
    rank = cause_line(verdict.cause).place.rank
    return None not in (rank, failure.rank) and rank != failure.rank
