"""A pytest plugin: which outcomes of which checks a run of tests has seen, written to a file.

Loaded by name before any test module is imported, so that whoever judges is recorded.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from checks import judge as room

SEEN: dict[str, set[str]] = {}
_judge = room.judge_claims


def judge(*args, **kwargs):
    findings = _judge(*args, **kwargs)
    for finding in findings:
        SEEN.setdefault(finding.check, set()).add(finding.outcome.value)
    return findings


room.judge_claims = judge


def pytest_collection_modifyitems(items):
    """Labs have tests of their own time; hand-made facts are enough here."""
    items[:] = [item for item in items if not _on_a_lab(item)]


def _on_a_lab(item):
    return item.path.stem.endswith("_lab") or any("lab" in name for name in item.fixturenames)


def pytest_sessionfinish():
    document = {check: sorted(outcomes) for check, outcomes in SEEN.items()}
    Path(os.environ["JUDGEMENTS"]).write_text(json.dumps(document), encoding="utf-8")
