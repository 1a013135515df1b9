"""The line that a finding says for a certificate is right: its CA signs again, and all is well."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checks.judge import decide
from launcher.lab.cluster import Lab
from tests.lab.faults import certificates
from tests.support.lab_fixtures import down_and_gone
from tests.support.lab_preflight import break_nodes, describe, findings_to_fix, job_of
from tests.support.lab_preflight import run_preflight as preflight


@pytest.mark.parametrize(
    "name", ["certificate-expired", "certificate-for-another", "certificate-file-named"]
)
def test_the_ca_signs_again_by_the_line_that_is_said(name: str, tmp_path: Path):
    case = next(case for case in certificates.CASES if case.name == name)
    lab = Lab.up(case.shape, tmp_path / ".lab")
    try:
        for fault, nodes in (*case.first, (case.fault, case.on)):
            break_nodes(lab, fault, nodes)
        job = job_of(lab)
        notes = {finding.fix.note for finding in findings_to_fix(preflight(job)) if finding.fix}
        (line,) = {
            found[1] for note in notes for found in re.finditer("`(ssh-keygen [^`]*)`", note)
        }
        (place,) = {found[1] for note in notes for found in re.finditer(r"belongs at (\S+)", note)}
        written = line.split()[-1].replace(".pub", "-cert.pub")
        move = "" if written == place else f" && mv {written} {place}"
        done = lab.node("node3").run(line.replace(" CA ", " /root/ca ") + move)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        after = preflight(job)
        assert decide(after) == "go", describe(after)
    finally:
        down_and_gone(lab)
