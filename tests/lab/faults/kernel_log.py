"""Kernels that complained a minute ago, in a log that a node has instead of the machine's."""

from __future__ import annotations

from launcher.lab.faults import Fault
from tests.lab.faults.case import NODE3, case, custom, warned

LINK_DOWN = "mlx5_core 0000:9a:00.0 ens1f0: Link down"


def logged(name: str, *lines: str) -> Fault:
    """A kernel's log with these lines, written a minute ago."""
    records = "\n".join(f"4,{at},$((now - 60000000)),-;{line}" for at, line in enumerate(lines, 1))
    now = "now=$(awk '{printf \"%.0f\", $1 * 1e6}' /proc/uptime)"
    return custom(name, f"{now}\ncat >/dev/kmsg <<END\n{records}\nEND")


CASES = [
    warned(
        logged("oom-killed", "Out of memory: Killed process 4711 (python3) total-vm:91kB"),
        "limits.kernel-kills-no-rank",
        NODE3,
        "oom-killed",
        fixable=False,
    ),
    case(
        logged("uncorrected-memory", "EDAC MC0: 1 UE memory read error on CPU_SrcID0_DIMM0"),
        "limits.hardware-reports-no-error",
        NODE3,
        "hardware-error",
        fixable=False,
    ),
    warned(
        logged("disk-errors", "blk_update_request: I/O error, dev sdb, sector 1234"),
        "limits.disks-report-no-error",
        NODE3,
        "io-error",
        fixable=False,
    ),
    warned(
        logged("hung-task", "INFO: task python:4711 blocked for more than 122 seconds."),
        "limits.kernel-reports-no-hang",
        NODE3,
        "task-hung",
        fixable=False,
    ),
    warned(
        logged("page-allocation", "kworker: page allocation failure: order:5, mode:0x1"),
        "limits.kernel-finds-memory",
        NODE3,
        "page-allocation-failed",
        fixable=False,
    ),
    warned(
        logged("link-flaps", LINK_DOWN, LINK_DOWN, LINK_DOWN),
        "limits.links-stay-up",
        NODE3,
        "link-flaps",
        fixable=False,
    ),
]
