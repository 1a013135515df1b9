"""What is checked is what starts: stages that run ranks and the plan give the same variables."""

from __future__ import annotations

import dataclasses

import pytest

from checks.answer import Answer
from checks.facts.gpus import Gpu, Gpus
from checks.model import Node
from checks.stages import rendezvous, smoke
from launcher.plan.plan import make_plan
from launcher.plan.plan_inputs import read_plan_inputs
from tests.support.networks import cluster, interfaces
from tests.support.snapshots import with_fact

NAMES = ("node1", "node2")
OWN = {"NCCL_DEBUG": "WARN", "GLOO_SOCKET_IFNAME": "eth9", "PYTHONPATH": "/lib"}


class Asked:
    """A contact that keeps what nodes are asked, and whose nodes do not answer."""

    def __init__(self):
        self.requests = {}

    def ask(self, section, requests, limit):
        self.requests[section] = requests
        return dict.fromkeys(requests, Answer(error="not asked"))


def environments(section, run_stage, snapshot):
    contact = Asked()
    run_stage(contact, snapshot, list(NAMES))
    return {name: request["env"] for name, request in contact.requests[section].items()}


@pytest.fixture(params=[0, 2], ids=["without GPUs", "with GPUs"])
def snapshot(request):
    hosts = tuple(Node(name, 2) for name in NAMES)
    snap = cluster(NAMES, hosts=hosts, env=OWN, command=("train.py",))
    with_fact(snap, "node2", interfaces(("enp3s0", "10.0.0.2/24"), ("enp3s0.7", "10.7.0.2/24")))
    cards = tuple(Gpu(at, "H100", f"GPU-{at}", None, "550") for at in range(request.param))
    for name in NAMES:
        with_fact(snap, name, Gpus(("NVIDIA",) if cards else (), cards))
    return snap


@pytest.mark.parametrize("launcher", ["deepspeed", "torchrun"])
def test_the_ranks_of_the_rendezvous_get_what_the_ranks_of_a_start_get(snapshot, launcher):
    job = dataclasses.replace(snapshot.job, launcher=launcher)
    plan = make_plan(job, read_plan_inputs(snapshot, ""), "token")
    planned = {node.name: dict(node.env) for node in plan.nodes}
    assert environments("warm_open", rendezvous.run_stage, snapshot) == planned
    assert planned["node2"]["NCCL_SOCKET_IFNAME"] == "=enp3s0"
    assert planned["node2"]["GLOO_SOCKET_IFNAME"] == "eth9"


def test_the_smoke_gets_the_same_but_for_the_network(snapshot):
    network = {"NCCL_SOCKET_IFNAME", "NCCL_IB_DISABLE"}
    started = environments("warm_open", rendezvous.run_stage, snapshot)
    alone = environments("smoke", smoke.run_stage, snapshot)
    for name in NAMES:
        assert alone[name] == {key: started[name][key] for key in started[name].keys() - network}
