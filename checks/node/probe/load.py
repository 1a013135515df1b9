"""What a node is doing already: processors and memory in use, by whom, and what is stuck."""

import os
import time

from checks.node.probe.core import Undetermined, section
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import (
    all_processes,
    descendants_of,
    find_process,
    process_user,
)

SAMPLE_S, STUCK_S = 0.15, 1.0
BUSY, SCARCE = 0.2, 0.7
"""Shares of processors in use and of memory available that make it worth asking by whom."""
YOUNG_S = 10.0
KTHREADD = 2
OUR_WAY_IN = ("sshd", "sshd-session", "sshd-auth")
NAMED = 3


def is_kernel_thread(process):
    """Whether it is a part of the kernel, which nobody started."""
    return KTHREADD in (process.pid, process.parent)


def processor_ticks():
    """(ticks in use, ticks in all) of the machine since its boot."""
    words = (read_file("/proc/stat") or "").split("\n")[0].split()[1:9]
    if len(words) < 5:
        raise Undetermined("/proc/stat does not report the use of the processors")
    ticks = [int(word) for word in words]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def memory_info():
    """/proc/meminfo in bytes; numbers of pages as they are."""
    lines = (line.split() for line in (read_file("/proc/meminfo") or "").splitlines())
    found = {words[0].rstrip(":"): int(words[1]) * (1024 if words[2:] else 1) for words in lines}
    if not {"MemTotal", "MemAvailable"} <= set(found):
        raise Undetermined("/proc/meminfo does not report how much memory is available")
    return found


def count_swapped_pages():
    """Pages that went to swap or came back since boot."""
    lines = (line.split() for line in (read_file("/proc/vmstat") or "").splitlines())
    return sum(int(value) for name, value in lines if name in ("pswpin", "pswpout"))


def describe_process(process, amount):
    return {
        "pid": process.pid,
        "name": process.name,
        "user": process_user(process.pid),
        "amount": round(amount, 2),
    }


def foreign_load(before, after, seconds):
    """[(processors kept busy, Process)] of what runs for a while already, most first.

    The login and the preflight itself do not, however long they run.
    """
    tick = os.sysconf("SC_CLK_TCK")
    ours = {os.getpid(), *descendants_of([os.getpid()], after)}
    young = (float((read_file("/proc/uptime") or "0").split()[0]) - YOUNG_S) * tick
    counted = [
        ((process.ticks - before[pid].ticks) / tick / seconds, process)
        for pid, process in after.items()
        if pid in before
        and pid not in ours
        and process.born < young
        and process.name not in OUR_WAY_IN
    ]
    return sorted((pair for pair in counted if pair[0] > 0), key=lambda pair: -pair[0])


def voluntary_switches(pid):
    """How often a process gave up its processor; None once it is gone."""
    lines = (read_file("/proc/%d/status" % pid) or "").splitlines()
    return next((line for line in lines if line.startswith("voluntary_ctxt")), None)


def is_blocked(pid):
    """Whether the process is in uninterruptible sleep."""
    process = find_process(pid)
    return process is not None and process.state == "D"


def stuck_processes(found):
    """Those in uninterruptible sleep that have not run for a second.

    The kernel's own are left out, and what this probe started: its sections say what hangs there.
    """
    ours = descendants_of([os.getpid()], found)
    asleep = {
        pid: voluntary_switches(pid)
        for pid, process in found.items()
        if process.state == "D" and pid not in ours and not is_kernel_thread(process)
    }
    if not asleep:
        return []
    time.sleep(STUCK_S)
    return [
        dict(describe_process(found[pid], 0), waits_in=read_file("/proc/%d/wchan" % pid, "") or "")
        for pid, before in asleep.items()
        if before and voluntary_switches(pid) == before and is_blocked(pid)
    ]


@section("load")
def load(args):
    """Processors, memory and swap in use, sampled for a moment; who uses them, where it is much."""
    first, (busy, total), moved = all_processes(), processor_ticks(), count_swapped_pages()
    began = time.monotonic()
    time.sleep(SAMPLE_S)
    later_busy, later_total = processor_ticks()
    seconds, moved = time.monotonic() - began, count_swapped_pages() - moved
    share = (later_busy - busy) / max(later_total - total, 1)
    others = foreign_load(first, all_processes(), seconds) if share > BUSY else []
    has, page = memory_info(), os.sysconf("SC_PAGE_SIZE")
    scarce = has["MemAvailable"] < SCARCE * has["MemTotal"]
    largest = sorted(first.values(), key=lambda process: -process.pages)[: NAMED if scarce else 0]
    return {
        "cpus": os.cpu_count(),
        "busy_share": round(share, 3),
        "foreign_cpus": round(sum(amount for amount, _ in others), 2),
        "foreign": [describe_process(process, amount) for amount, process in others[:NAMED]],
        "hidden": read_file("/proc/1/stat") is None,
        "memory_bytes": has["MemTotal"],
        "available_bytes": has["MemAvailable"],
        "huge_bytes": has.get("HugePages_Total", 0) * has.get("Hugepagesize", 0),
        "largest": [describe_process(process, process.pages * page) for process in largest],
        "swap_used_bytes": has.get("SwapTotal", 0) - has.get("SwapFree", 0),
        "swapped_pages": moved,
        "stuck": stuck_processes(first),
    }
