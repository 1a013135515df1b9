"""Files that a person wrote: read with a bound, and quoted back in a message without harm."""

from __future__ import annotations

import codecs
import difflib
import shlex
from collections.abc import Iterable
from pathlib import Path

from checks.errors import UsageError

LIMIT_BYTES = 4 << 20


def require_current_folder() -> None:
    """Returns where paths that are typed mean something; UsageError in a folder that is gone."""
    try:
        Path.cwd()
    except OSError:
        raise UsageError("this directory is not there any more; go to another") from None


def read_text(path: Path, what: str) -> str:
    """The text of `path`, a byte order mark taken off; `what` names its kind in messages.

    Raises UsageError when it is missing, a directory, unreadable, over 4 MiB or not UTF-8 text.
    """
    data = _read_bytes(path, what)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UsageError(f"{path}:1: the {what} is UTF-16 text; save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = _line_at(data, error.start)
        raise UsageError(f"{path}:{at}: not a {what}: expected plain UTF-8 text") from None
    if "\0" in text:
        at = _line_at(data, data.index(b"\0"))
        raise UsageError(f"{path}:{at}: not a {what}: a NUL byte; expected plain UTF-8 text")
    return text


def _read_bytes(path: Path, what: str) -> bytes:
    """At most LIMIT_BYTES of the file."""
    try:
        if path.is_fifo() and not path.is_relative_to("/dev/fd"):
            raise UsageError(f"{path}: expected the {what}, found a named pipe")
        with path.open("rb") as file:
            data = file.read(LIMIT_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"{path}: no such {what}; check the path") from None
    except IsADirectoryError:
        raise UsageError(f"{path}: expected the {what}, found a directory") from None
    except OSError as error:
        raise UsageError(
            f"{path}: cannot read the {what}: {error.strerror}{_permissions_note(path)}"
        ) from None
    if len(data) > LIMIT_BYTES:
        raise UsageError(f"{path}: over {LIMIT_BYTES >> 20} MiB; this is not a {what}")
    return data


def require_readable(path: Path, what: str) -> None:
    """Returns when `path` is a file that this user can read; else UsageError says why not."""
    _read_bytes(path, what)


def _permissions_note(path: Path) -> str:
    """The permissions of an unreadable file, for its message; empty where not even they show."""
    try:
        status = path.stat()
    except OSError:
        return ""
    command = shlex.join(["chmod", "u+r", str(path)])
    return f" (mode {status.st_mode & 0o7777:04o}, owner uid {status.st_uid}); try: {command}"


def _line_at(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def quote_text(text: str, width: int = 120) -> str:
    """`text` in quotes, control characters escaped and cut to `width`: safe on any terminal."""
    cut = text if len(text) <= width else text[:width] + "…"
    return repr(cut)


def near_word(word: str, known: Iterable[str]) -> str:
    """The known word that is likely meant; empty where none is near."""
    return "".join(difflib.get_close_matches(word.lower()[:80], sorted(known), n=1))


def suggest_word(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'slots'?` where a known word is near, else "; known: …", at most 16 words."""
    words = sorted(known)
    if close := near_word(word, words):
        return f"; did you mean {close!r}?"
    return f"; known: {', '.join(words[:16])}{' …' if len(words) > 16 else ''}"
