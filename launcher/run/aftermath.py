"""What is printed once a run has failed or is to end: it is counted, and the logs have it."""

from __future__ import annotations

from collections import Counter

from launcher.plan.ranks import name_ranks
from launcher.run.state import RunState


class Aftermath:
    """The lines that are not shown, as they follow from the failure or from the end itself.

    After a failure those are all but the failed one's own; after a request to end, those of what
    carried the start to the nodes.
    """

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._lines: Counter[str] = Counter()

    def takes(self, node: str, source: str) -> bool:
        """Whether a line is one of them; then it is counted."""
        failure = self._state.failure
        carrier = source == self._state.plan.agent_launcher.name
        if failure:
            follows = (node, source) != (failure.node, failure.source)
        else:
            follows = carrier and self._state.end_requested
        self._lines[source] += follows
        return follows

    def describe(self) -> str:
        """How many lines of whom are in the logs alone; empty where there are none."""
        if not (count := sum(self._lines.values())):
            return ""
        sources = [source for source, lines in sorted(self._lines.items()) if lines]
        ranks = sorted(int(source[4:]) for source in sources if source.startswith("rank"))
        names = [source for source in sources if not source.startswith("rank")]
        whom = ", ".join([*([name_ranks(ranks)] if ranks else []), *names])
        lines = f"{count} lines that followed are" if count > 1 else "1 line that followed is"
        return f"{lines} in its logs: {whom}"
