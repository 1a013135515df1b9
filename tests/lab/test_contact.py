"""The controller's own logins on a real lab: whom they believe, and what they leave."""

from __future__ import annotations

from checks.catalogue import AREAS
from checks.contact.logins import open_contact
from checks.model import Outcome
from launcher.lab.shape import LabShape
from tests.support.lab_fixtures import RELOAD_SSHD, assert_nothing_left, leavings
from tests.support.lab_preflight import job_of, run_preflight

LOGS_IN = "reach.controller-logs-in"
ALL_BUT_REACH = [area for area in AREAS if area != "reach"]


def test_an_unknown_jump_host_is_refused_and_named(odd_lab):
    lab = odd_lab(LabShape(nodes=2))
    head, last = lab.nodes
    with lab.ssh_config.open("a") as config:
        config.write(f"\nHost {last.name}\n  ProxyJump jumpbox\n")
        config.write(f"\nHost jumpbox\n  HostName {head.address}\n  HostKeyAlias jumpbox\n")
        config.write("  User root\n")
    findings = run_preflight(job_of(lab), leave_out=ALL_BUT_REACH)
    found = {logged.subject: logged for logged in findings if logged.check == LOGS_IN}
    assert found[head.name,].outcome is Outcome.PASS
    assert found[last.name,].cause == "host-key-unknown"
    assert "the jump host jumpbox's ssh-ed25519 host key" in found[last.name,].message


def test_a_flight_leaves_nothing_on_the_nodes(lab):
    before = leavings(lab)
    run_preflight(job_of(lab))
    assert_nothing_left(lab, before)


def test_where_a_login_has_one_session_each_further_one_has_a_login_of_its_own(odd_lab):
    lab = odd_lab(LabShape(nodes=2))
    one_session = "sed -i '1i MaxSessions 1' /etc/ssh/sshd_config" + RELOAD_SSHD
    lab.node("node2").run(one_session, check=True)
    before = leavings(lab)
    contact, _ = open_contact(job_of(lab), ("node1", "node2"), ("who",))
    with contact:
        for name in ("node1", "node2"):
            both = [contact.run(name, f"echo {word} $SSH_CONNECTION").out for word in "ab"]
            ports = [text.split()[2] for text in both]
            assert [text.split()[0] for text in both] == ["a", "b"]
            assert len(set(ports)) == (2 if name == "node2" else 1)
    assert_nothing_left(lab, before)
