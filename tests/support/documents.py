"""The project's pages as the tests read them: headings, code, links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) +(.+?) *$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def fences(self, language: str | None = None) -> list[str]:
        """The bodies of fenced blocks, of one language or of all."""
        return [body for kind, body in _FENCE.findall(self.text) if language in (None, kind)]

    @property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return _FENCE.sub("", self.text)

    @property
    def code(self) -> set[str]:
        """What stands between single backticks in the prose."""
        return set(re.findall(r"`([^`\n]+)`", self.prose))

    @property
    def words(self) -> set[str]:
        """Every word of code: option, key or name, also inside a longer piece of code."""
        return {word for code in self.code for word in re.split(r"[\s=,]+", code)}

    @property
    def sections(self) -> dict[str, str]:
        """What stands under each heading, up to the next one of any level; code marks removed."""
        found = list(_HEADING.finditer(self.prose))
        ends = [match.start() for match in found[1:]] + [len(self.prose)]
        return {
            match[2].replace("`", ""): self.prose[match.end() : end]
            for match, end in zip(found, ends, strict=True)
        }

    @property
    def anchors(self) -> set[str]:
        """What a link may name behind `#`, as GitHub makes it of headings."""
        return {
            re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in self.sections
        }

    @property
    def links(self) -> list[str]:
        """The targets of links that lead to files of this repository."""
        found = re.findall(r"\]\(([^)\s]+)\)", self.prose)
        return [link for link in found if "://" not in link and not link.startswith("mailto:")]

    @property
    def command_lines(self) -> list[str]:
        """Each command line of a fenced block, its prompt, comment and environment taken off."""
        lines = (line.strip() for body in self.fences() for line in body.splitlines())
        return [re.sub(r"^\$ ", "", re.sub(r"\s+# .*$", "", line)) for line in lines]


def page(name: str) -> Page:
    """The page of that path below docs/."""
    return Page(ROOT / "docs" / name)


def page_params(paths):
    """Parameters of a test that is asked of each page."""
    return [pytest.param(Page(path), id=str(path.relative_to(ROOT))) for path in paths]
