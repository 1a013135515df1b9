"""Whether connections that were idle are cut: by how soon they are forgotten, and by which rule."""

from __future__ import annotations

import pytest

from checks.facts.firewall import Firewall, FirewallListing
from checks.facts.ports import DialResults, Listeners, PortSettings
from checks.model import Outcome, Severity
from tests.support.networks import cluster
from tests.support.rulesets import OTHER_TOOLS, header, match, with_chain
from tests.support.snapshots import judged, with_fact

KEPT = "ports.idle-connections-are-kept"
FLAGS = header("tcp", "flags")
STATE = {"ct": {"key": "state"}}
DROP, ACCEPT = {"drop": None}, {"accept": None}
MASKED = {"&": [FLAGS, ["fin", "syn", "rst", "ack"]]}
NOT_A_SYN = [match(MASKED, "syn", "!="), match(STATE, "new", "in"), DROP]
INVALID = [match(STATE, "invalid", "in"), DROP]
KNOWN = [match(STATE, ["established", "related"], "in"), ACCEPT]
A_SYN = [match(MASKED, "syn"), ACCEPT]
PORTS = [match(header("tcp", "dport"), {"range": [1024, 65535]}), ACCEPT]


def forgetting(idle_s, *rules, loose=True, **chain):
    """node3 forgets what was idle for so long, and has those rules."""
    snap = cluster(("node1", "node2", "node3"))
    for name in ("node1", "node2", "node3"):
        with_fact(snap, name, Listeners(f"10.0.0.{name[-1]}", (40000,)))
        with_fact(snap, name, DialResults())
        with_fact(snap, name, PortSettings(32768, 60999, "", None, idle_s=432000))
    settings = PortSettings(32768, 60999, "", None, idle_s=idle_s, loose=loose)
    with_fact(snap, "node3", settings)
    return with_chain(snap, "node3", *rules, **chain) if rules else snap


def of_node3(snap):
    return judged(snap, KEPT)["node3",]


@pytest.mark.parametrize(
    ("rules", "loose", "chain"),
    [
        ([NOT_A_SYN], True, {}),
        ([INVALID], False, {}),
        ([KNOWN, A_SYN], True, {"policy": "drop"}),
        ([[match(FLAGS, "syn", "!"), match(STATE, "new", "in"), DROP]], True, {}),
        ([INVALID], False, {"hook": "output"}),
    ],
    ids=["no new ones", "invalid", "first packets alone", "not even a SYN", "on the way out"],
)
def test_a_rule_that_stops_what_was_forgotten_is_named(rules, loose, chain):
    finding = of_node3(forgetting(20, *rules, loose=loose, **chain))
    assert (finding.outcome, finding.cause, finding.stops) == (
        Outcome.FAIL,
        "idle-forgotten",
        True,
    )
    assert "idle for 20 s" in finding.message and "nftables on node3 (inet t" in finding.message
    assert "nf_conntrack_tcp_timeout_established=432000" in finding.fix.command


@pytest.mark.parametrize(
    ("rules", "loose", "chain"),
    [
        ([INVALID], True, {}),
        ([NOT_A_SYN], False, {}),
        ([KNOWN, PORTS], True, {"policy": "drop"}),
        ([[match({"meta": {"key": "mark"}}, 7), DROP]], True, {}),
    ],
    ids=["taken for new", "taken for invalid", "ports are open", "not known"],
)
def test_what_lets_it_through_or_may_is_not_accused(rules, loose, chain):
    assert of_node3(forgetting(20, *rules, loose=loose, **chain)).outcome is Outcome.PASS


def test_minutes_are_a_warning_and_days_are_none():
    finding = of_node3(forgetting(600, NOT_A_SYN))
    assert (finding.outcome, finding.severity) == (Outcome.FAIL, Severity.WARN)
    assert of_node3(forgetting(432000, NOT_A_SYN)).outcome is Outcome.PASS


def test_who_tracks_nothing_forgets_nothing():
    assert of_node3(forgetting(None)).outcome is Outcome.SKIP


def test_rules_that_were_not_read_are_no_pass():
    snap = forgetting(20)
    assert of_node3(snap).outcome is Outcome.UNKNOWN
    hidden = {tool: FirewallListing("", "needs root") for tool in ("nft", *OTHER_TOOLS)}
    assert of_node3(with_fact(snap, "node3", Firewall(hidden))).outcome is Outcome.UNKNOWN
