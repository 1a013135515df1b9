"""What the tests themselves say of a lab: nothing was left, or what was."""

from __future__ import annotations

import socket
import threading

from launcher.lab.shape import LabShape
from tests.support.lab_fixtures import (
    RELOAD_SSHD,
    MakeLab,
    assert_nothing_left,
    leavings,
    leavings_now,
    open_logins,
)

BUSY_S = 2.0


def test_a_login_that_was_ending_is_not_missed_afterwards(odd_lab: MakeLab) -> None:
    lab = odd_lab(LabShape(nodes=1))
    caller = socket.create_connection((lab.nodes[0].address, 22))
    caller.recv(64)
    ending = threading.Timer(BUSY_S, caller.close)
    ending.start()
    before = leavings(lab)
    ending.join()
    while open_logins(leavings_now(lab)):
        pass
    assert_nothing_left(lab, before)


def test_who_logs_in_after_a_reload_is_met_by_the_new_settings(odd_lab: MakeLab) -> None:
    """Even where sshd is late to hear of it: it takes nobody while it restarts."""
    node = odd_lab(LabShape(nodes=1)).nodes[0]
    late = "kill -STOP $(cat /run/sshd.pid)\n(sleep 1; kill -CONT $(pgrep -o -x sshd)) &"
    edit = "echo VersionAddendum reloaded >>/etc/ssh/sshd_config"
    node.run(f"{late}\n{edit}\n{RELOAD_SSHD}", check=True)
    with socket.create_connection((node.address, 22), timeout=20) as caller:
        assert b" reloaded" in caller.recv(64)
