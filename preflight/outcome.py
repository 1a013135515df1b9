"""What pytest shows of a finding: its outcome, its text without a traceback, its properties."""

from __future__ import annotations

import functools
import types

import pytest

from checks.model import Finding, Outcome
from checks.printable import escape_text
from checks.reports.finding_text import describe_finding


def junit_properties(finding: Finding) -> list[tuple[str, object]]:
    """What every JUnit testcase carries."""
    return [
        _shared("check", finding.check),
        ("subject", ":".join(finding.subject)),
        _shared("severity", finding.severity.value),
        _shared("outcome", finding.outcome.value),
        _shared("fix", escape_text(str(finding.fix or ""))),
    ]


@functools.lru_cache(maxsize=1024)
def _shared(name: str, value: str) -> tuple[str, object]:
    """One property for all items that have it."""
    return name, value


def require_answer(finding: Finding) -> None:
    """Returns where the claim was judged; else ends the setup: skipped, or an error with why."""
    if finding.outcome is Outcome.SKIP:
        pytest.skip(escape_text(finding.message))
    if finding.outcome is Outcome.UNKNOWN:
        pytest.fail(f"could not be determined: {describe_finding(finding)}", pytrace=False)


def require_claim(finding: Finding) -> None:
    """Returns where the claim holds or need not stop the start; else fails the item."""
    if finding.stops:
        pytest.fail(describe_finding(finding), pytrace=False)


def with_one_frame(
    raised: pytest.ExceptionInfo[BaseException],
) -> pytest.ExceptionInfo[BaseException]:
    """`raised` as if raised by this module's function right away.

    pytest filters the other thirty frames before it finds that none is to be shown: that would be
    most of the time of a run in which thousands of pairs fail.
    """
    trace: types.TracebackType | None = raised.tb
    while trace and trace.tb_frame.f_code.co_filename != __file__:
        trace = trace.tb_next
    if trace is None:
        return raised
    alone = types.TracebackType(None, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)
    return pytest.ExceptionInfo.from_exc_info((raised.type, raised.value, alone))


def is_warned(properties: list[tuple[str, object]]) -> bool:
    """Whether a passed item with these properties is one whose claim does not hold."""
    return ("outcome", Outcome.FAIL.value) in properties
