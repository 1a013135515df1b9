"""Accounts that are locked or over, and nodes that keep all but root out for a while."""

from __future__ import annotations

from typing import Any

from launcher.lab.faults.model import Fault
from tests.lab.faults.case import NODE3, REACH, Case, case, custom
from tests.lab.faults.cut_off import OF_A_USER
from tests.support.lab_fixtures import RELOAD_SSHD


def of_a_user(fault: Fault, cause: str, **more: Any) -> Case:
    """The nodes are logged in to as trainer."""
    return case(fault, REACH, NODE3, cause, **OF_A_USER, **more)


BY_PAM = f"sed -i '1i UsePAM yes' /etc/ssh/sshd_config{RELOAD_SSHD}"
"""Of an account that logs in by key nobody else asks when its password was chosen."""
LIMITS = {"without": ("limits.nofile-is-enough",)}
"""PAM sets those too, and higher than a lab may."""

CASES = [
    of_a_user(custom("user-locked", "usermod -L $USER"), "key-denied"),
    of_a_user(custom("user-over", "chage -E 2020-01-31 $USER"), "key-denied"),
    of_a_user(custom("password-over", f"chage -d 0 $USER; {BY_PAM}"), "shell-refuses", **LIMITS),
    of_a_user(
        custom("password-too-old", f"chage -d 2020-01-01 -M 30 -I -1 $USER; {BY_PAM}"),
        "shell-refuses",
        **LIMITS,
    ),
    case(custom("root-over", "chage -E 0 root"), REACH, NODE3, "key-denied"),
    of_a_user(
        custom("node-closed", "echo 'down for maintenance until noon' >/etc/nologin"),
        "shell-refuses",
    ),
    of_a_user(custom("node-closed-without-a-word", "touch /etc/nologin"), "shell-refuses"),
]
