"""Bonds, counters, carriers, duplex and addresses: what is odd on one node, and what is not."""

import dataclasses

import pytest

from checks.facts import decode_fact
from checks.facts.counters import Counters, InterfaceCounters, LaterCounters
from checks.facts.interfaces import Interface, Interfaces
from checks.model import Outcome
from checks.node.probe.counters import counters
from tests.support.networks import LO, cluster, interfaces, nth_account
from tests.support.snapshots import judged, with_fact

LOST, STEADY = "network.packets-are-not-lost", "network.carrier-is-steady"
BOND, UNIQUE, MASK = (
    "network.bond-is-whole",
    "network.addresses-are-unique",
    "network.netmask-is-equal",
)
SPEED = "network.speed-is-equal"
START = InterfaceCounters(5000, 5000, 7, 0, 300, 0, 2)


def counting(check, name="eth0", **later):
    """What is found on node2, whose interface has grown so since the start."""
    snap = cluster()
    for node in ("node1", "node2", "node3"):
        end = dataclasses.replace(START, rx_packets=6000, tx_packets=6000, rx_dropped=305)
        end = dataclasses.replace(end, **later) if node == "node2" else end
        with_fact(snap, node, Counters({name: START}, 864000.0))
        with_fact(snap, node, LaterCounters({name: end}, 864010.0))
    return of_node2(check, snap)


def of_node2(check, snap):
    found = judged(snap, check)
    assert all(
        finding.outcome is not Outcome.FAIL for who_, finding in found.items() if who_ != ("node2",)
    )
    return found["node2",]


def test_a_few_unwanted_packets_and_old_errors_are_no_loss():
    assert counting(LOST).outcome is Outcome.PASS
    assert counting(LOST, rx_errors=16).outcome is Outcome.PASS
    assert counting(LOST, rx_errors=0).outcome is Outcome.PASS, "a counter was set back"


def test_errors_that_grow():
    found = counting(LOST, rx_errors=27)
    assert (found.warned, found.cause) == (True, "errors-grow")
    assert "eth0 of node2 counted 20 errors in 2000 packets during the preflight" in found.message


def test_drops_that_grow():
    assert counting(LOST, rx_dropped=800).cause == "drops-grow"
    assert counting(LOST, rx_dropped=390).outcome is Outcome.PASS
    assert counting(LOST, rx_dropped=490).outcome is Outcome.PASS, "19 a second"


def test_a_driver_without_counters_is_not_a_pass():
    assert counting(LOST, name="eth7").outcome is Outcome.SKIP


def test_a_carrier_that_goes_now_and_one_that_often_went():
    assert counting(STEADY).outcome is Outcome.PASS
    assert counting(STEADY, carrier_changes=4).cause == "flapping"
    snap = cluster()
    for node, changes in (("node1", 49), ("node2", 50), ("node3", None)):
        one = {"eth0": InterfaceCounters(carrier_changes=changes)}
        with_fact(snap, node, Counters(one, 864000.0))
        with_fact(snap, node, LaterCounters(one, 864000.0))
    found = of_node2(STEADY, snap)
    assert (found.warned, found.cause) == (True, "flapped")


def test_the_section_counts_what_the_kernel_does():
    fact = decode_fact(Counters, counters({}))
    assert fact.uptime_s > 0
    assert fact.interfaces["lo"].rx_packets is not None


def bonded(number, mode="802.3ad", up=True, vlan=False):
    """bond0 of two members; training over it, or over a VLAN on it."""
    address = (f"10.0.0.{number}/24",)
    members = [Interface(name, up=up or name == "e1", master="bond0") for name in ("e1", "e2")]
    bond = Interface("bond0", kind="bond", bond_mode=mode, ipv4=() if vlan else address)
    tagged = [Interface("bond0.7", kind="vlan", ipv4=address)] if vlan else []
    return Interfaces((LO, *members, bond, *tagged))


@pytest.mark.parametrize("vlan", [False, True])
def test_a_bond_with_a_member_down(vlan):
    snap = cluster()
    for number in (1, 2, 3):
        with_fact(snap, f"node{number}", bonded(number, up=number != 2, vlan=vlan))
    found = of_node2(BOND, snap)
    assert (found.warned, found.cause) == (True, "member-down")
    assert found.fix.command == "ip link set e2 up"


