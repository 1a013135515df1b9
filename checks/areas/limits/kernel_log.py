"""What the kernel wrote of late about memory, hardware, disks, links and tasks that hang.

Xids and the rest of the GPU drivers' words are judged in the gpu area.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from checks.check import Tag, node_check
from checks.facts import NodeView
from checks.facts.kernel_log import KernelLog, KernelMessage
from checks.facts.load import Load
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn
from checks.units import format_duration

BOOTING_S = 300.0
"""Links go up and down, and drivers try, while a machine boots."""
NFS_RECENT_S = 600.0
FLAPS_LIMIT, CORRECTED_LIMIT = 3, 10
UNCORRECTED = re.compile(r"\bUE\b|[Uu]ncorrected|severity: (?:fatal|recoverable)|[Ff]atal")
RANK_PROGRAMS = re.compile(r"\bpython|\bpt_|\btorchrun|\bdeepspeed|\baccelerate|\bray")
GROUP_OUT_OF_MEMORY = re.compile(r"CONSTRAINT_MEMCG|Memory cgroup out of memory")
ADAPTER_FAULT = re.compile(r"health (?:compromised|recovery)|fatal|assert_var", re.IGNORECASE)
LINK_DOWN = re.compile(r"(\S+): (?:\w+ )*[Ll]ink (?:is )?[Dd]own|(\S+): [Ll]ost carrier")
GPU_KINDS = ("xid", "sxid", "nvrm", "amdgpu")


@node_check(
    "limits.kernel-kills-no-rank", KernelLog, severity=Severity.WARN, tags=(Tag.AFTER_FAILURE,)
)
def kernel_kills_no_rank(node: NodeView) -> Verdict:
    """The kernel killed no process for lack of memory in the last two hours.

    A killed rank shows as exit -9 without a message in any training log, and what filled the memory
    then will fill it again.

    Measured: The kernel's log, where the login may read it; otherwise the check is skipped. A
    process that exceeded the limit of its own container counts where it is a Python process.

    Fix:
        oom-killed: shows the lines that say what used the memory.
    """
    log = node.read(KernelLog)
    killed = [
        line
        for line in log.of("oom")
        if not GROUP_OUT_OF_MEMORY.search(line.text) or RANK_PROGRAMS.search(line.text.lower())
    ]
    if not killed:
        return _judge_quiet_log(node, "no process was killed because memory ran out")
    message = (
        f"the kernel of {node.name} killed a process because memory ran out: "
        f"{_describe_newest(killed)}"
    )
    fix = _search_log_fix(
        node, "out of memory|oom-kill", "see what used it; start fewer workers or add memory"
    )
    return warn("oom-killed", message, fix, messages=_message_texts(killed))


@node_check(
    "limits.hardware-reports-no-error",
    KernelLog,
    severity=Severity.BLOCK,
    tags=(Tag.AFTER_FAILURE,),
)
def hardware_reports_no_error(node: NodeView) -> Verdict:
    """Memory, processors, PCIe and adapters reported no hardware error recently.

    An uncorrected error ends the rank that touches it or corrupts what it computes: this blocks.
    Ten corrected errors, or device errors that the driver recovered from, warn.

    Measured: Machine checks, EDAC, PCIe's uncorrected errors and mlx5's health in the kernel's log.
    Bus errors are left to the [gpu](gpu.md) area where a GPU's driver reports an error at the same
    time.

    Fix:
        hardware-error, errors-corrected: the lines name the module.
        device-error: reseat the card.
    """
    log = node.read(KernelLog)
    checks = log.of("machine-check")
    dead = [line for line in checks if UNCORRECTED.search(line.text)]
    if dead:
        message = (
            f"{node.name} has a hardware error that was not corrected: {_describe_newest(dead)}"
        )
        fix = _search_log_fix(
            node, "hardware error|EDAC|mce", "remove the node and have it repaired"
        )
        return block("hardware-error", message, fix, messages=_message_texts(dead))
    buses = () if log.of(*GPU_KINDS) else log.of("pcie")
    adapters = [line for line in log.of("mlx5") if ADAPTER_FAULT.search(line.text)]
    if faults := [*adapters, *_messages_after_boot(log, buses)]:
        message = f"PCIe or an adapter of {node.name} failed: {_describe_newest(faults)}"
        fix = _search_log_fix(
            node, "AER|PCIe Bus Error|mlx5_core", "reseat the card and check its cable"
        )
        return warn("device-error", message, fix, messages=_message_texts(faults))
    if len(checks) >= CORRECTED_LIMIT:
        message = (
            f"{node.name} corrected many memory or processor errors: {_describe_newest(checks)}"
        )
        fix = _search_log_fix(
            node, "hardware error|EDAC|mce", "replace the module that it names before it fails"
        )
        return warn("errors-corrected", message, fix, messages=_message_texts(checks))
    return _judge_quiet_log(node, "no hardware error", corrected=len(checks))


@node_check("limits.disks-report-no-error", KernelLog, severity=Severity.WARN)
def disks_report_no_error(node: NodeView) -> Verdict:
    """No disk and no file system reported an error recently.

    A file system that finds an error becomes read-only, and a checkpoint is the largest thing that
    a training writes.

    Measured: I/O errors and errors of ext4 and XFS in the kernel's log of two hours.

    Fix:
        io-error: `smartctl -a` of the disk that the lines name.
    """
    lines = node.read(KernelLog).of("io")
    if not lines:
        return _judge_quiet_log(node, "no error of a disk")
    message = f"a disk or file system of {node.name} failed: {_describe_newest(lines)}"
    fix = _search_log_fix(
        node, "I/O error|EXT4-fs error|XFS", "check `smartctl -a`; write to another disk until then"
    )
    return warn("io-error", message, fix, messages=_message_texts(lines))


@node_check("limits.kernel-reports-no-hang", KernelLog, Load, severity=Severity.WARN)
def kernel_reports_no_hang(node: NodeView) -> Verdict:
    """No task and no processor hung recently, and no file server was silent.

    A rank that waits there makes all others wait, until NCCL's watchdog ends them with a message
    about a collective.

    Measured: NFS servers that did not respond in the last ten minutes, lockups and tasks blocked
    for minutes in the last two hours. Skipped where a process is stuck right now, which
    `limits.no-process-is-stuck` reports.

    Fix:
        server-silent: look at the server.
        cpu-locked-up: reboot.
        task-hung: the lines below it say what it waited for.
    """
    log = node.read(KernelLog)
    if node.has(Load) and node.read(Load).stuck:
        return skip("a process is stuck now; see limits.no-process-is-stuck")
    if silent := [line for line in log.of("nfs") if line.age_s <= NFS_RECENT_S]:
        message = f"a file server of {node.name} was silent: {_describe_newest(silent)}"
        fix = _search_log_fix(
            node, "nfs: server", "check that it is up and that the other nodes reach it"
        )
        return warn("server-silent", message, fix, messages=_message_texts(silent))
    if locked := log.of("soft-lockup", "hard-lockup"):
        message = f"a processor of {node.name} hung in the kernel: {_describe_newest(locked)}"
        fix = _search_log_fix(
            node, "lockup|stall", "reboot the node; a driver or the hardware is at fault"
        )
        return warn("cpu-locked-up", message, fix, messages=_message_texts(locked))
    hung = log.of("hung-task")
    if hung and not log.of("io"):
        message = f"a task on {node.name} hung in the kernel: {_describe_newest(hung)}"
        fix = _search_log_fix(
            node, "blocked for more than", "the lines below it show where it waited"
        )
        return warn("task-hung", message, fix, messages=_message_texts(hung))
    why = "but a disk failed; see limits.disks-report-no-error" if hung else "nothing hung"
    return _judge_quiet_log(node, why)


@node_check("limits.kernel-finds-memory", KernelLog, severity=Severity.WARN)
def kernel_finds_memory(node: NodeView) -> Verdict:
    """The kernel found contiguous memory whenever a driver asked for it.

    Where it does not, adapters cannot register buffers and drop packets.

    Measured: "page allocation failure" in the kernel's log of two hours.

    Fix:
        page-allocation-failed: makes the kernel compact its memory.
    """
    lines = node.read(KernelLog).of("page-allocation")
    if not lines:
        return _judge_quiet_log(node, "no allocation failed")
    message = f"the kernel of {node.name} could not give a driver memory: {_describe_newest(lines)}"
    note = "for now; raise vm.min_free_kbytes if it happens again, or reboot"
    fix = node.fix("sysctl -w vm.compact_memory=1", note, root=True)
    return warn("page-allocation-failed", message, fix, messages=_message_texts(lines))


@node_check("limits.links-stay-up", KernelLog, severity=Severity.WARN, tags=(Tag.AFTER_FAILURE,))
def links_stay_up(node: NodeView) -> Verdict:
    """No link of the network went down again and again in the last two hours.

    Each time, NCCL's connections over it wait or break.

    Measured: A link that went down three times according to the kernel's log, except in the first
    five minutes after boot.

    Fix:
        link-flaps: cable and switch port of the interface that is named.
    """
    log = node.read(KernelLog)
    downs = _messages_after_boot(log, log.of("link-down"))
    matches = [match for line in downs if (match := LINK_DOWN.search(line.text))]
    often = Counter(match[1] or match[2] for match in matches).most_common(1)
    if not often or often[0][1] < FLAPS_LIMIT:
        return _judge_quiet_log(node, "no link went down repeatedly", downs=len(downs))
    link, times = often[0]
    flaps = [line for line in downs if f"{link}:" in line.text]
    message = f"the link {link} of {node.name} went down {times} times: {_describe_newest(flaps)}"
    fix = _search_log_fix(
        node, "link.*down|lost carrier", f"check the cable and switch port of {link}"
    )
    return warn("link-flaps", message, fix, link=link, messages=_message_texts(flaps))


def _judge_quiet_log(node: NodeView, what: str, **evidence: int) -> Verdict:
    """It holds as far back as the log goes, or nothing is known."""
    log = node.read(KernelLog)
    if not log.readable:
        return skip(f"a login to {node.name} may not read the kernel's log: {log.reason}")
    return ok(f"{what} on {node.name} in the last {format_duration(log.back_s)}", **evidence)


def _messages_after_boot(log: KernelLog, lines: Sequence[KernelMessage]) -> list[KernelMessage]:
    return [line for line in lines if log.boot_age_s - line.age_s > BOOTING_S]


def _describe_newest(lines: Sequence[KernelMessage]) -> str:
    """The newest of them, when that was, and how many there are."""
    more = f" ({len(lines)} such lines)" if len(lines) > 1 else ""
    return f'"{lines[0].text[:140]}", {format_duration(lines[0].age_s)} ago{more}'


def _message_texts(lines: Sequence[KernelMessage]) -> list[str]:
    return [line.text for line in lines[:5]]


def _search_log_fix(node: NodeView, words: str, note: str) -> Fix:
    return node.fix(f"dmesg -T | grep -iE '{words}'", note, root=True)
