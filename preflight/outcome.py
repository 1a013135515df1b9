"""What pytest shows of a finding: its outcome, its text without a traceback, its properties."""

from __future__ import annotations

import pytest

from checks.model import Finding, Outcome
from checks.summary import clean, evidence_text


def properties(finding: Finding) -> list[tuple[str, object]]:
    """What every JUnit testcase carries."""
    return [
        ("check", finding.check),
        ("subject", ":".join(finding.subject)),
        ("severity", finding.severity.value),
        ("outcome", finding.outcome.value),
        ("fix", str(finding.fix or "")),
    ]


def text(finding: Finding) -> str:
    """Message, cause, evidence and fix, one a line: all that a failed item shows."""
    parts = [finding.message or "does not hold"]
    if finding.cause:
        parts.append(f"cause: {finding.cause}")
    if finding.evidence:
        parts.append(f"seen: {evidence_text([finding.evidence])}")
    if finding.fix:
        parts.append(f"fix: {finding.fix}")
    return "\n".join(clean(part) for part in parts)


def require_answer(finding: Finding) -> None:
    """Returns where the claim was judged; else ends the setup: skipped, or an error with why."""
    __tracebackhide__ = True
    if finding.outcome is Outcome.SKIP:
        pytest.skip(clean(finding.message))
    if finding.outcome is Outcome.UNKNOWN:
        pytest.fail(f"could not be determined: {text(finding)}", pytrace=False)


def require(finding: Finding) -> None:
    """Returns where the claim holds or need not stop the start; else fails the item."""
    __tracebackhide__ = True
    if finding.stops:
        pytest.fail(text(finding), pytrace=False)


def warned(properties: list[tuple[str, object]]) -> bool:
    """Whether a passed item with these properties is one whose claim does not hold."""
    return ("outcome", Outcome.FAIL.value) in properties
