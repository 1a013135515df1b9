"""The JSON report, field by field."""

from __future__ import annotations

import json

from checks.model import Finding, Fix, Outcome, Severity
from checks.reports.json_report import report_document, write_report
from tests.support.snapshots import snapshot

NAMES = ("node1", "node2", "node3")


def finding(subject: tuple[str, ...], outcome: Outcome, **more: object) -> Finding:
    return Finding("ports.p-is-open", "ports", subject, Severity.BLOCK, outcome, **more)  # type: ignore[arg-type]


FAILED = finding(
    ("node2", "node1"),
    Outcome.FAIL,
    message="node2 cannot reach node1:29500",
    cause="dropped",
    fix=Fix("ufw allow 29500", "node1", "as root"),
    evidence={"timeout_s": 2.0},
)


def test_the_documents_fields_are_those_of_the_contract():
    report = report_document([FAILED], snapshot(NAMES), 3.21987)
    assert set(report) == {
        "schema", "version", "started", "seconds", "decision", "nodes", "findings", "blame",
        "stages", "changed",
    }  # fmt: skip
    assert (report["schema"], report["decision"], report["seconds"]) == (1, "stop", 3.22)
    assert report["nodes"][0] == {
        "name": "node1", "address": "10.0.0.1", "slots": 1, "reached": True,
    }  # fmt: skip
    assert report["findings"] == [
        {
            "check": "ports.p-is-open", "area": "ports", "subject": ["node2", "node1"],
            "severity": "block", "outcome": "fail", "allowed": False, "cause": "dropped",
            "message": "node2 cannot reach node1:29500", "evidence": {"timeout_s": 2.0},
            "fix": "ufw allow 29500  # on node1: as root", "fix_on": ["node1"],
            "seconds": 0.0,
        }
    ]  # fmt: skip


def test_passing_pairs_are_folded_by_source_and_failing_ones_are_not():
    pairs = [
        FAILED
        if (source, target) == ("node2", "node1")
        else finding((source, target), Outcome.PASS)
        for source in NAMES
        for target in NAMES
    ]
    found = report_document(pairs, snapshot(NAMES), 1.0)["findings"]
    assert [finding["subject"] for finding in found] == [
        ["node1"],
        ["node2", "node1"],
        ["node2"],
        ["node3"],
    ]
    assert [finding["evidence"].get("targets") for finding in found] == [
        "node[1-3]", None, "node[2-3]", "node[1-3]",
    ]  # fmt: skip


def test_nodes_and_clusters_that_pass_are_listed_one_by_one():
    found = [finding(("node1",), Outcome.PASS), finding((), Outcome.PASS)]
    listed = report_document(found, snapshot(NAMES), 1.0)["findings"]
    assert [finding["subject"] for finding in listed] == [["node1"], []]


def test_a_finding_without_a_place_for_its_fix_names_none():
    found = [finding((), Outcome.PASS), finding((), Outcome.FAIL, fix=Fix(note="ask the admin"))]
    listed = report_document(found, snapshot(NAMES), 1.0)["findings"]
    assert [entry["fix_on"] for entry in listed] == [[], []]


def test_an_unreached_node_is_listed_as_such():
    snap = snapshot(NAMES)
    snap.sections["node3"] = {}
    assert report_document([], snap, 1.0)["nodes"][2] == {
        "name": "node3", "address": "", "slots": 1, "reached": False,
    }  # fmt: skip


def test_nothing_of_the_environment_is_in_it():
    report = report_document([FAILED], snapshot(NAMES, env={"HF_TOKEN": "hf_secret"}), 1.0)
    assert "hf_secret" not in json.dumps(report)


def test_it_is_written_whole_and_for_this_user_alone(tmp_path):
    path = tmp_path / "report.json"
    path.write_text("older")
    write_report(report_document([FAILED], snapshot(NAMES), 1.0), path)
    assert json.loads(path.read_text())["schema"] == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
