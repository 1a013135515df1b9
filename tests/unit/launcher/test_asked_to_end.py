"""A run that has a directory has its end there, at whatever moment somebody asks for it."""

from __future__ import annotations

import os

import pytest

from launcher.exit_codes import ExitCode
from launcher.record import RecordedRun
from launcher.run.controller import RunController
from launcher.run.end_signals import STOP_REASONS, held_end_signals
from tests.support.stand_in_nodes import StandInRun


@pytest.mark.parametrize("number", STOP_REASONS)
@pytest.mark.parametrize("moment", ["_conclude_run", "_finish"])
def test_what_has_ended_is_recorded_as_it_was(tmp_path, monkeypatch, moment, number):
    act = getattr(RunController, moment)

    def asked(*args):
        os.kill(os.getpid(), number)
        return act(*args)

    monkeypatch.setattr(RunController, moment, asked)
    run = StandInRun(monkeypatch, tmp_path)
    assert run.run() == ExitCode.DONE
    assert RecordedRun(run.controller.record.path).state == "finished"


@pytest.mark.parametrize("number", STOP_REASONS)
def test_what_is_asked_before_the_controller_listens_ends_the_run(tmp_path, monkeypatch, number):
    run = StandInRun(monkeypatch, tmp_path)
    with held_end_signals() as run.controller.held:
        os.kill(os.getpid(), number)
    assert run.run() == ExitCode.INTERRUPTED
    assert RecordedRun(run.controller.record.path).state == "stopped"
