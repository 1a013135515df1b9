"""What every program takes for granted: which complaints count, and what is typed for them."""

from __future__ import annotations

import dataclasses
import json

import pytest

from checks.facts.firewall import Firewall, FirewallListing
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.surroundings import Surroundings
from checks.model import Outcome, Severity
from checks.node.probe import surroundings as probe
from tests.support.networks import LO
from tests.support.snapshots import judged, snapshot, with_fact

SYSTEM = "files.system-is-as-programs-expect"
ROOM = "network.kernel-settings-leave-room"


def cluster(**complaints):
    """Three nodes, of which the named ones complain: {node: {thing: what is wrong}}."""
    found = snapshot()
    for name in ("node1", "node2", "node3"):
        found = with_fact(found, name, Surroundings(seen=complaints.get(name, {})))
    return found


def test_nothing_wrong_is_nothing_to_say():
    assert judged(cluster(), SYSTEM)["node3",].outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("thing", "severity"),
    [("/dev/null", Severity.BLOCK), ("/etc/passwd", Severity.BLOCK), ("/dev/zero", Severity.WARN)],
)
def test_what_no_start_survives_blocks(thing, severity):
    found = judged(cluster(node3={thing: "is missing"}), SYSTEM)["node3",]
    assert (found.outcome, found.severity) == (Outcome.FAIL, severity)
    assert thing in found.message


@pytest.mark.parametrize(
    ("link", "cause", "typed"),
    [
        ({"up": False}, "loopback-dead", "ip link set lo up"),
        ({"ipv4": ()}, "loopback-dead", "ip link set lo up"),
        ({}, "loopback-dropped", ""),
    ],
)
def test_a_firewall_before_the_loopback_is_not_raised_like_a_dead_one(link, cause, typed):
    found = with_fact(snapshot(), "node1", Surroundings(loopback="no answer in 1 s"))
    found = with_fact(found, "node1", Interfaces((dataclasses.replace(LO, **link),)))
    found = judged(found, "network.loopback-works")["node1",]
    assert (found.cause, found.stops) == (cause, True)
    assert found.fix.command.partition(" &&")[0] == typed


@pytest.mark.parametrize(
    ("hook", "policy", "rule", "typed"),
    [
        ("input", "accept", "drop", "iif"),
        ("output", "drop", "accept", "oif"),
        ("input", "accept", "accept", ""),
        ("forward", "drop", "drop", ""),
    ],
)
def test_lo_is_let_through_the_chains_that_may_stop_it(hook, policy, rule, typed):
    place = {"family": "inet", "table": "f"}
    chain = {**place, "name": "c", "type": "filter", "prio": 0, "hook": hook, "policy": policy}
    rules = {**place, "chain": "c", "expr": [{rule: None}]}
    text = json.dumps({"nftables": [{"chain": chain}, {"rule": rules}]})
    snap = with_fact(snapshot(), "node1", Surroundings(loopback="no answer in 1 s"))
    with_fact(snap, "node1", Interfaces((LO,)))
    with_fact(
        snap, "node1", Firewall({"nft": FirewallListing(text), "iptables": FirewallListing()})
    )
    fix = judged(snap, "network.loopback-works")["node1",].fix
    wanted = f"nft insert rule inet f c {typed} lo accept"
    assert fix.command.removeprefix("sudo ") == (wanted if typed else "")


def test_a_loopback_that_works_passes():
    found = with_fact(with_fact(snapshot(), "node1", Surroundings()), "node1", Interfaces((LO,)))
    assert judged(found, "network.loopback-works")["node1",].outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("addresses", "unreadable", "outcome", "cause"),
    [
        (("127.0.0.1",), "", Outcome.PASS, ""),
        (("::1", "127.0.0.1"), "", Outcome.PASS, ""),
        ((), "", Outcome.FAIL, "localhost-missing"),
        (("10.0.0.9",), "", Outcome.FAIL, "localhost-elsewhere"),
        (("127.0.0.1", "10.0.0.9"), "", Outcome.FAIL, "localhost-elsewhere"),
        ((), "may not be read", Outcome.SKIP, ""),
    ],
)
def test_localhost_is_the_machine_itself(addresses, unreadable, outcome, cause):
    fact = Surroundings(seen={"/etc/hosts": unreadable}, localhost=addresses)
    found = with_fact(with_fact(snapshot(), "node1", fact), "node1", Names("node1"))
    found = judged(found, "names.localhost-is-this-machine")["node1",]
    assert (found.outcome, found.cause, found.stops) == (outcome, cause, False)
    assert bool(found.fix) == (outcome is Outcome.FAIL)


def test_a_custom_of_the_site_is_no_fault():
    odd = {"/etc/shells": "does not list /opt/zsh"}
    found = judged(cluster(node1=odd, node2=odd, node3=odd), SYSTEM)
    assert {finding.outcome for finding in found.values()} == {Outcome.PASS}


def test_a_file_that_is_missing_comes_from_a_node_that_has_it():
    found = judged(cluster(node3={"/etc/resolv.conf": "is missing"}), SYSTEM)["node3",]
    assert "scp -rp node1:/etc/resolv.conf /etc/" in found.fix.command


def test_what_follows_from_another_fault_is_left_to_it():
    wrong = {"/etc/passwd": "may not be read", "account": "2000 has no entry"}
    found = judged(cluster(node3=wrong), SYSTEM)["node3",]
    assert found.fix.command == "chmod a+r /etc/passwd"
    assert "2000" not in found.message


@pytest.mark.parametrize(
    ("network", "cause"),
    [
        ({"core/somaxconn": (64,)}, "queue-short"),
        ({"core/somaxconn": (128,)}, ""),
        ({"ipv4/tcp_rmem": (4096, 8192, 16384)}, "buffers-small"),
        ({"ipv4/tcp_wmem": (4096, 16384, 4194304)}, ""),
        ({"ipv4/tcp_syn_retries": (2,)}, "retries-few"),
        ({}, ""),
    ],
)
def test_settings_far_below_a_default(network, cause):
    found = judged(with_fact(snapshot(), "node2", Surroundings(network=network)), ROOM)["node2",]
    assert found.cause == cause


def test_a_file_in_a_devices_place(tmp_path, monkeypatch):
    path = str(tmp_path / "null")
    monkeypatch.setitem(probe.DEVICES, path, ())
    assert probe.device_complaint(path) == "is missing"
    (tmp_path / "null").touch()
    assert probe.device_complaint(path) == "is a file, not a device"


def test_a_shared_folder_must_be_sticky(tmp_path):
    tmp_path.chmod(0o777)
    assert "0777" in probe.shared_folder_complaint(str(tmp_path))
    tmp_path.chmod(0o1777)
    assert not probe.shared_folder_complaint(str(tmp_path))
