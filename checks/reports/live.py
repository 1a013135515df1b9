"""The matrix of speeds as it grows, in characters: for people who watch while it is measured."""

from __future__ import annotations

from collections.abc import Sequence

from checks.apart.speeds import reference, slow, slowest, speed
from checks.facts.pairs import Table

MOST_NODES = 32
"""Beyond, the matrix is taller than a terminal."""
UNKNOWN, SELF, BAD = "·", " ", "!"
BARS = "▂▃▄▅▆▇█"


def watched(names: Sequence[str], table: Table, said: str) -> list[str]:
    """One line that says how far it is and what is slowest, then a row for each sender."""
    found = slowest(table)
    worst = f", slowest {found[0]} → {found[1]}: {speed(table[found].gbit_s)}" if found else ""
    return [f"{'pairs':<10} {said}{worst}", *(drawn(names, table))]


def drawn(names: Sequence[str], table: Table) -> list[str]:
    """A row for each sender: a bar for each speed, BAD where it is slow among the others."""
    if len(names) > MOST_NODES:
        return []
    bad, most, width = slow(table), reference(table), max(map(len, names), default=0)

    def cell(pair: tuple[str, str]) -> str:
        if pair not in table:
            return SELF if pair[0] == pair[1] else UNKNOWN
        share = min(table[pair].best_gbit_s / most, 1) if most else 0
        return BAD if pair in bad else BARS[round(share * (len(BARS) - 1))]

    return [
        f"  {source:<{width}} {''.join(cell((source, target)) for target in names)}"
        for source in names
    ]
