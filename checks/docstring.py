'''What the docstring of a check says, in the parts that the docs, `explain` and reports show.

"""The claim, as a sentence.

Why it matters to training.

Measured: which facts, against what, and when it warns, blocks or is skipped.

Fix: what is common to all causes; may be left out.
    a-cause, another-cause: what it means, or what its fix does.
"""
'''

from __future__ import annotations

import inspect
import re
import textwrap

from checks.quick_dataclass import dataclass

_CAUSES = re.compile(r"^([a-z0-9-]+(?:, [a-z0-9-]+)*): ", re.MULTILINE)


@dataclass(frozen=True)
class CauseFix:
    """Causes that share a fix, and what the docstring says of them."""

    causes: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Docstring:
    """The parts of a check's docstring, as Markdown; a part that is not there is empty."""

    claim: str
    why: str
    measured: str
    fix: str
    fixes: tuple[CauseFix, ...]


def parse_docstring(text: str) -> Docstring:
    """The parts of a check's docstring, its indentation removed."""
    body, _, fix = inspect.cleandoc(text).partition("\nFix:")
    body, _, measured = body.partition("\nMeasured: ")
    claim, _, why = body.partition("\n\n")
    common, _, fixes = fix.partition("\n    ")
    return Docstring(
        " ".join(claim.split()),
        why.strip(),
        measured.strip(),
        " ".join(common.split()),
        _parse_fixes(textwrap.dedent(f"    {fixes}")),
    )


def _parse_fixes(text: str) -> tuple[CauseFix, ...]:
    _, *parts = _CAUSES.split(text)
    return tuple(
        CauseFix(tuple(causes.split(", ")), " ".join(fix.split()))
        for causes, fix in zip(parts[::2], parts[1::2], strict=True)
    )
