"""What a notice of a run says, and to whom it is a failure."""

from __future__ import annotations

import pytest

from checks.model import Job, Node
from launcher.record import RecordedRun, RunRecord
from launcher.run.run_notices import RunNotices
from launcher.run.state import FailureReport
from tests.support.planned_ranks import Planned

FIGURES = {"seconds": 7300.0, "step": 120, "steps": 200, "loss": 2.31, "steps_per_s": 3.4}
REPORT = FailureReport(
    "rank 1 on node2 failed: exit 1\nlast lines of rank 1:\n  boom", "× oom: fix it"
)


class Heard:
    """Keeps what it is sent."""

    def __init__(self):
        self.notices = []

    def send(self, notice):
        self.notices.append(notice)


@pytest.fixture
def record(tmp_path):
    return RunRecord(tmp_path, "train")


@pytest.fixture
def notify(record):
    heard = Heard()
    job = Job((Node("node1"), Node("node2")), "node1", command=("train.py", "--token", "secret"))
    notices = RunNotices(heard, job, Planned(), RecordedRun(record.path))

    def call(name, *arguments):
        getattr(notices, name)(FIGURES, *arguments)
        return heard.notices[-1]

    return call


def test_a_failure_is_described_by_what_was_first_and_the_cause(notify):
    notice = notify("ended", "failed", 1, REPORT.brief, REPORT.text)
    assert notice["event"] == "failure"
    assert notice["text"].endswith(
        ": failed after 2 hours, step 120, loss 2.31: rank 1 on node2 failed: exit 1\n× oom: fix it"
    )
    assert notice["diagnosis"] == REPORT.text
    assert notice["command"] == ["train.py", "--token", "***"]
    assert (notice["steps"], notice["world_size"], notice["exit"]) == (200, 4, 1)


@pytest.mark.parametrize(
    ("state", "why", "words"),
    [
        ("finished", "", ": finished after 2 hours, step 120, loss 2.31"),
        ("stopped", "stopped by Ctrl-C", ", loss 2.31: stopped by Ctrl-C"),
    ],
)
def test_an_end_is_no_failure(notify, state, why, words):
    notice = notify("ended", state, 0, why, why)
    assert notice["event"] == "end"
    assert notice["text"].endswith(words)


def test_which_attempt_it_is_and_that_no_other_follows(notify, record):
    record.write_json("attempt.json", {"number": 2, "of": 3, "after": "/runs/first"})
    assert " (attempt 2 of 3) on " in notify("started")["text"]
    last = notify("not_restarted")
    assert (last["event"], last["attempt"]["number"]) == ("failure", 2)
    assert last["text"].endswith("not started again: the nodes did not pass the checks")
