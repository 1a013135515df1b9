"""Every check is declared whole, and was seen to hold and to fail in a test."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from checks.catalogue import (
    AREAS,
    CATALOGUE,
    area_modules,
    area_text,
    declared_checks,
    unknown_check_names,
)
from checks.contact.resident_probe import section_modules
from checks.facts import Fact
from checks.facts.snapshot import Login
from checks.knowledge.failures import FAILURES
from checks.stages.stage_list import STAGES
from tests.support.paths import ROOT

CHECKS = [pytest.param(check, id=check.id) for check in CATALOGUE.values()]


def test_there_are_checks():
    assert len(CATALOGUE) > 20


@pytest.mark.parametrize("check", CHECKS)
def test_id_is_area_and_claim(check):
    assert re.fullmatch(r"[a-z]+\.[a-z][a-z0-9]*(-[a-z0-9]+)+", check.id)
    assert check.area in AREAS


@pytest.mark.parametrize("check", CHECKS)
def test_check_stands_in_the_module_of_its_area(check):
    assert check.judge.__module__ in {module.__name__ for module in area_modules(check.area)}


@pytest.mark.parametrize("check", CHECKS)
def test_function_is_called_as_the_claim(check):
    assert check.judge.__name__ == check.claim.replace("-", "_")


@pytest.mark.parametrize("check", CHECKS)
def test_claim_is_a_sentence(check):
    assert check.text.claim.endswith(".")
    assert len(check.text.claim.split()) > 3


@pytest.mark.parametrize("check", CHECKS)
def test_docstring_says_why_how_measured_and_how_to_fix(check):
    text = check.text
    assert len(text.why.split()) > 3
    assert len(text.measured.split()) > 1
    assert text.fix or text.fixes
    assert all(len(fix.text) > 1 for fix in text.fixes)


@pytest.mark.parametrize("check", CHECKS)
def test_no_cause_is_described_twice(check):
    causes = [cause for fix in check.text.fixes for cause in fix.causes]
    assert len(set(causes)) == len(causes)


def described_causes(check):
    """The causes in the docstring, and those of the areas whose table it links to."""
    causes = {cause for fix in check.text.fixes for cause in fix.causes}
    for area in re.findall(r"\((?:(\w+)\.md)?#causes\)", check.text.fix):
        causes |= {cause.name for cause in area_text(area or check.area).causes}
    return causes


@pytest.mark.parametrize("check", CHECKS)
def test_what_it_needs_is_answered_by_somebody(check):
    answered = {*section_modules(), *(stage.section for stage in STAGES), Login.section}
    assert check.needs
    for fact in check.needs:
        assert issubclass(fact, Fact)
        assert fact.section in answered


def test_no_id_is_declared_twice():
    found = [
        check.id
        for area in AREAS
        for module in area_modules(area)
        for check in declared_checks(module)
    ]
    assert sorted(found) == sorted(CATALOGUE)


def test_checks_and_areas_may_be_allowed_and_nothing_else():
    assert unknown_check_names([*CATALOGUE, "ssh", "ssh.no-such-claim", "sshd"]) == {
        "ssh.no-such-claim",
        "sshd",
    }


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> dict[str, dict[str, list[str]]]:
    """Outcomes and causes by check, in a run of the areas' own tests."""
    file = tmp_path_factory.mktemp("judgements") / "seen.json"
    judging = sorted(
        str(path) for area in AREAS for path in ROOT.glob(f"tests/unit/areas/test_{area}*.py")
    )
    argv = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.support.judgements",
        "-p",
        "no:cacheprovider",
        *judging,
    ]
    done = subprocess.run(
        [sys.executable, *argv],
        cwd=ROOT,
        env={**os.environ, "JUDGEMENTS": str(file), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    # a test that fails there is red in its own name already
    assert done.returncode in (0, 1), done.stdout[-4000:]
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.long
def test_each_check_was_seen_to_hold_and_to_fail(seen):
    wanted = [(check, outcome) for check in CATALOGUE for outcome in ("pass", "fail")]
    assert not [one for one in wanted if one[1] not in seen.get(one[0], {}).get("outcomes", [])]


@pytest.mark.long
def test_each_cause_that_was_seen_is_described(seen):
    undescribed = {
        (check.id, cause)
        for check in CATALOGUE.values()
        for cause in seen.get(check.id, {}).get("causes", [])
        if cause not in described_causes(check) and cause not in FAILURES
    }
    made_up_by_test_reach = {("reach.controller-logs-in", "never-heard-of")}
    assert undescribed - made_up_by_test_reach == set()
