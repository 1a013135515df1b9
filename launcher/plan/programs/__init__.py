"""The launchers that start the ranks of one node: what `with` of launch.toml names."""

from __future__ import annotations

from collections.abc import Mapping

from launcher.plan.programs import accelerate, deepspeed, torchrun
from launcher.plan.programs.program import NodeLaunch, Program

PROGRAMS: Mapping[str, Program] = {
    "deepspeed": deepspeed.PROGRAM,
    "accelerate": accelerate.PROGRAM,
    "torchrun": torchrun.PROGRAM,
}

__all__ = ["PROGRAMS", "NodeLaunch", "Program"]
