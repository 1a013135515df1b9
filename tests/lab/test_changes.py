"""Two preflights of a healthy lab differ in nothing; a fault between them is the one change."""

from __future__ import annotations

import dataclasses

from checks.facts import Snapshot
from checks.model import Finding, Outcome, Severity
from checks.reports.changes import changes_since
from tests.lab.test_site_checks import run_on_lab

LATER_THAN_ANY = "9999-12-31T00:00:00Z"
"""The date of a run has no fractions of a second, and two runs may share one."""


def test_in_a_lab_two_looks_differ_in_nothing_and_a_fault_is_what_changed(lab, tmp_path):
    (tmp_path / "site_tests").mkdir()
    (tmp_path / "site_tests/test_none.py").write_text("")
    run_on_lab(lab, tmp_path, "--quick", "--save-facts", "one.json")
    lab.node("node3").run("ip link set eth0 mtu 1400")
    try:
        run_on_lab(lab, tmp_path, "--quick", "--save-facts", "two.json")
    finally:
        lab.node("node3").run("ip link set eth0 mtu 1500")
    one, two = (Snapshot.load(tmp_path / f"{name}.json") for name in ("one", "two"))
    accused = [
        Finding("gpu.x", "gpu", (name,), Severity.BLOCK, Outcome.FAIL) for name in one.job.names
    ]
    found = changes_since(one, dataclasses.replace(two, started=LATER_THAN_ANY), accused)
    assert found is not None
    lines = [str(change) for change in found.changes]
    assert lines, "an MTU that is another is a change"
    assert all(line.startswith("node3: ") and "mtu" in line for line in lines), lines
