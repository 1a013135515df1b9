"""A route through another interface explains a pair that is dropped, and is no finding alone."""

from __future__ import annotations

import pytest

from checks.facts import ClusterView
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interface, Interfaces
from checks.knowledge.diverted_routes import find_diverted_route
from tests.support.snapshots import judged, with_fact
from tests.unit.areas.test_ssh_neighbours import EVERY, NO_RULES, address, cluster

TUN = Interface("tun0", ipv4=("10.8.0.2/24",), kind="tun")


def with_route(route, rules=(), *links):
    """The first node's route to the second, and its interfaces beside eth0."""
    snap = cluster()
    with_fact(snap, "node1", Firewall(NO_RULES, routes={address(2): route}, rules=rules))
    eth0 = Interface("eth0", ipv4=(f"{address(1)}/24",), mac="02:00:00:00:00:01")
    return with_fact(snap, "node1", Interfaces((eth0, *(links or (TUN,)))))


@pytest.mark.parametrize(
    ("route", "rules", "typed"),
    [
        ("10.0.0.0/25 dev tun0 scope link", (), "ip route del 10.0.0.0/25 dev tun0"),
        ("10.0.0.2 via 10.8.0.1 dev tun0", (), "ip route del 10.0.0.2 via 10.8.0.1 dev tun0"),
        (
            "default dev tun0 table 100",
            ("99: from all lookup 10", "100: from all to 10.0.0.0/25 lookup 100"),
            "ip rule add to 10.0.0.0/24 lookup main priority 99",
        ),
        (
            "default dev tun0 table vpn",
            ("nonsense lookup vpn",),
            "ip rule add to 10.0.0.0/24 lookup main priority 1",
        ),
    ],
)
def test_a_dropped_login_names_the_route_and_takes_it_away(route, rules, typed):
    finding = judged(with_route(route, rules), EVERY)["node1", "node2"]
    assert finding.cause == "dropped"
    assert f"node1 sends what is for 10.0.0.2 out through tun0 (route `{route}`" in finding.message
    assert (finding.fix.on, finding.fix.command) == ("node1", typed)
    assert all(rule in finding.message for rule in rules if f"{rule} ".find("lookup 10 ") < 0)


@pytest.mark.parametrize(
    ("route", "rule", "words", "typed"),
    [
        (
            *("default via 10.0.0.99 dev eth0 table 100", "1000: from 10.0.0.1 lookup 100"),
            "sends what is for 10.0.0.2 to the gateway 10.0.0.99 (route",
            "ip rule add to 10.0.0.0/24 lookup main priority 999",
        ),
        (
            *("10.0.0.2 via 10.0.0.99 dev eth0", ""),
            "sends what is for 10.0.0.2 to the gateway 10.0.0.99 (route",
            "ip route del 10.0.0.2 via 10.0.0.99 dev eth0",
        ),
        (
            *("Permission denied", "50: from all to 10.0.0.2 prohibit"),
            "refuses to send to 10.0.0.2: permission denied (rule `50: from all to",
            "ip rule add to 10.0.0.0/24 lookup main priority 49",
        ),
        (
            *("Network is unreachable", "50: from 10.0.0.0/28 unreachable"),
            "refuses to send to 10.0.0.2: network is unreachable (rule `50: from 10.0.0.0/28",
            "ip rule add to 10.0.0.0/24 lookup main priority 49",
        ),
    ],
)
def test_a_way_through_a_gateway_or_a_rule_that_refuses_is_named(route, rule, words, typed):
    finding = judged(with_route(route, (rule,) if rule else ()), EVERY)["node1", "node2"]
    assert finding.cause == "dropped"
    assert words in finding.message
    assert (finding.fix.on, finding.fix.command) == ("node1", typed)


@pytest.mark.parametrize(
    ("route", "links"),
    [
        ("10.0.0.0/24 dev eth0 scope link", (TUN,)),
        ("10.0.0.0/24 dev eth1 scope link", (Interface("eth1", ipv4=("10.0.0.9/24",)),)),
        ("10.0.0.0/24 dev unknown0", (TUN,)),
        ("blackhole 10.0.0.2", (TUN,)),
        ("Permission denied", (TUN,)),
    ],
    ids=["its own", "two on one network", "an interface that is not known", "none", "no rule"],
)
def test_what_may_be_right_accuses_nothing(route, links):
    nodes = ClusterView(with_route(route, (), *links))
    assert find_diverted_route(nodes["node1"], nodes["node2"], address(1), address(2)) is None
