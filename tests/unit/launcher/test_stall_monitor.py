"""When the onlooker looks at the ranks, whom it hears, and what it tells."""

from __future__ import annotations

import dataclasses

from launcher.run.stall.backoff import Backoff
from launcher.run.stall.observation import NodeObservation, node_observation
from launcher.run.stall.stall_monitor import ANSWER_S, RENDEZVOUS_WAIT_S, StallMonitor
from tests.support.observations import HEAD, IN_BARRIER, IN_MEETING, MET, PORT, READING, meeting


def test_patience_grows_until_something_happens():
    patience = Backoff(10)
    assert not patience.due(1e9)
    patience.restart(0)
    assert [at for at in range(100) if patience.due(at)] == [10, 30, 70]
    patience.restart(100)
    assert patience.due(110)


class Looked:
    """An onlooker, how often it asked, and what it told."""

    def __init__(self, plan, stuck_after_s=300.0):
        self.asked, self.told = 0, []
        self.onlooker = StallMonitor(plan, stuck_after_s, self._ask, self._tell)

    def _ask(self):
        self.asked += 1

    def _tell(self, text, seen):
        self.told.append((text, seen))

    def hear(self, node, stack):
        frames = [dataclasses.astuple(frame) for frame in stack]
        number = str(int(node[4:]) - 1)
        seen = {"state": "S", "wchan": "", "cpu": 0, "disk": 0, "why": "", "flight": ""}
        seen |= {"master": "", "blocked": [], "stack": frames}
        seen["sockets"] = [dataclasses.astuple(MET)] if stack == IN_MEETING else []
        ranks = {number: seen}
        said = {"ranks": ranks, "launcher": [], "network": {"eth0": 0}, "gpus": []}
        self.onlooker.hear(node, said)


class Planned:
    """What an onlooker reads of a plan."""

    ranks = meeting(2).ranks
    master_address, master_port = HEAD, PORT


def test_the_onlooker_looks_at_a_meeting_and_tells_it_once():
    looked = Looked(Planned())
    looked.onlooker.started(0)
    looked.onlooker.check_progress(RENDEZVOUS_WAIT_S - 1)
    assert not looked.asked
    for begin in (RENDEZVOUS_WAIT_S, RENDEZVOUS_WAIT_S * 3):
        looked.onlooker.check_progress(begin)
        looked.hear("node1", IN_MEETING)
        looked.hear("node2", READING)
        looked.onlooker.check_progress(begin + 1)
    (first, seen), (again, _) = looked.told
    assert first.startswith("no step yet; 1 of 2 ranks have come to the rendezvous")
    assert (seen["kind"], seen["odd"], again) == ("not met", (1,), "")


def test_a_step_ends_the_looks_at_the_meeting():
    looked = Looked(Planned())
    looked.onlooker.started(0)
    looked.onlooker.progress(5, step=True)
    looked.onlooker.check_progress(RENDEZVOUS_WAIT_S + 1)
    assert looked.asked == 0
    looked.onlooker.check_progress(5 + 300)
    assert looked.asked == 1


def test_a_keeper_that_does_not_answer_is_told():
    looked = Looked(Planned(), stuck_after_s=10)
    looked.onlooker.started(0)
    looked.onlooker.progress(0, step=True)
    looked.onlooker.check_progress(10)
    looked.hear("node1", IN_BARRIER)
    looked.onlooker.check_progress(10 + ANSWER_S)
    assert not looked.told
    looked.onlooker.check_progress(11 + ANSWER_S)
    text, seen = looked.told[0]
    assert text.startswith("no output for 10 s; slow or stuck")
    assert "node2 could not be seen: its keeper did not answer" in text
    assert [node["node"] for node in seen["nodes"]] == ["node1", "node2"]


def test_a_look_that_failed_on_a_node_is_read():
    assert node_observation("node1", {"error": "no /proc"}) == NodeObservation(
        "node1", error="no /proc"
    )
