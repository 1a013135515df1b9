"""Every check is declared whole; `make test` holds that each was seen to hold and to fail."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

from checks.catalogue import (
    AREAS,
    CATALOGUE,
    area_modules,
    declared_checks,
    unknown_check_names,
)
from checks.check import Check
from checks.contact.probe_program import section_modules
from checks.facts import Fact
from checks.facts.snapshot import Login
from checks.stages.stage_list import STAGED_SECTIONS
from tests.support.paths import ROOT


def checks_against(rule: Callable[[Check], object]) -> list[str]:
    """The ids of the checks for which a rule does not hold."""
    return [check.id for check in CATALOGUE.values() if not rule(check)]


def test_there_are_checks():
    assert len(CATALOGUE) > 20


def test_id_is_area_and_claim():
    shape = re.compile(r"[a-z]+\.[a-z][a-z0-9]*(-[a-z0-9]+)+")
    assert checks_against(lambda check: shape.fullmatch(check.id)) == []
    assert checks_against(lambda check: check.area in AREAS) == []


def test_check_stands_in_a_module_of_its_area():
    modules = {area: {module.__name__ for module in area_modules(area)} for area in AREAS}
    assert checks_against(lambda check: check.judge.__module__ in modules[check.area]) == []


def test_function_is_called_as_the_claim():
    assert checks_against(lambda check: check.judge.__name__ == check.claim.replace("-", "_")) == []


def test_claim_is_a_sentence():
    assert checks_against(lambda check: check.text.claim.endswith(".")) == []
    assert checks_against(lambda check: len(check.text.claim.split()) > 3) == []


def test_docstring_says_why_how_measured_and_how_to_fix():
    assert checks_against(lambda check: len(check.text.why.split()) > 3) == []
    assert checks_against(lambda check: len(check.text.measured.split()) > 1) == []
    assert checks_against(lambda check: check.text.fix or check.text.fixes) == []
    assert checks_against(lambda check: all(len(fix.text) > 1 for fix in check.text.fixes)) == []


def test_no_cause_is_described_twice():
    def are_different(check: Check) -> bool:
        causes = [cause for fix in check.text.fixes for cause in fix.causes]
        return len(set(causes)) == len(causes)

    assert checks_against(are_different) == []


def test_what_a_check_reads_is_answered_by_somebody():
    answered = {*section_modules(), *STAGED_SECTIONS, Login.section}
    assert checks_against(lambda check: check.needs) == []
    for kind in (fact for check in CATALOGUE.values() for fact in check.facts):
        assert issubclass(kind, Fact)
        assert kind.section in answered


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


IMPORTED_FIRST = """
import importlib, pkgutil, sys
import checks.areas
for found in pkgutil.walk_packages(checks.areas.__path__, "checks.areas."):
    for loaded in [name for name in sys.modules if name.startswith("checks.areas.")]:
        del sys.modules[loaded]
    try:
        importlib.import_module(found.name)
    except ImportError as why:
        print(found.name, why)
"""
"""An explanation of a log imports the one area that it names a check of, and no other before."""


def test_each_module_of_an_area_may_be_the_first_that_is_imported():
    command = [sys.executable, "-c", IMPORTED_FIRST]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
