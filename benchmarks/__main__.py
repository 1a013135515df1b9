"""`python -m benchmarks [NAME …]`: all, or those named; then every aim, met or missed."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator

from benchmarks import (
    diagnose,
    dropped_port,
    overhead,
    pairs,
    preflight,
    rendezvous,
    scale,
    start,
    watch,
    ways,
    whole,
    xray,
)
from checks.errors import UsageError

BENCHMARKS = {
    "preflight": preflight.main,
    "scale": scale.main,
    "whole": whole.main,
    "dropped_port": dropped_port.main,
    "pairs": pairs.main,
    "start": start.main,
    "ways": ways.main,
    "diagnose": diagnose.main,
    "watch": watch.main,
    "rendezvous": rendezvous.main,
    "xray": xray.main,
    "overhead": overhead.main,
}
RATIO = re.compile(r"ratio|[\d.]+ [P×x] ")


class Aims:
    """Standard output, of which the lines with an aim are kept, each with the heading above it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._out, self._heading, self._begun = sys.stdout, "", ""

    def write(self, text: str) -> int:
        """Pass it on, and keep what is to be listed."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            if line and not line.startswith(" "):
                self._heading = line
            elif " aim " in line:
                self.lines.append(f"{self._heading.split(':')[0]}: {' '.join(line.split())}")
        return self._out.write(text)

    def flush(self) -> None:
        """As any stream."""
        self._out.flush()

    def show(self) -> None:
        """Ratios first: they hold on any machine."""
        lines = sorted(self.lines, key=lambda line: not RATIO.search(line))
        self._out.write("\n".join(["", "all aims, ratios first", *lines, ""]))


def main(names: list[str]) -> int:
    """Runs them one after the other; 2 for a name that is none of theirs, or where one cannot."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {unknown[0]}; there are: {' '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    with listed_aims():
        done = [ran(name) for name in names or BENCHMARKS]
    return 0 if all(done) else 2


def ran(name: str) -> bool:
    """Whether that benchmark could be run to its end; where not, why is printed."""
    try:
        BENCHMARKS[name]()
    except UsageError as error:
        print(f"× {name}: {error}", file=sys.stderr)
        return False
    return True


@contextlib.contextmanager
def listed_aims() -> Iterator[None]:
    """At the end the aims of all that was printed meanwhile are listed."""
    aims = Aims()
    with contextlib.redirect_stdout(aims):  # type: ignore[type-var]
        yield
    if aims.lines:
        aims.show()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
