"""What a look at the ranks comes to, over made sights: who is named, and slow or stuck."""

from __future__ import annotations

import dataclasses

import pytest

from launcher.ranks import Rank
from launcher.stall.judge import Kind, Meeting, judge_meeting, judge_stall
from launcher.stall.onlooker import ANSWER_S, MEETING_S, Onlooker
from launcher.stall.patience import Patience
from launcher.stall.sight import Frame, NodeSight, RankSight, Socket, node_sight
from launcher.stall.standing import Doing, standing

PORT = 29500
HEAD = "10.0.0.1"
C10D = "/env/lib/python3.11/site-packages/torch/distributed/distributed_c10d.py"
LOGGER = "/env/lib/python3.11/site-packages/torch/distributed/c10d_logger.py"
OWN = Frame("main", "/job/train.py", 30)
IN_BARRIER = (Frame("barrier", C10D, 10), Frame("wrapper", LOGGER, 83), OWN)
IN_MEETING = (Frame("_store", C10D, 9), Frame("init_process_group", C10D, 10), OWN)
READING = (Frame("get", "/env/lib/python3.11/queue.py", 5), Frame("batch", "/job/data.py", 7))
MET = Socket("ESTABLISHED", 40000, HEAD, PORT)
CALLING = Socket("SYN_SENT", 40000, HEAD, PORT)


def rank(number, **seen):
    return RankSight(number, f"node{number + 1}", **seen)


def sights(*ranks, **of_nodes):
    found = {}
    for one in ranks:
        before = found.get(one.node, NodeSight(one.node, **of_nodes))
        found[one.node] = dataclasses.replace(before, ranks=(*before.ranks, one))
    return found


def meeting(count):
    ranks = [Rank(number, f"node{number + 1}", 0, None) for number in range(count)]
    return Meeting(ranks, HEAD, PORT)


def came(number, **seen):
    return rank(number, sockets=(MET,), stack=IN_MEETING, **seen)


def test_a_complete_meeting_is_well():
    assert judge_meeting(meeting(2), sights(came(0), came(1))).kind is Kind.WELL


def test_ranks_that_use_no_rendezvous_are_well():
    assert judge_meeting(meeting(2), sights(rank(0), rank(1))).kind is Kind.WELL


def test_a_rank_that_imports_slowly_is_told_as_at_work():
    late = rank(1, cpu=0.9, stack=(Frame("load", "/job/train.py", 2),))
    stall = judge_meeting(meeting(2), sights(came(0), late))
    assert (stall.kind, stall.odd) == (Kind.APART, (1,))
    assert stall.lines[:2] == (
        "1 of 2 ranks have come to the rendezvous at 10.0.0.1:29500",
        "rank 1 on node2 has not come yet; it works (0.9 cores), at load (train.py:2)",
    )
    assert stall.lines[2].startswith("rank 0 on node1 waits for the others in init_process_group")


def test_a_call_without_an_answer_names_the_caller_and_the_address():
    late = rank(1, sockets=(CALLING,), stack=IN_MEETING)
    stall = judge_meeting(meeting(2), sights(came(0), late))
    assert stall.odd == (1,)
    assert stall.lines[1] == (
        "rank 1 on node2: no answer from 10.0.0.1:29500; a firewall drops it, "
        "between there and node1, or the address is not node1's"
    )
    assert not [line for line in stall.lines if "not come yet" in line]


def test_a_nodes_launcher_that_calls_in_vain_is_named():
    seen = sights(came(0))
    seen["node2"] = NodeSight("node2", launcher=(CALLING,))
    lines = judge_meeting(meeting(2), seen).lines
    assert lines[1].startswith("the launcher on node2: no answer from 10.0.0.1:29500")
    assert lines[2] == "rank 1 on node2: not running, not started or ended already"


