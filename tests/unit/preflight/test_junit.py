"""JUnit as Jenkins takes it: every testcase with its properties, valid whatever a node says."""

from __future__ import annotations

import copy
import dataclasses

import pytest
from lxml import etree

from tests.support.paths import RECORDED
from tests.support.snapshots import snapshot, with_fact
from tests.support.toy_checks import Toy, preflight

SCHEMA = RECORDED / "junit-10.xsd"
SECONDS = 1.25
SAYS = ("ok", "block", "warn", "unknown", "skip")


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """The JUnit file of a run in which every outcome occurs, with control characters in texts."""
    folder = tmp_path_factory.mktemp("junit")
    names = tuple(f"node-{said}" for said in SAYS)
    snap = snapshot(names)
    for name, said in zip(names, SAYS, strict=True):
        with_fact(snap, name, Toy(said))
        snap.put(name, "toy", dataclasses.replace(snap.sections[name]["toy"], seconds=SECONDS))
    snap.save(folder / "facts.json")
    done = preflight("--facts", folder / "facts.json", "--junitxml", "j.xml", cwd=folder)
    assert done.returncode == 1
    return etree.parse(folder / "j.xml")


def test_every_testcase_carries_the_five_properties(document):
    for case in document.iter("testcase"):
        named = [element.get("name") for element in case.iterfind("properties/property")]
        assert named == ["check", "subject", "severity", "outcome", "fix"]


@pytest.mark.parametrize(
    ("said", "element", "outcome"),
    [
        ("ok", None, "pass"),
        ("block", "failure", "fail"),
        ("warn", "system-out", "fail"),
        ("unknown", "error", "unknown"),
        ("skip", "skipped", "skip"),
    ],
)
def test_each_outcome_is_the_element_of_the_contract(document, said, element, outcome):
    case = document.find(f".//testcase[@name='test_limits[toy-limit-node-{said}]']")
    seen = {
        element.get("name"): element.get("value")
        for element in case.iterfind("properties/property")
    }
    assert seen["outcome"] == outcome
    assert (seen["check"], seen["subject"]) == ("limits.toy-limit", f"node-{said}")
    reported = [child.tag for child in case if child.tag != "properties"]
    assert reported == ([element] if element else [])


@pytest.mark.parametrize("said", SAYS)
def test_a_testcase_takes_what_its_facts_took(document, said):
    case = document.find(f".//testcase[@name='test_limits[toy-limit-node-{said}]']")
    assert SECONDS <= float(case.get("time")) < 2 * SECONDS


def test_a_warning_is_shown_where_jenkins_and_gitlab_show_text(document):
    texts = {case.get("name"): case.findtext("system-out") for case in document.iter("testcase")}
    assert "node-warn is a bit low" in (texts.pop("test_limits[toy-limit-node-warn]") or "")
    assert set(texts.values()) == {None}


def test_it_validates_against_jenkins_schema(document):
    """The xUnit plugin's schema has no place for a testcase's properties, which Jenkins' own
    JUnit plugin reads: they are all that is set aside here, and all that it would refuse.
    """
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    bare = copy.deepcopy(document)
    for case in bare.iter("testcase"):
        case.remove(case.find("properties"))
    schema.assertValid(bare)


def test_the_schema_refuses_what_is_not_junit():
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    assert schema.validate(etree.fromstring("<testsuites><!-- none --></testsuites>"))
    assert not schema.validate(etree.fromstring("<testsuites><test/></testsuites>"))
