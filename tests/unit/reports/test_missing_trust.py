"""A cluster that nobody has set up trust on is one finding for a person; reports keep all."""

from __future__ import annotations

import itertools

import pytest

from checks.facts import Snapshot
from checks.model import Finding, Fix, Job, Node, Outcome, Severity
from checks.reports.missing_trust import CONTROLLER_CHECK, MESH_CHECK, fold_missing_trust
from checks.run import Result
from preflight.html_report import render_page

NAMES = ("n1", "n2", "n3", "n4")
JOB = Job(tuple(map(Node, NAMES)), "n1", typed=(("--hosts", "h.txt"),))
ALL = list(itertools.product(NAMES, repeat=2))
WITH_N4 = [pair for pair in ALL if "n4" in pair]


def finding(check: str, *subject: str, cause: str = "") -> Finding:
    outcome = Outcome.FAIL if cause else Outcome.PASS
    area = check.partition(".")[0]
    fix = Fix(f"repair {subject}", subject[0])
    return Finding(check, area, subject, Severity.BLOCK, outcome, f"{subject}", cause, fix)


def mesh(failed, cause="host-key-unknown", **others):
    causes = dict.fromkeys(failed, cause) | {tuple(k.split("_")): v for k, v in others.items()}
    return [finding(MESH_CHECK, *pair, cause=causes.get(pair, "")) for pair in ALL]


def wrong(findings):
    return [finding for finding in findings if finding.outcome is Outcome.FAIL]


@pytest.mark.parametrize(
    ("failed", "between"),
    [(ALL, "between n[1-4]: 16 of 16"), (WITH_N4, "to or from n4: 7 of 16")],
)
@pytest.mark.parametrize("cause", ["host-key-unknown", "key-missing", "key-not-authorized"])
def test_nodes_that_trust_nobody_are_one_finding(failed, between, cause):
    findings = mesh(failed, cause)
    (one,) = wrong(fold_missing_trust(findings, JOB))
    assert between in one.message
    assert (one.subject, one.cause, one.stops) == ((), cause, True)
    assert one.fix and one.fix.command.endswith("-m launcher trust --hosts h.txt")
    assert len(fold_missing_trust(findings, JOB)) == 16 - len(failed) + 1


@pytest.mark.parametrize(
    "findings",
    [
        mesh([("n1", "n4")]),
        mesh([("n4", "n4")]),
        mesh([(source, "n4") for source in NAMES]),
        mesh([("n4", target) for target in NAMES], "key-missing"),
        mesh(ALL, "key-denied"),
        mesh(ALL, "shell-noisy"),
        mesh(WITH_N4, n1_n4="throttled"),
        mesh([pair for pair in ALL if (pair[0] < "n3") != (pair[1] < "n3")]),
        mesh(WITH_N4, n1_n2="host-key-unknown"),
        mesh([]),
    ],
    ids=[
        "one pair", "a node with itself", "nobody knows one node", "one node has no key",
        "refused keys", "another cause", "one of another cause", "two halves", "another pair too",
        "all well",
    ],
)  # fmt: skip
def test_what_has_another_reason_is_left_alone(findings):
    assert fold_missing_trust(findings, JOB) == findings


def test_two_new_nodes_are_one_finding():
    pairs = [pair for pair in ALL if {"n3", "n4"} & set(pair)]
    (one,) = wrong(fold_missing_trust(mesh(pairs), JOB))
    assert "to or from n[3-4]: 12 of 16" in one.message


@pytest.mark.parametrize("cause", ["host-key-unknown", "key-denied", "key-missing"])
def test_a_controller_that_nobody_lets_in_is_one_finding(cause):
    findings = [finding(CONTROLLER_CHECK, name, cause=cause) for name in NAMES]
    (one,) = fold_missing_trust(findings, JOB)
    assert "cannot log in to n[1-4]" in one.message
    assert one.fix and one.fix.command.endswith("trust --hosts h.txt --ask-password")


@pytest.mark.parametrize(("failed", "cause"), [(NAMES[:1], "key-denied"), (NAMES, "dropped")])
def test_one_node_and_other_causes_keep_their_own_fix(failed, cause):
    findings = [
        finding(CONTROLLER_CHECK, name, cause=cause if name in failed else "") for name in NAMES
    ]
    assert fold_missing_trust(findings, JOB) == findings


def test_people_read_one_and_the_report_has_all():
    result = Result(Snapshot(JOB, "2026-01-01T00:00:00Z"), tuple(mesh(ALL)))
    text = "\n".join(result.summary(go="", stop="again", colour=False))
    assert "× ssh        16 failed" in text
    assert text.count("  × ") == 1
    assert "Suspect" not in text
    assert text.endswith("STOP: 1 problem must be fixed first. Fix it, then again")
    assert render_page(result).count("no trust between") == 1
    failed = [entry for entry in result.report["findings"] if entry["outcome"] == "fail"]
    assert [entry["subject"] for entry in failed] == [list(pair) for pair in ALL]
    plain = result.summary(go="", stop="again", colour=False, fold_trust=False)
    assert "no trust" not in "\n".join(plain)