def test_launchers_that_start_no_rank_are_named():
    seen = {"node1": NodeSight("node1", launcher=(MET,)), "node2": NodeSight("node2")}
    stall = judge_meeting(meeting(2), seen)
    assert (stall.kind, stall.odd) == (Kind.APART, (0, 1))
    assert stall.lines[1:3] == (
        "the launcher on node1 waits there for the others",
        "the launcher on node2 has not come there: it is starting still, is refused, or hangs",
    )
    alone = judge_meeting(meeting(2), {name: NodeSight(name) for name in seen})
    assert "node1, node2 has started no rank yet: it is starting still" in alone.lines[1]


def test_a_rank_with_another_masters_address_is_named():
    astray = rank(1, master="10.9.9.9:29500", stack=IN_MEETING)
    stall = judge_meeting(meeting(2), sights(came(0, master="10.0.0.1:29500"), astray))
    assert stall.lines[1] == (
        "rank 1 on node2: MASTER_ADDR and MASTER_PORT there say 10.9.9.9:29500, not 10.0.0.1:29500"
    )
    assert stall.lines[2].startswith("rank 1 on node2 is refused there, or calls elsewhere; it")


def test_the_rank_that_others_wait_for_is_apart_and_it_is_stuck():
    seen = sights(rank(0, stack=IN_BARRIER), rank(1, stack=READING), rank(2, stack=IN_BARRIER))
    stall = judge_stall(meeting(3), seen)
    assert (stall.kind, stall.odd) == (Kind.STUCK, (1,))
    assert stall.lines == (
        "stuck: 0.0 cores in use by 3 ranks, 0.0 MB/s on the network",
        "rank 1 on node2 is apart: it does nothing, at batch (data.py:7)",
        "rank 0 on node1, rank 2 on node3 waits in barrier, at main (train.py:30)",
    )


def test_ranks_in_different_collectives_are_stuck_and_the_fewest_are_apart():
    other = (Frame("all_reduce", C10D, 11), Frame("save", "/job/train.py", 50))
    seen = sights(rank(0, stack=IN_BARRIER), rank(1, stack=IN_BARRIER), rank(2, stack=other))
    stall = judge_stall(meeting(3), seen)
    assert (stall.kind, stall.odd) == (Kind.STUCK, (2,))
    assert "waits in all_reduce, at save (train.py:50)" in stall.lines[1]


def test_all_at_one_place_accuse_nobody():
    stall = judge_stall(meeting(2), sights(rank(0, stack=IN_BARRIER), rank(1, stack=IN_BARRIER)))
    assert (stall.kind, stall.odd) == (Kind.STUCK, ())


@pytest.mark.parametrize(
    "worker", [rank(1, cpu=1.0), rank(1, disk=5_000_000)], ids=["computes", "reads"]
)
def test_a_rank_at_work_is_slow(worker):
    stall = judge_stall(meeting(2), sights(rank(0, stack=IN_BARRIER), worker))
    assert (stall.kind, stall.odd) == (Kind.SLOW, (1,))


def test_data_on_the_network_is_slow():
    waiting = [rank(0, stack=IN_BARRIER), rank(1, stack=IN_BARRIER)]
    assert judge_stall(meeting(2), sights(*waiting, network={"eth1": 9_000_000})).kind is Kind.SLOW


def test_polling_on_gpus_without_stacks_is_unsure():
    why = "py-spy is not installed there"
    seen = sights(rank(0, cpu=1.0, why=why), rank(1, cpu=1.0, why=why), gpus=((100.0, 90.0),))
    stall = judge_stall(meeting(2), seen)
    assert stall.kind is Kind.UNSURE
    assert stall.lines[0].endswith("GPUs at 100 %")
    assert "uses 1 cores, at work or polling for the others" in stall.lines[1]
    assert stall.lines[-1].startswith("no stacks: py-spy is not installed there; `pip install")


def test_the_flight_recorder_tells_ranks_apart_without_stacks():
    ahead = [rank(number, flight="all_reduce 8, scheduled") for number in (0, 2)]
    stall = judge_stall(meeting(3), sights(*ahead, rank(1, flight="all_reduce 7, started")))
    assert stall.odd == (1,)
    assert "NCCL's last: all_reduce 7, started" in stall.lines[1]


