"""What the container, the job or the slice around a login grants: the kernel's control groups.

No `ulimit` shows these. The tightest of all groups above the login counts.
"""

from __future__ import annotations

import shlex

from checks.areas.limits.affinity import count_processors, explain_pinning, is_pinned
from checks.check import Tag, node_check
from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.affinity import Affinity
from checks.facts.cgroup import Cgroup
from checks.facts.gpus import Gpus
from checks.facts.limits import Limits
from checks.model import Fix, Severity, Verdict, block, ok, warn
from checks.units import GIB, format_memory

TASKS_NEEDED = 64
"""A rank that trains starts more threads than this by itself."""
MEMORY_PER_GPU, MEMORY_PER_SLOT = 8 * GIB, GIB // 2
CPUS_PER_SLOT = 1


@node_check(
    "limits.group-allows-enough-processes",
    Cgroup,
    Account,
    Limits,
    severity=Severity.WARN,
    optional=(Gpus,),
)
def group_allows_enough_processes(node: NodeView) -> Verdict:
    """The login's control group has room for the processes and threads of its ranks.

    Pods and containers often get a few hundred, which no `ulimit` shows. Beyond them "Resource
    temporarily unavailable" ends data loaders or NCCL's threads.

    Measured: `pids.max` and `pids.current` of the tightest of all groups above the login, version 1
    or 2, against the same number as for `limits.nproc-is-enough`. Warns; blocks below 64 for each
    slot.

    Fix:
        pids-max-low: raises it until the group is created again, or names `docker run
            --pids-limit=-1`; TasksMax of the slice or podPidsLimit make it permanent.
    """
    group, account, slots = node.read(Cgroup), node.read(Account), node.slots or 1
    if group.tasks is None:
        return ok(f"no control group limits the processes on {node.name}")
    room, wanted = group.tasks - group.tasks_used, 512 + slots * (64 + 2 * account.cpus)
    if room >= wanted:
        return ok(f"{room} more processes can be started on {node.name}", room=room)
    message = (
        f"{group.tasks_at} on {node.name} leaves room for {room} processes and threads "
        f"({group.tasks} in all); expected {wanted} for {slots} ranks on {account.cpus} cores"
    )
    verdict = block if room < TASKS_NEEDED * slots else warn
    note = "to keep it, set the slice's TasksMax or the pod's podPidsLimit"
    fix = _control_group_fix(node, "--pids-limit=-1", group.tasks_at, note)
    return verdict("pids-max-low", message, fix, room=room, wanted=wanted)


@node_check(
    "limits.group-allows-enough-memory",
    Cgroup,
    Gpus,
    Limits,
    severity=Severity.WARN,
    tags=(Tag.AFTER_FAILURE,),
)
def group_allows_enough_memory(node: NodeView) -> Verdict:
    """The login's control group leaves each rank memory: 8 GiB for a GPU, half a GiB without.

    Each rank reads its part of the model through the host's memory. Beyond the limit the kernel
    kills one, exit -9, while the machine has plenty.

    Measured: The tightest `memory.max` less what is in use, page cache not counted.

    Fix:
        memory-max-low: raises it, or says how to start the container with more; MemoryMax,
            limits.memory or Slurm's `--mem` make it permanent.
    """
    group, slots = node.read(Cgroup), node.slots or 1
    if group.memory_bytes is None:
        return ok(f"no control group limits the memory on {node.name}")
    room, wanted = group.memory_bytes - group.memory_used_bytes, _memory_wanted(node)
    if not lacks_memory(node):
        return ok(
            f"{format_memory(room)} of memory are available to a login to {node.name}",
            room_bytes=room,
        )
    message = (
        f"{group.memory_at} on {node.name} grants {format_memory(group.memory_bytes)}, of which "
        f"{format_memory(max(room, 0))} are free; expected {format_memory(wanted)} for "
        f"{slots} ranks"
    )
    note = "to keep it, set the slice's MemoryMax, the pod's limits.memory or Slurm's --mem"
    fix = _control_group_fix(node, "--memory=… of more", group.memory_at, note)
    return warn("memory-max-low", message, fix, room_bytes=room, wanted_bytes=wanted)


@node_check(
    "limits.group-allows-a-cpu-for-each-rank",
    Cgroup,
    Limits,
    severity=Severity.WARN,
    optional=(Gpus, Affinity),
)
def group_allows_a_cpu_for_each_rank(node: NodeView) -> Verdict:
    """The login's control group grants each rank a processor at least.

    A quota stops all ranks of the node for the rest of each period once it is used up, and with
    them every other node.

    Measured: The tightest `cpu.max`, in processors, against the slots; the processors that the
    login may run on, where the machine has more.

    Fix:
        pinned: gives sshd, the group or the shell its processors back, whichever lacks them.
        cpu-quota-low: raises it, or names `docker run --cpus`; CPUQuota or limits.cpu make it
            permanent.
    """
    group, slots = node.read(Cgroup), node.slots or 1
    if _is_pinned_too_low(node):
        words, fix = explain_pinning(node)
        message = f"{slots} ranks on {node.name} share {words}; expected {CPUS_PER_SLOT * slots}"
        return warn("pinned", f"{message} at least", fix, slots=slots)
    if not lacks_cpus(node):
        return ok(f"{slots} ranks on {node.name} are not limited to fewer processors")
    message = (
        f"{group.cpus_at} on {node.name} grants {group.cpus:g} processors to {slots} ranks; "
        f"expected {CPUS_PER_SLOT * slots} at least"
    )
    note = "to keep it, set the slice's CPUQuota or the pod's limits.cpu"
    fix = _control_group_fix(node, "--cpus=… of more", group.cpus_at, note)
    return warn("cpu-quota-low", message, fix, cpus=group.cpus, slots=slots)


def lacks_memory(node: NodeView) -> bool:
    """Whether a group leaves its ranks less memory than they need."""
    group = node.read(Cgroup)
    granted = group.memory_bytes
    return granted is not None and granted - group.memory_used_bytes < _memory_wanted(node)


def _memory_wanted(node: NodeView) -> int:
    each = MEMORY_PER_GPU if node.read(Gpus).count else MEMORY_PER_SLOT
    return (node.slots or 1) * each


def lacks_cpus(node: NodeView) -> bool:
    """Whether a quota, an affinity or a cpuset grants fewer processors than there are ranks."""
    granted = node.read(Cgroup).cpus
    return _is_pinned_too_low(node) or (
        granted is not None and granted < CPUS_PER_SLOT * (node.slots or 1)
    )


def _is_pinned_too_low(node: NodeView) -> bool:
    needed = CPUS_PER_SLOT * (node.slots or 1)
    return is_pinned(node) and count_processors(node.read(Affinity).allowed) < needed


def _control_group_fix(node: NodeView, option: str, file: str, note: str) -> Fix:
    if node.read(Limits).container:
        return node.fix("", f"start the container again with `docker run {option} …`; {note}")
    unlimited = "-1" if file.endswith(("_bytes", "_us")) else "max"
    command = f"echo {unlimited} > {shlex.quote(file)}"
    return node.fix(command, f"until the group is created again; {note}", root=True)
