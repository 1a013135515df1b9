"""The master port where something has it already: who that is, and what is to be done."""

from __future__ import annotations

import pytest

from checks.facts.ports import Listeners, PortHolder
from checks.facts.snapshot import Snapshot
from checks.model import Outcome
from tests.support.listeners import FREE, LOGIN, REACHABLE, SAMPLE, cluster
from tests.support.snapshots import judged, with_fact


def occupied(command: str, pid: int | None = 77, uid: int = 1) -> Snapshot:
    snap = cluster(command=("train.py",))
    with_fact(snap, "node1", Listeners("10.0.0.1", SAMPLE, "EADDRINUSE"))
    return with_fact(
        snap,
        "node1",
        PortHolder(listens=True, user="ann", uid=uid, pid=pid, command=command, free=29501),
    )


def test_a_rank_left_from_an_earlier_run_is_to_be_killed():
    one = judged(occupied("python -u train.py --steps 9"), FREE)["node1",]
    assert one.cause == "in-use"
    assert "pid 77 of ann, left from an earlier run" in one.message
    assert one.fix is not None
    assert (one.fix.on, one.fix.command) == ("node1", "sudo kill 77")


def test_the_logins_own_process_may_be_ended_without_sudo():
    one = judged(occupied("python notebook.py", uid=LOGIN.uid), FREE)["node1",]
    assert one.fix is not None
    assert one.fix.command == "kill 77"
    assert "else start with --master-port 29501" in one.fix.note


@pytest.mark.parametrize(("command", "pid"), [("postgres", 77), ("", None)])
def test_a_stranger_on_the_master_port_is_left_alone(command, pid):
    one = judged(occupied(command, pid), FREE)["node1",]
    assert one.cause == "in-use"
    assert one.fix is not None and not one.fix.command
    assert "--master-port 29501 (seen free on node1)" in one.fix.note


def test_nobody_is_accused_of_not_reaching_a_port_that_is_taken():
    found = judged(occupied("postgres"), REACHABLE)
    assert {finding.outcome for finding in found.values()} == {Outcome.SKIP}


def test_a_port_below_1024_needs_root():
    snap = with_fact(cluster(), "node1", Listeners("10.0.0.1", SAMPLE, "EACCES"))
    assert judged(snap, FREE)["node1",].cause == "not-permitted"
