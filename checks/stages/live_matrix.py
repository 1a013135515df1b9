"""The matrix of speeds as it grows, in characters: for people who watch while it is measured."""

from __future__ import annotations

from collections.abc import Sequence

from checks.facts.pairs import SpeedTable
from checks.outliers.speed_outliers import reference_speed, slow_pairs, slowest_pair
from checks.units import format_speed

MOST_NODES = 32
"""Beyond, the matrix is taller than a terminal."""
UNKNOWN_CELL, SELF_CELL, SLOW_CELL = "·", " ", "!"
BARS = "▂▃▄▅▆▇█"


def live_lines(names: Sequence[str], table: SpeedTable, said: str) -> list[str]:
    """One line that says how far it is and what is slowest, then a row for each sender."""
    found = slowest_pair(table)
    worst = (
        f", slowest {found[0]} → {found[1]}: {format_speed(table[found].gbit_s)}" if found else ""
    )
    return [f"{'bandwidth':<14} {said}{worst}", *(matrix_rows(names, table))]


def matrix_rows(names: Sequence[str], table: SpeedTable) -> list[str]:
    """A row for each sender: a bar for each speed, BAD where it is slow among the others."""
    if len(names) > MOST_NODES:
        return []
    bad, most, width = slow_pairs(table), reference_speed(table), max(map(len, names), default=0)

    def cell(pair: tuple[str, str]) -> str:
        if pair not in table:
            return SELF_CELL if pair[0] == pair[1] else UNKNOWN_CELL
        share = min(table[pair].best_gbit_s / most, 1) if most else 0
        return SLOW_CELL if pair in bad else BARS[round(share * (len(BARS) - 1))]

    return [
        f"  {source:<{width}} {''.join(cell((source, target)) for target in names)}"
        for source in names
    ]
