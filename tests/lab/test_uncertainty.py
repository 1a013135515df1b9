"""Nodes of a lab that fall silent, or hide what they are: on that node alone, and bounded."""

from __future__ import annotations

import re

import pytest

from checks.judge import IN_TIME, decide
from checks.model import Outcome
from checks.stages import gather
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


def held_up(name, once_greeted):
    """Python of the node is held up by lines of sh as soon as it has said that it is there."""
    return custom(
        name,
        f"""cat >$SAVED/slow <<'END'
#!/bin/sh
/usr/bin/python3.held "$@" | {{ IFS= read -r hello
pid=$(pgrep -o -f '[p]ython3.held')
{once_greeted}
printf '%s\\n' "$hello"; exec cat; }}
END
mv /usr/bin/python3 /usr/bin/python3.held
cp $SAVED/slow /usr/bin/python3; chmod +x /usr/bin/python3
""",
    )


FROZEN = held_up("probe-frozen", "kill -STOP $pid")
STARVED = held_up(
    "probe-starved",
    "while kill -STOP $pid 2>/dev/null; do sleep 3; kill -CONT $pid; sleep 0.01; done >&- &",
)


@pytest.fixture
def lab(odd_lab):
    """Three nodes for one test."""
    return odd_lab(LabShape(nodes=3))


def preflight_findings(lab):
    """All findings but that of the memory that no lab can unlock."""
    return [finding for finding in run_preflight(job_of(lab)) if finding.check != UNFIXABLE]


def restore_shell(lab, fault):
    """Gives node3 its shell back."""
    saved = f"/run/lab-fault/{fault.name}/.bashrc"
    lab.node("node3").run(f"cp -p {saved} /root/.bashrc", check=True)


def assert_of_node3_alone(findings):
    bad = [finding for finding in findings if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
    assert [finding for finding in bad if finding.outcome is Outcome.UNKNOWN]
    assert all("node3" in finding.subject or not finding.subject for finding in bad), describe(
        findings
    )
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
    assert {entry.area for entry in unknown} >= {"ssh", "ports", "time"}
    why = re.compile("no answer (in time|within)|the connection went silent")
    assert all(why.search(finding.message) for finding in unknown), describe(findings)
    assert not [entry for entry in unknown if entry.area in ("limits", "names")], "answered before"


def test_a_node_without_proc(lab):
    break_nodes(lab, WITHOUT_PROC)
    findings = preflight_findings(lab)
    lab.node("node3").run("umount /proc", check=True)
    assert_of_node3_alone(findings)
    failed = {finding.cause for finding in findings if finding.outcome is Outcome.FAIL}
    assert failed == {"kernel-files-hidden"}, describe(findings)


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
    assert ("ssh.shell-is-quiet", ("node3",)) in {
        (finding.check, finding.subject) for finding in bad
    }
    assert all(finding.subject[-1] == "node3" for finding in bad), describe(findings)


@pytest.mark.parametrize(
    "fault", [FROZEN, pytest.param(STARVED, marks=pytest.mark.long)], ids=lambda fault: fault.name
)
def test_a_node_too_busy_to_answer_is_one_finding(lab, monkeypatch, fault):
    monkeypatch.setattr(gather, "FACTS_LIMIT_S", 4.0)
    break_nodes(lab, fault)
    findings = preflight_findings(lab)
    lab.node("node3").run("pkill -KILL -f python3.held")
    bad = [finding for finding in findings if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
    assert [(finding.check, finding.subject) for finding in bad] == [(IN_TIME, ("node3",))], (
        describe(findings)
    )
    assert bad[0].outcome is Outcome.UNKNOWN
    assert "did not answer in time" in bad[0].message
    skipped = [finding for finding in findings if IN_TIME in finding.message]
    assert {finding.outcome for finding in skipped} == {Outcome.SKIP}
    assert len(skipped) > 60
    assert decide(findings) == "stop"
