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
from tests.support.verdicts import STEPS, failure_id, write

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


TRACE = (
    "Traceback (most recent call last):\n"
    '  File "/srv/job/train.py", line 61, in main\n'
    "    batch = table[key]\n"
    "KeyError: 'labels'\n"
)
SUMMARY = (
    "torch.distributed.elastic.multiprocessing.errors.ChildFailedError:\n"
    "Root Cause (first observed failure):\n[0]:\n"
    "  host      : gpu2\n  rank      : 5 (local_rank: 1)\n"
)
ERROR_FILE = json.dumps(
    {"message": {"message": "KeyError: 'labels'", "extraInfo": {"py_callstack": TRACE}}}
)
LOST_PEER = TRACE.replace("KeyError: 'labels'", "RuntimeError: a friend is gone")


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"main.log": SUMMARY, "rank_0.log": LOST_PEER, "rank_5.log": TRACE}, "rank 5 on gpu2"),
        ({"rank0/train.log": STEPS, "rank3/train.log": STEPS + TRACE}, "rank 3"),
        ({"gpu-01.log": STEPS, "gpu-03.log": TRACE}, "gpu-03"),
        ({"x/attempt_0/0/stdout.log": STEPS, "x/attempt_0/3/stderr.log": TRACE}, "local rank 3"),
        ({"x/attempt_0/3/stderr.log": "", "x/attempt_0/3/error.json": ERROR_FILE}, "local rank 3"),
        ({"train1.log": STEPS, "train2.log": TRACE}, ""),
        ({"job-4242_1.out": STEPS, "job-4242_3.out": TRACE}, ""),
    ],
)  # fmt: skip
def test_names_of_files_and_folders_say_whose_a_log_is(tmp_path, files, place):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / name, text)
    verdict = diagnose_logs([tmp_path])[1]
    assert verdict.cause.errors[0] == "KeyError: 'labels'"
    assert str(cause_place(verdict.cause, verdict.first_failed)) == place


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_a_log_in_the_encoding_of_windows_is_read(tmp_path, encoding):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path = tmp_path / "x.log"
    path.write_bytes((mark + TRACE.replace("\n", "\r\n")).encode(encoding))
    assert diagnose_logs([path])[1].cause.error == "KeyError: 'labels'"
