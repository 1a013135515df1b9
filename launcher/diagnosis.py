"""What is said when a run did not succeed: what failed first, where, its last words, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from launcher.diagnose.command import examine
from launcher.diagnose.lines import Place
from launcher.diagnose.show import screen
from launcher.watch import LAUNCHER, Failure, Watch


def diagnosis(watch: Watch, failure: Failure, run: Path) -> str:
    """A text for a person: the first failure, its last lines, what followed, what is known of it.

    `run` is the run's directory; what its logs show is told where it is a known failure.
    """
    lines = [failure.what]
    source, said = _evidence(watch, failure)
    if said:
        lines += [f"last lines of {source} on {failure.node}:", *(f"  {one}" for one in said)]
    else:
        lines.append(f"it printed nothing on {failure.node}")
    if watch.others:
        lines += ["then:", *(f"  {what}" for what in watch.others[:8])]
    return "\n".join([*lines, *_known(failure, run)])


def _evidence(watch: Watch, failure: Failure) -> tuple[str, Sequence[str]]:
    ranks = [f"rank{rank}" for rank in watch.plan.ranks_of(failure.node)]
    for source in (failure.source, LAUNCHER, *ranks, watch.plan.carrier.name):
        said = watch.last_lines(failure.node, source)
        if said:
            return source.replace("rank", "rank "), said
    return failure.source, ()


def _known(failure: Failure, run: Path) -> list[str]:
    """What the logs show, where the table knows it."""
    if not any((run / "logs").glob("*.log")):
        return []
    evidence, verdict = examine([run], Place("", failure.node, failure.rank))
    return [screen(verdict, evidence)] if verdict.known else []
