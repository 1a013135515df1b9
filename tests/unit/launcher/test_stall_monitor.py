"""When the monitor has ranks observed, which answers it waits for, and what it reports."""

from __future__ import annotations

import pytest

from launcher.run.stall import last_look
from launcher.run.stall.backoff import Backoff
from launcher.run.stall.last_look import observe_last
from launcher.run.stall.observation import Collective, NodeObservation
from launcher.run.stall.stall_monitor import (
    ANSWER_S,
    FIRST_LOOK_S,
    RENDEZVOUS_WAIT_S,
    StallMonitor,
)
from tests.support.observations import (
    HEAD,
    IN_BARRIER,
    IN_MEETING,
    MET,
    PORT,
    READING,
    rank,
    rendezvous,
)


def test_the_wait_grows_until_something_happens():
    backoff = Backoff(10)
    assert not backoff.due(1e9)
    backoff.restart(0)
    assert [at for at in range(100) if backoff.due(at)] == [10, 30, 70]
    backoff.restart(100)
    assert backoff.due(110)


class Watched:
    """A monitor, how often it requested observations, and what it reported."""

    def __init__(self, plan, stuck_after_s=300.0, kill_s=None):
        self.requests, self.reports, self.shown = 0, [], []
        self.monitor = StallMonitor(
            plan, stuck_after_s, self._request, self._report, self.shown.append, kill_s
        )

    def _request(self):
        self.requests += 1

    def _report(self, text, seen):
        self.reports.append((text, seen))

    def hear(self, node, stack):
        sockets = (MET,) if stack == IN_MEETING else ()
        seen = rank(int(node[4:]) - 1, stack=stack, sockets=sockets)
        self.monitor.take_observation(node, NodeObservation(ranks=(seen,), network={"eth0": 0}))


class Planned:
    """What a monitor reads of a plan."""

    ranks = rendezvous(2).ranks
    master_address, master_port = HEAD, PORT


@pytest.mark.parametrize(
    ("numbers", "age_s", "kinds"),
    [
        ((7, 9, 12), 1.0, ["stuck", "slow", "slow"]),
        ((7, 7, 7), 1.0, ["stuck", "stuck", "stuck"]),
        ((7, 9, 9), 30.0, ["stuck", "stuck", "stuck"]),
    ],
    ids=["steps of seconds", "still", "moved and then still"],
)
def test_a_run_whose_records_move_from_look_to_look_is_slow(numbers, age_s, kinds):
    watched = Watched(Planned(), 10.0)
    watched.monitor.started(0)
    watched.monitor.progress(0, step=True)
    for number, at in zip(numbers, (10, 30, 70), strict=True):
        watched.monitor.check_progress(at)
        waits = Collective("0 default_pg", number, number, "all_reduce", "", "", True, age_s)
        for node in range(2):
            seen = rank(node, stack=IN_BARRIER, collectives=(waits,), moved=False)
            answer = NodeObservation(ranks=(seen,), network={"eth0": 0})
            watched.monitor.take_observation(f"node{node + 1}", answer)
        watched.monitor.check_progress(at + 1)
    assert [seen["kind"] for _, seen in watched.reports] == kinds
    assert ("collectives were entered since" in watched.reports[-1][0]) == ("slow" in kinds)


def test_looks_for_a_proof_say_nothing_before_it_is_complete():
    watched = Watched(Planned, kill_s=20.0)
    monitor = watched.monitor
    monitor.started(0.0)
    monitor.progress(0.0, step=True)
    for now in (10.0, 20.0, 30.0):
        monitor.check_progress(now)
        watched.hear("node1", IN_MEETING)
        watched.hear("node2", READING)
        monitor.check_progress(now)
        said = [bool(text) for text, _ in watched.reports]
        assert said == {10.0: [False], 20.0: [False, True], 30.0: [False, True, True]}[now]
        assert bool(monitor.proved_stuck) == (now > 10.0)


def test_the_monitor_reports_a_meeting_once():
    watched = Watched(Planned())
    watched.monitor.started(0)
    watched.monitor.check_progress(FIRST_LOOK_S - 1)
    assert not watched.requests
    for begin in (RENDEZVOUS_WAIT_S, RENDEZVOUS_WAIT_S * 3):
        watched.monitor.check_progress(begin)
        watched.hear("node1", IN_MEETING)
        watched.hear("node2", READING)
        watched.monitor.check_progress(begin + 1)
    (first, seen), (again, _) = watched.reports
    assert first.startswith("no step yet; 1 of 2 ranks have reached the rendezvous")
    assert (seen["kind"], seen["odd"], again) == ("not met", (1,), "")


