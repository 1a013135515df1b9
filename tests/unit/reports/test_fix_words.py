"""What is said before a command that fixes something reads as a sentence of its own."""

from __future__ import annotations

import pytest

from checks.model import Finding, Fix, Outcome, Severity
from checks.reports.finding_text import describe_finding


@pytest.mark.parametrize(
    ("fix", "said"),
    [
        (Fix("ufw allow 1", "n1", "or open it in the cloud"), "fix (on n1): type this, or open it"),
        (Fix("", "n1", "or open it in the cloud"), "fix (on n1): or open it"),
        (Fix("ufw allow 1", "n1", "until the next boot"), "fix (on n1): until the next boot"),
        (Fix("ufw allow 1", "n1"), "fix (on n1):"),
    ],
)
def test_an_alternative_follows_what_it_is_one_to(fix, said):
    finding = Finding("ports.x", "ports", ("n1",), Severity.BLOCK, Outcome.FAIL, fix=fix)
    assert said in describe_finding(finding)
