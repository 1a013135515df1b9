"""Takes away the labs of a test process that was killed: it ends with its standard input."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from launcher.lab.record import all_records
from launcher.lab.stop import remove_lab
from tests.support.paths import ROOT


@contextlib.contextmanager
def labs_end_with_this_process(base: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Whatever ends this process, no lab with its files below `base` outlives it."""
    watch = [sys.executable, "-m", "tests.support.orphaned_labs", str(base)]
    with subprocess.Popen(watch, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True) as reaper:
        yield reaper


def main(base: Path) -> None:
    sys.stdin.read()
    for record in all_records():
        if Path(record.directory).is_relative_to(base):
            remove_lab(record)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
