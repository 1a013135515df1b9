"""Causes that seldom come, or that checks share: each is found, with what is to be typed."""

from __future__ import annotations

import json

import pytest

from checks.areas.files.system import EXPECTATIONS
from checks.facts.deepspeed_config import ConfigText, DeepspeedConfig, OffloadFolder
from checks.facts.pdsh import Pdsh, PdshAnswer, PdshRun
from checks.facts.ssh import LoginAttempt, SshRow
from checks.facts.sshd import Sshd
from checks.facts.surroundings import Surroundings
from checks.facts.trust import Trust
from checks.model import Outcome
from tests.support import listeners, zero_cases
from tests.support.login_texts import LOGIN_TEXTS
from tests.support.snapshots import judged, snapshot, with_fact

NODES = ("node1", "node2")
OF_SSH = {**LOGIN_TEXTS, None: "timeout"}


@pytest.mark.parametrize(("text", "cause"), LOGIN_TEXTS.items())
def test_what_pdshs_own_ssh_says_is_shown_again(text, cause):
    answers = {
        "node1": PdshAnswer(0, "node1", "node1", 7),
        "node2": PdshAnswer(code=255, said=text),
    }
    snap = with_fact(snapshot(NODES), "node1", Pdsh("/usr/bin/pdsh", "pdsh-2.34", ("ssh", "exec")))
    with_fact(snap, "node1", PdshRun(7, 255, 0.3, "", answers))
    finding = judged(snap, "pdsh.reaches-every-node")["node1", "node2"]
    assert (finding.outcome, finding.cause) == (Outcome.FAIL, cause)
    assert finding.fix.command == "PDSH_RCMD_TYPE=ssh pdsh -S -w node2 true"


@pytest.mark.parametrize(("text", "cause"), OF_SSH.items())
def test_a_login_that_fails_between_nodes_has_something_to_type(text, cause):
    attempt = LoginAttempt(code=None if text is None else 255, err=text or "")
    finding = failed_login(attempt)
    assert finding.outcome is Outcome.FAIL
    assert finding.cause == cause or cause in ("key-denied", "key-permissions", "key-unreadable")
    assert finding.fix.command


def test_a_shell_that_never_answers_between_nodes_has_something_to_type():
    finding = failed_login(LoginAttempt(code=None, authenticated=True))
    assert (finding.cause, bool(finding.fix.command)) == ("shell-hangs", True)


def failed_login(attempt):
    good = {name: LoginAttempt(code=0, hostname=name, authenticated=True) for name in NODES}
    snap = with_fact(snapshot(NODES), "node1", SshRow({**good, "node2": attempt}))
    with_fact(snap, "node2", SshRow(good))
    with_fact(snap, "node1", Trust("root", "/root"))
    with_fact(snap, "node2", Sshd("root", accounts=("root",)))
    return judged(snap, "ssh.every-node-logs-in-to-every-node")["node1", "node2"]


@pytest.mark.parametrize(
    "cause",
    ["absent", "wrong-answer", "reset", "no-local-port", "no-answer", "no-route", "rejected"],
)
@pytest.mark.parametrize(
    ("check", "ports"),
    [("master-port-is-reachable", (29500,)), ("ephemeral-ports-are-open", listeners.SAMPLE)],
)
def test_every_cause_of_a_failed_call_has_words_and_a_fix(check, ports, cause):
    calls = [listeners.failed_call("node1", port, cause) for port in ports]
    snap = listeners.with_failed(listeners.cluster(), "node2", *calls)
    finding = judged(snap, f"ports.{check}")["node2", "node1"]
    assert (finding.outcome, finding.cause) == (Outcome.FAIL, cause)
    assert str(finding.fix)


@pytest.mark.parametrize(("thing", "expected"), EXPECTATIONS.items())
def test_each_thing_that_programs_expect_is_named_with_its_cause(thing, expected):
    snap = snapshot()
    for name in snap.job.names:
        with_fact(snap, name, Surroundings(seen={thing: "is odd"} if name == "node3" else {}))
    finding = judged(snap, "files.system-is-as-programs-expect")["node3",]
    assert finding.cause == expected.cause
    assert bool(finding.fix.command) is bool(expected.command)


@pytest.mark.parametrize(
    ("check", "config", "cause", "edited"),
    [
        ("keys-are-known", {"colour_of_gradients": 1}, "unknown-key", False),
        ("values-are-accepted", zero_cases.zero(stage=2, colour=1), "refused-key", True),
        (
            "values-are-accepted",
            zero_cases.zero(cpu_offload=True, offload_optimizer={"device": "cpu"}),
            "both-keys",
            True,
        ),
        ("values-are-accepted", {"steps_per_print": 0}, "out-of-range", True),
        ("values-are-accepted", {"steps_per_print": "often"}, "out-of-range", False),
    ],
)
def test_what_deepspeed_refuses_is_edited_out_where_it_is_clear_how(check, config, cause, edited):
    finding = zero_cases.finding(check, zero_cases.cluster(config))
    assert finding.cause == cause
    assert bool(finding.fix.command) is edited


@pytest.mark.parametrize(
    ("other", "typed"),
    [("/", "mkdir -p /x"), ("/x", "lsblk -o NAME,SIZE,MOUNTPOINT; grep -n /x /etc/fstab")],
)
def test_a_missing_folder_to_offload_to_is_made_or_its_disk_looked_for(other, typed):
    config = zero_cases.zero(stage=3, offload_param={"device": "nvme", "nvme_path": "/x"})
    text = ConfigText("there", "/run/ds.json", json.dumps(config))
    snap = zero_cases.cluster(config)
    for node, nearest in zip(NODES, ("/", other), strict=True):
        with_fact(snap, node, DeepspeedConfig(text, nvme={"/x": OffloadFolder("/x", nearest)}))
    finding = judged(snap, "deepspeed.nvme-path-is-writable")["node1",]
    assert (finding.cause, finding.fix.command) == ("nvme-missing", typed)
