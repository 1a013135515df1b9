"""Takes a lab away, all of it, by its own names alone: also half a lab, also one that hangs."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil

from checks.errors import PreflightError
from launcher.lab.record import LAB_MARK, LABS, LabRecord, all_records

USER_FILES = (
    *("hosts.txt", "ssh_config", "known_hosts", "known_hosts.old"),
    *("id_ed25519", "id_ed25519.pub"),
)
"""What `up` and `trust` write in the user's directory, and ssh-keygen -R saves; nothing else."""

PATIENCE_S = 30.0


def remove_lab(record: LabRecord) -> None:
    """No process, namespace, mount, interface or file of the lab is left. Raises PreflightError."""
    deadline = time.monotonic() + PATIENCE_S
    cable = interface_index(record)
    while marked := lab_processes(record.token):
        for pid in marked:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise PreflightError(f"processes of the lab do not die: {' '.join(map(str, marked))}")
        time.sleep(0.005)
    delete_interface(cable)
    if os.path.ismount(record.disks):
        subprocess.run(["umount", "--lazy", str(record.disks)], check=True)
    remove_files(Path(record.directory))
    remove_home(record.home)
    with contextlib.suppress(OSError):
        LABS.rmdir()


def remove_home(home: Path) -> None:
    """The record goes last, so that a `down` that was killed can be repeated."""
    for folder in ("nodes", "keys"):
        if (home / folder).exists():
            remove_folder(home / folder)
    shutil.rmtree(home)


def remove_folder(folder: Path) -> None:
    """All of it, also what a node made immutable."""
    try:
        shutil.rmtree(folder)
    except PermissionError:
        subprocess.run(["chattr", "-R", "-f", "-i", "-a", str(folder)], check=False)
        shutil.rmtree(folder)


def lab_processes(token: str) -> list[int]:
    """Living processes that carry the lab's mark, in whatever namespace."""
    return [
        process.pid
        for process in psutil.process_iter(["environ"])
        if (process.info["environ"] or {}).get(LAB_MARK) == token
    ]


def interface_index(record: LabRecord) -> int:
    """The kernel's index of the controller's interface, 0 where that is gone.

    It is read while the lab holds the name: the next lab may claim the name a moment later.
    """
    if any(other.interface == record.interface != "" for other in other_labs(record)):
        return 0
    with contextlib.suppress(OSError):
        return int(Path("/sys/class/net", record.interface or "-", "ifindex").read_text())
    return 0


def other_labs(record: LabRecord) -> list[LabRecord]:
    """All other labs of this machine."""
    return [other for other in all_records() if other.token != record.token]


def delete_interface(index: int) -> None:
    """The controller's cable goes with the switch, but some time after it: not later than now."""
    if index:
        subprocess.run(["ip", "link", "delete", f"if{index}"], capture_output=True, check=False)


def remove_files(directory: Path) -> None:
    """The user's files, and their directory when nothing else is in it."""
    for name in USER_FILES:
        (directory / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        directory.rmdir()
