"""A node that computes slowly and one that computes nonsense, on a real cluster: nobody else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.run import examine
from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.broken_torch import spoil
from tests.support.lab_fixtures import down_and_gone
from tests.support.lab_preflight import job_of

CHECK = "collective.accelerators-are-alike-fast"
INSTEAD = """\
good = torch.matmul

def bad(*factors, out):
    {how}

torch.matmul = bad"""
SLOW = "[good(*factors, out=out) for _ in range(6)]"
NONSENSE = "good(*factors, out=out).fill_(float('nan'))"


@pytest.mark.alone
def test_the_slow_and_the_broken_are_told_and_nobody_else(tmp_path: Path):
    lab = Lab.up(LabShape(nodes=4), tmp_path / ".lab", visible={sys.prefix})
    try:
        for name, how in (("node2", NONSENSE), ("node4", SLOW)):
            spoil(lab, name, INSTEAD.format(how=how))
        job = job_of(lab)
        claims = claims_of([CATALOGUE[CHECK]], job)
        found = examine(job, claims).findings
        reported = {finding.subject[0]: finding.cause or finding.outcome.value for finding in found}
        assert reported == {
            "node1": "pass",
            "node2": "not-finite",
            "node3": "pass",
            "node4": "slow",
        }
    finally:
        down_and_gone(lab)
