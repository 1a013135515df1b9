"""How clocks are measured: over ways that take their time, and on this machine."""

from __future__ import annotations

import time

import pytest

from checks.answer import Answer
from checks.facts import decode_fact
from checks.facts.clock import Clock
from checks.node.probe import clock as probe
from checks.stages import clock as stage
from tests.support.snapshots import snapshot


def test_section_reads_this_machine():
    clock = decode_fact(Clock, probe.clock({}))
    assert clock.synchronised in (True, False)
    assert clock.daemons is not None
    assert clock.zone


def test_hidden_processes_and_a_kernel_that_says_nothing(monkeypatch):
    monkeypatch.setattr(probe, "read_file", lambda path, missing=None: missing)
    monkeypatch.setattr(probe, "kernel_clock", lambda: (None, None))
    clock = decode_fact(Clock, probe.clock({}))
    assert (clock.synchronised, clock.daemons) == (None, None)


class Asked:
    """A contact whose nodes are ahead by so much and take their time; each item is one answer."""

    def __init__(self, monkeypatch, *ways, ahead=0.0):
        self.ways, self.ahead, self.now = list(ways), ahead, 1000.0
        monkeypatch.setattr(stage, "time", self)

    def time(self):
        return self.now

    def monotonic(self):
        return self.now

    def ask(self, section, args, limit):
        way = self.ways.pop(0)
        if way is None:
            return dict.fromkeys(args, Answer(error="no answer in time"))
        shown = self.now + self.ahead + way[0]
        self.now += sum(way)
        return dict.fromkeys(args, Answer({"time": shown}))


def measured(contact):
    snap = snapshot(("node1",))
    stage.measure_clocks(contact, snap, ["node1"])
    return snap.answer("node1", "clock_offset")


def test_offset_is_right_to_half_the_round_trip(monkeypatch):
    data = measured(Asked(monkeypatch, (0.1, 0.02), ahead=7.0)).fields
    assert data["uncertainty_s"] == pytest.approx(0.06)
    assert abs(data["offset_s"] - 7.0) <= data["uncertainty_s"]


def test_a_slow_answer_is_asked_for_again_and_the_shortest_way_counts(monkeypatch):
    slow = Asked(monkeypatch, (4.0, 0.0), (0.5, 0.5), (1.0, 1.0), (0.0, 0.0))
    assert measured(slow).fields["uncertainty_s"] == pytest.approx(0.5)
    assert slow.ways == [(0.0, 0.0)]
    assert measured(Asked(monkeypatch, (1.0, 1.0), None)).fields["uncertainty_s"] == 1.0


def test_no_time_is_no_offset(monkeypatch):
    assert measured(Asked(monkeypatch, None)).data is None
    odd = Asked(monkeypatch)
    odd.ask = lambda section, args, limit: {"node1": Answer({"time": "noon"})}
    assert measured(odd) == Answer(error="expected the time, got 'noon'")


def test_time_now_is_this_machines():
    before = time.time()
    assert before <= probe.time_now({})["time"] <= time.time()


def test_the_controllers_own_clock_may_be_set_meanwhile(monkeypatch):
    asked = Asked(monkeypatch, (0.0, 0.0), (0.0, 0.0))
    days = iter([1000.0, -86400.0, -86400.0])
    monkeypatch.setattr(asked, "time", lambda: next(days))
    snap = snapshot(("node1", "node2"))
    stage.measure_clocks(asked, snap, ["node1", "node2"])
    offsets = [snap.answer(name, "clock_offset").fields["offset_s"] for name in snap.job.names]
    assert offsets == [0.0, 0.0]


def test_a_node_without_the_newer_clock(monkeypatch):
    monkeypatch.setattr(probe, "BOOTTIME", "CLOCK_NOBODY_HAS")
    assert probe.read_clocks()["steady"] == pytest.approx(time.monotonic(), abs=5)
