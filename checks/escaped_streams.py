"""Standard output and error as every command has them: what others wrote does nothing there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

from checks.printable import escape_output, shorten_message


class EscapedStream:
    """A text stream that passes on text and colours, all else escaped.

    So no command can forget it, whatever it prints of a node. `unescaped` is the stream itself.
    Where it is `brief` overlong words, which a complaint may repeat, are shortened.
    """

    def __init__(self, stream: TextIO, *, brief: bool = False) -> None:
        self.unescaped, self._brief = stream, brief

    def write(self, text: str) -> int:
        """Write it; the number of characters that were given."""
        shown = escape_lines(text)
        self.unescaped.write(shorten_message(shown) if self._brief else shown)
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
    """All that is printed meanwhile goes through such streams, to nobody where one was closed."""
    with open(os.devnull, "w") as nobody:
        output, errors = (EscapedStream(stream or nobody) for stream in (sys.stdout, sys.stderr))
        with redirect_stdout(output), redirect_stderr(errors):
            yield


@contextmanager
def brief_errors() -> Iterator[None]:
    """The same of errors alone, which are brief meanwhile: pytest says them in its own words."""
    with open(os.devnull, "w") as nobody:
        errors = EscapedStream(sys.stderr or nobody, brief=True)
        with redirect_stdout(sys.stdout or nobody), redirect_stderr(errors):
            yield
