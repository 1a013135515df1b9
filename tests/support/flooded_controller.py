"""`python -m tests.support.flooded_controller FLOODING`: the memory of a controller of 32 nodes, of
which so many send messages without end, in KiB at its highest.
"""

from __future__ import annotations

import itertools
import resource
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support import stand_in_nodes
from tests.support.stand_in_nodes import StandInRun

NODES = 32
PIECE = 600
"""Messages that are sent at once: as many as the stand-in of a network holds too many of."""


class Flood:
    """Starts as an honest node does, and then sends without end what says nothing."""

    def __init__(self) -> None:
        self.honest = 1

    def bytes_for(self, mark, message):
        if self.honest:
            self.honest -= 1
            yield f'{mark} {{"kind": "ready", "pid": 7}}\n'.encode()
        else:
            yield from itertools.repeat(f'{mark} {{"kind": "beat"}}\n'.encode() * PIECE)


def peak_memory(flooding: int) -> int:
    with pytest.MonkeyPatch.context() as patched, tempfile.TemporaryDirectory() as folder:
        patched.setattr(stand_in_nodes, "PATIENCE_S", 300.0)
        run = StandInRun(patched, Path(folder), *(Flood() for _ in range(flooding)), count=NODES)
        run.run()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    print(peak_memory(int(sys.argv[1])))
