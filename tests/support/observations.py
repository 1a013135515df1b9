"""What is seen of made ranks on made nodes, for the tests of who stands where."""

from __future__ import annotations

import dataclasses

from launcher.plan.ranks import Rank
from launcher.run.stall.observation import (
    NodeObservation,
    RankObservation,
    RendezvousPlan,
    StackFrame,
    TcpSocket,
)

PORT = 29500
HEAD = "10.0.0.1"
C10D = "/env/lib/python3.11/site-packages/torch/distributed/distributed_c10d.py"
LOGGER = "/env/lib/python3.11/site-packages/torch/distributed/c10d_logger.py"
OWN = StackFrame("main", "/job/train.py", 30)
IN_BARRIER = (StackFrame("barrier", C10D, 10), StackFrame("wrapper", LOGGER, 83), OWN)
IN_MEETING = (StackFrame("_store", C10D, 9), StackFrame("init_process_group", C10D, 10), OWN)
READING = (
    StackFrame("get", "/env/lib/python3.11/queue.py", 5),
    StackFrame("batch", "/job/data.py", 7),
)
MET = TcpSocket("ESTABLISHED", 40000, HEAD, PORT)
CALLING = TcpSocket("SYN_SENT", 40000, HEAD, PORT)


AT_REST = {
    "state": "S", "wchan": "", "cpu": 0.0, "disk": 0, "blocked": (), "sockets": (), "stack": (),
    "why": "", "flight": "", "master": "",
}  # fmt: skip


def rank(number, **seen):
    return RankObservation(number, **{**AT_REST, **seen}, node=f"node{number + 1}")


def observations(*ranks, **of_nodes):
    found = {}
    for own in ranks:
        before = found.get(own.node, NodeObservation(own.node, **of_nodes))
        found[own.node] = dataclasses.replace(before, ranks=(*before.ranks, own))
    return found


def rendezvous(count):
    ranks = [Rank(number, f"node{number + 1}", 0, None) for number in range(count)]
    return RendezvousPlan(ranks, HEAD, PORT)
