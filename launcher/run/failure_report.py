"""The report on a run that failed: what failed first, where, its last lines, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.evidence import Evidence
from launcher.diagnosis.log_lines import Place
from launcher.diagnosis.render import describe_origin, render_diagnosis
from launcher.diagnosis.traces import Trace
from launcher.diagnosis.verdict import LogVerdict, cause_line, cause_place
from launcher.run.state import LAUNCHER_SOURCE, Failure, RunState


@dataclass(frozen=True)
class FailureReport:
    """A text for a person, the nodes concerned, and the checks that would have foreseen it."""

    text: str
    nodes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


def describe_failure(state: RunState, failure: Failure, run: Path) -> FailureReport:
    """The first failure, its last lines, what followed, what is known of it.

    `run` is the run's directory. What its logs show is part of it where they show a known failure,
    or that another rank was first.
    """
    lines = [failure.what]
    source, output = _last_output(state, failure)
    if output:
        lines += [f"last lines of {source} on {failure.node}:", *(f"  {line}" for line in output)]
    else:
        lines.append(f"there is no output of it on {failure.node}")
    if state.others:
        lines += ["after that:", *(f"  {what}" for what in state.others[:8])]
    found = _examine_logs(failure, run)
    verdict = found[1] if found else LogVerdict(None)
    python = Path(state.plan.python)
    if found and _explains_more(verdict, failure):
        lines.append(render_diagnosis(verdict, found[0], python))
    elif isinstance(verdict.cause, Trace):
        lines += describe_origin(verdict.cause, python)
    checks = verdict.known.known.checks if verdict.known else ()
    return FailureReport("\n".join(lines), concerned_nodes(state, failure, verdict), checks)


def concerned_nodes(state: RunState, failure: Failure, verdict: LogVerdict) -> tuple[str, ...]:
    """The node of the failure, those that the logs name for it, and those that do not answer."""
    causes = [cause for cause in (verdict.cause, *verdict.also) if cause]
    named = {failure.node, *(cause_place(cause, verdict.first_failed).node for cause in causes)}
    names = [node.name for node in state.plan.nodes]
    here = state.agent_nodes & state.supervised_nodes
    return tuple(name for name in names if name in named or name not in here)


def _last_output(state: RunState, failure: Failure) -> tuple[str, Sequence[str]]:
    ranks = [f"rank{rank}" for rank in state.plan.ranks_of(failure.node)]
    for source in (failure.source, LAUNCHER_SOURCE, *ranks, state.plan.agent_launcher.name):
        if output := state.last_lines(failure.node, source):
            return source.replace("rank", "rank "), output
    return failure.source, ()


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
