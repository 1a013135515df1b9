"""Rulesets recorded from the real tools: what they stop, and the command that opens them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from checks.errors import FactError
from checks.facts import ClusterView, Snapshot
from checks.facts.account import Account
from checks.facts.firewall import Firewall, FirewallListing
from checks.knowledge.firewalls import find_culprit, iptables, nftables, ruleset
from checks.knowledge.firewalls.culprit import listed_chains, unreadable_firewall
from checks.knowledge.firewalls.opening import opening_fix, smallest_networks
from checks.knowledge.firewalls.ruleset import Packet, Stop, packet_stops
from tests.support.paths import RECORDED
from tests.support.rulesets import header, match, with_chain
from tests.support.snapshots import snapshot, with_fact

DATA = RECORDED / "firewall"
LOGIN = Account("trainer", 1000, "/home/trainer", "/bin/sh", "n", "m", "b", "3.11.2", "Linux", 2, 1)
PEER, SELF = "10.0.0.2", "10.0.0.1"


def recorded(name: str) -> str:
    return (DATA / name).read_text()


def into(port: int, source: str = PEER) -> Packet:
    return Packet(source, SELF, None, port, inbound=True)


def out_to(target: str, port: int) -> Packet:
    return Packet(SELF, target, None, port, inbound=False)


def answer_to(port: int) -> Packet:
    return Packet(PEER, SELF, port, None, inbound=True, state="established")


def only(found: list[Stop]) -> tuple[str, str, str, bool]:
    assert len(found) == 1, found
    stop = found[0]
    return stop.trail[-1], stop.rule, stop.action, stop.certain


@pytest.mark.parametrize(
    ("packet", "end"),
    [
        (into(29500), None),
        (into(45000, "10.1.0.7"), None),
        (into(45000, "10.1.0.10"), ("input", "policy drop", "drop", True)),
        (into(39999), ("input", "policy drop", "drop", True)),
        (into(22), None),
        (into(23), ("admin", "tcp dport 23 drop", "drop", True)),
        (into(80), ("input", "tcp dport 1-1023 reject", "reject", True)),
        (into(60000), ("input", "policy drop", "drop", False)),
        (answer_to(29500), None),
        (out_to("10.9.9.9", 29500), None),
        (
            out_to("192.168.0.1", 29500),
            ("output", "ip daddr != 10.0.0.0/8 tcp dport > 1024 drop", "drop", True),
        ),
    ],
)
def test_nftables_of_sets_maps_ranges_and_jumps(packet, end):
    found = list(packet_stops(nftables.parse_nftables(recorded("nftables.json")), packet))
    assert (only(found) if found else None) == end


@pytest.mark.parametrize(
    ("packet", "end"),
    [
        (into(22), None),
        (into(29500), ("INPUT", "-j REJECT --reject-with icmp-host-prohibited", "reject", False)),
        (into(31000), ("INPUT", "-j REJECT --reject-with icmp-host-prohibited", "reject", True)),
        (answer_to(31000), None),
        (out_to(PEER, 31000), None),
    ],
)
def test_iptables_with_comments_multiport_negation_and_a_limit(packet, end):
    found = list(
        packet_stops(iptables.parse_iptables(recorded("iptables-save.txt"), "iptables"), packet)
    )
    assert (only(found) if found else None) == end


@pytest.mark.parametrize(
    ("operator", "interface", "stops"),
    [("!=", "lo", [True]), ("==", "lo", []), ("==", "eth0", [False])],
)
def test_packets_between_nodes_are_never_on_the_loopback_link(operator, interface, stops):
    table = {"family": "inet", "table": "t"}
    hook = {**table, "name": "input", "type": "filter", "hook": "input", "policy": "accept"}
    match = {"op": operator, "left": {"meta": {"key": "iifname"}}, "right": interface}
    rule = {**table, "chain": "input", "expr": [{"match": match}, {"drop": None}]}
    ruleset = json.dumps({"nftables": [{"chain": {**hook, "prio": 0}}, {"rule": rule}]})
    found = packet_stops(nftables.parse_nftables(ruleset), into(40000))
    assert [stop.certain for stop in found] == stops


def test_a_cut_off_ruleset_is_an_error_not_an_empty_one():
    with pytest.raises(FactError, match="not readable"):
        nftables.parse_nftables(recorded("nftables.json")[:-40])


def cluster(listings: dict[str, str], node: str = "node1", **fact: object) -> ClusterView:
    names = ("nft", "iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy")
    snap: Snapshot = snapshot(("node1", "node2"))
    for name in ("node1", "node2"):
        texts = listings if name == node else {}
        with_fact(snap, name, LOGIN)
        found = {tool: FirewallListing(texts.get(tool, "")) for tool in names}
        with_fact(snap, name, Firewall(found, **(fact if name == node else {})))  # type: ignore
    return ClusterView(snap)


@pytest.mark.parametrize(
    ("listings", "seen", "named", "command"),
    [
        (
            {"iptables": "ufw-iptables-save.txt", "nft": "ufw-nft.json"},
            "drop",
            "ufw on node1 (table filter chain INPUT: policy drop)",
            "sudo ufw allow from 10.0.0.0/30 to any port 29500 proto tcp",
        ),
        (
            {"nft": "firewalld-nft.json"},
            "reject",
            "firewalld on node1 (inet firewalld chain filter_IN_public: reject)",
            "firewall-cmd --permanent --zone=public --add-rich-rule=",
        ),
        (
            {"iptables": "iptables-save.txt", "nft": "iptables-nft.json"},
            "reject",
            "iptables on node1 (perhaps table filter chain INPUT: "
            "-j REJECT --reject-with icmp-host-prohibited)",
            "sudo iptables -I INPUT -s 10.0.0.0/30 -p tcp --dport 29500 -j ACCEPT",
        ),
    ],
)
def test_the_manager_is_named_and_its_command_opens_exactly_the_port(
    listings, seen, named, command
):
    view = cluster({tool: recorded(name) for tool, name in listings.items()})
    found = find_culprit(view["node2"], view["node1"], into(29500), seen)
    assert found is not None
    assert str(found) == named
    fix = opening_fix(found, smallest_networks([SELF, PEER]), (29500, 29500))
    assert fix.on == "node1"
    assert command in fix.command
    assert "29500" in fix.command and "32768" not in fix.command


def test_tables_that_iptables_lists_are_not_read_twice():
    view = cluster(
        {"iptables": recorded("iptables-save.txt"), "nft": recorded("iptables-nft.json")}
    )
    assert {chain.tool for chain in listed_chains(view["node1"])} == {"iptables"}


def test_a_filter_on_the_way_out_is_fixed_at_the_caller():
    rules = recorded("nftables.json").replace('"!="', '"=="')
    view = cluster({"nft": rules}, node="node2")
    packet = Packet("10.0.0.2", "10.0.0.1", None, 29500, inbound=True)
    found = find_culprit(view["node2"], view["node1"], packet, "drop")
    assert found is not None
    fix = opening_fix(found, ("10.0.0.0/30",), (32768, 60999))
    assert fix.on == "node2"
    assert fix.command == (
        "sudo nft insert rule inet filter output ip daddr 10.0.0.0/30 tcp dport 32768-60999 accept"
    )


def test_an_open_filter_has_no_culprit():
    view = cluster({"nft": recorded("nftables.json")})
    assert find_culprit(view["node2"], view["node1"], into(29500), "drop") is None


def test_a_manager_whose_rules_need_root_is_still_named():
    view = cluster({}, ufw=True)
    assert unreadable_firewall(view["node1"], into(29500)) is None, (
        "rules that were read hide nothing"
    )
    snap = snapshot(("node1", "node2"))
    listings = {tool: FirewallListing("", "needs root") for tool in ("nft", "iptables")}
    with_fact(with_fact(snap, "node1", LOGIN), "node1", Firewall(listings, ufw=True))
    found = unreadable_firewall(ClusterView(snap)["node1"], into(29500))
    assert found is not None
    assert str(found) == "ufw on node1 (its rules need root to be read)"
    assert opening_fix(found, ("10.0.0.0/30",), (29500, 29500)).command == (
        "sudo ufw allow from 10.0.0.0/30 to any port 29500 proto tcp"
    )


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ([SELF, PEER], ("10.0.0.0/30",)),
        (["10.0.0.1", "10.0.7.9"], ("10.0.0.0/21",)),
        (["10.0.0.1", "172.16.0.1"], ("10.0.0.1", "172.16.0.1")),
        (["fd00::1", "fd00::2"], ("fd00::/126",)),
    ],
)
def test_no_more_than_the_cluster_is_let_in(addresses, expected):
    assert smallest_networks(addresses) == expected


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ({"limit": {"rate": 2, "per": "minute", "inv": True}}, "limit rate over 2/minute"),
        ({"ct count": {"val": 3, "inv": True}}, "ct count over 3"),
        (
            {"set": {"op": "add", "set": "@s", "stmt": [{"ct count": {"val": 1, "inv": True}}]}},
            "by set ct count over 1",
        ),
        ({"meter": {"stmt": {"limit": {"rate": 9, "per": "hour"}}}}, "by meter limit rate 9/hour"),
    ],
)
def test_a_rule_that_counts_connections_says_how_many(statement, words):
    place = {"family": "inet", "table": "f"}
    chain = {**place, "name": "c", "hook": "input", "policy": "accept"}
    rule = {**place, "chain": "c", "expr": [statement, {"drop": None}]}
    listing = json.dumps({"nftables": [{"chain": chain}, {"rule": rule}]})
    (stop,) = packet_stops(nftables.parse_nftables(listing), into(22))
    assert (stop.rule, stop.certain) == (f"{words} drop", False)


NAT_CHAINS = """*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 29500 -j DNAT --to-destination 172.17.0.2:9999
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:8080
-A PREROUTING -p tcp -m tcp --dport 29600:29699 -j REDIRECT --to-ports 15001
-A PREROUTING -p tcp -m tcp --dport 29700 -j REDIRECT --to-ports 29700
COMMIT
"""


@pytest.mark.parametrize(
    ("packet", "end"),
    [
        (into(29500), ("DOCKER", False)),
        (into(29650), ("PREROUTING", True)),
        (into(29700), None),
        (into(31000), None),
        (answer_to(29500), None),
    ],
)
def test_iptables_that_leads_a_port_elsewhere(packet, end):
    found = list(packet_stops(iptables.parse_iptables(NAT_CHAINS, "iptables"), packet))
    assert [(stop.trail[-1], stop.certain) for stop in found] == ([end] if end else [])
    assert {stop.action for stop in found} <= {"divert"}


@pytest.mark.parametrize(
    ("statement", "certain"),
    [
        ({"redirect": {"port": 9999}}, [True]),
        ({"redirect": None}, []),
        ({"dnat": {"family": "ip", "addr": "10.0.0.9"}}, [True]),
        ({"dnat": {"addr": SELF, "port": 29500}}, []),
        ({"dnat": {"addr": {"map": {"key": "x", "data": "@backends"}}}}, [False]),
        ({"masquerade": None}, []),
    ],
)
def test_nftables_that_leads_a_port_elsewhere(statement, certain):
    table = {"family": "ip", "table": "nat"}
    hook = {**table, "name": "prerouting", "type": "nat", "hook": "prerouting", "policy": "accept"}
    port = {"payload": {"protocol": "tcp", "field": "dport"}}
    expression = [{"match": {"op": "==", "left": port, "right": 29500}}, statement]
    rule = {**table, "chain": "prerouting", "expr": expression}
    ruleset = json.dumps({"nftables": [{"chain": {**hook, "prio": -100}}, {"rule": rule}]})
    chains = nftables.parse_nftables(ruleset)
    assert [stop.certain for stop in packet_stops(chains, into(29500))] == certain
    assert not list(packet_stops(chains, into(29501)))
    assert not list(packet_stops(chains, answer_to(29500)))


def test_a_diverted_port_is_named_and_let_through_first():
    view = cluster({"iptables": NAT_CHAINS})
    found = find_culprit(view["node2"], view["node1"], into(29650), "reject")
    assert str(found) == (
        "iptables on node1 (table nat chain PREROUTING: "
        "-p tcp -m tcp --dport 29600:29699 -j REDIRECT --to-ports 15001)"
    )
    assert found.translated == "led elsewhere"
    assert not replace(found, stops=()).translated
    assert "delete that rule of iptables" in opening_fix(found, ["10.0.0.0/30"], (1, 1)).note
    assert opening_fix(found, ["10.0.0.0/30"], (29650, 29650)).command == (
        "sudo iptables -t nat -I PREROUTING -s 10.0.0.0/30 -p tcp --dport 29650 -j ACCEPT"
    )


@pytest.mark.parametrize(
    ("address", "disguised"), [("172.17.0.1", True), (PEER, False)], ids=["another", "its-own"]
)
@pytest.mark.parametrize("tool", ["nft", "iptables"])
def test_a_sender_that_a_rule_changes_is_named(tool, address, disguised):
    table = {"family": "ip", "table": "nat"}
    hook = {**table, "name": "POSTROUTING", "type": "nat", "hook": "postrouting"}
    target = {"payload": {"protocol": "ip", "field": "daddr"}}
    match = {"match": {"op": "==", "left": target, "right": SELF}}
    rule = {**table, "chain": "POSTROUTING", "expr": [match, {"snat": {"addr": address}}]}
    chains = [{"chain": {**hook, "policy": "accept", "prio": 100}}, {"rule": rule}]
    legacy = (
        "*nat\n:POSTROUTING ACCEPT [0:0]\n"
        f"-A POSTROUTING -d {SELF}/32 -j SNAT --to-source {address}\nCOMMIT\n"
    )
    listing = legacy if tool == "iptables" else json.dumps({"nftables": chains})
    view = cluster({tool: listing}, "node2")
    found = find_culprit(view["node2"], view["node1"], into(29500), "drop")
    assert bool(found) is disguised
    assert not found or (found.node.name, found.translated) == ("node2", "given another sender")


SYN_OF = Packet(PEER, SELF, None, 29500, inbound=True, dscp=0, maxseg=1460, length=60)
DATA_OF = Packet(
    *(PEER, SELF, None, 29500, True, "established"), dscp=8, length=1500, flags=ruleset.DATA
)


@pytest.mark.parametrize(
    ("left", "op", "right", "syn", "data"),
    [
        (header("ip", "dscp"), "==", "cs1", False, True),
        (header("ip", "dscp"), "!=", "cs0", False, True),
        (header("ip", "dscp"), "==", {"set": ["af21", "cs1", 42]}, False, True),
        (header("ip", "dscp"), ">", "cs0", False, True),
        (header("ip", "length"), ">", 1300, False, True),
        ({"meta": {"key": "length"}}, "==", {"range": [1400, 65535]}, False, True),
        ({"tcp option": {"name": "maxseg", "field": "size"}}, ">", 1000, True, False),
        ({"tcp option": {"name": "maxseg", "field": "size"}}, ">", 1460, False, False),
        (header("tcp", "flags"), "in", "syn", True, False),
        (header("tcp", "flags"), "!", ["syn", "rst"], False, True),
        ({"&": [header("tcp", "flags"), ["syn", "ack"]]}, "==", "syn", True, False),
        ({"&": [header("tcp", "flags"), {"|": ["syn", "ack"]}]}, "!=", "syn", False, True),
    ],
)
def test_nftables_about_a_packets_own_fields(left, op, right, syn, data):
    rule = [match(left, right, op), {"drop": None}]
    view = ClusterView(with_chain(snapshot(), "node1", rule))
    chains = listed_chains(view["node1"])
    assert [bool(list(packet_stops(chains, packet))) for packet in (SYN_OF, DATA_OF)] == [syn, data]
    assert all(stop.certain for stop in packet_stops(chains, SYN_OF))


@pytest.mark.parametrize(
    ("rule", "syn", "data"),
    [
        ("-m dscp --dscp 0x08 -j DROP", False, True),
        ("-m dscp ! --dscp 0x00 -j DROP", False, True),
        ("-m length --length 1400:65535 -j DROP", False, True),
        ("-p tcp -m tcpmss --mss 1001:65535 --tcp-flags SYN,RST SYN -j DROP", True, False),
        ("-p tcp ! --syn -m conntrack --ctstate NEW -j DROP", False, False),
    ],
)
def test_iptables_about_a_packets_own_fields(rule, syn, data):
    text = f"*filter\n:INPUT ACCEPT [0:0]\n-A INPUT {rule}\nCOMMIT\n"
    chains = iptables.parse_iptables(text, "iptables")
    assert [bool(list(packet_stops(chains, packet))) for packet in (SYN_OF, DATA_OF)] == [syn, data]
