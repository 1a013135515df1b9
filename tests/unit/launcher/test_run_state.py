"""What a run's state makes of its supervisors' messages: who failed first, and in which words."""

from __future__ import annotations

import pytest

from checks.model import Job, Node
from launcher.plan.plan import PlanInputs, make_plan
from launcher.run.ending import ending_as_json, judge_ending
from launcher.run.messages import (
    BadMessage,
    CommandEnded,
    ConnectionLost,
    Heartbeat,
    NodeEnded,
    NodeStarted,
    OutputChunk,
    RankEnded,
    RankStarted,
    RunEnded,
    SupervisorReady,
    SupervisorRefused,
)
from launcher.run.state import RunState

STARTED = NodeStarted(7, 9, 1.0)


@pytest.fixture
def lines():
    return []


@pytest.fixture
def state(lines):
    job = Job(nodes=(Node("node1", 2), Node("node2", 2)), head="node1", command=("train.py",))
    plan = make_plan(job, PlanInputs({"node1": 2, "node2": 2}, "10.0.0.1", {}), "token")
    return RunState(plan, lambda *said: lines.extend((*said[:2], line) for line in said[2]))


def test_a_run_in_which_all_goes_well_is_over_at_its_end(state, lines):
    for node, ranks in (("node1", (0, 1)), ("node2", (2, 3))):
        state.take(SupervisorReady(1), node)
        state.take(STARTED, node)
        for rank in ranks:
            state.take(RankStarted(rank, 5, 4, 1.0), node)
            state.take(OutputChunk(f"rank{rank}", b"step 1\nno newline"), node)
            state.take(RankEnded(rank, 0), node)
        state.take(NodeEnded(0), node)
    assert state.has_succeeded
    assert not state.over, "pdsh has not ended"
    state.take(CommandEnded("pdsh", 0), "node1")
    assert state.over
    assert state.failure is None
    assert lines[:2] == [("node1", "rank0", "step 1"), ("node1", "rank0", "no newline")]


def test_a_message_without_a_meaning_for_the_state_changes_nothing(state):
    state.take(Heartbeat(), "node1")
    assert (state.failure, state.others, state.supervised_nodes) == (None, [], set())


@pytest.mark.parametrize(
    ("before", "message", "what"),
    [
        ([], SupervisorRefused("File exists"), "node2: the run's directory cannot be created: Fil"),
        ([], BadMessage("it is not JSON"), "node2: its supervisor sent a message that cannot be r"),
        (
            [],
            SupervisorRefused("\x9b2J\nnode1: lost"),
            "node2: the run's directory cannot be created: \\x9b2J\\nnode1: lost",
        ),
        ([], RankStarted(2, 5, 2, 1.0), "node2 started rank 2 of 2, which is not as planned"),
        ([], RankEnded(2, -9), "rank 2 on node2 failed: killed by SIGKILL (the kernel's out-of-"),
        ([], RankEnded(2, 127, "no such file"), "rank 2 on node2 failed: no such file"),
        ([], NodeEnded(1), "DeepSpeed's launcher ended on node2 before ranks 2 and 3 started: ex"),
        (
            [RankStarted(2, 5, 4, 1.0), RankEnded(2, 0), RankStarted(3, 5, 4, 1.0)],
            NodeEnded(None),
            "the agent was killed on node2 while rank 3 still ran",
        ),
        ([], CommandEnded("before1", 1), "a command before the start failed on node2: exit 1"),
        ([], CommandEnded("pdsh", 127, "no pdsh"), "pdsh cannot be run on node2: no pdsh; install"),
        ([], CommandEnded("pdsh", 255), "pdsh on node2 ended before the ranks did: exit 255"),
        ([], ConnectionLost("no message for 20 s"), "node2 was lost: no message for 20 s"),
    ],
)
def test_the_first_failure_is_named_with_its_node(state, before, message, what):
    for earlier in before:
        state.take(earlier, "node2")
    state.take(message, "node2")
    state.take(BadMessage("later"), "node1")
    assert state.failure.what.startswith(what)
    assert state.failure.node == "node2"
    assert len(state.others) == 1
    assert state.over


def test_pdsh_may_name_a_node_without_the_domain_that_all_have():
    nodes = {"node1.lan": 1, "node2.lan": 1}
    job = Job(tuple(map(Node, nodes)), "node1.lan", command=("train.py",))
    state = RunState(make_plan(job, PlanInputs(nodes, "10.0.0.1", {}), "token"), lambda *_: None)
    state.take(STARTED, "node2.lan")
    for node in ("node2", "node1"):
        said = f"pdsh@node1: {node}: ssh exited with exit code 255\n".encode()
        state.take(OutputChunk("pdsh", said), "node1.lan")
    assert "from node1.lan to node1.lan ended with 255; no rank ran there" in state.failure.what
    assert not state.others


def test_the_end_of_a_supervisor_that_has_ended_its_run_is_no_failure(state):
    state.take(RunEnded((17,)), "node2")
    state.take(ConnectionLost("its supervisor ended"), "node2")
    assert state.failure is None
    assert state.left_processes == {"node2": (17,)}


def test_what_ends_once_the_end_was_requested_did_not_fail(state):
    state.end_requested = True
    state.take(RankEnded(0, -15), "node1")
    assert (state.failure, state.others, state.ended_with_run) == (None, [], {0})


@pytest.mark.parametrize(
    ("first", "then", "ended"),
    [
        (1, -15, {1}),
        (1, 143, {1}),
        (-9, -15, {1}),
        (1, 1, set()),
        (1, -9, set()),
        (-15, -15, set()),
        (143, -15, set()),
    ],
)
def test_a_rank_that_its_launcher_ends_after_a_failure_did_not_fail(state, first, then, ended):
    state.take(RankEnded(0, first), "node1")
    state.take(RankEnded(1, then), "node1")
    assert state.ended_with_run == ended
    assert len(state.others) == 1 - len(ended)


def test_what_is_killed_while_the_run_is_ended_everywhere_ended_with_it(state):
    state.take(ConnectionLost("no message for 20 s"), "node2")
    state.ending = True
    state.take(RankEnded(0, -9), "node1")
    state.take(RankEnded(1, 1), "node1")
    assert (state.ended_with_run, state.others) == ({0}, [])


def test_who_ended_without_an_error_before_the_run_was_ended_left_early(state):
    state.take(RankEnded(0, 1), "node1")
    state.take(RankEnded(2, 0), "node2")
    state.ending = True
    state.take(RankEnded(3, 0), "node2")
    assert [rank.rank for rank in state.left_early] == [2]


@pytest.mark.parametrize(("stuck", "erring"), [("nothing has advanced", [3]), ("", [0, 3])])
def test_what_ranks_print_because_a_stuck_run_is_ended_is_no_error_of_theirs(
    state, tmp_path, stuck, erring
):
    trace = b"Traceback (most recent call last):\n"
    state.take(OutputChunk("rank3", trace), "node2")
    state.fail("stuck for 12 s (--stuck-kill)", "node1", "rank1", 1, stuck=stuck)
    state.take(OutputChunk("rank0", trace), "node1")
    assert ending_as_json(judge_ending(state, tmp_path), state)["erring"] == erring
