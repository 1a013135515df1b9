"""What was seen of ranks over NCCL on an H200 that three nodes of a lab shared, and what is said.

torch 2.11, NCCL 2.28.9, its socket transport; torch's recorder of NCCL was not asked yet.
"""

from __future__ import annotations

import json

import pytest

from checks.facts.decode import decode_record
from launcher.run.stall.judge import StallKind, judge_stall
from launcher.run.stall.observation import NodeObservation, observation_of
from launcher.run.stall.ras_evidence import with_ras
from tests.support.observations import rendezvous
from tests.support.paths import RECORDED

LOOKS = {
    look["mode"]: look["nodes"]
    for look in map(json.loads, (RECORDED / "h200/looks.jsonl").read_text().splitlines())
}
SLOW_OR_STUCK, STUCK = StallKind.UNSURE, StallKind.STUCK
MISSED = "rank 2 on node3 has not entered NCCL's AllReduce 4, in which ranks 0 and 1 wait, and"
CONNECTS = "no collective has begun yet: NCCL connects the ranks, or cannot"


@pytest.mark.parametrize(
    ("mode", "kind", "odd", "said"),
    [
        ("connect", SLOW_OR_STUCK, (), CONNECTS),
        ("connect_eager", SLOW_OR_STUCK, (), CONNECTS),
        ("sleep", STUCK, (2,), f"{MISSED} is sleeping, at load_next_shard (train.py:36)"),
        ("receive", STUCK, (2,), f"{MISSED} waits in recv, at receive (train.py:61)"),
        ("fewer", STUCK, (2,), f"{MISSED} waits in barrier, at fewer (train.py:66)"),
        ("evaluate", SLOW_OR_STUCK, (2,), f"{MISSED} is evaluating (1.0 cores), at multiply"),
        (
            "zero2-shard",
            STUCK,
            (2,),
            "rank 2 on node3 has not entered NCCL's AllReduce 5, in which ranks 0 and 1 wait, and "
            "is sleeping, at load_next_shard (libraries.py:68)",
        ),
        (
            "zero3-branch",
            STUCK,
            (2,),
            "rank 2 on node3 has not entered NCCL's ReduceScatter 3, in which ranks 0 and 1 wait, "
            "and waits in NCCL's AllGather 15",
        ),
        ("stopped", STUCK, (2,), "is stopped, by SIGSTOP, at stopped (train.py:40)"),
        ("cut", STUCK, (), "no packet passes between node3 and node[1-2]"),
        ("evaluate_alone", SLOW_OR_STUCK, (0,), "is evaluating (1.0 cores), at multiply"),
        ("subgroup", STUCK, (0,), "waits in all_reduce, at reduce (train.py:22)"),
    ],
)
def test_what_is_said_of_ranks_over_nccl(mode, kind, odd, said):
    nodes = [decode_record(NodeObservation, fields, "look") for fields in LOOKS[mode]]
    seen = {node.node: observation_of(node.node, node) for node in nodes}
    stall = judge_stall(rendezvous(3), with_ras(rendezvous(3), seen))
    assert (stall.kind, stall.odd) == (kind, odd), stall.lines
    assert said in stall.lines[1]
