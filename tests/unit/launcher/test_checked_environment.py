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
        answer = Answer({"torch": "2.5"}) if section == "warm_open" else Answer(error="not asked")
        return dict.fromkeys(requests, answer)


def requests_of_a_meeting(snapshot):
    contact = Asked()
    rendezvous.run_stage(contact, snapshot, list(NAMES))
    return contact.requests["warm_open"], contact.requests["warm_task"]


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
    opened, tasks = requests_of_a_meeting(snapshot)
    for name in NAMES:
        assert opened[name]["env"].keys() <= planned[name].keys()
        started = {**opened[name]["env"], **tasks[name]["children"][0]}
        given = {key: started[key] for key in planned[name]}
        assert given == {**planned[name], "NCCL_DEBUG": "INFO"}  # what it prints is read
    assert planned["node2"]["NCCL_SOCKET_IFNAME"] == "=enp3s0"
    assert planned["node2"]["GLOO_SOCKET_IFNAME"] == "eth9"


def test_the_smoke_has_the_interpreter_of_the_meeting_and_no_network(snapshot):
    opened, _ = requests_of_a_meeting(snapshot)
    for name in NAMES:
        assert smoke.smoke_request(snapshot, name)["interpreter"] == opened[name]
        assert not {"NCCL_SOCKET_IFNAME", "NCCL_IB_DISABLE"} & opened[name]["env"].keys()
