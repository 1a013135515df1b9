"""Nodes against checks, and nodes against nodes, as tables that a phone and a printer can show."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence

from checks.catalogue import CATALOGUE
from checks.model import Finding
from checks.quick_dataclass import dataclass
from checks.reports.finding_text import finding_mark

MARK_CLASSES = {"√": "p", "‼": "w", "×": "f", "?": "u", "-": "s"}
"""The class of each mark in report.html."""
MARKS_BY_GRAVITY = "-√‼?×"
MOST_NODES_DRAWN = 128
"""Above, a matrix of pairs would be a million cells: its failures are listed, not drawn."""
ROOMY_COLUMNS = 12
"""Up to so many columns cells are wide enough for a finger."""

MarksByRow = Mapping[str, Mapping[str, str]]
"""A mark for each row and column; the column '' stands for all columns of its row."""


@dataclass(frozen=True)
class Cell:
    """A cell: its text, its class in report.html, what a pointer over it shows."""

    text: str = ""
    kind: str = ""
    title: str = ""
    span: int = 1


_MARK_CELLS = {"": Cell(), **{mark: Cell(mark, kind) for mark, kind in MARK_CLASSES.items()}}


@dataclass(frozen=True)
class Grid:
    """A table with a header for each row and each column."""

    corner: str
    columns: Sequence[str]
    rows: Mapping[str, Sequence[Cell]]

    @property
    def kind(self) -> str:
        """The class in report.html."""
        return "roomy" if self.is_roomy else "dense"

    @property
    def is_roomy(self) -> bool:
        """Whether cells have room for a number."""
        return len(self.columns) <= ROOMY_COLUMNS

    @property
    def labels(self) -> Sequence[str]:
        """The columns without what all begin with, numbers kept whole."""
        names = self.columns
        if len(names) < 2 or (self.is_roomy and max(map(len, names)) <= 8):
            return names
        alike = itertools.takewhile(lambda letters: len({*letters}) == 1, zip(*names, strict=False))
        common = "".join(letters[0] for letters in alike).rstrip("0123456789")
        return [name[len(common) :] or name for name in names]


@dataclass(frozen=True)
class PairMatrix:
    """What became of a check for each ordered pair; `grid` is None above MOST_NODES_DRAWN."""

    check: str
    title: str
    counts: str
    grid: Grid | None


def node_grids(findings: Sequence[Finding], names: Sequence[str]) -> tuple[Grid, Grid]:
    """Checks in rows, nodes in columns: those with a finding, and those without any."""
    rows: dict[str, dict[str, str]] = {}
    for finding in findings:
        if len(finding.subject) < 2:
            cells = rows.setdefault(finding.check, {})
            for name in finding.subject or ("",):
                cells[name] = _graver_mark(cells.get(name, "-"), finding_mark(finding))
    quiet = {check: cells for check, cells in rows.items() if set(cells.values()) <= {"√", "-"}}
    loud = {check: cells for check, cells in rows.items() if check not in quiet}
    return _mark_grid("check", loud, names), _mark_grid("check", quiet, names)


def pair_matrices(findings: Sequence[Finding], names: Sequence[str]) -> list[PairMatrix]:
    """One matrix for each check of pairs that was not skipped for all of them."""
    checks: dict[str, dict[str, dict[str, str]]] = {}
    for finding in findings:
        if len(finding.subject) == 2:
            source, target = finding.subject
            rows = checks.setdefault(finding.check, {})
            rows.setdefault(source, {})[target] = finding_mark(finding)
    return [
        _pair_matrix(check, rows, names)
        for check, rows in checks.items()
        if any(mark != "-" for row in rows.values() for mark in row.values())
    ]


def _pair_matrix(check: str, rows: MarksByRow, names: Sequence[str]) -> PairMatrix:
    counted = Counter(mark for row in rows.values() for mark in row.values())
    counts = ", ".join(f"{mark} {counted[mark]}" for mark in "×?‼√-" if counted[mark])
    title = CATALOGUE[check].text.claim if check in CATALOGUE else ""
    grid = _pair_grid(rows, names) if len(rows) <= MOST_NODES_DRAWN else None
    return PairMatrix(check, title, counts, grid)


def _pair_grid(rows: MarksByRow, names: Sequence[str]) -> Grid:
    """Sources in rows and targets in columns; a single target's sources are the columns."""
    targets = [name for name in names if any(name in row for row in rows.values())]
    if len(targets) == 1 < len(rows):
        (target,) = targets
        sources = {source: row[target] for source, row in rows.items()}
        return _mark_grid("to ↓ from →", {target: sources}, list(sources))
    return _mark_grid("from ↓ to →", rows, targets)


def _graver_mark(first: str, second: str) -> str:
    return max(first, second, key=MARKS_BY_GRAVITY.index)


def _mark_grid(corner: str, rows: MarksByRow, columns: Sequence[str]) -> Grid:
    return Grid(corner, columns, {name: _mark_cells(row, columns) for name, row in rows.items()})


def _mark_cells(row: Mapping[str, str], columns: Sequence[str]) -> list[Cell]:
    if set(row) == {""}:
        return [Cell(row[""], MARK_CLASSES[row[""]], span=len(columns))]
    return [_MARK_CELLS[row.get(name, "")] for name in columns]
