"""The gate trusts a preflight only if it passed, is of this very job, and is fresh."""

from __future__ import annotations

import datetime
import json

import pytest

import checks.run
from checks.answer import Answer
from checks.check import Check, Over
from checks.errors import UsageError
from checks.job.build import job_digest
from checks.model import Severity, block, ok
from checks.reports.last_run import GOOD_FACTS, LAST_FACTS, LAST_REPORT
from launcher import gate as gate_module
from launcher.gate import find_or_run_preflight, load_trusted_preflight
from tests.support.snapshots import snapshot

NOW = datetime.datetime(2026, 11, 21, 8, 10, tzinfo=datetime.timezone.utc)
BLOCKS = {
    "check": "limits.memlock", "area": "limits", "outcome": "fail", "severity": "block",
}  # fmt: skip


@pytest.fixture
def passed(tmp_path):
    """A passed preflight in a directory, ten minutes old; fields of the report can be changed."""

    def write(**changed):
        snap = snapshot()
        (tmp_path / LAST_REPORT).parent.mkdir(exist_ok=True)
        snap.save(tmp_path / LAST_FACTS)
        report = {
            "started": snap.started, "seconds": 2.0, "decision": "go", "findings": [],
            "digest": job_digest(snap.job),
        }  # fmt: skip
        (tmp_path / LAST_REPORT).write_text(json.dumps({**report, **changed}))
        return snap.job

    return write


def test_a_fresh_passed_preflight_is_trusted(passed, tmp_path):
    found = load_trusted_preflight(passed(), tmp_path, NOW)
    assert found.go
    assert found.snapshot.answer("node1", "login").fields["reached"] is True


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"digest": "other"}, "for other nodes or settings"),
        ({"digest": None}, "for other nodes or settings"),
        ({"decision": "stop"}, "did not pass"),
        ({"findings": [BLOCKS]}, "did not pass"),
        ({"findings": [{**BLOCKS, "outcome": "unknown"}]}, "did not pass"),
        ({"started": "2026-11-21T07:00:00Z"}, "is 70 minutes old"),
        ({"started": "2026-11-21T09:00:00Z"}, "began later than now"),
        ({"started": "yesterday"}, "does not say when it ran"),
        ({"started": "2026-11-21T08:01:00Z"}, "facts of the last one are from another run"),
    ],
)
def test_what_is_not_trusted(passed, tmp_path, changed, said):
    job = passed(**changed)
    with pytest.raises(UsageError, match=said):
        load_trusted_preflight(job, tmp_path, NOW)


def test_an_allowed_failure_is_trusted_only_while_it_is_allowed(passed, tmp_path):
    import dataclasses

    job = passed(findings=[{**BLOCKS, "allowed": True}])
    assert load_trusted_preflight(dataclasses.replace(job, allow=("limits",)), tmp_path, NOW).go
    with pytest.raises(UsageError, match="did not pass"):
        load_trusted_preflight(job, tmp_path, NOW)


@pytest.mark.parametrize("text", ["", "[]", "{}", "\x00"])
def test_a_broken_report_is_not_trusted(passed, tmp_path, text):
    job = passed()
    (tmp_path / LAST_REPORT).write_text(text)
    with pytest.raises(UsageError):
        load_trusted_preflight(job, tmp_path, NOW)


def test_facts_of_another_version_are_not_trusted(passed, tmp_path):
    job, facts = passed(), tmp_path / LAST_FACTS
    facts.write_text(json.dumps({**json.loads(facts.read_text()), "schema": 1}))
    with pytest.raises(UsageError, match="missing or from another version"):
        load_trusted_preflight(job, tmp_path, NOW)


def test_without_a_trusted_preflight_the_checks_are_run_and_decide(passed, tmp_path, monkeypatch):
    job, said = passed(decision="stop"), []
    monkeypatch.setattr(checks.run, "gather_facts", lambda job, *_, **__: snapshot())
    found = find_or_run_preflight(job, tmp_path, said.append)
    assert said[0].startswith("Running the preflight first: ")
    assert not found.go, "facts that did not come are no pass"
    assert found.report["decision"] == "stop"


def seen(monkeypatch, minute, memlock):
    """Let the one check there is be of memlock, and a run at that minute see this value."""
    snap = snapshot()
    snap.started = f"2026-11-21T08:{minute:02d}:00Z"
    for name in snap.job.names:
        snap.put(name, "limits", Answer({"memlock": 9 if name != "node2" else memlock}))

    def judge(node):
        value = node.cluster.snapshot.answer(node.name, "limits").fields["memlock"]
        return ok() if value == 9 else block("low", f"{node.name} is low", node.fix("mend"))

    check = Check("limits.memlock", Over.EVERY_NODE, (), Severity.BLOCK, judge)
    monkeypatch.setattr(gate_module, "CATALOGUE", {check.id: check})
    monkeypatch.setattr(checks.run, "gather_facts", lambda *_, **__: snap)
    return snap.job


def test_a_stop_is_compared_with_the_last_go_of_the_gate_itself(tmp_path, monkeypatch):
    assert find_or_run_preflight(seen(monkeypatch, 0, memlock=9), tmp_path, lambda _: None).go
    assert (tmp_path / GOOD_FACTS).stat().st_mode & 0o077 == 0
    said = []
    found = find_or_run_preflight(seen(monkeypatch, 5, memlock=3), tmp_path, said.append)
    assert not found.go
    assert "Changed since the last go (2026-11-21 08:00:00 UTC):" in said
    assert "  node2: limits.memlock 9 → 3" in said
    assert found.report["changed"] == {
        "since": "2026-11-21T08:00:00Z",
        "facts": [{"node": "node2", "fact": "limits.memlock", "before": "9", "now": "3"}],
    }


def test_a_go_is_no_less_a_go_where_it_cannot_be_kept(tmp_path, monkeypatch):
    (tmp_path / ".preflight").write_text("in the way")
    said = []
    assert find_or_run_preflight(seen(monkeypatch, 0, memlock=9), tmp_path, said.append).go
    assert f"Cannot save the facts of this preflight in {tmp_path}: File exists" in said
