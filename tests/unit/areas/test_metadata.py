"""Packages that can be imported and do not say their version."""

from __future__ import annotations

from checks.facts.software import Software
from checks.model import Outcome
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "software.packages-have-their-metadata"
MODULES = {name: f"/venv/{name}/__init__.py" for name in ("torch", "deepspeed", "transformers")}
VERSIONS = {"torch": "2.13.0", "deepspeed": "0.19.8"}


def findings(**packages):
    """By node, what is found where the named nodes have only these versions."""
    found = snapshot()
    for node in ("node1", "node2", "node3"):
        own = packages.get(node, VERSIONS)
        with_fact(found, node, Software("/venv/bin/python", "ok", packages=own, modules=MODULES))
    return {subject[0]: finding for subject, finding in judged(found, CHECK).items()}


def test_a_package_without_its_metadata_is_installed_again_as_others_have_it():
    found = findings(node3={"deepspeed": "0.19.8"})
    assert {name: finding.outcome for name, finding in found.items()} == {
        "node1": Outcome.PASS, "node2": Outcome.PASS, "node3": Outcome.FAIL,
    }  # fmt: skip
    assert found["node3"].cause == "metadata-missing"
    assert "torch==2.13.0" in found["node3"].fix.command
    assert "deepspeed" not in found["node3"].fix.command


def test_what_no_node_has_accuses_none():
    bare = {name: {"torch": "2.13.0"} for name in ("node1", "node2", "node3")}
    assert {finding.outcome for finding in findings(**bare).values()} == {Outcome.PASS}


def test_a_half_installed_package_is_installed_again_as_others_have_it():
    whole, half = {**VERSIONS, "tokenizers": "0.23.3"}, {**VERSIONS, "tokenizers": ""}
    found = findings(node1=whole, node2=half, node3=whole)
    assert [finding.cause for finding in found.values()] == ["", "metadata-missing", ""]
    assert "--no-deps tokenizers==0.23.3" in found["node2"].fix.command
    assert not any(finding.cause for finding in findings(node1=half, node2=half).values())
    assert not any(finding.cause for finding in findings(node1=whole, node2=whole).values())


def test_a_half_installed_package_that_transformers_does_not_ask_for_stops_nothing():
    whole, half = {**VERSIONS, "xformers": "0.0.30"}, {**VERSIONS, "xformers": ""}
    assert not any(f.cause for f in findings(node1=whole, node2=half, node3=whole).values())
