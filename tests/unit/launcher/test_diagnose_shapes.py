"""Logs as launchers and loggers shape them: the first error is found, nobody accused in vain.

The first line of each file says what has to be found in the rest.
"""

from __future__ import annotations

import json

import pytest

from launcher.diagnosis.causes import cause_place
from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.render import render_diagnosis
from launcher.diagnosis.traces import Trace
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


LINES = [
    "Traceback (most recent call last):",
    '  File "/srv/job/train.py", line 61, in main',
    "    batch = table[key]",
    '  File "/srv/job/table.py", line 7, in get',
    "    return rows[key]",
    "KeyError: 'labels'",
]
CLOCKS = {
    "minutes and seconds since the start": "[err, 1{at}:59, {at}28s, g3118] ",
    "milliseconds since the start": "err {at}02ms g3118 | ",
    "seconds since 1970": "17453211{at}2.{at}91 stderr F ",
    "minutes that wrap": "{hour}:{minute:02}: ",
    "a clock without seconds": "<{hour}:{minute:02}> w0: ",
    "a number of each line": "<10{at}> ",
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_prefix_that_goes_on_within_a_traceback_does_not_end_it(tmp_path, clock):
    prefixes = [
        CLOCKS[clock].format(at=at, hour=9 + (at > 2), minute=(57 + at) % 60)
        for at in range(1, 1 + len(LINES))
    ]
    log = "".join(f"{prefix}{line}\n" for prefix, line in zip(prefixes, LINES, strict=True))
    evidence, verdict = diagnose_logs([write(tmp_path / "x.log", log)])
    assert verdict.cause.error == "KeyError: 'labels'"
    assert len(verdict.cause.frames) == 2
    assert "ends within" not in render_diagnosis(verdict, evidence)


OTHER_LINES = [line.replace("labels", "images") for line in LINES]


@pytest.mark.parametrize("prefix", ["{rank}> ", "10.0.0.{rank}> ", "[w{rank}, 12s] "])
def test_the_numbers_of_writers_are_no_clock(tmp_path, prefix):
    log = "".join(
        f"{prefix.format(rank=3)}{line}\n{prefix.format(rank=4)}{other}\n"
        for line, other in zip(LINES, OTHER_LINES, strict=True)
    )
    evidence, _ = diagnose_logs([write(tmp_path / "x.log", log)])
    traces = [trace for of_place in evidence.traces.by_place.values() for trace in of_place]
    assert [trace.errors for trace in traces] == [["KeyError: 'labels'"], ["KeyError: 'images'"]]
    assert {len(trace.frames) for trace in traces} == {2}
