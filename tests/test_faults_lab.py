"""Real damage on a real cluster: found on whom it hit, with its cause, and nobody else accused.

Where a fix can be typed it is typed, where it says, and the next preflight must say go.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.cluster import resident
from checks.judge import decide
from checks.model import Finding, Severity
from launcher.lab.cluster import Lab
from launcher.lab.shape import Shape
from tests.fault_table import CASES, Case
from tests.flights import damage, fly, job_of, mend, to_mend, told, wrong
from tests.labs import assert_nothing_left, down_and_gone, leavings


@pytest.fixture
def broken_lab(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """A lab that a test may leave broken or mended as it likes."""
    spec = getattr(request.node, "callspec", None)
    shape = spec.params["case"].shape if spec else Shape(nodes=3)
    lab = Lab.up(shape, tmp_path / ".lab")
    with lab.ssh_config.open("a") as config:
        config.write("\nHost *\n  ConnectTimeout 3\n")
    monkeypatch.setattr(resident, "START_S", 5.0)
    yield lab
    down_and_gone(lab)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
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
