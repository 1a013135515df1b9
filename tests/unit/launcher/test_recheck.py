"""After a failure: which claims bear on it, and how what the nodes say now is told."""

from __future__ import annotations

from checks.catalogue import CATALOGUE
from checks.check import Tag
from checks.knowledge.failures import FAILURES
from checks.model import Finding, Fix, Outcome, Severity
from launcher.recheck import (
    describe_findings,
    relevant_claims,
)
from tests.support.snapshots import snapshot

JOB = snapshot().job
LOGIN = "reach.controller-logs-in"
USUAL = {check.id for check in CATALOGUE.values() if Tag.AFTER_FAILURE in check.tags}
SHM = "limits.shm-is-large-enough"


def asked(nodes, checks):
    return [(claim.check.id, claim.subject) for claim in relevant_claims(JOB, nodes, checks)]


def finding(check, outcome, *subject, severity=Severity.BLOCK, message="", fix=None):
    area = check.partition(".")[0]
    return Finding(check, area, subject, severity, outcome, message=message, fix=fix)


def test_the_checks_of_the_known_failure_are_asked_of_the_nodes_concerned():
    assert asked(["node2"], [SHM]) == [(LOGIN, ("node2",)), (SHM, ("node2",))]


def test_a_pair_is_asked_where_either_end_is_concerned_and_the_head_always():
    claims = asked(["node2"], ["ports.master-port-is-reachable", "ports.master-port-is-free"])
    assert (("ports.master-port-is-reachable"), ("node2", "node1")) in claims
    assert (("ports.master-port-is-reachable"), ("node3", "node1")) not in claims
    assert (("ports.master-port-is-free"), ("node1",)) in claims


def test_what_trains_or_measures_is_not_asked_again():
    usual = {check for check, _ in asked(["node2"], USUAL)}
    assert {check for check, _ in asked(["node2"], ["training.smoke-trains"])} == usual
    assert {check for check, _ in asked(["node2"], [])} == usual
    assert {check for check, _ in asked(["node2"], ["training.smoke-trains", SHM])} == {
        LOGIN,
        SHM,
    }


def is_quick(name):
    return not (CATALOGUE[name].heavy or CATALOGUE[name].late)


def test_the_usual_checks_are_quick():
    assert len(USUAL) > 10
    assert all(map(is_quick, (LOGIN, *USUAL)))


def test_most_known_failures_name_a_quick_check():
    naming = [known for known in FAILURES.values() if known.checks]
    quick = [known for known in naming if any(map(is_quick, known.checks))]
    assert len(quick) > 0.9 * len(naming)


def test_what_fails_now_is_told_with_its_fix_and_that_it_held_before():
    fix = Fix("mount -o remount,size=8G /dev/shm", "node2")
    findings = [
        finding(LOGIN, Outcome.PASS, "node2"),
        finding(SHM, Outcome.FAIL, "node2", message="node2: /dev/shm is full", fix=fix),
        finding("gpu.driver-answers", Outcome.SKIP, "node2"),
    ]
    before = {(SHM, ("node2",)): "pass"}
    assert describe_findings(findings, ["node2"], before, known=True).splitlines() == [
        "checked node2 again:",
        "  × node2: /dev/shm is full (passed before the start)",
        f"      {SHM}, node2",
        "      fix (on node2):",
        "        mount -o remount,size=8G /dev/shm",
        f"  √ passed: {LOGIN}",
    ]


def test_a_warning_from_before_is_told_again_only_where_it_bears_on_the_failure():
    warned = finding(SHM, Outcome.FAIL, "node2", severity=Severity.WARN, message="node2: small")
    before = {(SHM, ("node2",)): "fail"}
    assert "small" in describe_findings([warned], ["node2"], before, known=True)
    assert "small" in describe_findings([warned], ["node2"], {}, known=False)
    assert "small" not in describe_findings([warned], ["node2"], before, known=False)


def test_what_could_not_be_determined_is_no_pass():
    lost = finding(SHM, Outcome.UNKNOWN, "node2", message="node2: no answer in 5 s")
    text = describe_findings(
        [lost, finding(SHM, Outcome.PASS, "node3")], ["node2", "node3"], {}, known=True
    )
    assert f"  ? node2: no answer in 5 s\n      {SHM}, node2" in text
    assert "passed" not in text
