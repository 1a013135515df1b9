"""Kernels, control groups and machines that are set apart or busy.

Files of the kernel's are covered by others: what is read there is what a check must find.
"""

from __future__ import annotations

import shlex

from launcher.lab.faults import Fault
from launcher.lab.shape import LabShape
from tests.lab.faults.case import NODE3, case, custom, warned

CPUFREQ, NUMA, BUS = (
    f"/sys/{path}"
    for path in ("devices/system/cpu/cpufreq", "devices/system/node", "bus/pci/devices")
)
METAL = (
    "sed 's/ hypervisor//' /proc/cpuinfo >$SAVED/cpuinfo\n"
    "mount --bind $SAVED/cpuinfo /proc/cpuinfo\n"
)
SWITCH = (
    "d=$SAVED/pci0000:10/0000:10:00.0/0000:11:00.0/0000:12:00.0/0000:13:00.0\n"
    f"mkdir -p $d/infiniband $SAVED/bus; ln -s $d $SAVED/bus/; mount --bind $SAVED/bus {BUS}\n"
    "echo 0x020700 >$d/class; echo 0x15b3 >$d/vendor\n"
)
ACS_ON = "import sys; open(sys.argv[1], 'wb').write(bytes(256) + bytes.fromhex('0d00010000001d00'))"
BURNER = "echo -15 >/proc/self/autogroup; while :; do :; done"
"""Ahead of what else the machine does: a session of its own is weighed as one."""
VFORK = "import ctypes; c = ctypes.CDLL(None); c.vfork() or c.pause()"
"""The parent sleeps uninterruptibly until its child ends."""
GIB_IN_KB = 1 << 20


def shown(path: str, lines: str) -> str:
    """Has a file of the kernel's show what `lines` print; it may be written like the real one."""
    saved = "$SAVED/" + path.strip("/").replace("/", "-")
    return f"{{ {lines}; }} >{saved}; mount --bind {saved} {path}\n"


def edited(path: str, script: str) -> str:
    """The same, with what it shows now after sed."""
    return shown(path, f"sed -E {shlex.quote(script)} {path}")


def reported(**kilobytes: int) -> str:
    """Other numbers of /proc/meminfo; HugePages are pages."""
    script = ";".join(f"s/^({key}: +)[0-9]+/\\1{value}/" for key, value in kilobytes.items())
    return edited("/proc/meminfo", script)


def grouped(**limits: str) -> str:
    """Control groups of version 2 whose outermost has these limits; `_` stands for the dot."""
    files = {"cgroup.controllers": "cpu memory pids"}
    files |= {name.replace("_", "."): value for name, value in limits.items()}
    lines = "".join(f"echo {value} >/sys/fs/cgroup/{name}\n" for name, value in files.items())
    return f"mount -t tmpfs groups /sys/fs/cgroup\n{lines}"


def governed(governor: str) -> str:
    """A machine whose processors have that governor."""
    lines = f"mount -t tmpfs cpufreq {CPUFREQ}; mkdir {CPUFREQ}/policy0\n"
    return f"{METAL}{lines}echo {governor} >{CPUFREQ}/policy0/scaling_governor"


def sysctl(name: str, setting: str, value: int, before: str = "") -> Fault:
    """A setting of the kernel."""
    return custom(name, before + shown("/proc/sys/" + setting.replace(".", "/"), f"echo {value}"))


BALANCING = sysctl(
    "numa-balancing",
    "kernel.numa_balancing",
    1,
    f"mount -t tmpfs nodes {NUMA}; mkdir {NUMA}/node0 {NUMA}/node1\n",
)

