"""Over which login the supervisor of a node is started."""

import pytest

from checks.contact.identity import LoginError
from checks.contact.kept_sessions import KeptSessions
from checks.errors import PreflightError
from checks.model import Job, Node
from launcher.plan.plan import make_plan
from launcher.plan.plan_inputs import PlanInputs
from launcher.run import supervisors
from launcher.run.inbox import Inbox


class Channel:
    def send(self, data):
        pass

    def line(self, deadline):
        return None

    def errors(self):
        return ""

    def close(self):
        pass


class Session:
    is_open, stalled = True, False

    def __init__(self, refuses=False):
        self.refuses, self.opened, self.closed = refuses, 0, False

    def open(self, command, share):
        if self.refuses:
            raise LoginError("timeout", "no session")
        self.opened += 1
        return Channel()

    def close(self):
        self.closed = True


@pytest.fixture
def start(monkeypatch):
    """Start supervisors over these kept logins; returns the new ones by node."""
    new = {}

    class Transport:
        def __init__(self, job):
            pass

        def open(self, name):
            if name in refused:
                raise LoginError("refused", "Connection refused")
            return new.setdefault(name, Session())

    refused = set()
    monkeypatch.setattr(supervisors, "SshTransport", Transport)

    def start(kept, refuse=()):
        refused.update(refuse)
        names = {"node1": 1, "node2": 1}
        job = Job(tuple(map(Node, names)), "node1", command=("train.py",), backend="ssh")
        plan = make_plan(job, PlanInputs(names, "10.0.0.1", {}), "token")
        sessions = KeptSessions()
        for name, session in kept.items():
            sessions.keep(name, session)
        supervisors.start_supervisors(job, plan, Inbox(), sessions).close()
        return new

    return start


def test_a_kept_login_is_used_and_where_there_is_none_a_new_one(start):
    kept, unused = Session(), Session()
    new = start({"node1": kept, "node9": unused})
    assert kept.opened == 1 and set(new) == {"node2"}
    assert kept.closed and unused.closed and new["node2"].closed


def test_a_kept_login_that_takes_nothing_more_is_followed_by_a_new_one(start):
    kept = Session(refuses=True)
    assert start({"node1": kept})["node1"].opened == 1
    assert kept.closed


def test_nothing_is_left_open_where_a_login_fails(start):
    kept, unused = Session(), Session()
    with pytest.raises(PreflightError, match="node2: the login for the start failed: refused"):
        start({"node1": kept, "node9": unused}, refuse=["node2"])
    assert kept.closed and unused.closed
