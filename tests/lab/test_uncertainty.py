"""Nodes of a lab that fall silent, or hide what they are: on that node alone, and bounded."""

from __future__ import annotations

import re

import pytest

from checks.judge import decide
from checks.model import Outcome
from checks.stages import ssh_mesh as mesh
from launcher.lab.shape import LabShape
from tests.lab.faults.case import custom
from tests.support.lab_fixtures import RELOAD_SSHD
from tests.support.lab_preflight import (
    UNFIXABLE,
    break_nodes,
    describe,
    job_of,
    run_preflight,
)

DIES = custom(
    "dies-in-the-mesh",
    "cat >/usr/local/sbin/ssh <<'END'\n#!/bin/sh\n"
    'case "$*" in *-G*) exec /usr/bin/ssh "$@" ;; esac\n'
    "ip link set eth0 down; exec sleep 20\nEND\nchmod +x /usr/local/sbin/ssh",
)
WITHOUT_PROC = custom("without-proc", "mount -t tmpfs -o ro none /proc")
ODD_SHELL = custom(
    "odd-shell",
    "cp -p $HOME/.bashrc $SAVED\n"
    "sed -i '1i unset HOME; export LANG=garbage LC_ALL=xx_YY.latin1' $HOME/.bashrc\n"
    f"echo MaxSessions 1 >>/etc/ssh/sshd_config\n{RELOAD_SSHD}",
)
LOUD = custom(
    "loud-shell",
    "cp -p $HOME/.bashrc $SAVED; sed -i '1i head -c 20000000 /dev/zero' $HOME/.bashrc",
)


@pytest.fixture
def lab(odd_lab):
    """Three nodes for one test."""
    return odd_lab(LabShape(nodes=3))


def preflight_findings(lab):
    """All findings but that of the memory that no lab can unlock."""
    return [one for one in run_preflight(job_of(lab)) if one.check != UNFIXABLE]


def restore_shell(lab, fault):
    """Gives node3 its shell back."""
    saved = f"/run/lab-fault/{fault.name}/.bashrc"
    lab.node("node3").run(f"cp -p {saved} /root/.bashrc", check=True)


def assert_of_node3_alone(findings):
    bad = [finding for finding in findings if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
    assert [one for one in bad if one.outcome is Outcome.UNKNOWN]
    assert all("node3" in one.subject or not one.subject for one in bad), describe(findings)
    assert decide(findings) == "stop"


def test_a_node_that_dies_in_the_mesh(lab, monkeypatch):
    monkeypatch.setattr(mesh, "ROW_LIMIT_S", 10.0)
    break_nodes(lab, DIES)
    findings = preflight_findings(lab)
    lab.node("node3").run("ip link set eth0 up; rm /usr/local/sbin/ssh", check=True)
    # TCP waits the longer to try again the longer the link was down
    lab.node("node3").run(
        "timeout 60 sh -c 'while pgrep -f [@]notty; do sleep 0.2; done'", check=True
    )
    assert_of_node3_alone(findings)
    unknown = [finding for finding in findings if finding.outcome is Outcome.UNKNOWN]
    assert {one.area for one in unknown} >= {"ssh", "ports", "time"}
    why = re.compile("no answer in time|the connection went silent")
    assert all(why.search(one.message) for one in unknown), describe(findings)
    assert not [one for one in unknown if one.area in ("limits", "names")], "answered before"


def test_a_node_without_proc(lab):
    break_nodes(lab, WITHOUT_PROC)
    findings = preflight_findings(lab)
    lab.node("node3").run("umount /proc", check=True)
    assert_of_node3_alone(findings)
    assert all(finding.outcome is not Outcome.FAIL for finding in findings), describe(findings)


def test_a_shell_without_home_or_a_language_and_one_session_is_fit(lab):
    break_nodes(lab, ODD_SHELL)
    findings = preflight_findings(lab)
    restore_shell(lab, ODD_SHELL)
    assert not describe(findings)


def test_a_shell_that_prints_megabytes(lab):
    break_nodes(lab, LOUD)
    findings = preflight_findings(lab)
    restore_shell(lab, LOUD)
    bad = [finding for finding in findings if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
    assert ("ssh.shell-is-quiet", ("node3",)) in {(one.check, one.subject) for one in bad}
    assert all(one.subject[-1] == "node3" for one in bad), describe(findings)
