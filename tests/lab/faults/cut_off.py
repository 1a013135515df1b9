"""Limits that end what trains, and a /dev/shm that takes no files."""

from __future__ import annotations

from typing import Any

from launcher.lab.faults import Fault
from launcher.lab.shape import LabShape
from tests.lab.faults.case import NODE3, Case, case, custom, warned

CUT_OFF = "limits.no-limit-cuts-a-rank-off"
WRITABLE = "limits.shm-is-writable"

SUDO = "printf '#!/bin/sh\\nexec \"$@\"\\n' >/usr/local/bin/sudo; chmod 755 /usr/local/bin/sudo"
"""A lab has none, and types as root whatever its login is."""

OF_A_USER: dict[str, Any] = {
    "job": {"workdir": "/home/trainer"},
    "shape": LabShape(nodes=3, user="trainer"),
}


def limited(name: str, *ulimits: str) -> Fault:
    """Start-up files that lower limits, each in a block of its own."""
    lines = "".join(f"if true; then\\n  ulimit {ulimit}\\nfi\\n" for ulimit in ulimits)
    return custom(
        name,
        f"for rc in /root/.bashrc /home/trainer/.bashrc; do [ -d ${{rc%/*}} ] || continue\n"
        f"printf '{lines}' | cat - $rc >$SAVED/rc && cat $SAVED/rc >$rc; done",
    )


OVERRIDDEN = (
    "printf '* - nofile 1048576\\nroot - nofile 1048576\\n' >/etc/security/limits.d/90-nofile.conf"
)
"""Right, and of no effect: a lab's sshd does not ask PAM."""
SSHD_LOW = custom(
    "files-of-the-sshd-that-runs",
    f"{OVERRIDDEN}\nprlimit --pid $(cat /run/sshd.pid) --nofile=256:",
)
PAM_LOW = custom(
    "files-by-pam",
    "sed -i 's/^UsePAM no/UsePAM yes/' /etc/ssh/sshd_config\n"
    "printf 'root soft nofile 256\\n' >/etc/security/limits.d/90-nofile.conf\n"
    "kill -HUP $(cat /run/sshd.pid)",
)


def cut(name: str, cause: str, *ulimits: str) -> Case:
    """One such limit, which blocks."""
    return case(limited(name, *ulimits), CUT_OFF, NODE3, cause)


CASES = [
    cut("cpu-time-limited", "cpu-time-limited", "-t 20"),
    cut("files-limited", "file-size-limited", "-S -f 100"),
    cut("addresses-of-a-gigabyte", "address-space-limited", "-v 1000000"),
    cut("addresses-of-very-little", "address-space-limited", "-Sv 100000"),
    cut("data-limited", "data-limited", "-d 500000"),
    cut("several-limits", "cpu-time-limited", "-f 50000000", "-t 3600"),
    warned(limited("files-of-some-gigabytes", "-f 50000000"), CUT_OFF, NODE3, "file-size-limited"),
    case(limited("files-in-bashrc", "-n 900"), "limits.nofile-is-enough", NODE3, "nofile-low"),
    warned(SSHD_LOW, "limits.nofile-is-enough", NODE3, "nofile-low"),
    warned(PAM_LOW, "limits.nofile-is-enough", NODE3, "nofile-low"),
    warned(
        limited("processes-in-bashrc", "-u 500"),
        "limits.nproc-is-enough",
        NODE3,
        "nproc-low",
        **OF_A_USER,
    ),
    case(custom("shm-read-only", "mount -o remount,ro /dev/shm"), WRITABLE, NODE3, "shm-read-only"),
    case(
        custom("shm-of-root-alone", f"chmod 0755 /dev/shm\n{SUDO}"),
        WRITABLE,
        NODE3,
        "shm-not-writable",
        **OF_A_USER,
    ),
]
