"""What all_reduce_perf of nccl-tests prints: its table, whoever ran it. Pure.

Older versions have a column `error`, a largest deviation, and none for the root; newer ones count
wrong values. rccl-tests prints the same.
"""

from __future__ import annotations

import contextlib
import re

from checks.quick_dataclass import dataclass

MPIRUN_TAG = re.compile(r"^\s*\[\d+,\d+\]<std(out|err)>:")
"""What `mpirun --tag-output` puts before each line."""
DEVICE_LINE = re.compile(r"^#?\s*Rank\s+(\d{1,9}) .* device +\d+ ")
OUT_OF_BOUNDS = re.compile(r"Out of bounds values : (\d{1,18})(?!\d)")
AVERAGE_BANDWIDTH = re.compile(r"Avg bus bandwidth\s*: (\d{1,18}(?:\.\d*)?)(?!\d)")
FAILURE_LINE = re.compile(
    r"Test (?:NCCL|CUDA) failure .*|NCCL failure .*|.*error while loading shared.*"
)
HALF_COLUMNS = len(("time", "algbw", "busbw", "wrong"))


@dataclass(frozen=True)
class PerfRow:
    """One size in bytes: of out-of-place and in-place the quicker, in µs and GB/s.

    `wrong` counts values of both; None where they are not counted.
    """

    size: int
    time: float
    algbw: float
    busbw: float
    wrong: int | None


@dataclass(frozen=True)
class PerfResult:
    """One run. `ranks` are the numbers of its devices, in the order they were listed."""

    rows: tuple[PerfRow, ...] = ()
    ranks: tuple[int, ...] = ()
    out_of_bounds: int | None = None
    average: float | None = None
    failure: str = ""

    def ran_together(self, world: int) -> bool:
        """Whether that many ranks measured together; a build without MPI runs each by itself."""
        return sorted(self.ranks) == list(range(world)) and bool(self.rows)

    @property
    def wrong(self) -> int:
        """Values that came out wrong, as far as they were counted."""
        return max(self.out_of_bounds or 0, sum(row.wrong or 0 for row in self.rows))

    @property
    def best(self) -> PerfRow | None:
        """The size with the highest bus bandwidth."""
        return max(self.rows, key=lambda row: row.busbw, default=None)


def parse_perf_output(text: str) -> PerfResult:
    """The output of one all_reduce_perf, complete or cut off; lines of others are passed over."""
    counted = False
    rows: list[PerfRow] = []
    ranks: list[int] = []
    for line in (MPIRUN_TAG.sub("", line) for line in text.splitlines()):
        counted = counted or ("algbw" in line and "#wrong" in line.split())
        if found := DEVICE_LINE.match(line):
            ranks.append(int(found[1]))
        elif row := _parse_row(line, counted=counted):
            rows.append(row)
    bounds, average = OUT_OF_BOUNDS.search(text), AVERAGE_BANDWIDTH.search(text)
    failed = FAILURE_LINE.search(text)
    return PerfResult(
        tuple(rows),
        tuple(ranks),
        int(bounds[1]) if bounds else None,
        float(average[1]) if average else None,
        failed[0].strip()[:300] if failed else "",
    )


def _parse_row(line: str, *, counted: bool) -> PerfRow | None:
    """A line of the table: size and count first, two times four numbers last."""
    words = line.split()
    if len(words) < 2 * HALF_COLUMNS + 2 or not (words[0].isdigit() and words[1].isdigit()):
        return None
    halves = words[-2 * HALF_COLUMNS : -HALF_COLUMNS], words[-HALF_COLUMNS:]
    with contextlib.suppress(ValueError):
        time, algbw, busbw = max(
            (tuple(map(float, half[:3])) for half in halves), key=lambda three: three[2]
        )
        wrong = [int(half[3]) for half in halves if counted and half[3].isdigit()]
        return PerfRow(int(words[0]), time, algbw, busbw, sum(wrong) if wrong else None)
    return None
