"""A preflight of a lab, in process: what a test needs to see findings and to type their fixes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import Any

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.job.build import build_job
from checks.model import Finding, Fix, Job, Outcome, Severity
from checks.run import examine
from launcher.lab import faults
from launcher.lab.cluster import Lab
from launcher.lab.faults import Fault

HERE = "this machine"
ROUNDS = 5
"""How often fixes may uncover the next fault before a cluster must be healthy."""


HEAVY = ("training", "collective")
"""The areas that run something on the nodes, which takes its time: not asked unless meant."""


def job_of(lab: Lab, **options: Any) -> Job:
    """The job that `--hosts .lab/hosts.txt` gives, in a working directory that every node has."""
    fields = {"hosts": str(lab.hosts), "workdir": "/root", **options}
    return build_job(fields, cwd=lab.hosts.parent, environ=os.environ)


def break_nodes(lab: Lab, fault: str | Fault, on: Sequence[str] = ()) -> None:
    """Break nodes by a fault of the lab's, or by one of a test's own; nobody undoes the latter."""
    if isinstance(fault, str):
        lab.fault(fault, on=on)
        return
    for name in faults.target_nodes(lab.record, fault, tuple(on)):
        faults.run_fault_script(lab.record, fault, name, f"mkdir -p $SAVED\n{fault.apply}")


def run_preflight(job: Job, *, leave_out: Sequence[str] = HEAVY) -> list[Finding]:
    """All findings of a preflight, without those areas and checks."""
    checks = [check for check in CATALOGUE.values() if not {check.area, check.id} & {*leave_out}]
    claims = claims_of(checks, job)
    return list(examine(job, claims).findings)


def failed_findings(findings: Sequence[Finding], severity: Severity) -> list[Finding]:
    """What does not hold or could not be determined, of that severity."""
    found = [finding for finding in findings if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
    return [finding for finding in found if finding.severity is severity]


def describe(findings: Sequence[Finding]) -> str:
    """Findings that do not hold, for the message of an assertion."""
    found = [finding for finding in findings if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
    return "\n".join(
        f"{finding.outcome.value} {finding.severity.value} {finding.check} {finding.subject} "
        f"{finding.cause}: {finding.message} | {finding.fix}"
        for finding in found
    )


def apply_fixes(
    lab: Lab, job: Job, findings: Sequence[Finding], *, leave_out: Sequence[str] = HEAVY
) -> list[Finding]:
    """Type the fixes of what is wrong, once each, and fly again, until all holds, or too often."""
    for _ in range(ROUNDS):
        typed = dict.fromkeys(finding.fix for finding in findings_to_fix(findings) if finding.fix)
        if not typed:
            break
        for fix in typed:
            type_fix(lab, fix)
        findings = run_preflight(job, leave_out=leave_out)
    return list(findings)


UNFIXABLE = "limits.memlock-is-unlimited"
"""The machine itself grants 8 MiB, and nothing in a lab can raise that."""


def findings_to_fix(findings: Sequence[Finding]) -> list[Finding]:
    """What blocks; where nothing does, what warns."""
    blocking = [finding for finding in findings if finding.stops]
    return blocking or [
        finding for finding in findings if finding.warned and finding.check != UNFIXABLE
    ]


WAITING_RELOAD = """pkill() {
    rm -f /run/sshd.pid
    command pkill "$@" && until [ -s /run/sshd.pid ]; do sleep 0.02; done
}"""
"""sshd writes its pid file once it listens again."""


SUDO = 'sudo() { "$@"; }'
BECOME = f"""{SUDO}
id() {{ command id "$@" LOGIN; }}"""
"""No lab has sudo: all is typed by root, and `id -u` is the login's."""


def type_fix(lab: Lab, fix: Fix) -> None:
    """Type one fix as a person at that place would. Raises CalledProcessError with its words."""
    assert fix.command, f"nothing to type: {fix.note}"
    if fix.on in ("", HERE):
        argv = ["bash", "-c", f"{SUDO}\n{fix.command}"]
        done = subprocess.run(argv, check=False, timeout=60, capture_output=True, text=True)
    else:
        login = lab.record.user
        become = "" if login == "root" else BECOME.replace("LOGIN", login)
        done = lab.node(fix.on).run(f"{WAITING_RELOAD}\n{become}\n{fix.command}")
    assert done.returncode == 0, f"{fix}\n{done.stdout}{done.stderr}"
