"""Which NCCL torch really loaded, against the one that its environment has."""

from __future__ import annotations

import re
import shlex

from checks.areas.training.smoke import why_cannot_import
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.smoke import Smoke
from checks.facts.software import Software
from checks.model import Severity, Verdict, ok, skip, warn

NCCL_WHEEL = "nvidia-nccl-cu"
SHOW_LOADED_NCCL = (
    "import torch; print(*{line.split()[-1] for line in open('/proc/self/maps') if 'nccl' in line})"
)


@node_check("training.nccl-is-the-one-installed", Smoke, Software, severity=Severity.WARN)
def nccl_is_the_one_installed(node: NodeView) -> Verdict:
    """torch loads the NCCL of its own environment, not another one found before it.

    A library in LD_LIBRARY_PATH, LD_PRELOAD or the loader's cache may come first: ranks of one
    cluster then speak different versions, or lack a symbol at the first collective.

    Measured: The version that the loaded library reports in the smoke, against the `nvidia-nccl`
    package of the training environment. Skipped without a GPU, and where NCCL is built into torch.

    Fix:
        another-nccl: shows which file is loaded; then take its folder out of LD_LIBRARY_PATH or
            LD_PRELOAD of that login.
    """
    if reason := why_cannot_import(node):
        return skip(reason)
    loaded = next((rank.said.nccl for rank in node.read(Smoke).ranks if rank.said.nccl), "")
    packages = node.read(Software).packages
    installed = [packages[name] for name in packages if name.startswith(NCCL_WHEEL)]
    if not loaded:
        return skip(f"torch of {node.name} loaded no NCCL")
    if not installed:
        return skip(f"NCCL {loaded} of {node.name} is not a package of its environment")
    if _version_numbers(loaded) in map(_version_numbers, installed):
        return ok(f"NCCL {loaded}")
    versions = " and ".join(installed)
    message = f"torch on {node.name} loads NCCL {loaded}, but its environment has {versions}"
    note = "shows which file; take its folder out of LD_LIBRARY_PATH or LD_PRELOAD of that login"
    fix = node.fix(shlex.join([node.job.python, "-c", SHOW_LOADED_NCCL]), note)
    return warn("another-nccl", message, fix, loaded=loaded, installed=installed)


def _version_numbers(version: str) -> list[str]:
    """2.21.5 of `2.21.5` and of `2.21.5.post1`."""
    return re.findall(r"\d+", version)[:3]
