"""What is not shown of a run that has failed or is to end, and that this is said."""

from __future__ import annotations

import pytest

from checks.model import Job, Node
from launcher.plan.plan import PlanInputs, make_plan
from launcher.run.aftermath import Aftermath
from launcher.run.state import RunState


@pytest.fixture
def state():
    job = Job(nodes=(Node("node1", 2), Node("node2", 2)), head="node1", command=("train.py",))
    plan = make_plan(job, PlanInputs({"node1": 2, "node2": 2}, "10.0.0.1", {}), "token")
    return RunState(plan, lambda *_: None)


def test_while_a_run_goes_on_all_is_shown(state):
    aftermath = Aftermath(state)
    assert not any(aftermath.takes("node1", source) for source in ("rank0", "pdsh", "before1"))
    assert aftermath.describe() == ""


def test_after_a_failure_only_the_failed_one_is_shown(state):
    aftermath = Aftermath(state)
    state.fail("rank 1 on node1 failed: exit 1", "node1", "rank1", 1)
    assert not aftermath.takes("node1", "rank1")
    taken = [("node1", "rank0"), ("node2", "rank3"), ("node2", "rank3"), ("node1", "pdsh")]
    assert all(aftermath.takes(*line) for line in taken)
    assert aftermath.describe() == "4 lines that followed are in its logs: ranks 0 and 3, pdsh"


def test_what_carried_the_start_is_shown_where_it_failed(state):
    aftermath = Aftermath(state)
    state.fail("pdsh's ssh from node1 to node2 ended with 255", "node1", "pdsh")
    assert not aftermath.takes("node1", "pdsh")
    assert aftermath.takes("node1", "rank0")
    assert aftermath.describe() == "1 line that followed is in its logs: rank 0"


def test_at_a_requested_end_the_ranks_have_their_say(state):
    aftermath = Aftermath(state)
    state.end_requested = True
    assert aftermath.takes("node1", "pdsh")
    assert not aftermath.takes("node1", "rank0")
