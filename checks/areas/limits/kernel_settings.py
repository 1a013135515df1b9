"""Settings of a kernel that slow a training or end it, each judged against what ranks need."""

from __future__ import annotations

from checks.areas.limits.shell_limits import NOFILE_WANTED_AT_SCALE
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.gpus import Gpus
from checks.facts.limits import Limits
from checks.facts.machine import Machine
from checks.model import Fix, Severity, Verdict, ok, skip, warn
from checks.outliers.consensus import majority_value

MAPS_WANTED = 65530
"""What every kernel starts with; PyTorch and CUDA are tried with that."""
STRICT_OVERCOMMIT = 2
SLOW_GOVERNORS = ("powersave", "ondemand", "conservative")
EPP_DRIVERS = ("intel_pstate", "amd-pstate-epp", "amd_pstate_epp")
QUICK_PREFERENCES = ("performance", "balance_performance", "default")


@node_check(
    "limits.kernel-tables-have-room",
    Machine,
    Account,
    Limits,
    severity=Severity.WARN,
    optional=(Gpus,),
)
def kernel_tables_have_room(node: NodeView) -> Verdict:
    """The kernel's tables have room for the processes, threads, files and maps of the ranks.

    These limits apply to the whole machine, root included, whatever `ulimit` says.

    Measured: `kernel.pid_max` and `kernel.threads-max` against the threads that exist and those
    that `limits.nproc-is-enough` requires; `fs.file-max` against the files open and 65536;
    `vm.max_map_count` against 65530, which every kernel starts with.

    Fix:
        pid-max-low, threads-max-low, file-max-low, map-count-low: `sysctl -w`, and the line for
            `/etc/sysctl.d`.
    """
    machine, account, slots = node.read(Machine), node.read(Account), node.slots or 1
    threads = machine.threads + 512 + slots * (64 + 2 * account.cpus)
    files = machine.files_open + NOFILE_WANTED_AT_SCALE
    wanted = {
        "kernel.pid_max": (threads, "pid-max-low"),
        "kernel.threads-max": (threads, "threads-max-low"),
        "fs.file-max": (files, "file-max-low"),
        "vm.max_map_count": (MAPS_WANTED, "map-count-low"),
    }
    for name, (least, cause) in wanted.items():
        has = machine.sysctls.get(name)
        if has is not None and has < least:
            message = f"{name} on {node.name} is {has}; expected {least} for {slots} ranks"
            fix = _sysctl_fix(node, name, max(2 * least, MAPS_WANTED))
            return warn(cause, message, fix, has=has, wanted=least)
    return ok(f"the kernel's tables on {node.name} are large enough")


@node_check("limits.kernel-lends-memory", Machine, Limits, severity=Severity.WARN)
def kernel_lends_memory(node: NodeView) -> Verdict:
    """The kernel does not count memory that is reserved but not used (vm.overcommit_memory).

    With 2 it does: CUDA and NCCL reserve far more addresses than they use, and each fork of a rank
    counts its whole memory again. "Cannot allocate memory" comes with most of it free.

    Measured: The setting; 0 and 1 are fine.

    Fix:
        overcommit-strict: `sysctl -w vm.overcommit_memory=0`.
    """
    mode = node.read(Machine).sysctls.get("vm.overcommit_memory")
    if mode != STRICT_OVERCOMMIT:
        return ok(f"vm.overcommit_memory on {node.name} is {mode}")
    message = f"vm.overcommit_memory on {node.name} is {mode}; expected 0 or 1"
    return warn("overcommit-strict", message, _sysctl_fix(node, "vm.overcommit_memory", 0))


@node_check("limits.numa-balancing-is-off", Machine, Gpus, Limits, severity=Severity.WARN)
def numa_balancing_is_off(node: NodeView) -> Verdict:
    """The kernel does not move pages between memory nodes behind a rank's back.

    AMD asks for 0 with its GPUs, whose drivers have to follow each move. Elsewhere most systems
    leave it on and train well.

    Measured: `kernel.numa_balancing` of machines with two memory nodes at least. On with AMD's
    GPUs, or on where most nodes have it off.

    Fix:
        numa-balancing-on: `sysctl -w kernel.numa_balancing=0`.
    """
    machine, name = node.read(Machine), "kernel.numa_balancing"
    if not machine.sysctls.get(name) or machine.numa_nodes < 2:
        return ok(f"the kernel of {node.name} does not move pages")
    peers = node.cluster.facts_by_node(Machine)
    modes = {peer: bool(settings.sysctls.get(name)) for peer, settings in peers.items()}
    amd = "AMD" in node.read(Gpus).vendors
    if not amd and majority_value(modes, node.job.head):
        return ok(f"{name} is on, on {node.name} as on the others")
    why = "AMD's GPUs want 0" if amd else "expected 0 as on the others"
    message = f"{name} on {node.name} is {machine.sysctls[name]}; {why}"
    return warn("numa-balancing-on", message, _sysctl_fix(node, name, 0))


@node_check("limits.processors-run-at-full-speed", Machine, severity=Severity.WARN)
def processors_run_at_full_speed(node: NodeView) -> Verdict:
    """No frequency governor slows the processors down while the GPUs wait for the next kernel.

    `powersave` of a plain driver keeps the lowest frequency, and `ondemand` raises it late each
    time.

    Measured: The governors of cpufreq. With intel_pstate and amd-pstate `powersave` passes where
    the energy preference is quick and most nodes have the same. Skipped in virtual machines.

    Fix:
        governor-slow: writes `performance`; a tuned profile keeps it.
    """
    machine = node.read(Machine)
    if not machine.governors:
        return skip(f"{node.name} does not control the frequency of its processors")
    if machine.virtual:
        return skip(f"{node.name} is a virtual machine: its host chooses the frequency")
    slow = [governor for governor in machine.governors if governor in SLOW_GOVERNORS]
    preferred = set(machine.preferences) <= set(QUICK_PREFERENCES)
    quick = bool(machine.drivers) and set(machine.drivers) <= set(EPP_DRIVERS) and preferred
    if not slow or (quick and slow == ["powersave"] and not _others_are_quick(node)):
        return ok(f"the processors of {node.name} use the governor {', '.join(machine.governors)}")
    like = " as on the others" if _others_are_quick(node) else ""
    message = (
        f"the processors of {node.name} use the governor {slow[0]}; expected performance{like}"
    )
    command = "echo performance | tee /sys/devices/system/cpu/cpufreq/policy*/scaling_governor"
    note = "until the next boot; to keep it, `tuned-adm profile throughput-performance`"
    return warn("governor-slow", message, node.fix(command, note, root=True))


def _others_are_quick(node: NodeView) -> bool:
    """Whether most nodes have `performance` alone."""
    peers = node.cluster.nodes_with(Machine)
    governors = {peer.name: peer.read(Machine).governors for peer in peers}
    return majority_value(governors, node.job.head) == ("performance",)


def _sysctl_fix(node: NodeView, name: str, value: int) -> Fix:
    """Set now, and what makes it last."""
    command, line = f"sysctl -w {name}={value}", f"{name} = {value}"
    if node.read(Limits).container:
        return node.fix("", f"on the host of the container {node.name}: `{command}`")
    note = f"until the next boot; to keep it, write `{line}` to /etc/sysctl.d/90-training.conf"
    return node.fix(command, note, root=True)
