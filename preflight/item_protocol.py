"""How an item of preflight runs: its claim was judged before, so nothing is left to be set up.

pytest's own way opens fixtures, log handlers and captures in each of three phases: for thousands of
items that is most of a run's processor time. What others see is the same: the hooks for the start,
the reports and the end of an item, three reports of it, with the same outcomes and words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from checks.model import Finding
from preflight.items import PreflightItem
from preflight.outcome import require_answer, require_claim
from preflight.session import PreflightSession, preflight_item

_SLOW_OPTIONS = ("usepdb", "setupshow", "setuponly", "setupplan")
"""With these somebody wants to see pytest's own way."""
_Phase = Literal["setup", "call", "teardown"]


def run_item(session: PreflightSession, item: pytest.Item) -> bool:
    """Run an item of preflight and report it. False where it is to be run as pytest does."""
    asked = preflight_item(item)
    if asked is None or _is_changed(item):
        return False
    _share_location(session, item)
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    _report_phases(session, item, asked)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _share_location(session: PreflightSession, item: pytest.Item) -> None:
    """All items of a function stand in one place, which pytest would look up for each."""
    assert isinstance(item, pytest.Function)
    if place := session.places.get(item.function):
        vars(item)["location"] = (*place, item.name)
    else:
        session.places[item.function] = item.location[:2]


def _is_changed(item: pytest.Item) -> bool:
    """Whether a site marked it, to skip or to fail, or an option wants the fixtures seen."""
    marked = next(item.iter_markers(), None) is not None
    return marked or any(item.config.getoption(option, default=False) for option in _SLOW_OPTIONS)


def _report_phases(session: PreflightSession, item: pytest.Item, asked: PreflightItem) -> None:
    judged = session.item_finding(item, asked)
    if _report_phase(item, "setup", lambda: _set_up(judged)).passed:
        _report_phase(item, "call", lambda: require_claim(judged))
    _report_phase(item, "teardown", lambda: None)


def _set_up(judged: Finding) -> None:
    try:
        require_answer(judged)
    except pytest.skip.Exception as skipped:
        vars(skipped)["_use_item_location"] = True  # as pytest has it of what a fixture skips
        raise


def _report_phase(item: pytest.Item, phase: _Phase, step: Callable[[], None]) -> pytest.TestReport:
    call = pytest.CallInfo.from_call(
        step, phase, reraise=(pytest.exit.Exception, KeyboardInterrupt)
    )
    report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=call)
    item.ihook.pytest_runtest_logreport(report=report)
    return report
