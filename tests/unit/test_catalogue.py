"""Every check is declared whole; `make test` holds that each was seen to hold and to fail."""

from __future__ import annotations

import re

import pytest

from checks.catalogue import (
    AREAS,
    CATALOGUE,
    area_modules,
    declared_checks,
    unknown_check_names,
)
from checks.contact.resident_probe import section_modules
from checks.facts import Fact
from checks.facts.snapshot import Login
from checks.stages.stage_list import STAGED_SECTIONS

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


@pytest.mark.parametrize("check", CHECKS)
def test_what_it_reads_is_answered_by_somebody(check):
    answered = {*section_modules(), *STAGED_SECTIONS, Login.section}
    assert check.needs
    for fact in check.facts:
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
