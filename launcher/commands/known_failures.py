"""`launcher explain --failures`: the failures that logs are known to show, why, and their fixes."""

from __future__ import annotations

from collections.abc import Iterator

from checks.errors import UsageError
from checks.job.user_files import quote_text, suggest_word
from checks.knowledge.failures import FAILURES, KnownFailure
from checks.next_line import as_called, next_line


def failure_lines(word: str) -> Iterator[str]:
    """Each failure with its cause and fix: all, or those in which the word occurs.

    Raises UsageError where it occurs in none.
    """
    found = [known for known in FAILURES.values() if _mentions(known, word.lower())]
    if not found:
        raise UsageError(
            f"no known failure mentions {quote_text(word, 80)}{suggest_word(word, FAILURES)}; "
            f"`{next_line('explain', None, '--failures')}` lists them all"
        )
    for known in found:
        yield f"{known.id} ({known.layer})"
        yield f"  seen  {' | '.join(known.literals)}"
        yield f"  why   {known.fill_in(known.cause, {})}"
        yield f"  fix   {as_called(known.fill_in(known.fix, {}))}"


def _mentions(known: KnownFailure, word: str) -> bool:
    texts = (known.id, known.layer, known.cause, known.fix, *known.literals)
    return any(word in text.lower() for text in texts)
