"""What a node is busy with before the training: a node that works for two is late for both."""

from __future__ import annotations

import statistics

from checks.check import Tag, node_check
from checks.facts import NodeView
from checks.facts.load import BusyProcess, Load
from checks.model import Fix, Severity, Verdict, ok, skip, warn
from checks.units import GIB, format_memory

BUSY_SHARE, BUSY_LEAST = 0.25, 0.8
UNSEEN_SHARE = 0.5
MEMORY_LEAST, MEMORY_APART = 0.1, 0.3
SWAP_USED, SWAP_SHARE = GIB, 0.05
SWAPPING_PAGES = 256
"""1 MiB within the sample of 0.15 s."""


@node_check("limits.cpus-are-free", Load, severity=Severity.WARN)
def cpus_are_free(node: NodeView) -> Verdict:
    """Other work takes less than a quarter of the node's processors.

    A job that did not end, or somebody else's, takes processors from the data loaders: every step
    of every node waits for this one.

    Measured: The time that each process used within 0.15 s, of those that run for ten seconds at
    least; sshd and the preflight do not count. Where a login sees only its own processes the
    message says so, and where the machine is busy besides the check is skipped.

    Fix:
        cpus-busy: shows whose processes they are.
    """
    load = node.read(Load)
    cpus = load.foreign_cpus
    evidence = {"busy_cpus": cpus, "busy_share": load.busy_share, "cpus": load.cpus}
    if cpus >= max(BUSY_SHARE * load.cpus, BUSY_LEAST):
        message = (
            f"{_describe_first(load.foreign)} and others use {cpus:.3g} of {load.cpus} processors "
            f"of {node.name} busy; expected it idle"
        )
        return warn(
            "cpus-busy", message, _list_processes_fix(node, load.foreign, "pcpu"), **evidence
        )
    if load.hidden and load.busy_share >= UNSEEN_SHARE:
        return skip(f"{node.name} is busy with processes that its login cannot see")
    return ok(f"{cpus:.3g} of {load.cpus} processors of {node.name} are in use", **evidence)


@node_check("limits.memory-is-free", Load, severity=Severity.WARN, tags=(Tag.AFTER_FAILURE,))
def memory_is_free(node: NodeView) -> Verdict:
    """The node's memory is free: a tenth of it, and not much less of it than on other nodes.

    The ranks cannot use memory that another job, a full /dev/shm or reserved huge pages hold.

    Measured: MemAvailable, page cache included, as a share of the memory. A tenth at least, and no
    more than 30 % of the memory below the median of all nodes.

    Fix:
        memory-in-use: shows the largest processes.
        huge-pages: releases them.
    """
    load = node.read(Load)
    share = load.available_bytes / load.memory_bytes
    peers = node.cluster.facts_by_node(Load).values()
    usual = statistics.median_high(peer.available_bytes / peer.memory_bytes for peer in peers)
    free = f"{format_memory(load.available_bytes)} of {format_memory(load.memory_bytes)} of memory"
    if share >= MEMORY_LEAST and usual - share < MEMORY_APART:
        return ok(f"{free} are free on {node.name}", available_bytes=load.available_bytes)
    evidence = {"available_bytes": load.available_bytes, "usual_share": round(usual, 2)}
    if load.huge_bytes > load.memory_bytes * MEMORY_APART:
        message = (
            f"only {free} are free on {node.name}: {format_memory(load.huge_bytes)} are huge pages"
        )
        fix = node.fix("sysctl -w vm.nr_hugepages=0", "unless something needs them", root=True)
        return warn("huge-pages", message, fix, **evidence)
    message = (
        f"only {free} are free on {node.name}, {usual:.0%} of it on {node.most_nodes}; the "
        f"largest is {_describe_first(load.largest)}"
    )
    return warn(
        "memory-in-use", message, _list_processes_fix(node, load.largest, "rss"), **evidence
    )


@node_check("limits.node-does-not-swap", Load, severity=Severity.WARN)
def node_does_not_swap(node: NodeView) -> Verdict:
    """The node is not moving memory to its swap and back.

    A rank whose pages are on a disk is the slowest of all, and all wait for it.

    Measured: Pages moved within 0.15 s: 1 MiB or more. Memory that only lies in swap is reported
    from 1 GiB and 5 % of the memory on, where most nodes have none there.

    Fix:
        swap-in-use: moves it back into memory, once there is room.
    """
    load = node.read(Load)
    used, pages = load.swap_used_bytes, load.swapped_pages
    peers = node.cluster.facts_by_node(Load).values()
    unusual = statistics.median_low(peer.swap_used_bytes for peer in peers) == 0
    full = used >= max(SWAP_USED, SWAP_SHARE * load.memory_bytes) and unusual
    if pages < SWAPPING_PAGES and not full:
        return ok(f"{node.name} does not swap", used_bytes=used)
    now = "is swapping now" if pages >= SWAPPING_PAGES else f"there is none on {node.most_nodes}"
    message = f"{node.name} has {format_memory(used)} of its memory in swap, and {now}"
    note = "needs as much free memory; find out what used it"
    fix = node.fix("swapoff -a && swapon -a", note, root=True)
    return warn("swap-in-use", message, fix, used_bytes=used, pages=pages)


@node_check("limits.no-process-is-stuck", Load, severity=Severity.WARN)
def no_process_is_stuck(node: NodeView) -> Verdict:
    """No process hangs in the kernel, where not even SIGKILL ends it.

    It waits for a disk, a file server or a driver that does not answer, and whatever uses that next
    hangs as well.

    Measured: Processes in uninterruptible sleep that did not run once within a second, except the
    kernel's own threads.

    Fix:
        process-stuck: its stack in the kernel says what it waits for.
    """
    load = node.read(Load)
    if not load.stuck:
        return ok(f"no process of {node.name} is stuck")
    first = load.stuck[0]
    where = f" in {first.waits_in}" if first.waits_in not in ("", "0") else ""
    more = f" and {len(load.stuck) - 1} more" if len(load.stuck) > 1 else ""
    message = (
        f"{first}{more} on {node.name} did not wake from uninterruptible sleep{where} for a second"
    )
    note = "shows what it waits for: fix that, or reboot the node"
    fix = node.fix(f"cat /proc/{first.pid}/stack; dmesg | tail -n 30", note, root=True)
    return warn("process-stuck", message, fix, pids=[process.pid for process in load.stuck])


def _describe_first(processes: tuple[BusyProcess, ...]) -> str:
    return str(processes[0]) if processes else "a process that this login cannot see"


def _list_processes_fix(node: NodeView, processes: tuple[BusyProcess, ...], by: str) -> Fix:
    pids = ",".join(str(process.pid) for process in processes)
    command = f"ps -o pid,user,{by},etime,args -p {pids}" if pids else f"ps aux --sort=-{by}"
    return node.fix(command, "shows whose it is: wait for it or have it stopped")
