"""A session that hangs because a filter drops packets by the mark that ssh gives them."""

from __future__ import annotations

import pytest

from checks.facts import ClusterView, Login
from checks.facts.account import Account
from checks.facts.ssh import LoginAttempt, SshRow
from checks.facts.sshd import Sshd
from checks.facts.trust import Trust
from checks.knowledge.logins.controller_fixes import controller_fix
from tests.support.networks import cluster
from tests.support.rulesets import header, match, with_chain
from tests.support.snapshots import judged, with_fact

LOGINS = "ssh.every-node-logs-in-to-every-node"
NODES = ("node1", "node2")
HANGS = LoginAttempt(None, authenticated=True, seconds=10.0)
DSCP = header("ip", "dscp")
MARKED = [match(DSCP, "cs0", "!="), {"drop": None}]


def hanging(node, *rules, hook="input"):
    """node1's session on node2 hangs, and one of both has those rules."""
    snap = cluster(NODES)
    for name in NODES:
        with_fact(snap, name, Trust("root", "/root"))
        with_fact(snap, name, Sshd("root"))
        with_fact(snap, name, Account("root", 0, "/root", "/bin/sh", name, "", "", "3", "", 1, 1))
    with_fact(snap, "node1", SshRow({"node2": HANGS}))
    with_chain(snap, node, *rules, hook=hook)
    return judged(snap, LOGINS)["node1", "node2"]


@pytest.mark.parametrize(
    ("node", "rule", "hook", "passing"),
    [
        ("node2", MARKED, "input", "ip saddr 10.0.0.1/32 tcp dport 22 accept"),
        ("node2", MARKED, "output", "ip daddr 10.0.0.1/32 tcp sport 22 accept"),
        ("node1", MARKED, "input", "ip saddr 10.0.0.2/32 tcp sport 22 accept"),
        (
            "node2",
            [match(DSCP, {"set": ["cs1", 2]}), {"drop": None}],
            "input",
            "ip saddr 10.0.0.1/32 tcp dport 22 accept",
        ),
    ],
)
def test_the_rule_is_named_and_what_it_drops_is_let_through(node, rule, hook, passing):
    finding = hanging(node, rule, hook=hook)
    assert finding.cause == "dropped"
    assert "the login is accepted, and what its session then sends" in finding.message
    assert f"nftables on {node}" in finding.message
    assert (finding.fix.on, finding.fix.command) == (node, f"nft insert rule inet t c {passing}")


@pytest.mark.parametrize(
    "rule",
    [
        [match(DSCP, "cs5"), {"drop": None}],
        [match(header("tcp", "dport"), 23), {"drop": None}],
        [match({"meta": {"key": "mark"}}, 7), {"drop": None}],
    ],
    ids=["another mark", "another port", "not about marks"],
)
def test_a_rule_that_does_not_tell_marked_from_unmarked_leaves_it_to_the_shell(rule):
    assert hanging("node2", rule).cause == "shell-hangs"


def test_at_the_console_ssh_is_let_through_first_in_every_chain():
    snap = cluster(NODES)
    node = ClusterView(snap)["node2"]
    detail = "no session: [Errno 104] nothing that is sent is acknowledged"
    fixes = [
        controller_fix(node, Login(reached=False, cause=cause, detail=detail))
        for cause in ("timeout", "dropped")
    ]
    assert fixes[0] == fixes[1]
    assert "nft list ruleset | awk" in fixes[0].command and "nft -f -" in fixes[0].command
