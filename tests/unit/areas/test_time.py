"""Clocks: who is apart, by more than the measurement can explain, and what follows no source."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts.clock import Clock, ClockOffset, ClockReading
from checks.model import Outcome
from tests.support.networks import HEALTHY_LIMITS, nth_account
from tests.support.snapshots import judged, snapshot, with_fact, without

AGREE, IN_SYNC = "time.clocks-agree", "time.clock-is-synchronised"
STEADILY = "time.clock-runs-steadily"
SYNCED = Clock(synchronised=True, daemons=("chronyd",), zone="UTC +0000")
ALONE = Clock(synchronised=False)


def cluster(*offsets, unsure=0.01, clocks=()):
    """Nodes whose clocks are ahead of the controller's by `offsets` seconds."""
    snap = snapshot(tuple(f"node{n}" for n in range(1, len(offsets) + 1)))
    for index, (name, offset) in enumerate(zip(snap.job.names, offsets, strict=True)):
        with_fact(snap, name, ClockOffset(offset, unsure))
        with_fact(snap, name, clocks[index] if clocks else SYNCED)
        with_fact(snap, name, HEALTHY_LIMITS)
        with_fact(snap, name, nth_account(index + 1))
    return snap


def apart(snap):
    """The nodes that are accused of another time."""
    found = judged(snap, AGREE)
    assert all(finding.cause == "clock-apart" for finding in found.values() if finding.warned)
    return [name for (name,), finding in found.items() if finding.warned]


def synchronised(clock, others=SYNCED, offset=0.0):
    """The finding about node2."""
    snap = cluster(0.0, offset, 0.0, clocks=(others, clock, others))
    return judged(snap, IN_SYNC)["node2",]


def test_clocks_that_agree_wherever_the_controller_is_in_time():
    found = judged(cluster(3600.2, 3600.0, 3600.4), AGREE)
    assert {finding.outcome for finding in found.values()} == {Outcome.PASS}
    assert found["node3",].evidence["ahead_s"] == 0.2


@pytest.mark.parametrize("offset", [42.0, -42.0])
def test_the_clock_apart_is_the_one_accused(offset):
    snap = cluster(offset, 0.0, 0.1)
    assert apart(snap) == ["node1"], "the head too, when it is the one"
    finding = judged(snap, AGREE)["node1",]
    assert ("ahead of" if offset > 0 else "behind") in finding.message
    assert finding.fix.command == "chronyc makestep"
    assert not finding.stops


def test_between_two_the_head_is_the_yardstick():
    assert apart(cluster(0.0, 5.0)) == ["node2"]
    assert apart(cluster(5.0, 0.0)) == ["node2"]
    assert apart(cluster(5.0, 5.0, 0.0, 0.0)) == ["node3", "node4"]


def test_what_the_round_trip_explains_is_no_fault():
    found = judged(cluster(0.0, 1.5, 0.0, unsure=0.3), AGREE)["node2",]
    assert found.outcome is Outcome.UNKNOWN
    assert "took too long" in found.message
    assert apart(cluster(0.0, 1.7, 0.0, unsure=0.3)) == ["node2"]
    assert judged(cluster(0.0, 0.9, 0.0, unsure=3.0), AGREE)["node2",].outcome is Outcome.PASS


def test_a_node_that_told_no_time_is_left_out_and_unknown():
    snap = without(cluster(0.0, 0.0, 9.0), "node1", ClockOffset)
    assert judged(snap, AGREE)["node1",].outcome is Outcome.UNKNOWN
    one = without(without(cluster(0.0, 0.0, 9.0), "node1", ClockOffset), "node2", ClockOffset)
    assert judged(one, AGREE)["node3",].outcome is Outcome.SKIP


def test_apart_is_said_without_knowing_what_keeps_the_clock():
    snap = without(cluster(0.0, 9.0, 0.0), "node2", Clock)
    assert "install chrony" in judged(snap, AGREE)["node2",].fix.note


def test_synchronised():
    assert synchronised(SYNCED).outcome is Outcome.PASS
    assert synchronised(SYNCED).evidence["zone"] == "UTC +0000"


