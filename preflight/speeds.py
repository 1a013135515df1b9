"""How fast each node sends to each other one: for people as a matrix, for programs as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from checks.facts import ClusterView, Snapshot
from checks.facts.pairs import PairSpeed, SpeedTable, speed_table
from checks.outliers.speed_outliers import SLOW_SHARE, sustained_speed
from checks.quick_dataclass import dataclass
from preflight.grid import MOST_NODES_DRAWN, ROOMY_COLUMNS, Cell, Grid

CSV_COLUMNS = ("source", "target", "gbit_s", "latency_us")
SPEED_SHADES = ((SLOW_SHARE, "w"), (0.6, "h1"), (0.85, "h2"))
"""Classes in report.html by the share of what the fastest quarter of the pairs reaches."""


@dataclass(frozen=True)
class SpeedMatrix:
    """Gbit/s between all pairs, and what a quarter of them reaches; no grid where it is too big."""

    usual_gbit_s: float
    grid: Grid | None


def speeds_csv(snapshot: Snapshot) -> str:
    """A line for each ordered pair that was measured, below a line of CSV_COLUMNS."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for (source, target), speed in speed_table(ClusterView(snapshot)).items():
        writer.writerow((source, target, speed.gbit_s, speed.latency_us))
    return text.getvalue()


def speed_matrix(snapshot: Snapshot) -> SpeedMatrix | None:
    """Gbit/s from each node, in rows, to each, in columns; None where nothing was measured."""
    speeds = speed_table(ClusterView(snapshot))
    if not speeds:
        return None
    names = [name for name in snapshot.job.names if any(name in pair for pair in speeds)]
    usual = sustained_speed(speeds)
    drawn = len(names) <= MOST_NODES_DRAWN
    return SpeedMatrix(usual, _speed_grid(speeds, names, usual) if drawn else None)


def _speed_grid(speeds: SpeedTable, names: Sequence[str], usual: float) -> Grid:
    roomy = len(names) <= ROOMY_COLUMNS
    rows = {
        source: [_speed_cell(speeds.get((source, target)), usual, roomy=roomy) for target in names]
        for source in names
    }
    return Grid("from ↓ to →", names, rows)


def _speed_cell(speed: PairSpeed | None, usual: float, *, roomy: bool) -> Cell:
    """A shade with its number, which stands in the title where a cell has no room."""
    if speed is None:
        return Cell()
    share = speed.gbit_s / usual if usual else 0.0
    shade = next((shade for most, shade in SPEED_SHADES if share < most), "h3")
    number = f"{speed.gbit_s:.0f}" if speed.gbit_s >= 10 else f"{speed.gbit_s:.2g}"
    mark = "‼" * (shade == "w")
    return Cell(f"{mark} {number}".strip(), shade) if roomy else Cell(mark, shade, number)
