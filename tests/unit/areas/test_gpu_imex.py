"""Nodes that NVLink joins: a channel, a service with the same nodes, one clique."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts.gpus import Imex
from tests.support.cards import H100, cluster, gpus, lone_finding

RACK = dataclasses.replace(H100, name="NVIDIA GB200", nvlink_domain="ab" * 16, nvlink_clique=7)
WELL = Imex(channel=True, running=True, nodes="same")
CHECK = "nodes-of-a-rack-share-memory"


def finding(card=RACK, **changes):
    healthy = gpus(RACK, imex=WELL)
    third = gpus(card, imex=dataclasses.replace(WELL, **changes))
    return lone_finding(cluster(healthy, healthy, third), CHECK)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({}, ""),
        ({"channel": None}, "imex-channel-missing"),
        ({"channel": False}, "imex-channel-denied"),
        ({"running": False}, "imex-stopped"),
        ({"running": None}, ""),
        ({"nodes": "others"}, "imex-nodes-differ"),
        ({"nodes": ""}, "imex-nodes-differ"),
    ],
)
def test_what_imex_lacks_on_one_node(changes, cause):
    assert finding(**changes).cause == cause
    assert not finding(**changes).stops


def test_a_rack_that_is_divided():
    other = dataclasses.replace(RACK, nvlink_clique=8)
    assert finding(other).cause == "clique-differs"


@pytest.mark.parametrize("card", [H100, dataclasses.replace(RACK, nvlink_domain="cd" * 16)])
def test_a_node_that_nvlink_joins_to_no_other_needs_none(card):
    assert finding(card, channel=None).outcome.value == "skip"
