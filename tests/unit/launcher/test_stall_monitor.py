"""When the monitor looks at the ranks, whom it hears, and what it tells."""

from __future__ import annotations

from launcher.run.stall.backoff import Backoff
from launcher.run.stall.observation import NodeObservation
from launcher.run.stall.stall_monitor import ANSWER_S, RENDEZVOUS_WAIT_S, StallMonitor
from tests.support.observations import (
    HEAD,
    IN_BARRIER,
    IN_MEETING,
    MET,
    PORT,
    READING,
    meeting,
    rank,
)


def test_patience_grows_until_something_happens():
    patience = Backoff(10)
    assert not patience.due(1e9)
    patience.restart(0)
    assert [at for at in range(100) if patience.due(at)] == [10, 30, 70]
    patience.restart(100)
    assert patience.due(110)


class Looked:
    """An monitor, how often it asked, and what it told."""

    def __init__(self, plan, stuck_after_s=300.0):
        self.asked, self.told = 0, []
        self.monitor = StallMonitor(plan, stuck_after_s, self._ask, self._tell)

    def _ask(self):
        self.asked += 1

    def _tell(self, text, seen):
        self.told.append((text, seen))

    def hear(self, node, stack):
        sockets = (MET,) if stack == IN_MEETING else ()
        seen = rank(int(node[4:]) - 1, stack=stack, sockets=sockets)
        self.monitor.take_observation(node, NodeObservation(ranks=(seen,), network={"eth0": 0}))


class Planned:
    """What an monitor reads of a plan."""

    ranks = meeting(2).ranks
    master_address, master_port = HEAD, PORT


def test_the_monitor_reports_a_meeting_once():
    looked = Looked(Planned())
    looked.monitor.started(0)
    looked.monitor.check_progress(RENDEZVOUS_WAIT_S - 1)
    assert not looked.asked
    for begin in (RENDEZVOUS_WAIT_S, RENDEZVOUS_WAIT_S * 3):
        looked.monitor.check_progress(begin)
        looked.hear("node1", IN_MEETING)
        looked.hear("node2", READING)
        looked.monitor.check_progress(begin + 1)
    (first, seen), (again, _) = looked.told
    assert first.startswith("no step yet; 1 of 2 ranks have come to the rendezvous")
    assert (seen["kind"], seen["odd"], again) == ("not met", (1,), "")


def test_a_step_ends_the_observations_of_the_meeting():
    looked = Looked(Planned())
    looked.monitor.started(0)
    looked.monitor.progress(5, step=True)
    looked.monitor.check_progress(RENDEZVOUS_WAIT_S + 1)
    assert looked.asked == 0
    looked.monitor.check_progress(5 + 300)
    assert looked.asked == 1


def test_a_supervisor_that_does_not_answer_is_told():
    looked = Looked(Planned(), stuck_after_s=10)
    looked.monitor.started(0)
    looked.monitor.progress(0, step=True)
    looked.monitor.check_progress(10)
    looked.hear("node1", IN_BARRIER)
    looked.monitor.check_progress(10 + ANSWER_S)
    assert not looked.told
    looked.monitor.check_progress(11 + ANSWER_S)
    text, seen = looked.told[0]
    assert text.startswith("no output for 10 s; slow or stuck")
    assert "node2 could not be seen: its supervisor did not answer" in text
    assert [node["node"] for node in seen["nodes"]] == ["node1", "node2"]