CASES = [
    warned(BALANCING, "limits.numa-balancing-is-off", NODE3, "numa-balancing-on"),
    warned(
        sysctl("overcommit-strict", "vm.overcommit_memory", 2),
        "limits.kernel-lends-memory",
        NODE3,
        "overcommit-strict",
    ),
    *(
        warned(
            sysctl(f"low-{setting}", setting, value),
            "limits.kernel-tables-have-room",
            NODE3,
            cause,
        )
        for setting, value, cause in (
            ("kernel.pid_max", 500, "pid-max-low"),
            ("fs.file-max", 9000, "file-max-low"),
            ("vm.max_map_count", 1024, "map-count-low"),
        )
    ),
    *(
        warned(
            custom(f"governor-{governor}", governed(governor)),
            "limits.processors-run-at-full-speed",
            NODE3,
            "governor-slow",
        )
        for governor in ("powersave", "ondemand")
    ),
    warned(
        custom("pids-max", grouped(pids_max="400", pids_current="100")),
        "limits.group-allows-enough-processes",
        NODE3,
        "pids-max-low",
    ),
    case(
        custom("pids-max-tiny", grouped(pids_max="120", pids_current="100")),
        "limits.group-allows-enough-processes",
        NODE3,
        "pids-max-low",
    ),
    warned(
        custom("memory-max", grouped(memory_max="400000000", memory_current="1000")),
        "limits.group-allows-enough-memory",
        NODE3,
        "memory-max-low",
    ),
    warned(
        custom("cpu-max", grouped(cpu_max="'50000 100000'")),
        "limits.group-allows-a-cpu-for-each-rank",
        NODE3,
        "cpu-quota-low",
    ),
    warned(
        custom("memory-halved", edited("/proc/meminfo", "s/^(MemTotal: +).*/\\1 12000000 kB/")),
        "limits.memory-is-equal",
        NODE3,
        "memory-differs",
        fixable=False,
    ),
    *(
        warned(custom(name, lines), "limits.cpus-are-equal", NODE3, "cpus-differ")
        for name, lines in (
            ("cpuset", "taskset -p 1 $(cat /run/sshd.pid)"),
            ("pinned-in-bashrc", "sed -i '1i taskset -pc 0 $$ >/dev/null' $HOME/.bashrc"),
            (
                "pinned-in-the-systems-bashrc",
                "sed -i '1i taskset -p 1 \\$BASHPID >/dev/null 2>\\&1' /etc/bash.bashrc",
            ),
        )
    ),
    warned(
        custom("two-ranks-on-one-processor", "taskset -p 1 $(cat /run/sshd.pid)"),
        "limits.group-allows-a-cpu-for-each-rank",
        NODE3,
        "pinned",
        shape=LabShape(nodes=3, slots=2),
    ),
    warned(
        custom("other-system", edited("/etc/os-release", "s/^VERSION_ID=.*/VERSION_ID=3.1/")),
        "limits.systems-are-alike",
        NODE3,
        "system-differs",
        fixable=False,
    ),
    warned(
        custom("memory-taken", reported(MemAvailable=3 * GIB_IN_KB)),
        "limits.memory-is-free",
        NODE3,
        "memory-in-use",
        fixable=False,
    ),
    warned(
        custom("huge-pages", reported(MemAvailable=3 * GIB_IN_KB, HugePages_Total=9000)),
        "limits.memory-is-free",
        NODE3,
        "huge-pages",
        fixable=False,
    ),
    warned(
        custom("swapped-out", reported(SwapTotal=32 * GIB_IN_KB, SwapFree=2 * GIB_IN_KB)),
        "limits.node-does-not-swap",
        NODE3,
        "swap-in-use",
        fixable=False,
    ),
    warned(
        custom(
            "another-job",
            f"setsid sh -c '{BURNER}' </dev/null >/dev/null 2>&1 &\nsleep 11",
        ),
        "limits.cpus-are-free",
        NODE3,
        "cpus-busy",
        fixable=False,
    ),
    warned(
        custom(
            "process-stuck",
            f"setsid $PYTHON -c '{VFORK}' </dev/null >/dev/null 2>&1 &\nsleep 1",
        ),
        "limits.no-process-is-stuck",
        NODE3,
        "process-stuck",
        fixable=False,
    ),
    warned(
        custom(
            "iommu-translates",
            f"{METAL}{SWITCH}mkdir $d/iommu_group; echo DMA >$d/iommu_group/type",
        ),
        "limits.iommu-passes-through",
        NODE3,
        "iommu-translates",
        fixable=False,
    ),
    warned(
        custom("acs-on", f'{METAL}{SWITCH}$PYTHON -c "{ACS_ON}" $d/../config'),
        "limits.acs-is-off",
        NODE3,
        "acs-on",
        fixable=False,
    ),
]
