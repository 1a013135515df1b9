"""The master port where something has it already: who that is, and what is to be done."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts.earlier_ranks import EarlierRank, EarlierRanks, OwnRanks, OwnRun
from checks.facts.ports import Listeners, PortHolder
from checks.facts.snapshot import Snapshot
from checks.model import HERE, Outcome
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


RANK = EarlierRank(77, "ann", False, 7200.0, "0/4", "29500", "train.py", "/data/run")
OTHERS = EarlierRanks("train.py", others=(RANK,))
TRAINS = "python -u train.py --steps 9"


def test_a_rank_without_a_launcher_is_to_be_ended():
    left = dataclasses.replace(OTHERS, others=(dataclasses.replace(RANK, orphan=True),))
    one = judged(with_fact(occupied(TRAINS), "node1", left), FREE)["node1",]
    assert one.cause == "in-use"
    assert "process 77 of ann" in one.message and "its launcher is gone" in one.message
    assert one.fix is not None
    assert (one.fix.on, one.fix.command) == ("node1", "sudo kill 77")


@pytest.mark.parametrize("uid", [1, LOGIN.uid])
@pytest.mark.parametrize("others", [OTHERS, None])
def test_a_training_that_may_be_meant_to_go_on_is_not_killed(uid, others):
    snap = occupied(TRAINS, uid=uid)
    one = judged(with_fact(snap, "node1", others) if others else snap, FREE)["node1",]
    assert one.fix is not None and one.fix.command == ""
    assert "--master-port 29501" in one.fix.note and "if it is not meant to go on" in one.fix.note
    assert "a training" in one.message
    assert not others or "rank 0/4, for 2 hours in /data/run" in one.message


@pytest.mark.parametrize("folder", ["", "/data/run"])
def test_a_run_that_this_machine_started_is_named_with_what_stops_it(folder):
    run = OwnRun("20261129-train", (77, 78), "launcher stop 20261129-train", folder)
    snap = with_fact(with_fact(occupied(TRAINS), "node1", OTHERS), "node1", OwnRanks((run,)))
    one = judged(snap, FREE)["node1",]
    assert str(run) in one.message and (f"started in {folder}" if folder else "here") in one.message
    assert one.fix is not None
    assert (one.fix.on, one.fix.command) == (HERE, "launcher stop 20261129-train")


def test_the_logins_own_process_may_be_ended_without_sudo():
    one = judged(occupied("python notebook.py", uid=LOGIN.uid), FREE)["node1",]
    assert one.fix is not None
    assert one.fix.command == "kill 77"
    assert "else start with --master-port 29501" in one.fix.note


@pytest.mark.parametrize("command", ["python notebook.py", TRAINS])
def test_a_stopped_process_of_the_login_is_said_to_be_and_ended_at_once(command):
    holder = PortHolder(True, "ann", LOGIN.uid, 77, command, 29501, stopped=True)
    one = judged(with_fact(occupied(command), "node1", holder), FREE)["node1",]
    assert "pid 77 of ann, stopped (as by ctrl-Z)" in one.message
    assert one.fix is not None
    assert one.fix.command == "kill -9 77"


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