def test_a_node_that_cannot_be_seen_and_a_rank_that_is_gone_are_told():
    seen = sights(rank(0, stack=IN_BARRIER), rank(1, state=""))
    seen["node3"] = NodeSight("node3", error="its keeper did not answer")
    stall = judge_stall(meeting(3), seen)
    assert stall.kind is Kind.UNSURE
    assert any("rank 1 on node2 is apart: it is gone" in line for line in stall.lines)
    assert "rank 2 on node3: not running, not started or ended already" in stall.lines
    assert stall.lines[-1] == "node3 could not be seen: its keeper did not answer"


@pytest.mark.parametrize(
    ("seen", "doing", "words"),
    [
        ({"state": "T"}, Doing.RESTS, "is stopped (SIGSTOP or a debugger)"),
        ({"wchan": "pipe_read"}, Doing.RESTS, "does nothing in pipe_read"),
        ({"sockets": (CALLING,)}, Doing.MEETS, "waits for an answer"),
        ({"cpu": 0.5, "disk": 2_000_000}, Doing.WORKS, "works (0.5 cores, 2.0 MB/s of disk)"),
        ({"stack": IN_BARRIER, "cpu": 1.0}, Doing.WAITS, "waits in barrier, at main (train.py:30)"),
        (
            {"blocked": ("pt_data in nfs_wait",)},
            Doing.RESTS,
            "does nothing; pt_data in nfs_wait hangs in state D: "
            "its disk or file server does not answer",
        ),
    ],
)
def test_where_a_rank_stands(seen, doing, words):
    found = standing(rank(0, **seen), PORT, polls=False)
    assert (found.doing, found.words) == (doing, words)


def test_many_ranks_are_named_in_part():
    seen = sights(*(rank(number, stack=IN_BARRIER) for number in range(100)))
    lines = judge_stall(meeting(100), seen).lines
    assert "rank 5 on node6 and 94 more waits in barrier" in lines[1]


def test_patience_grows_until_something_happens():
    patience = Patience(10)
    assert not patience.due(1e9)
    patience.restart(0)
    assert [at for at in range(100) if patience.due(at)] == [10, 30, 70]
    patience.restart(100)
    assert patience.due(110)


class Looked:
    """An onlooker, how often it asked, and what it told."""

    def __init__(self, plan, stuck_after_s=300.0):
        self.asked, self.told = 0, []
        self.onlooker = Onlooker(plan, stuck_after_s, self._ask, self._tell)

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
    looked.onlooker.tick(MEETING_S - 1)
    assert not looked.asked
    for begin in (MEETING_S, MEETING_S * 3):
        looked.onlooker.tick(begin)
        looked.hear("node1", IN_MEETING)
        looked.hear("node2", READING)
        looked.onlooker.tick(begin + 1)
    (first, seen), (again, _) = looked.told
    assert first.startswith("no step yet; 1 of 2 ranks have come to the rendezvous")
    assert (seen["kind"], seen["odd"], again) == ("not met", (1,), "")


def test_a_step_ends_the_looks_at_the_meeting():
    looked = Looked(Planned())
    looked.onlooker.started(0)
    looked.onlooker.progress(5, step=True)
    looked.onlooker.tick(MEETING_S + 1)
    assert looked.asked == 0
    looked.onlooker.tick(5 + 300)
    assert looked.asked == 1


def test_a_keeper_that_does_not_answer_is_told():
    looked = Looked(Planned(), stuck_after_s=10)
    looked.onlooker.started(0)
    looked.onlooker.progress(0, step=True)
    looked.onlooker.tick(10)
    looked.hear("node1", IN_BARRIER)
    looked.onlooker.tick(10 + ANSWER_S)
    assert not looked.told
    looked.onlooker.tick(11 + ANSWER_S)
    text, seen = looked.told[0]
    assert text.startswith("no output for 10 s; slow or stuck")
    assert "node2 could not be seen: its keeper did not answer" in text
    assert [node["node"] for node in seen["nodes"]] == ["node1", "node2"]


def test_a_look_that_failed_on_a_node_is_read():
    assert node_sight("node1", {"error": "no /proc"}) == NodeSight("node1", error="no /proc")
