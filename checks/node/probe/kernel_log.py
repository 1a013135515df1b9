"""What the kernel complained of in the last two hours: GPUs, memory, disks, links, stuck tasks."""

import os
import re
import time

from checks.node.probe.core import Undetermined, run_command, section

COMMANDS = (
    "reads /dev/kmsg without waiting",
    "dmesg -r",
    "journalctl -k -n 5000 -o short-monotonic --no-pager",
)

KMSG = "/dev/kmsg"
WINDOW_S = 2 * 3600.0
RECORDS = 100000
PER_KEY, TOTAL, LENGTH = 20, 300, 300
FIRST_PID_NAMESPACE = 0xEFFFFFFC  # PROC_PID_INIT_INO of the kernel's proc_ns.h
# The first that matches names the kind; a group distinguishes its lines, so that the flood of one
# Xid does not wash away another
PATTERNS = (
    ("xid", r"NVRM: Xid \([^)]*\): (\d+)"),
    ("sxid", r"SXid \([^)]*\): (\d+)"),
    ("nvrm", r"NVRM: .*(?:fallen off the bus|RmInitAdapter failed|API mismatch)"),
    ("amdgpu", r"amdgpu .*(?:GPU reset|ring \S+ timeout|[Uu]ncorrectable)"),
    ("hung-task", r"blocked for more than \d+ seconds"),
    ("soft-lockup", r"soft lockup"),
    ("hard-lockup", r"hard LOCKUP|rcu.*detected stalls?"),
    ("page-allocation", r"page allocation failure"),
    ("oom", r"Out of memory:? Kill|oom-kill:|Memory cgroup out of memory"),
    ("machine-check", r"\[Hardware Error\]|Machine check|EDAC .*\b([UC]E)\b"),
    ("pcie", r"PCIe Bus Error: severity=Uncorrect|AER: .*(?:Uncorrected|Fatal|[Nn]on-?[Ff]atal)"),
    ("nfs", r"nfs: server \S+ (?:not responding|timed out)"),
    ("io", r"I/O error|EXT4-fs error|XFS .*(?:[Cc]orruption|shut(?:ting)? ?down)"),
    ("mlx5", r"mlx5_core .*(?:[Ee]rror|[Ff]ail|[Tt]imeout|health)"),
    ("link-down", r"(\S+): (?:\w+ )*[Ll]ink (?:is )?[Dd]own|[Ll]ost carrier"),
)
KINDS = [(kind, re.compile(pattern)) for kind, pattern in PATTERNS]
ANY_PATTERN = re.compile("|".join("(?:%s)" % pattern for _, pattern in PATTERNS))
RECORD = re.compile(r"^\d+,\d+,(\d+),[^;]*;(.*)$")
RAW = re.compile(r"^<\d+>\[ *(\d+\.\d+)\] ?(.*)$")
JOURNAL = re.compile(r"^\[ *(\d+\.\d+)\] \S+ kernel: (.*)$")


def by_kmsg(path=KMSG):
    """[(seconds after boot, text)] of the kernel's own records, see dev-kmsg of its documents."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        raw = b"".join(read_records(number))
    finally:
        os.close(number)
    lines = raw.decode("utf-8", "replace").split("\n")
    found = (RECORD.match(line) for line in lines)
    return [(int(match.group(1)) / 1e6, match.group(2)) for match in found if match]


def read_records(number):
    """One record a read, until there are no more; a file gives many at once, and then its end."""
    for _ in range(RECORDS):
        try:
            record = os.read(number, 65536)
        except BlockingIOError:
            return
        except BrokenPipeError:  # overwritten while being read: the next read gives the oldest left
            continue
        if not record:
            return
        yield record


def by_command(argv, form):
    """The same of a command's lines. Raises Undetermined where it does not show any."""
    ran = run_command(argv, 4.0)
    found = [match for match in (form.match(line) for line in ran.out.splitlines()) if match]
    if not found:
        said = (ran.err.strip() or "it shows no message of the kernel").splitlines()[-1]
        raise Undetermined("%s: %s" % (argv[0], said[:200]))
    return [(float(match.group(1)), match.group(2)) for match in found]


def kernel_messages():
    """(where from, messages). Raises Undetermined where this login may not see them.

    The commands would show a container the log of its host and of all that runs there.
    """
    try:
        return KMSG, by_kmsg()
    except OSError as error:
        reason = "%s: %s" % (KMSG, error.strerror)
    if os.stat("/proc/self/ns/pid").st_ino != FIRST_PID_NAMESPACE:
        raise Undetermined("%s; this is a container" % reason)
    for argv, form in ((["dmesg", "-r"], RAW), (list(COMMANDS[2].split()), JOURNAL)):
        try:
            return argv[0], by_command(argv, form)
        except Undetermined as error:
            reason += "; %s" % error
    raise Undetermined(reason)


def find_complaints(found, now):
    """[{"kind", "age_s", "text"}], newest first, of what matches a pattern; some of each sort."""
    kept, seen = [], {}
    for at, text in reversed(found):
        if now - at > WINDOW_S or not ANY_PATTERN.search(text):
            continue
        kind, match = next((k, m) for k, m in ((k, p.search(text)) for k, p in KINDS) if m)
        key = (kind, match.groups())
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= PER_KEY and len(kept) < TOTAL:
            age = round(max(now - at, 0.0), 1)
            kept.append({"kind": kind, "age_s": age, "text": text[:LENGTH]})
    return kept


@section("kernel_log")
def kernel_log(args):
    """The kernel's complaints with their ages, or why this login may not see them."""
    now = time.monotonic()
    try:
        source, found = kernel_messages()
    except Undetermined as error:
        return {"readable": False, "reason": str(error), "boot_age_s": round(now, 1)}
    oldest = found[0][0] if found else now
    return {
        "readable": True,
        "source": source,
        "boot_age_s": round(now, 1),
        "back_s": round(min(max(now - oldest, 0.0), WINDOW_S), 1),
        "messages": find_complaints(found, now),
    }
