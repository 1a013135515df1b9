"""What is said when a run did not succeed: what failed first, where, its last words, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from launcher.diagnose.command import examine
from launcher.diagnose.evidence import Evidence
from launcher.diagnose.lines import Place
from launcher.diagnose.show import screen
from launcher.diagnose.verdict import Verdict, line_of, place_of
from launcher.watch import LAUNCHER, Failure, Watch


@dataclass(frozen=True)
class Diagnosis:
    """A text for a person, the nodes concerned, and the checks that would have foreseen it."""

    text: str
    nodes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


def diagnosis(watch: Watch, failure: Failure, run: Path) -> Diagnosis:
    """The first failure, its last lines, what followed, what is known of it.

    `run` is the run's directory; what its logs show is told where it is a known failure, or where
    they show that another rank was first.
    """
    lines = [failure.what]
    source, said = _evidence(watch, failure)
    if said:
        lines += [f"last lines of {source} on {failure.node}:", *(f"  {one}" for one in said)]
    else:
        lines.append(f"it printed nothing on {failure.node}")
    if watch.others:
        lines += ["then:", *(f"  {what}" for what in watch.others[:8])]
    found = _examined(failure, run)
    if found and _tells_more(found[1], failure):
        lines.append(screen(found[1], found[0]))
    verdict = found[1] if found else Verdict(None)
    checks = verdict.known.known.checks if verdict.known else ()
    return Diagnosis("\n".join(lines), concerned(watch, failure, verdict), checks)


def concerned(watch: Watch, failure: Failure, verdict: Verdict) -> tuple[str, ...]:
    """The node of the failure, those that the logs name for it, and those that do not answer."""
    causes = [one for one in (verdict.cause, *verdict.also) if one]
    named = {failure.node, *(place_of(one, verdict.first_failed).node for one in causes)}
    names = [node.name for node in watch.plan.nodes]
    here = watch.agents & watch.keeping
    return tuple(name for name in names if name in named or name not in here)


def _evidence(watch: Watch, failure: Failure) -> tuple[str, Sequence[str]]:
    ranks = [f"rank{rank}" for rank in watch.plan.ranks_of(failure.node)]
    for source in (failure.source, LAUNCHER, *ranks, watch.plan.carrier.name):
        said = watch.last_lines(failure.node, source)
        if said:
            return source.replace("rank", "rank "), said
    return failure.source, ()


def _examined(failure: Failure, run: Path) -> tuple[Evidence, Verdict] | None:
    """What the logs show; None where there are none."""
    if not any((run / "logs").glob("*.log")):
        return None
    return examine([run], Place("", failure.node, failure.rank))


def _tells_more(verdict: Verdict, failure: Failure) -> bool:
    """Whether the table knows it, or it began with another rank than the one that ended first."""
    if verdict.known or not verdict.cause:
        return bool(verdict.known)
    rank = line_of(verdict.cause).place.rank
    return None not in (rank, failure.rank) and rank != failure.rank
