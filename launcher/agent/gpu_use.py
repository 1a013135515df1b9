"""What nvidia-smi says of this node's GPUs now: how busy, what they draw, what slows them down."""

import contextlib
import shutil
import time

from launcher.agent.rank_stack import start_tool, tool_output

USE = "utilization.gpu,power.draw"
REASONS = ("clocks_event_reasons.active", "clocks_throttle_reasons.active")
"""As drivers name the same since 535, and before."""
SLOWDOWNS = (
    (0x40, "hw-thermal"),
    (0x80, "hw-power-brake"),
    (0x20, "sw-thermal"),
    (0x8, "hw-slowdown"),
)
"""Bits of nvml.h: what takes clocks from a GPU at work, other than its usual limit of power."""
REASONS_S = 5.0


def start_query(fields):
    """nvidia-smi at work; None where there is none."""
    tool = shutil.which("nvidia-smi")
    options = ("--query-gpu=" + fields, "--format=csv,noheader,nounits")
    return start_tool((tool, *options) if tool else None)


def gpu_use(tool, deadline):
    """[percent, watts] of each GPU; none where nvidia-smi is not there or not quick."""
    found = []
    for line in output_lines(tool, deadline):
        with contextlib.suppress(ValueError):
            found.append([float(word) for word in line.split(",")])
    return found


def slowed_gpus():
    """What slows each GPU down, by its number; none where nvidia-smi does not say."""
    for name in REASONS:
        lines = output_lines(start_query(name), time.monotonic() + REASONS_S)
        with contextlib.suppress(ValueError):
            if lines:
                return [slowdowns(int(line, 16)) for line in lines]
    return []


def slowdowns(mask):
    """The names of those bits."""
    return [name for bit, name in SLOWDOWNS if mask & bit]


def output_lines(tool, deadline):
    """What it printed."""
    return tool_output(tool, deadline)[0].splitlines() if tool else []
