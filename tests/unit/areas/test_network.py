"""The training network: outliers are named, odd but healthy machines are not."""

import ipaddress
import subprocess

import pytest

from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.names import NameLookup, Names
from checks.model import Outcome
from checks.node.probe.interfaces import interfaces as section
from tests.support.networks import LO, cluster, interfaces, resolves
from tests.support.snapshots import judged, with_fact

CHECKS = ("training-interface-is-up", "mtu-is-equal", "speed-is-equal", "one-network")


def eth0(node=2, **fields):
    return Interfaces((LO, Interface("eth0", ipv4=(f"10.0.0.{node}/24",), **fields)))


def of_node2(check, snap):
    found = judged(snap, f"network.{check}")
    others = [entry for who, entry in found.items() if who != ("node2",)]
    assert all(other.outcome is not Outcome.FAIL for other in others), "a third party was accused"
    return found[("node2",)]


def none_fails(snap):
    found = [entry for check in CHECKS for entry in judged(snap, f"network.{check}").values()]
    assert [
        finding.message for finding in found if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
    ] == []
    return True


def test_plain_cluster_is_healthy():
    assert none_fails(cluster())


def test_extra_bridges_second_card_and_differing_names_are_healthy():
    extra = (("docker0", "172.17.0.1/16"), ("virbr0", "192.168.122.1/24"))
    snap = with_fact(cluster(), "node2", interfaces(*extra, ("enp3s0", "10.0.0.2/24")))
    assert none_fails(
        with_fact(snap, "node3", interfaces(("eth0", "10.0.0.3/24"), ("x", "10.9.0.3/24")))
    )


def test_subnets_that_route_are_healthy():
    snap = with_fact(cluster(), "node2", interfaces(("eth0", "10.5.0.2/24")))
    peers = {"node1": ("10.0.0.1", "10.5.0.2"), "node2": ("10.5.0.2", "10.5.0.2")}
    assert none_fails(with_fact(snap, "node2", resolves("node2", **peers)))


def test_node_with_only_dockers_bridge_blocks():
    only = interfaces(("docker0", "172.17.0.1/16"))
    snap = with_fact(cluster(), "node2", only)
    with_fact(snap, "node2", Names("node2"))
    found = of_node2("training-interface-is-up", snap)
    assert (found.stops, found.cause) == (True, "no-interface")
    assert "docker0 (172.17.0.1)" in found.message


def test_node_whose_card_is_down_blocks():
    down = Interfaces((LO, Interface("eth0", up=False, ipv4=("10.0.0.2/24",))))
    snap = with_fact(with_fact(cluster(), "node2", down), "node2", Names("node2"))
    assert "eth0 is down" in of_node2("training-interface-is-up", snap).message


def test_mtu_of_one_node_differs():
    found = of_node2("mtu-is-equal", with_fact(cluster(), "node2", eth0(mtu=9000)))
    assert (found.warned, found.cause) == (True, "mtu-differs")
    assert "has MTU 9000; 2 of 3 nodes have 1500" in found.message
    assert found.fix.command == "ip link set dev eth0 mtu 1500"


@pytest.mark.parametrize("name", ["tailscale0", "wg0", "tun0", "ipsec1", "cni0", "flannel.1"])
def test_the_mtu_of_a_tunnel_is_compared_with_tunnels_alone_and_not_set(name):
    def through(number):
        own = Interface(name, mtu=1280 if number == 2 else 1420, ipv4=(f"10.0.0.{number}/24",))
        return Interfaces((LO, own))

    snap = with_fact(cluster(), "node2", through(2))
    assert of_node2("mtu-is-equal", snap).outcome is Outcome.PASS
    with_fact(with_fact(snap, "node1", through(1)), "node3", through(3))
    found = of_node2("mtu-is-equal", snap)
    assert found.cause == "mtu-differs"
    assert found.fix.command == f"ip -d link show {name}"


