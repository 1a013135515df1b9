"""What a node is doing already: processors and memory in use, by whom, and what is stuck."""

import os
import pwd
import time

from checks.node.probe.core import Undetermined, read_file, section

SAMPLE_S, STUCK_S = 0.15, 1.0
BUSY, SCARCE = 0.2, 0.7
"""Shares of processors in use and of memory available that make it worth asking by whom."""
YOUNG_S = 10.0
KTHREADD = 2
OUR_WAY_IN = ("sshd", "sshd-session", "sshd-auth")
NAMED = 3


class Process(object):
    """One line of /proc/PID/stat."""

    def __init__(self, pid, stat):
        name, _, rest = stat.rpartition(")")
        fields = rest.split()
        self.pid, self.name, self.state = pid, name.partition("(")[2], fields[0]
        self.parent = int(fields[1])
        self.ticks, self.began = int(fields[11]) + int(fields[12]), int(fields[19])
        self.pages = int(fields[21])

    @property
    def kernel(self):
        return KTHREADD in (self.pid, self.parent)


def read_processes():
    """{pid: Process} of all that this login sees."""
    names = [name for name in os.listdir("/proc") if name.isdigit()]
    stats = ((int(name), read_file("/proc/%s/stat" % name)) for name in names)
    return {pid: Process(pid, stat) for pid, stat in stats if stat}


def processor_ticks():
    """(ticks in use, ticks in all) of the machine since its boot."""
    told = (read_file("/proc/stat") or "").split("\n")[0].split()[1:9]
    if len(told) < 5:
        raise Undetermined("/proc/stat tells nothing of the processors")
    ticks = [int(one) for one in told]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def memory_info():
    """/proc/meminfo in bytes; numbers of pages as they are."""
    lines = (line.split() for line in (read_file("/proc/meminfo") or "").splitlines())
    found = {one[0].rstrip(":"): int(one[1]) * (1024 if one[2:] else 1) for one in lines}
    if not {"MemTotal", "MemAvailable"} <= set(found):
        raise Undetermined("/proc/meminfo does not tell how much memory is available")
    return found


def count_swapped_pages():
    """Pages that went to swap or came back since boot."""
    lines = (line.split() for line in (read_file("/proc/vmstat") or "").splitlines())
    return sum(int(value) for name, value in lines if name in ("pswpin", "pswpout"))


def process_user(pid):
    """Who runs it, by name where there is one."""
    try:
        uid = os.stat("/proc/%d" % pid).st_uid
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
    except OSError:
        return ""


def describe_process(process, amount):
    return {
        "pid": process.pid,
        "name": process.name,
        "user": process_user(process.pid),
        "amount": round(amount, 2),
    }


def foreign_load(before, after, seconds):
    """[(processors kept busy, Process)] of what runs for a while already, most first.

    The login and the preflight itself do not.
    """
    tick = os.sysconf("SC_CLK_TCK")
    young = (float((read_file("/proc/uptime") or "0").split()[0]) - YOUNG_S) * tick
    counted = [
        ((one.ticks - before[pid].ticks) / tick / seconds, one)
        for pid, one in after.items()
        if pid in before
    ]
    old = [(n, one) for n, one in counted if one.began < young and one.name not in OUR_WAY_IN]
    return sorted((pair for pair in old if pair[0] > 0), key=lambda pair: -pair[0])


def voluntary_switches(pid):
    """How often a process gave up its processor; None once it is gone."""
    lines = (read_file("/proc/%d/status" % pid) or "").splitlines()
    return next((line for line in lines if line.startswith("voluntary_ctxt")), None)


def stuck_processes(found):
    """Those in uninterruptible sleep that have not run for a second; the kernel's own left out."""
    asleep = {
        p: voluntary_switches(p) for p, one in found.items() if one.state == "D" and not one.kernel
    }
    if not asleep:
        return []
    time.sleep(STUCK_S)
    return [
        dict(describe_process(found[pid], 0), waits_in=read_file("/proc/%d/wchan" % pid, "") or "")
        for pid, before in asleep.items()
        if before
        and voluntary_switches(pid) == before
        and " D" in (read_file("/proc/%d/stat" % pid) or "")
    ]


@section("load")
def load(args):
    """Processors, memory and swap in use, sampled for a moment; who uses them, where it is much."""
    first, (busy, total), moved = read_processes(), processor_ticks(), count_swapped_pages()
    began = time.monotonic()
    time.sleep(SAMPLE_S)
    later_busy, later_total = processor_ticks()
    seconds, moved = time.monotonic() - began, count_swapped_pages() - moved
    share = (later_busy - busy) / max(later_total - total, 1)
    others = foreign_load(first, read_processes(), seconds) if share > BUSY else []
    has, page = memory_info(), os.sysconf("SC_PAGE_SIZE")
    scarce = has["MemAvailable"] < SCARCE * has["MemTotal"]
    largest = sorted(first.values(), key=lambda one: -one.pages)[: NAMED if scarce else 0]
    return {
        "cpus": os.cpu_count(),
        "busy_share": round(share, 3),
        "foreign_cpus": round(sum(amount for amount, _ in others), 2),
        "foreign": [describe_process(one, amount) for amount, one in others[:NAMED]],
        "hidden": read_file("/proc/1/stat") is None,
        "memory_bytes": has["MemTotal"],
        "available_bytes": has["MemAvailable"],
        "huge_bytes": has.get("HugePages_Total", 0) * has.get("Hugepagesize", 0),
        "largest": [describe_process(one, one.pages * page) for one in largest],
        "swap_used_bytes": has.get("SwapTotal", 0) - has.get("SwapFree", 0),
        "swapped_pages": moved,
        "stuck": stuck_processes(first),
    }
