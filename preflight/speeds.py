"""How fast each node sends to each other one: as a table to look at, and as one to reckon with."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence

from checks.facts import ClusterView, Snapshot
from checks.facts.pairs import PairSpeed, SpeedTable, speed_table
from checks.outliers.speed_outliers import SLOW_SHARE, sustained_speed
from preflight.grid import MOST_NODES_DRAWN, ROOMY_COLUMNS, short_labels

CSV_COLUMNS = ("source", "target", "gbit_s", "latency_us")
SPEED_SHADES = ((SLOW_SHARE, "w"), (0.6, "h1"), (0.85, "h2"))
"""Classes in report.html by the share of what the fastest quarter of the pairs reaches."""


def speeds_csv(snapshot: Snapshot) -> str:
    """A line for each ordered pair that was measured, below a line of COLUMNS."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for (source, target), one in speed_table(ClusterView(snapshot)).items():
        writer.writerow((source, target, one.gbit_s, one.latency_us))
    return text.getvalue()


def speed_map(snapshot: Snapshot) -> str:
    """Gbit/s from each node, in rows, to each, in columns; empty where nothing was measured."""
    seen = speed_table(ClusterView(snapshot))
    names = [name for name in snapshot.job.names if any(name in pair for pair in seen)]
    if not seen:
        return ""
    usual = sustained_speed(seen)
    told = (
        f"<p>A quarter of the pairs reaches {usual:.3g} Gbit/s or more; what is paler reaches less "
        f"than 85 % and 60 % of that, what is marked ‼ less than a third.</p>"
    )
    if len(names) > MOST_NODES_DRAWN:
        return f"{told}<p>{len(names)} nodes are too many to draw: see --csv.</p>"
    return told + _speed_table(seen, names, usual)


def _speed_table(seen: SpeedTable, names: Sequence[str], usual: float) -> str:
    head = "".join(
        f'<th scope=col title="{html.escape(name)}"><span>{html.escape(label)}</span></th>'
        for name, label in zip(names, short_labels(names), strict=True)
    )
    kind, many = ("roomy", False) if len(names) <= ROOMY_COLUMNS else ("dense", True)
    rows = "\n".join(
        f"<tr><th scope=row>{html.escape(source)}</th>"
        + "".join(_speed_cell(seen.get((source, target)), usual, many=many) for target in names)
        + "</tr>"
        for source in names
    )
    return (
        f'<div class=wide><table class="grid speeds {kind}"><thead><tr>'
        f"<th scope=col>from ↓ to →</th>{head}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def _speed_cell(one: PairSpeed | None, usual: float, *, many: bool) -> str:
    """A shade with its number, which stands in the title where a cell has no room."""
    if one is None:
        return "<td></td>"
    share = one.gbit_s / usual if usual else 0.0
    shade = next((shade for most, shade in SPEED_SHADES if share < most), "h3")
    number = f"{one.gbit_s:.0f}" if one.gbit_s >= 10 else f"{one.gbit_s:.2g}"
    marked = "‼" * (shade == "w")
    if many:
        return f"<td class={shade} title={number}>{marked}</td>"
    return f"<td class={shade}>{f'{marked} {number}'.strip()}</td>"
