"""Whose processes count as other work on a node."""

from __future__ import annotations

import os

from checks.node.probe.load import foreign_load
from checks.node.runtime.processes import Process

PROBE = os.getpid()


def process(pid, ticks, parent=1, name="python3"):
    """One that runs since the boot."""
    fields = ["R", str(parent), *["0"] * 9, str(ticks), *["0"] * 7, "0", "0", "0"]
    return Process(pid, f"{pid} ({name}) {' '.join(fields)}")


def test_a_preflight_that_runs_for_long_is_no_other_work():
    child, grandchild, other = PROBE + 1, PROBE + 2, PROBE + 3
    parents = {PROBE: 1, child: PROBE, grandchild: child, other: 1}
    before = {pid: process(pid, 0, parent) for pid, parent in parents.items()}
    after = {pid: process(pid, 100, parent) for pid, parent in parents.items()}
    assert [found.pid for _, found in foreign_load(before, after, 1.0)] == [other]


def test_a_login_of_somebody_is_no_other_work():
    at = PROBE + 1
    before, after = ({at: process(at, ticks, name="sshd")} for ticks in (0, 100))
    assert foreign_load(before, after, 1.0) == []
