"""Logs as launchers and loggers shape them: the first error is found, nobody accused in vain.

The first line of each file says what has to be found in the rest.
"""

from __future__ import annotations

import json

import pytest

from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.render import render_diagnosis
from launcher.diagnosis.traces import Trace
from launcher.diagnosis.verdict import cause_place
from tests.support.paths import RECORDED
from tests.support.verdicts import failure_id

SHAPES = sorted((RECORDED / "shapes").glob("*.log"))


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_a_log_of_any_shape_shows_its_first_error(path, tmp_path):
    head, _, log = path.read_bytes().partition(b"\n")
    expected = json.loads(head.removeprefix(b"expect: "))
    copy = tmp_path / "x.log"
    copy.write_bytes(log)
    evidence, verdict = diagnose_logs([copy])
    text = render_diagnosis(verdict, evidence)
    for words in expected.get("shows", ()):
        assert words in text
    if expected.get("healthy") or expected.get("nothing"):
        assert verdict.cause is None, text
        return
    assert verdict.cause is not None, text
    place = cause_place(verdict.cause, verdict.first_failed)
    if "cause" in expected:
        assert failure_id(verdict) == expected["cause"], text
    for key in expected.keys() & {"rank", "node"}:
        assert getattr(place, key) == expected[key], text
    if "error" in expected:
        trace = verdict.cause if isinstance(verdict.cause, Trace) else verdict.cause.trace
        assert expected["error"] in trace.errors[0], text
