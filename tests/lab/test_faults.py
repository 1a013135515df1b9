"""Real damage on a real cluster: found on whom it hit, with its cause, and nobody else accused.

Where a fix can be typed it is typed, where it says, and the next preflight must say go.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from checks.judge import decide
from checks.model import Finding, Outcome, Severity
from launcher.lab.cluster import Lab
from launcher.lab.faults import Fault
from launcher.lab.shape import LabShape
from preflight.fix_scripts import fix_scripts
from tests.lab.faults import ROWS, Case, silence
from tests.support.lab_fixtures import assert_nothing_left, down_and_gone, leavings
from tests.support.lab_preflight import (
    UNFIXABLE,
    apply_fixes,
    break_nodes,
    describe,
    failed_findings,
    findings_to_fix,
    job_of,
    run_preflight,
)


@pytest.fixture
def broken_lab(tmp_path: Path, request: pytest.FixtureRequest):
    """A lab that a test may leave broken or healthy."""
    spec = getattr(request.node, "callspec", None)
    shape = spec.params["case"].shape if spec and "case" in spec.params else LabShape(nodes=3)
    lab = Lab.up(shape, tmp_path / ".lab")
    yield lab
    down_and_gone(lab)


@pytest.mark.parametrize("case", ROWS)
def test_fault(case: Case, broken_lab: Lab):
    for fault, nodes in (*case.first, (case.fault, case.on)):
        break_nodes(broken_lab, fault, nodes)
    before = leavings(broken_lab)
    job = job_of(broken_lab, **case.job)
    findings = [
        finding
        for finding in run_preflight(job, leave_out=case.leave_out)
        if case.asks(finding.check)
    ]
    assert found_causes(findings, Severity.BLOCK) == case.expected(Severity.BLOCK), describe(
        findings
    )
    assert found_causes(findings, Severity.WARN) == case.expected(Severity.WARN), describe(findings)
    assert all(finding.fix and finding.message for finding in findings_to_fix(findings))
    assert_valid_scripts(findings)
    assert_nothing_left(broken_lab, before, but=case.leaves)
    if case.fixable:
        after = apply_fixes(broken_lab, job, findings, leave_out=case.leave_out)
        assert not findings_to_fix(after), describe(after)
        assert decide(after) == "go"


def assert_valid_scripts(findings: list[Finding]) -> None:
    """What is to be typed can stand in a script of sh."""
    for place, text in fix_scripts(findings, Path("/")).items():
        argv = ["sh", "-n"]
        done = subprocess.run(argv, input=text, text=True, capture_output=True, check=False)
        assert done.returncode == 0, f"{place}: {done.stderr}\n{text}"


def found_causes(
    findings: list[Finding], severity: Severity
) -> set[tuple[str, tuple[str, ...], str]]:
    """(check, subject, cause) of all that does not hold or could not be determined."""
    return {
        (finding.check, finding.subject, finding.cause)
        for finding in failed_findings(findings, severity)
    }


def test_a_healthy_lab_has_nothing_to_say(lab: Lab):
    findings = [finding for finding in run_preflight(job_of(lab)) if finding.check != UNFIXABLE]
    assert not describe(findings)


@pytest.mark.parametrize(
    "fault", [silence.PROBE_KILLED, silence.GARBAGE], ids=lambda fault: fault.name
)
def test_no_answer_is_no_verdict_and_on_that_node_alone(fault: Fault, broken_lab: Lab):
    break_nodes(broken_lab, fault)
    before = leavings(broken_lab)
    findings = [
        finding for finding in run_preflight(job_of(broken_lab)) if finding.check != UNFIXABLE
    ]
    bad = [finding for finding in findings if finding.outcome is not Outcome.PASS]
    unknown = [finding for finding in bad if finding.outcome is Outcome.UNKNOWN]
    assert unknown
    assert all("node3" in finding.subject or not finding.subject for finding in unknown), describe(
        findings
    )
    assert all(finding.outcome in (Outcome.UNKNOWN, Outcome.SKIP) for finding in bad), describe(
        findings
    )
    assert decide(findings) == "stop"
    assert_nothing_left(broken_lab, before)


def test_a_full_disk_does_not_stop_the_search(broken_lab: Lab):
    break_nodes(broken_lab, silence.DISK_FULL)
    before = leavings(broken_lab)
    findings = run_preflight(job_of(broken_lab, output="/var/tmp"))
    assert found_causes(findings, Severity.BLOCK) == {
        ("files.output-is-writable", ("node3",), "no-space")
    }, describe(findings)
    assert_nothing_left(broken_lab, before)
