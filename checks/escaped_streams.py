"""Standard output and error as every command has them: what others wrote does nothing there."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

from checks.printable import escape_output


class EscapedStream:
    """A text stream that passes on text and colours, all else escaped.

    So no command can forget it, whatever it prints of a node. `unescaped` is the stream itself.
    """

    def __init__(self, stream: TextIO) -> None:
        self.unescaped = stream

    def write(self, text: str) -> int:
        """Write it; the number of characters that were given."""
        self.unescaped.write(escape_lines(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of them."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unescaped, name)


def escape_lines(text: str) -> str:
    """Lines of output without what a terminal obeys but for colours."""
    if text.isprintable():
        return text
    return "\n".join(map(escape_output, text.split("\n")))


def unescaped(stream: TextIO) -> TextIO:
    """The stream to which text goes that is escaped already, with our own redrawing."""
    return stream.unescaped if isinstance(stream, EscapedStream) else stream


@contextmanager
def escaped_output() -> Iterator[None]:
    """All that is printed meanwhile goes through such streams."""
    output, errors = EscapedStream(sys.stdout), EscapedStream(sys.stderr)
    with redirect_stdout(output), redirect_stderr(errors):
        yield
