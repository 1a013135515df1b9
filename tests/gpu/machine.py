"""What this machine lacks for `make test-gpu`, said before a row is tried: exit 1 where it is any.

Rows over NCCL that ran on gloo would hold and prove nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys

from checks.errors import UsageError
from launcher.lab.filesystem import read_mounts
from launcher.lab.gpus import find_gpus
from launcher.lab.requirements import require_lab_machine

WITHOUT = bool(os.environ.get("GPU_TESTS_WITHOUT"))
"""The same rows over gloo on plain nodes, to try the tests themselves."""
ASK_TORCH = """
import torch
print(torch.__version__, torch.cuda.is_available(), torch.distributed.is_nccl_available(),
      torch.version.cuda or "none")
"""


def require_machine() -> None:
    """Raises UsageError that says what is missing, and how the tests are tried without it."""
    require_lab_machine()
    if WITHOUT:
        return
    try:
        find_gpus(read_mounts(), ())
        require_torch()
    except UsageError as error:
        raise UsageError(
            f"{error}\nmake test-gpu GPU_TESTS_WITHOUT=1 tries these tests over gloo, without a GPU"
        ) from None


def require_torch() -> None:
    """Raises UsageError where torch here uses no GPU, or has no NCCL."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK_TORCH], capture_output=True, text=True, check=False
    )
    if asked.returncode:
        why = (asked.stderr.strip().splitlines() or [f"exit {asked.returncode}"])[-1]
        raise UsageError(f"torch cannot be imported by {sys.executable}: {why}")
    version, usable, nccl, cuda = asked.stdout.split()
    if (usable, nccl) != ("True", "True"):
        what = "has no NCCL" if usable == "True" else f"uses no GPU (built for CUDA: {cuda})"
        raise UsageError(
            f"torch {version} of {sys.executable} {what}; install a build for this machine's driver"
        )


if __name__ == "__main__":
    try:
        require_machine()
    except UsageError as lack:
        sys.exit(f"make test-gpu: {lack}")
