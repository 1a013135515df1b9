"""A pytest plugin: with --every-check a run is red unless it saw each check hold and fail, and
unless each cause that it saw is described at the check.

What the tests judge goes through `judged` in tests/support/snapshots.py, which records it; under
xdist each worker hands what it saw to the controller.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import pytest

from checks.catalogue import CATALOGUE, area_text
from checks.check import Check
from checks.judge import IN_TIME
from checks.knowledge.failures import FAILURES
from checks.model import Outcome
from tests.support.snapshots import JUDGED, Judgement

BAD_ENDS = {IN_TIME: Outcome.UNKNOWN}
"""A node that is too busy to answer has no fault: that is all that is said of it."""
WANTED = [
    (check, end.value)
    for check in CATALOGUE
    for end in (Outcome.PASS, BAD_ENDS.get(check, Outcome.FAIL))
]
MADE_UP = ("reach.controller-logs-in", "never-heard-of")
"""A cause of a later version's: what becomes of it is what its test asks."""


class EveryCheck:
    """What the tests of this run, and of its workers, have judged."""

    def __init__(self) -> None:
        self.judged: set[Judgement] = set()
        self.complaints: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node) -> None:
        """A worker of xdist's has ended."""
        self.judged |= {
            tuple(entry) for entry in getattr(node, "workeroutput", {}).get("judged", ())
        }

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A worker reports; the controller, or a run without workers, decides."""
        self.judged |= JUDGED
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["judged"] = sorted(self.judged)
            return
        self.complaints = unseen_outcomes(self.judged) + undescribed_causes(self.judged)
        if self.complaints and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Which checks were not seen, or that each was."""
        terminalreporter.section("every check was seen to hold and to fail")
        for line in self.complaints or [f"{len(CATALOGUE)} of {len(CATALOGUE)} checks"]:
            terminalreporter.line(line)


def unseen_outcomes(judged: Collection[Judgement]) -> list[str]:
    """Each check and the outcome that no test saw of it."""
    seen = {(check, outcome) for check, outcome, _ in judged}
    missing = (pair for pair in WANTED if pair not in seen)
    return [f"{check} was never seen to {outcome}" for check, outcome in missing]


def undescribed_causes(judged: Collection[Judgement]) -> list[str]:
    """Each cause that a test saw and no text explains."""
    seen = {(check, cause) for check, _, cause in judged if check in CATALOGUE and cause}
    return [
        f"{check} does not describe its cause {cause}"
        for check, cause in sorted(seen - {MADE_UP})
        if cause not in described_causes(CATALOGUE[check]) and cause not in FAILURES
    ]


def described_causes(check: Check) -> set[str]:
    """The causes in the docstring, and those of the areas whose table it links to."""
    causes = {cause for fix in check.text.fixes for cause in fix.causes}
    for area in re.findall(r"\((?:(\w+)\.md)?#causes\)", check.text.fix):
        causes |= {cause.name for cause in area_text(area or check.area).causes}
    return causes
