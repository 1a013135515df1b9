"""Many pairs of one cause are one finding."""

from __future__ import annotations

from checks.facts import Login
from checks.facts.account import Account
from checks.facts.interfaces import Interfaces
from checks.facts.ssh import LoginAttempt, SshRow
from checks.facts.sshd import Sshd, SshdSetting
from checks.facts.trust import ClientConfig, Trust
from checks.reports.finding_groups import group_findings
from tests.support.snapshots import judged, snapshot, with_fact

EVERY = "ssh.every-node-logs-in-to-every-node"
NAMES = ("node1", "node2", "node3")
WHO = Account("root", 0, "/root", "/bin/bash", "node", "m", "b", "3.11.2", "Linux", 8, 1)


def beside_the_containers(**attempt):
    """Nodes whose sshd is on 2222, and whose own ssh goes to 22."""
    snap = snapshot(NAMES)
    for number, name in enumerate(NAMES, 1):
        row = {peer: LoginAttempt(0, f"bare-{peer}", authenticated=True) for peer in NAMES}
        if attempt:
            row = dict.fromkeys(NAMES, LoginAttempt(**attempt))
        with_fact(snap, name, SshRow(row))
        with_fact(snap, name, Trust("root", "/root", usual=ClientConfig(port=22)))
        with_fact(snap, name, Sshd("root", {"port": (SshdSetting("2222"),)}))
        with_fact(snap, name, WHO)
        with_fact(snap, name, Interfaces())
        with_fact(snap, name, Login(True, address=f"10.0.0.{number}", port=2222))
    return list(judged(snap, EVERY).values())


def test_a_port_that_no_node_has_is_one_finding():
    findings = beside_the_containers()
    assert {finding.cause for finding in findings} == {"wrong-host"}
    (group,) = group_findings(findings)
    assert group.nodes == (NAMES, NAMES)
    said = group.fold_text(group.first.message)
    assert said.startswith("node[1-3] cannot log in to node[1-3]: another machine answers at that")
    assert "its ssh goes to port 22, and the sshd there is on 2222" in said
    assert "Host node1 node2 node3\\n  Port 2222" in group.first.fix.command


def test_so_is_one_where_nobody_answers():
    err = "ssh: connect to host node2 port 22: Connection refused"
    findings = beside_the_containers(code=255, err=err)
    (group,) = group_findings(findings)
    assert (group.first.cause, len(group.findings)) == ("refused", 9)
    assert "nobody answers at that port" in group.first.message


def test_each_finding_is_in_one_group_and_the_order_stays():
    findings = beside_the_containers()
    first, *others = findings
    groups = group_findings([*others, first])
    assert sorted(finding.subject for group in groups for finding in group.findings) == sorted(
        finding.subject for finding in findings
    )
    assert all(group.first.subject[0] != group.first.subject[1] for group in groups)
