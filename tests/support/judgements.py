"""A pytest plugin: the outcomes and causes of each check in a run of tests, written to a file.

Loaded by name before any test module is imported, so that whoever judges is recorded.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from checks import judge as room

SEEN: dict[str, dict[str, set[str]]] = {}
_judge = room.judge_claims


def judge(*args, **kwargs):
    findings = _judge(*args, **kwargs)
    for finding in findings:
        check = SEEN.setdefault(finding.check, {"outcomes": set(), "causes": set()})
        check["outcomes"].add(finding.outcome.value)
        check["causes"] |= {finding.cause} - {""}
    return findings


room.judge_claims = judge


def pytest_collection_modifyitems(items):
    """Labs have tests of their own time; hand-made facts are enough here."""
    items[:] = [item for item in items if not _on_a_lab(item)]


def _on_a_lab(item):
    return item.path.stem.endswith("_lab") or any("lab" in name for name in item.fixturenames)


def pytest_sessionfinish():
    document = {
        check: {key: sorted(values) for key, values in seen.items()} for check, seen in SEEN.items()
    }
    Path(os.environ["JUDGEMENTS"]).write_text(json.dumps(document), encoding="utf-8")
