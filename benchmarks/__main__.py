"""`python -m benchmarks [NAME …]`: all, or those named."""

from __future__ import annotations

import sys

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
    "diagnose": diagnose.main,
    "watch": watch.main,
    "rendezvous": rendezvous.main,
    "xray": xray.main,
    "overhead": overhead.main,
}


def main(names: list[str]) -> int:
    """Runs them one after the other; 2 for a name that is none of theirs, or without root."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {unknown[0]}; there are: {' '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    try:
        for name in names or BENCHMARKS:
            BENCHMARKS[name]()
    except UsageError as error:
        print(f"× {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
