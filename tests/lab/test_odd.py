"""Healthy clusters that are odd as real sites are: a preflight of them must have nothing to say.

Each oddity is one that a stricter reading of "as it should be" would call a fault; training starts
on all of them. What truly warns is listed, and nothing else may.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checks.judge import decide
from checks.model import Outcome
from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support import odd_logins, odd_machines
from tests.support.lab_fixtures import assert_nothing_left, down_and_gone, leavings
from tests.support.lab_preflight import HEAVY, UNFIXABLE, describe, job_of, run_preflight
from tests.support.odd_site import TWO, Site
from tests.support.paths import ROOT

SITES = [*odd_logins.SITES, *odd_machines.SITES]


@pytest.fixture
def bring_up(tmp_path: Path) -> Iterator[Callable[[LabShape], Lab]]:
    """Brings up a lab that a test may change as it likes; all of it is gone afterwards."""
    labs: list[Lab] = []

    def up(shape: LabShape) -> Lab:
        labs.append(Lab.up(shape, tmp_path / ".lab"))
        return labs[-1]

    yield up
    for lab in labs:
        down_and_gone(lab)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_nothing_to_say(site: Site, bring_up: Callable[[LabShape], Lab]) -> None:
    lab = bring_up(site.shape)
    for step in site.steps:
        step(lab)
    before = leavings(lab)
    findings = run_preflight(job_of(lab, **site.job), leave_out=() if site.trains else HEAVY)
    assert decide(findings) == "go", describe(findings)
    assert not [finding for finding in findings if finding.outcome is Outcome.UNKNOWN], describe(
        findings
    )
    assert {finding.check for finding in findings if finding.warned} - {UNFIXABLE} == site.warns, (
        describe(findings)
    )
    assert {finding.check for finding in findings if finding.outcome is Outcome.PASS}
    assert_nothing_left(lab, before)


def test_a_node_is_the_controller(bring_up: Callable[[LabShape], Lab]) -> None:
    lab = bring_up(TWO)
    before = leavings(lab)
    flight = (
        f"{sys.executable} -m pytest -p no:cacheprovider preflight/ --hosts node1,node2 --quick"
    )
    quiet = {"PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
    done = lab.node("node1").run(f"cd {ROOT} && {flight}", env=quiet)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " failed" not in done.stdout
    assert_nothing_left(lab, before)