def test_no_daemon_where_others_have_one():
    found = synchronised(dataclasses.replace(ALONE, package_manager="apt-get"))
    assert (found.warned, found.cause) == (True, "not-synchronised")
    assert "no time daemon runs" in found.message
    assert found.fix.command == "apt-get install -y chrony && systemctl enable --now chrony"
    installed = synchronised(dataclasses.replace(ALONE, has_ntp_unit=True))
    assert installed.fix.command == "timedatectl set-ntp true"


def test_nobody_follows_a_source_and_all_agree():
    found = synchronised(ALONE, others=ALONE)
    assert found.outcome is Outcome.PASS
    assert "neither does any other" in found.message


def test_a_daemon_that_does_not_tell_the_kernel():
    assert synchronised(dataclasses.replace(ALONE, daemons=("ntpd",))).outcome is Outcome.PASS
    timesyncd = synchronised(dataclasses.replace(ALONE, daemons=("systemd-timesyn",)))
    assert timesyncd.warned
    assert timesyncd.fix.command == "systemctl restart systemd-timesyncd"


def test_what_cannot_be_told_is_no_fault():
    assert synchronised(Clock(synchronised=None)).outcome is Outcome.SKIP
    assert synchronised(dataclasses.replace(ALONE, daemons=None)).outcome is Outcome.SKIP


def test_one_clock_is_accused_once():
    assert synchronised(ALONE, offset=9.0).message.endswith(f"see {AGREE}")


def test_a_container_is_fixed_on_its_host():
    snap = cluster(0.0, 0.0, clocks=(SYNCED, ALONE))
    with_fact(snap, "node2", dataclasses.replace(HEALTHY_LIMITS, container=True))
    fix = judged(snap, IN_SYNC)["node2",].fix
    assert (fix.command, "host" in fix.note) == ("", True)


def set_meanwhile(jump, *, passed=4.0, offset=0.0, daemons=("chronyd", "ntpd")):
    """Node2's clock was set by `jump` seconds while `passed` seconds went by."""
    snap = cluster(0.0, offset, 0.0)
    before, after = ClockReading(1000.0, 50.0), ClockReading(1000.0 + passed + jump, 50.0 + passed)
    for name in snap.job.names:
        reported = after if name == "node2" else ClockReading(1000.0 + passed, 50.0 + passed)
        clock = dataclasses.replace(SYNCED, daemons=daemons, reading=before)
        with_fact(snap, name, clock)
        with_fact(snap, name, ClockOffset(offset if name == "node2" else 0.0, 0.01, reported))
    return snap


@pytest.mark.parametrize(("jump", "way"), [(7.0, "forward"), (-7.0, "back")])
def test_a_clock_that_is_set_meanwhile(jump, way):
    found = judged(set_meanwhile(jump), STEADILY)
    assert (found["node2",].cause, found["node2",].warned) == ("clock-jumped", True)
    assert f"set {way} by 7 s within 4.0 s" in found["node2",].message
    assert "chronyd, ntpd" in found["node2",].fix.note
    assert {found[name,].outcome for name in ("node1", "node3")} == {Outcome.PASS}


def test_a_clock_that_is_turned_or_set_right_once():
    assert judged(set_meanwhile(0.3), STEADILY)["node2",].outcome is Outcome.PASS
    slewed = set_meanwhile(4.0, passed=60.0)
    assert judged(slewed, STEADILY)["node2",].outcome is Outcome.PASS
    right = set_meanwhile(7.0, daemons=("chronyd",))
    assert judged(right, STEADILY)["node2",].outcome is Outcome.PASS


def test_a_clock_that_is_set_wrong_is_accused_once():
    snap = set_meanwhile(9.0, offset=9.0, daemons=("chronyd",))
    assert judged(snap, STEADILY)["node2",].warned
    assert judged(snap, AGREE)["node2",].outcome is Outcome.SKIP


def test_one_reading_is_no_verdict():
    assert judged(cluster(0.0, 0.0), STEADILY)["node2",].outcome is Outcome.SKIP
