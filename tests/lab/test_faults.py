"""Real damage on a real cluster: found on whom it hit, with its cause, and nobody else accused.

Where a fix can be typed it is typed, where it says, and the next preflight must say go.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.judge import decide
from checks.model import Finding, Outcome, Severity
from launcher.lab.cluster import Lab
from launcher.lab.faults import Fault
from launcher.lab.shape import LabShape
from tests.lab.faults import ROWS, Case, silence
from tests.support.lab_fixtures import assert_nothing_left, down_and_gone, leavings
from tests.support.lab_preflight import UNMENDABLE, damage, fly, job_of, mend, to_mend, told, wrong


@pytest.fixture
def broken_lab(tmp_path: Path, request: pytest.FixtureRequest):
    """A lab that a test may leave broken or mended as it likes."""
    spec = getattr(request.node, "callspec", None)
    shape = spec.params["case"].shape if spec and "case" in spec.params else LabShape(nodes=3)
    lab = Lab.up(shape, tmp_path / ".lab")
    yield lab
    down_and_gone(lab)


@pytest.mark.parametrize("case", ROWS)
def test_fault(case: Case, broken_lab: Lab):
    for fault, nodes in (*case.first, (case.fault, case.on)):
        damage(broken_lab, fault, nodes)
    before = leavings(broken_lab)
    job = job_of(broken_lab, **case.job)
    findings = [one for one in fly(job, leave_out=case.leave_out) if case.asks(one.check)]
    assert seen(findings, Severity.BLOCK) == case.expected(Severity.BLOCK), told(findings)
    assert seen(findings, Severity.WARN) == case.expected(Severity.WARN), told(findings)
    assert all(one.fix and one.message for one in to_mend(findings))
    assert_nothing_left(broken_lab, before, but=case.leaves)
    if case.mends:
        after = mend(broken_lab, job, findings, leave_out=case.leave_out)
        assert not to_mend(after), told(after)
        assert decide(after) == "go"


def seen(findings: list[Finding], severity: Severity) -> set[tuple[str, tuple[str, ...], str]]:
    """(check, subject, cause) of all that does not hold or could not be determined."""
    return {(one.check, one.subject, one.cause) for one in wrong(findings, severity)}


def test_a_healthy_lab_has_nothing_to_say(lab: Lab):
    findings = [one for one in fly(job_of(lab)) if one.check != UNMENDABLE]
    assert not told(findings)


@pytest.mark.parametrize(
    "fault", [silence.PROBE_KILLED, silence.GARBAGE], ids=lambda fault: fault.name
)
def test_no_answer_is_no_verdict_and_on_that_node_alone(fault: Fault, broken_lab: Lab):
    damage(broken_lab, fault)
    before = leavings(broken_lab)
    findings = [one for one in fly(job_of(broken_lab)) if one.check != UNMENDABLE]
    bad = [one for one in findings if one.outcome is not Outcome.PASS]
    unknown = [one for one in bad if one.outcome is Outcome.UNKNOWN]
    assert unknown
    assert all("node3" in one.subject or not one.subject for one in unknown), told(findings)
    assert all(one.outcome in (Outcome.UNKNOWN, Outcome.SKIP) for one in bad), told(findings)
    assert decide(findings) == "stop"
    assert_nothing_left(broken_lab, before)


def test_a_full_disk_does_not_stop_the_search(broken_lab: Lab):
    damage(broken_lab, silence.DISK_FULL)
    before = leavings(broken_lab)
    findings = fly(job_of(broken_lab, output="/var/tmp"))
    assert seen(findings, Severity.BLOCK) == {
        ("files.output-is-writable", ("node3",), "no-space")
    }, told(findings)
    assert_nothing_left(broken_lab, before)
