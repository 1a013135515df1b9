"""Why a login may run on some of its machine's processors only, and what gives it the others."""

from __future__ import annotations

import re
import shlex

from checks.facts import NodeView
from checks.facts.affinity import Affinity, LimitingProcess
from checks.facts.limits import Limits
from checks.knowledge.nccl_variables import comment_out_command
from checks.model import Fix

SERVERS = ("sshd", "dropbear")
DAEMONS = (*SERVERS, "systemd", "init")
"""Processes that no login starts: what they lack, they were given so."""


def count_processors(listed: str) -> int:
    """How many `0-3,8` are."""
    ranges = re.findall(r"(\d+)(?:-(\d+))?", listed)
    return sum(int(last or first) - int(first) + 1 for first, last in ranges)


def is_pinned(node: NodeView) -> bool:
    """Whether the login lacks processors of its machine by an affinity or a cpuset, if known."""
    if not node.has(Affinity):
        return False
    seen = node.read(Affinity)
    known = bool(seen.online and seen.allowed)
    return known and count_processors(seen.allowed) < count_processors(seen.online)


def explain_pinning(node: NodeView) -> tuple[str, Fix]:
    """What took processors from the login, as the end of a sentence, and what gives them back."""
    seen = node.read(Affinity)
    share = f"processors {seen.allowed} of {seen.online}"
    if seen.group:
        return f"{share}, by {seen.group} ({seen.group_cpus})", _group_fix(node, seen)
    process = seen.process
    if process is None:
        return share, node.fix("lscpu", "shows which are offline")
    if process.pid == 1 and seen.isolated:
        note = "take isolcpus= out of the kernel's command line, and start the machine again"
        return f"{share}: isolcpus= keeps the others from all programs", node.fix("", note)
    if process.name in DAEMONS and process.parent not in SERVERS:
        words = f"{share}: {process.name} (pid {process.pid}) itself runs on those alone"
        return words, _daemon_fix(node, seen)
    if seen.lines:
        edits = " && ".join(comment_out_command(line) for line in seen.lines)
        fix = node.fix(edits, "for the next login", root="/etc/" in edits)
        return f"{share}, by {', '.join(seen.lines)}", fix
    words = f"{share}: {process.name} of the login was given those alone"
    if seen.settings:
        return words, node.fix("", f"take that out of {', '.join(seen.settings)}")
    files = "~/.bashrc ~/.profile /etc/profile.d /etc/ssh /etc/pam.d"
    note = "finds what starts the login's programs on them"
    return words, node.fix(f"grep -rnE 'taskset|numactl' {files}", note)


def _daemon_fix(node: NodeView, seen: Affinity) -> Fix:
    process = seen.process or LimitingProcess(0, "")
    lasts = f"until {process.name} starts again: look for what starts it so (CPUAffinity=, taskset)"
    if seen.settings:
        lasts = f"to keep it, take that out of {', '.join(seen.settings)}"
    command = f"taskset -apc {process.above or seen.online} {process.pid}"
    return node.fix(command, f"for the next logins; {lasts}", root=True)


def _group_fix(node: NodeView, seen: Affinity) -> Fix:
    if "slurm" in seen.group:
        return node.fix("", "ask Slurm for more: --cpus-per-task, or --exclusive")
    if node.has(Limits) and node.read(Limits).container:
        return node.fix("", "start the container again with a larger `--cpuset-cpus`, or without")
    note = "until the group is made again; to keep it, take AllowedCPUs= out of its unit"
    return node.fix(f"echo {seen.online} > {shlex.quote(seen.group)}", note, root=True)
