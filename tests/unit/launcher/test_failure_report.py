"""The end of a run in words: what is alike is folded, and what an end itself caused is no cause."""

from __future__ import annotations

import json

import pytest

from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.run_end import read_run_end, without_consequences
from launcher.run.failure_report import fold_failures

PEER_LOST = (
    "0: [rank0]: RuntimeError: [gloo/transport/tcp/pair.cc:553] Connection closed by peer "
    "[10.0.0.2]:48272. This is typically caused by a remote worker crashing."
)
TRACE = ("0: Traceback (most recent call last):", '0:   File "train.py", line 3, in <module>')
INTERRUPTED = "\n".join([*TRACE, "0:     train()", "0: KeyboardInterrupt"])
FULL = "\n".join([*TRACE, "0:     save()", "0: OSError: [Errno 28] No space left on device"])


def test_ranks_that_failed_alike_are_one_line():
    failures = [
        "rank 3 on node2 failed: exit 1",
        "node3 was lost: no message for 20 s",
        "rank 0 on node1 failed: exit 1",
        "rank 2 on node2 failed: killed by SIGABRT",
    ]
    assert fold_failures(failures) == [
        "ranks 0 and 3 failed: exit 1",
        "node3 was lost: no message for 20 s",
        "rank 2 on node2 failed: killed by SIGABRT",
    ]


@pytest.fixture
def recorded(tmp_path):
    """A run's directory with that log and result."""

    def make(log, **result):
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs" / "node1.log").write_text(f"{log}\n")
        (tmp_path / "controller.json").write_text("{}")
        (tmp_path / "result.json").write_text(json.dumps(result))
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("log", "ended", "remains"),
    [
        (PEER_LOST, True, False),
        (INTERRUPTED, True, False),
        (FULL, True, True),
        (PEER_LOST, False, True),
        (INTERRUPTED, False, True),
    ],
    ids=["peer", "interrupt", "a failure of its own", "nobody ended it", "one rank interrupted"],
)
def test_what_the_launchers_end_of_a_run_caused_is_no_failure(recorded, log, ended, remains):
    path = recorded(log, ended_by_launcher=ended)
    verdict = diagnose_logs([path])[1]
    assert verdict.cause
    assert bool(without_consequences(verdict, read_run_end([path])).cause) == remains


def test_a_log_that_is_no_runs_has_no_end(tmp_path):
    log = tmp_path / "train.log"
    log.write_text(f"{PEER_LOST}\n")
    assert not read_run_end([log]).ended_by_launcher
