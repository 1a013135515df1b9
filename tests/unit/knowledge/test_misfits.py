"""Releases that do not fit, in the words of public issues: the cause, and what to install."""

from __future__ import annotations

import re

import pytest

from checks.knowledge.api_history.misfit import explain_misfit
from checks.knowledge.api_history.tables import LIBRARIES, Span, table_of
from checks.knowledge.failures.known import versions_in
from tests.support.paths import RECORDED

BLOCKS = (RECORDED / "misfits.txt").read_text(encoding="utf-8").split("\n\n")
"""A source, what the cause says (`?`) and the fix (`!`), and the log; `?` alone says nothing."""


def explain(log):
    """What is said of the log's last line, behind what a launcher put before its lines."""
    text = re.sub(r"^\[rank\d\]: ?", "", log.strip(), flags=re.MULTILINE)
    return explain_misfit(text.splitlines()[-1], text, versions_in(text))


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split(": ")[0][2:])
def test_a_misfit_is_explained(block):
    head = [line for line in block.splitlines() if line[:2].rstrip() in ("=", "?", "!")]
    log = "\n".join(line for line in block.splitlines() if line not in head)
    causes, fixes = ([line[2:] for line in head if line[0] == mark] for mark in "?!")
    misfit = explain(log)
    if causes == [""]:
        assert misfit is None
    else:
        assert misfit
        assert [words for words in causes if words not in misfit.cause] == [], misfit
        assert [words for words in fixes if words not in misfit.fix] == [], misfit


@pytest.mark.parametrize(
    ("text", "ranges", "having", "lacking"),
    [
        ("-1.2", [("", "1.2")], ("0.9", "1.2.7"), ("1.3", "2.0")),
        ("+1.3", [("1.3", "")], ("1.3.1", "2.0"), ("1.2.9",)),
        ("+1.2-1.3", [("1.2", "1.3")], ("1.2", "1.3.9"), ("1.1", "1.10")),
        ("-1.2+1.10", [("", "1.2"), ("1.10", "")], ("1.2", "1.10", "1.11"), ("1.3", "1.9")),
    ],
)
def test_a_span_has_the_releases_between_its_ends(text, ranges, having, lacking):
    span = Span(text, ("1.1", "1.2", "1.3", "1.10"))
    assert span.ranges == ranges
    assert all(map(span.has, having))
    assert not any(map(span.has, lacking))


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_each_step_of_a_table_is_a_release_that_was_read(library):
    table = table_of(library)
    for symbol in (*table.symbols.values(), *table.uses.values()):
        ends = {end for ends in symbol.span.ranges for end in ends if end}
        assert ends <= set(symbol.span.releases), symbol
