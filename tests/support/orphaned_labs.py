"""Takes away the labs of a process that was killed: it ends with its standard input."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from launcher.lab.record import all_records
from launcher.lab.stop import remove_lab
from tests.support.paths import ROOT


@contextlib.contextmanager
def labs_end_with_this_process(
    base: Path, *, folder_too: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """Whatever ends this process, no lab with its files below `base` outlives it, nor that."""
    watch = [sys.executable, "-m", "tests.support.orphaned_labs", str(base)]
    watch += ["--folder-too"] if folder_too else []
    with subprocess.Popen(watch, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True) as reaper:
        yield reaper


def main(base: Path, *, folder_too: bool) -> None:
    sys.stdin.read()
    for record in all_records():
        if Path(record.directory).is_relative_to(base):
            remove_lab(record)
    if folder_too:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), folder_too="--folder-too" in sys.argv)
