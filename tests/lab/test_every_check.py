"""--every-check: a run of the tests is red unless it saw each check hold and fail."""

from __future__ import annotations

import subprocess
import sys

from tests.support.judgements import WANTED, undescribed_causes, unseen_outcomes
from tests.support.paths import ROOT


def test_a_run_that_did_not_see_each_check_hold_and_fail_is_red():
    """Its tests see the master port taken, never free, and nothing of other areas."""
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2"]
    part = ("--every-check", "tests/unit/areas/test_ports_master.py")
    done = subprocess.run(
        [*argv, *part], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1, done.stdout
    lines = done.stdout.splitlines()
    assert "ports.master-port-is-free was never seen to pass" in lines
    assert "ports.master-port-is-free was never seen to fail" not in lines
    assert "ssh.shell-is-quiet was never seen to fail" in lines
    assert " failed" not in done.stdout


def test_a_run_that_saw_each_check_hold_and_fail_is_green():
    whole = {(check, outcome, "") for check, outcome in WANTED}
    assert not unseen_outcomes(whole)
    first = (*WANTED[0], "")
    assert unseen_outcomes(whole - {first}) == [f"{first[0]} was never seen to pass"]


def test_a_cause_that_nobody_described_is_named():
    judged = {("ssh.shell-is-quiet", "fail", "never-heard-of"), ("ssh.shell-is-quiet", "pass", "")}
    assert undescribed_causes(judged) == [
        "ssh.shell-is-quiet does not describe its cause never-heard-of"
    ]
