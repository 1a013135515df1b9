"""What the clock of a node shows, and whether anything keeps it right. It is read, never set."""

import os
import shutil
import time

from checks.node.probe.core import section
from checks.node.runtime.files import list_folder, read_file
from checks.node.runtime.processes import all_processes

COMMANDS = ("asks the kernel for the time and whether it is synchronised; sets nothing",)

DAEMONS = ("chronyd", "systemd-timesyn", "ntpd", "ptp4l", "phc2sys", "timemaster")
"""As the kernel cuts their names: 15 characters."""
MANAGERS = ("apt-get", "dnf", "yum", "zypper")
NTP_UNITS = ("/usr/lib/systemd/ntp-units.d", "/lib/systemd/ntp-units.d")
STEPPED = "/run/systemd/timesync/synchronized"
STA_UNSYNC = 0x40
BOOTTIME = "CLOCK_BOOTTIME"  # from Python 3.7 on; the monotonic clock stops in a suspend


def kernel_clock():
    """`(synchronised, largest error in seconds)` as the kernel says; Nones where it does not.

    adjtimex(2) with no mode set only reads. A container has the machine's clock.
    """
    try:
        import ctypes

        class Timex(ctypes.Structure):
            _fields_ = [
                ("modes", ctypes.c_uint),
                ("offset", ctypes.c_long),
                ("frequency", ctypes.c_long),
                ("largest_error", ctypes.c_long),
                ("estimated_error", ctypes.c_long),
                ("status", ctypes.c_int),
                ("rest", ctypes.c_long * 40),
            ]

        timex = Timex()
        if ctypes.CDLL(None).adjtimex(ctypes.byref(timex)) < 0:
            return None, None
    except (ImportError, OSError, AttributeError):
        return None, None
    return not timex.status & STA_UNSYNC, timex.largest_error / 1e6


def time_daemons():
    """Programs that keep time and run here; None where other people's processes are hidden."""
    if read_file("/proc/1/comm") is None:
        return None
    running = {process.name for process in all_processes().values()}
    return [name for name in DAEMONS if name in running]


@section("clock")
def clock(args):
    """Whether the clock follows a source, by what, and what could be made to follow one."""
    synchronised, error = kernel_clock()
    if synchronised is None and os.path.exists(STEPPED):
        synchronised = True
    return {
        "synchronised": synchronised,
        "largest_error_s": error,
        "daemons": time_daemons(),
        "has_ntp_unit": any(map(list_folder, NTP_UNITS)),
        "package_manager": next((name for name in MANAGERS if shutil.which(name)), ""),
        "zone": time.strftime("%Z %z"),
        "reading": read_clocks(),
    }


def read_clocks():
    """The clock, and one that nobody sets: two readings show whether somebody set it meanwhile."""
    return {"time": time.time(), "steady": time.clock_gettime(getattr(time, BOOTTIME, 1))}


@section("time_now")
def time_now(args):
    """Seconds since 1970 by this node's clock; who asks notes the times of question and answer."""
    return read_clocks()
