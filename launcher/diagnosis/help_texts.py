"""What MPI and PRRTE print between two rules of dashes: a text of several lines, taken whole.

Its first line says what failed, and lines such as `  Param:  btl_tcp_if_include` name with what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from checks.quick_dataclass import dataclass

MAX_LINES = 16
_RULE = re.compile(r"-{70,}\s*$")
_VALUE = re.compile(r"\s*[#\w][\w /#()-]{0,30}:\s+\S")
_CONSEQUENCE = re.compile(
    r"(?:mpirun|prterun|mpiexec|orterun) (?:noticed|detected|has exited)|Primary job +terminated"
)


@dataclass(frozen=True)
class HelpText:
    """One such text of a log: its lines that are not empty, with their numbers."""

    source: str
    lines: tuple[tuple[int, str], ...]

    @property
    def is_consequence(self) -> bool:
        """Whether it says only that a rank ended."""
        return any(_CONSEQUENCE.search(text) for _, text in self.lines)

    def values_below(self, number: int) -> list[str]:
        """Its lines behind that one which name something, such as `  Value:  eth0`."""
        return [text for at, text in self.lines if at > number and _VALUE.match(text)]


def read_help_texts(source: str, lines: Iterable[tuple[int, str]]) -> Iterator[HelpText]:
    """Those of a log, in its order; longer ones are none."""
    found: list[tuple[int, str]] | None = None
    for number, text in lines:
        if _RULE.match(text):
            if found and len(found) <= MAX_LINES:
                yield HelpText(source, tuple(found))
                found = None
            else:
                found = []
        elif found is not None and text.strip():
            found.append((number, text))
