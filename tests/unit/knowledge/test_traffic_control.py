"""Whose traffic control explains a difference: never what most nodes have."""

from __future__ import annotations

import pytest

from checks.facts import ClusterView
from checks.facts.traffic_control import Shaper, TrafficControl
from checks.knowledge.traffic_control import delaying_shaper, limiting_shaper
from tests.support.networks import cluster
from tests.support.snapshots import with_fact

THREE = ("node1", "node2", "node3")
LIMIT = Shaper("eth0", "tbf", "root", "rate 1Gbit burst 64Kb lat 50ms")
HTB = Shaper("eth0", "htb", "root", "r2q 10 default 0x10")
DELAY = Shaper("eth0", "netem", "root", "limit 1000 delay 10ms")
AWAY = Shaper("eth0", "egress", "clsact", "mirred (Egress Redirect to device delay0) stolen")


def node3(*shapers, of_all=()):
    found = cluster(THREE)
    for name in THREE:
        with_fact(found, name, TrafficControl((*of_all, *(shapers if name == "node3" else ()))))
    return ClusterView(found)["node3"]


@pytest.mark.parametrize("shaper", [LIMIT, HTB])
def test_a_limit_of_one_is_its_own_and_one_of_all_is_the_sites(shaper):
    assert limiting_shaper(node3(shaper), inbound=False) == shaper
    assert limiting_shaper(node3(shaper), inbound=True) is None
    assert limiting_shaper(node3(of_all=(shaper,)), inbound=False) is None
    assert limiting_shaper(node3(of_all=(shaper,)), inbound=False, common=True) == shaper


@pytest.mark.parametrize("shaper", [DELAY, AWAY])
def test_what_holds_back_is_told_from_what_limits(shaper):
    assert delaying_shaper(node3(shaper)) == shaper
    assert delaying_shaper(node3(LIMIT)) is None
    assert limiting_shaper(node3(shaper), inbound=False) is None
