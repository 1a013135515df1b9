"""Where a benchmark happens: a lab in a folder of its own, and both gone at the end.

Also where the benchmark is killed: what it started on this machine is killed with it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing import Took, timed
from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.orphaned_labs import labs_end_with_this_process

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(sys.prefix)


@dataclass(frozen=True)
class Place:
    """A lab that is up, and the folder that every node has at the same path."""

    lab: Lab
    folder: Path

    @property
    def names(self) -> list[str]:
        """The nodes, the head first."""
        return [node.name for node in self.lab.nodes]

    def project(self, module: str, *words: str, limit_s: float = 600) -> Took:
        """`python -m module words`, run in the folder as a user would run it."""
        argv = [sys.executable, "-m", module, *words]
        return timed(argv, self.folder, self.environment, limit_s)

    @property
    def environment(self) -> dict[str, str]:
        """The project is found from the folder, and what Python compiles is kept there."""
        kept = {
            name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
        }
        return {
            **kept,
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(self.folder / "pycache"),
        }

    def pdsh(self) -> Took:
        """P: the least that DeepSpeed's way to the nodes costs, called as DeepSpeed calls it."""
        argv = ["pdsh", "-S", "-f", "1024", "-w", ",".join(self.names), "true"]
        ours = {"PDSH_RCMD_TYPE": "ssh", "PDSH_SSH_ARGS_APPEND": f"-F {self.lab.ssh_config}"}
        return timed(argv, self.folder, {**os.environ, **ours}, 120)


@contextlib.contextmanager
def place(nodes: int, slots: int = 1) -> Iterator[Place]:
    """A lab of so many plain nodes; it is taken down whatever happens. Raises UsageError."""
    shape = LabShape(nodes=nodes, slots=slots)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        with (
            labs_end_with_this_process(folder, folder_too=True),
            Lab.up(shape, folder / ".lab", visible={str(VENV), name}) as lab,
        ):
            yield Place(lab, folder)
