"""Restarts: only after a failure, not for ever, only on nodes that pass, until Ctrl-C."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from launcher.commands import attempts as module
from launcher.commands.attempts import Attempt, run_attempts
from launcher.gate import GateResult
from tests.support.snapshots import snapshot

GO = GateResult(go=True, report={}, snapshot=snapshot())
STOP = GateResult(go=False, report={}, snapshot=snapshot())


@pytest.fixture
def tries(monkeypatch):
    """Starts whose exits are given; what was run, said and slept."""

    class Tries:
        def __init__(self):
            self.ran, self.said, self.slept = [], [], []

        def __call__(self, restarts, *codes, checks=()):
            left, checked = list(codes), iter(checks)

            def run(attempt, found):
                self.ran.append((str(attempt), found))
                return left.pop(0), Path(f"runs/{len(self.ran)}")

            return run_attempts(restarts, GO, run, lambda: next(checked), self.said.append)

    tries = Tries()
    monkeypatch.setattr(module.time, "sleep", tries.slept.append)
    return tries


def test_a_run_that_does_not_fail_is_the_only_one(tries):
    assert tries(3, 0) == 0
    assert tries(3, 130) == 130
    assert len(tries.ran) == 2
    assert tries.slept == []


def test_a_failure_without_restart_is_the_end(tries):
    assert tries(0, 1) == 1
    assert tries.ran == [("attempt 1 of 1", GO)]


def test_each_further_try_waits_longer_and_stands_on_a_fresh_check(tries):
    fresh = [GateResult(go=True, report={"n": n}, snapshot=GO.snapshot) for n in range(6)]
    assert tries(6, 1, 1, 1, 1, 1, 1, 0, checks=fresh) == 0
    assert tries.slept == [5, 10, 20, 40, 60, 60]
    assert [found for _, found in tries.ran] == [GO, *fresh]
    assert tries.ran[1][0] == "attempt 2 of 7, after runs/1"


def test_the_last_try_decides(tries):
    assert tries(1, 1, 1, checks=[GO]) == 1


def test_nodes_that_are_not_fit_any_more_are_the_end(tries):
    assert tries(3, 1, checks=[STOP]) == 3
    assert tries.said[-1].startswith("not restarted: the nodes did not pass the checks")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_waits_is_the_end(tries, monkeypatch, number):
    monkeypatch.setattr(module.time, "sleep", lambda _: os.kill(os.getpid(), number))
    before = signal.getsignal(signal.SIGTERM)
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)  # in a background job
    try:
        assert tries(3, 1) == 130
    finally:
        signal.signal(signal.SIGINT, ignored)
    assert tries.said[-1] == "interrupted; not restarted"
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_interrupt_before_the_first_run_is_nobody_elses():
    def run(attempt, found):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_attempts(3, GO, run, lambda: GO, lambda _: None)


def test_an_attempt_tells_its_predecessor():
    assert str(Attempt(1, 4)) == "attempt 1 of 4"
    assert str(Attempt(1, 4).next_attempt(Path("runs/x"))) == "attempt 2 of 4, after runs/x"