def test_what_the_ranks_do_before_the_first_step_is_shown_and_recorded_where_it_changes():
    watched = Watched(Planned())
    watched.monitor.started(0)
    now = 0.0
    for node1 in (READING, READING, IN_MEETING):
        now += FIRST_LOOK_S * 1.4
        watched.monitor.started(now - FIRST_LOOK_S)
        watched.monitor.check_progress(now)
        watched.hear("node1", node1)
        watched.hear("node2", IN_MEETING)
        watched.monitor.check_progress(now)
    reading = (
        "rank 0 on node1 is at batch (data.py:7); "
        "rank 1 on node2 waits in init_process_group for it"
    )
    meeting = "ranks 0 and 1 wait in init_process_group"
    assert watched.shown == [reading, reading, meeting]
    assert [seen["said"] for _, seen in watched.reports] == [reading, meeting]
    assert {seen["kind"] for _, seen in watched.reports} == {"starting"}


@pytest.mark.parametrize("began", [FIRST_LOOK_S, RENDEZVOUS_WAIT_S])
@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        (lambda monitor, now: monitor.progress(now, step=True), False),
        (lambda monitor, now: monitor.started(now), False),
        (lambda monitor, now: monitor.progress(now), True),
    ],
    ids=["a step", "a rank's start", "a line"],
)
def test_what_a_step_or_a_start_has_overtaken_is_not_said(began, meanwhile, said):
    watched = Watched(Planned())
    watched.monitor.started(0)
    watched.monitor.check_progress(began)
    meanwhile(watched.monitor, began + 1)
    watched.hear("node1", READING)
    watched.hear("node2", IN_MEETING)
    watched.monitor.check_progress(began + 1)
    assert watched.requests == 1
    assert bool(watched.shown or watched.reports) == said


def test_a_step_ends_the_observations_of_the_meeting():
    watched = Watched(Planned())
    watched.monitor.started(0)
    watched.monitor.progress(5, step=True)
    watched.monitor.check_progress(RENDEZVOUS_WAIT_S + 1)
    assert watched.requests == 0
    watched.monitor.check_progress(5 + 300)
    assert watched.requests == 1


def test_a_supervisor_that_does_not_answer_is_named():
    watched = Watched(Planned(), stuck_after_s=10)
    watched.monitor.started(0)
    watched.monitor.progress(0, step=True)
    watched.monitor.check_progress(10)
    watched.hear("node1", IN_BARRIER)
    watched.monitor.check_progress(10 + ANSWER_S)
    assert not watched.reports
    watched.monitor.check_progress(11 + ANSWER_S)
    text, seen = watched.reports[0]
    assert text.startswith("no output for 10 s; slow or stuck")
    assert "node2 could not be observed: its supervisor did not answer" in text
    assert [node["node"] for node in seen["nodes"]] == ["node1", "node2"]


def test_a_silence_that_ended_while_it_was_observed_is_not_reported():
    watched = Watched(Planned(), stuck_after_s=10)
    watched.monitor.started(0)
    watched.monitor.progress(0, step=True)
    watched.monitor.check_progress(10)
    watched.monitor.progress(11, step=True)
    for node in ("node1", "node2"):
        watched.hear(node, IN_BARRIER)
    watched.monitor.check_progress(12)
    assert not watched.reports
    watched.monitor.check_progress(21)
    assert watched.requests == 2


@pytest.mark.parametrize(
    ("stepped", "answers", "kept", "shown"),
    [
        (True, {"node1": IN_BARRIER, "node2": READING}, True, False),
        (False, {"node1": IN_BARRIER, "node2": READING}, False, True),
        (True, {"node1": IN_BARRIER}, True, False),
        (False, {}, False, False),
        (True, {}, False, False),
    ],
    ids=["after a step", "before it", "one node is silent", "all are", "all are, after a step"],
)
def test_a_run_that_is_to_end_is_observed_once(monkeypatch, stepped, answers, kept, shown):
    monkeypatch.setattr(last_look, "LAST_LOOK_S", 0.2)
    watched, seen = Watched(Planned()), []
    watched.monitor.started(0)
    watched.monitor.progress(0, step=stepped)

    def receive(_seconds):
        for node, stack in answers.items():
            watched.hear(node, stack)

    observe_last(watched.monitor, seen.append, receive, lambda: True)
    assert watched.requests == 1
    assert bool(seen) is kept
    assert bool(watched.shown) is shown
    if kept and len(answers) == 2:
        assert "rank 1 on node2" in seen[0]["said"]


def test_who_asks_for_the_end_again_waits_for_no_observation():
    watched, seen = Watched(Planned()), []
    watched.monitor.started(0)
    asked = iter([True, False])
    observe_last(watched.monitor, seen.append, lambda _: None, lambda: next(asked))
    assert not seen and not watched.shown


def test_an_observation_that_is_under_way_is_the_last_one():
    watched = Watched(Planned())
    watched.monitor.started(0)
    watched.monitor.check_progress(RENDEZVOUS_WAIT_S)

    def receive(_seconds):
        watched.hear("node1", IN_MEETING)
        watched.hear("node2", READING)

    observe_last(watched.monitor, lambda _: None, receive, lambda: True)
    assert watched.requests == 1
    assert watched.reports[0][0].startswith("no step yet; 1 of 2 ranks have reached")