def test_a_bond_of_another_mode():
    snap = cluster()
    for number in (1, 2, 3):
        with_fact(snap, f"node{number}", bonded(number, "balance-rr" if number == 2 else "802.3ad"))
    found = of_node2(BOND, snap)
    assert found.cause == "mode-differs"
    assert "bond0 of node2 is balance-rr, and 802.3ad on most nodes" in found.message


def test_whole_bonds_and_none():
    snap = with_fact(cluster(), "node2", bonded(2))
    assert of_node2(BOND, snap).outcome is Outcome.PASS
    assert judged(snap, BOND)["node1",].outcome is Outcome.SKIP


def test_half_duplex():
    half = Interfaces((LO, Interface("eth0", ipv4=("10.0.0.2/24",), duplex="half")))
    assert of_node2(SPEED, with_fact(cluster(), "node2", half)).cause == "half-duplex"


def test_one_address_on_two_nodes():
    assert judged(cluster(), UNIQUE)[()].outcome is Outcome.PASS
    twice = Interfaces((LO, Interface("eth0", ipv4=("10.0.0.3/24", "10.0.0.1/24"))))
    found = judged(with_fact(cluster(), "node3", twice), UNIQUE)[()]
    assert (found.warned, found.cause) == (True, "address-twice")
    assert "node1 and node3 both have 10.0.0.1 on the training network" in found.message
    assert (found.fix.on, found.fix.command) == ("node3", "ip address del 10.0.0.1/24 dev eth0")


def test_bridges_with_the_same_address_everywhere_are_let_be():
    snap = cluster()
    for number in (1, 2, 3):
        with_fact(
            snap,
            f"node{number}",
            interfaces(("eth0", f"10.0.0.{number}/24"), ("cni0", "10.42.0.1/24")),
        )
    assert judged(snap, UNIQUE)[()].outcome is Outcome.PASS


def test_cloned_hardware_addresses_and_containers_that_share_one():
    snap = cluster()
    for number, mac in (
        (1, "02:00:00:00:00:07"),
        (2, "02:00:00:00:00:08"),
        (3, "02:00:00:00:00:07"),
    ):
        nic = Interface("eth0", ipv4=(f"10.0.0.{number}/24",), mac=mac)
        with_fact(snap, f"node{number}", Interfaces((LO, nic)))
    found = judged(snap, UNIQUE)[()]
    assert found.cause == "hardware-address-twice"
    assert "node1 and node3 both have 02:00:00:00:00:07" in found.message
    for number in (1, 2, 3):
        with_fact(snap, f"node{number}", nth_account(number, boot_id="one"))
    assert judged(snap, UNIQUE)[()].outcome is Outcome.PASS


def test_infiniband_and_tunnels_without_a_hardware_address_are_not_clones():
    snap = cluster()
    for number in (1, 2, 3):
        nic = Interface("tun0", kind="tun", ipv4=(f"10.0.0.{number}/24",), mac="00:00:00:00:00:00")
        with_fact(snap, f"node{number}", Interfaces((LO, nic)))
    assert judged(snap, UNIQUE)[()].outcome is Outcome.PASS


def test_another_netmask():
    found = of_node2(MASK, with_fact(cluster(), "node2", interfaces(("eth0", "10.0.0.2/16"))))
    assert (found.warned, found.cause) == (True, "netmask-differs")
    assert found.fix.command == (
        "ip address add 10.0.0.2/24 brd + dev eth0 && ip address del 10.0.0.2/16 dev eth0"
    )


def test_a_bridge_that_has_a_part_of_the_network_is_no_card_with_another_netmask():
    links = interfaces(("br-9c41d0", "10.0.0.2/28"), ("eth0", "10.0.0.18/24"))
    found = of_node2(MASK, with_fact(cluster(), "node2", links))
    assert found.outcome is Outcome.SKIP
    assert "10.0.0.2/28 of br-9c41d0 is a part of eth0's network" in found.message


def test_networks_apart_and_host_addresses_everywhere_are_let_be():
    apart = with_fact(cluster(), "node2", interfaces(("eth0", "10.5.0.2/16")))
    assert of_node2(MASK, apart).outcome is Outcome.PASS
    snap = cluster()
    for number in (1, 2, 3):
        with_fact(snap, f"node{number}", interfaces(("eth0", f"10.0.0.{number}/32")))
    assert {finding.outcome for finding in judged(snap, MASK).values()} == {Outcome.PASS}
    six = Interfaces((LO, Interface("eth0", ipv6=("fd00::2/64",))))
    assert judged(with_fact(snap, "node2", six), MASK)["node2",].outcome is Outcome.SKIP