@pytest.mark.parametrize("name", ["tungsten", "wgeth", "eno1", "bond0"])
def test_a_card_of_a_name_that_begins_like_a_tunnels_is_compared(name):
    own = Interface(name, mtu=9000, ipv4=("10.0.0.2/24",))
    found = of_node2("mtu-is-equal", with_fact(cluster(), "node2", Interfaces((LO, own))))
    assert found.fix.command == f"ip link set dev {name} mtu 1500"


def test_mtu_of_two_nodes_differs_from_the_heads():
    snap = with_fact(cluster(("node1", "node2")), "node2", eth0(mtu=1400))
    assert of_node2("mtu-is-equal", snap).cause == "mtu-differs"


def test_mtu_of_another_interface_does_not_matter():
    second = Interface("eth1", mtu=9000, ipv4=("10.7.0.2/24",))
    assert none_fails(with_fact(cluster(), "node2", Interfaces((*eth0().interfaces, second))))


def test_slow_link():
    snap = cluster()
    for index in (1, 2, 3):
        with_fact(snap, f"node{index}", eth0(index, speed_mbps=1000 if index == 2 else 25000))
    found = of_node2("speed-is-equal", snap)
    assert (found.warned, found.cause) == (True, "slow-link")
    assert of_node2("speed-is-equal", cluster()).outcome is Outcome.SKIP


def test_peers_behind_another_interface():
    snap = cluster(env={"NCCL_SOCKET_IFNAME": "eth0"})
    with_fact(snap, "node2", interfaces(("eth0", "10.0.0.2/24"), ("eth1", "10.7.0.2/24")))
    with_fact(snap, "node3", interfaces(("eth0", "10.9.0.3/24"), ("eth1", "10.7.0.3/24")))
    peers = {"node1": ("10.0.0.1", "10.0.0.2"), "node3": ("10.7.0.3", "10.7.0.2")}
    found = of_node2("one-network", with_fact(snap, "node2", resolves("node2", **peers)))
    assert (found.warned, found.cause) == (True, "other-interface")
    assert "reaches node3 through eth1" in found.message


def test_names_lead_over_one_network_and_training_goes_over_another():
    snap = cluster(env={"NCCL_SOCKET_IFNAME": "eth1"})
    for index in (1, 2, 3):
        name, both = f"node{index}", (f"10.0.0.{index}/24", f"10.7.0.{index}/24")
        with_fact(snap, name, interfaces(("eth0", both[0]), ("eth1", both[1])))
    peers = {"node1": ("10.0.0.1", "10.0.0.2"), "node3": ("10.0.0.3", "10.0.0.2")}
    assert none_fails(with_fact(snap, "node2", resolves("node2", **peers)))


def test_peer_without_a_route():
    peers = {
        "node1": NameLookup(("10.0.0.1",), "", "10.0.0.2"),
        "node3": NameLookup(("10.66.0.3",)),
    }
    snap = with_fact(cluster(), "node2", Names("node2", None, (), peers))
    assert of_node2("one-network", snap).fix.command == "ip route get 10.66.0.3"
    assert of_node2("one-network", snap).cause == "no-route"
    with_fact(snap, "node2", Firewall(refusing_routes=("10.66.0.3/32",)))
    refused = of_node2("one-network", snap)
    assert "a route that refuses 10.66.0.3/32" in refused.message
    assert (refused.cause, refused.fix.command) == ("no-route", "ip route del 10.66.0.3/32")


def listed_by_ip():
    """{(interface, address)} as `ip` lists them at this moment."""
    ran = subprocess.run(["ip", "-o", "-4", "addr"], capture_output=True, text=True, check=True)
    rows = [line.split() for line in ran.stdout.splitlines()]
    return {(row[1], str(ipaddress.ip_interface(row[3]))) for row in rows}


def test_section_agrees_with_ip():
    before = listed_by_ip()
    found = {interface["name"]: interface for interface in section({})["interfaces"]}
    stayed = before & listed_by_ip()  # other tests bring up labs, and take them down
    assert found["lo"]["loopback"]
    assert ("lo", "127.0.0.1/8") in stayed
    assert all(address in found[name]["ipv4"] for name, address in stayed)
