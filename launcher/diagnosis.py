"""What is said when a run did not succeed: what failed first, where, and its last words."""

from __future__ import annotations

from collections.abc import Sequence

from launcher.watch import LAUNCHER, Failure, Watch


def diagnosis(watch: Watch, failure: Failure) -> str:
    """A text for a person: the first failure, the last lines that explain it, what followed."""
    lines = [failure.what]
    source, said = _evidence(watch, failure)
    if said:
        lines += [f"last lines of {source} on {failure.node}:", *(f"  {one}" for one in said)]
    else:
        lines.append(f"it printed nothing on {failure.node}")
    if watch.others:
        lines += ["then:", *(f"  {what}" for what in watch.others[:8])]
    return "\n".join(lines)


def _evidence(watch: Watch, failure: Failure) -> tuple[str, Sequence[str]]:
    ranks = [f"rank{rank}" for rank in watch.plan.ranks_of(failure.node)]
    for source in (failure.source, LAUNCHER, *ranks, watch.plan.carrier.name):
        said = watch.last_lines(failure.node, source)
        if said:
            return source.replace("rank", "rank "), said
    return failure.source, ()
