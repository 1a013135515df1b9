"""What there is to read: files, gzip, standard input, directories of logs, recorded runs."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import cast

from checks.errors import UsageError
from checks.quick_dataclass import dataclass
from launcher.diagnosis.log_lines import Place
from launcher.record import RecordedRun

BLOCK = 1 << 20
MIN_BLOCK = 512 << 10
MAX_LINE_SIZE = 8 << 20
TAIL_SIZE = 64 << 10
LONGEST_WORD = 4096
"""What looks for a failure takes the square of a word's length."""
STREAMS = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")
"""What a shell gives a name to; of other pipes nobody knows whether they end."""
SUFFIXES = (".log", ".txt", ".out", ".err", ".gz", "")
_NAMED_LOG = re.compile(r"^error\.json$|rank_?\d+\.json$")
"""What a rank of torchrun leaves of its exception, or torch's flight recorder has of a rank."""
_RANK = re.compile(r"(?:^|[_-])rank[_-]?(\d+)$", re.IGNORECASE)
_ATTEMPT = re.compile(r"attempt_\d+$")
_NODE = re.compile(r"(?:node|host|gpu|worker|compute|dgx|nid|ip)[-_]?\d[\w-]*", re.IGNORECASE)
_LONG_WORD = re.compile(rb"(?<!\S)\S{%d,}" % LONGEST_WORD)
_GZIP = b"\x1f\x8b"
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass
class Source:
    """One log. `blocks` reads it once and keeps its last bytes and how many lines it had.

    `of_run`: it is of a recorded run, whose lines begin with the rank that printed them.
    """

    path: Path | None
    name: str
    place: Place
    tail: bytes = b""
    count: int = 0
    flaw: str = ""
    of_run: bool = False

    def blocks(self) -> Iterator[bytes]:
        """Its bytes, cut at ends of lines, a megabyte or so at a time."""
        with ExitStack() as stack:
            for block in map(_without_long_words, _whole_lines(self._open(stack))):
                self.count += block.count(b"\n")
                self.tail = (
                    block[-TAIL_SIZE:]
                    if len(block) >= TAIL_SIZE
                    else (self.tail + block)[-TAIL_SIZE:]
                )
                yield block

    def last_lines(self) -> list[tuple[int, str]]:
        """The last lines with their numbers, as far as they are kept."""
        texts = self.tail.decode("utf-8", "replace").split("\n")
        return [(self.count - len(texts) + 2 + at, text) for at, text in enumerate(texts)]

    def _open(self, stack: ExitStack) -> Iterator[bytes]:
        try:
            opened = self.path.open("rb") if self.path else sys.stdin.buffer
            file = io.BufferedReader(cast(io.RawIOBase, opened), BLOCK)
            stack.callback(file.close if self.path else file.detach)
            plain = not file.peek(2).startswith(_GZIP)
            reader = file if plain else gzip.GzipFile(fileobj=file)
            yield from _as_utf_8(iter(lambda: reader.read1(BLOCK), b""))
        except (EOFError, gzip.BadGzipFile, zlib.error):
            self.flaw = f"{self.name}: the gzip data is damaged or cut off; read as far as it goes"
        except OSError as error:
            raise UsageError(f"{self.name}: cannot be read: {error.strerror}") from error


def _as_utf_8(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What older PowerShells write in UTF-16, as the rest of the world does."""
    first = next(pieces, b"")
    encoding = _UTF_16.get(first[:2])
    whole = chain([first], pieces)
    if not encoding:
        yield from whole
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield from (decoder.decode(piece).lstrip("\ufeff").encode() for piece in whole)


def _whole_lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces of whole lines, joined to some size: a pipe and gzip give little at once."""
    rest: list[bytes] = []
    size = 0
    for piece in pieces:
        is_enough = size + len(piece) >= MIN_BLOCK
        cut = piece.rfind(b"\n") + 1 if is_enough else 0
        cut = cut or (len(piece) if size > MAX_LINE_SIZE else 0)
        if cut:
            yield b"".join([*rest, piece[:cut]])
            rest, size = [], 0
        rest.append(piece[cut:])
        size += len(piece) - cut
    if size:
        yield b"".join(rest)


def _without_long_words(block: bytes) -> bytes:
    """The block, of overlong words in it their beginnings and ends."""
    for at in range(0, len(block), LONGEST_WORD):
        if block.find(b" ", at, at + LONGEST_WORD) < 0 > block.find(b"\n", at, at + LONGEST_WORD):
            return _LONG_WORD.sub(lambda word: word[0][:2048] + b"..." + word[0][-2048:], block)
    return block


def find_sources(paths: list[Path]) -> list[Source]:
    """The logs that the paths name; `-` is standard input. Raises UsageError."""
    found = [source for path in paths for source in _sources_at(path)]
    if not found:
        raise UsageError(
            f"{paths[0]}: no log in it; name a log file, a run, or - for standard input"
        )
    return found


def _sources_at(path: Path) -> list[Source]:
    if str(path) == "-":
        return [Source(None, "standard input", Place("standard input"))]
    if (path / "controller.json").exists():
        return [
            Source(log, str(log), Place(str(log), node), of_run=True)
            for node, log in RecordedRun(path).log_files.items()
        ]
    if path.is_dir():
        logs = sorted(
            file
            for file in path.rglob("*")
            if file.is_file() and (file.suffix in SUFFIXES or _NAMED_LOG.search(file.name))
        )
        return [Source(log, str(log), _place_from_name(log)) for log in logs]
    if not path.exists():
        raise UsageError(f"{path}: no such log; name a file, a run's directory, or - for input")
    if not path.is_file() and not str(path).startswith(STREAMS):
        raise UsageError(f"{path}: no regular file; - reads standard input")
    return [Source(path, str(path), _place_from_name(path))]


def _place_from_name(path: Path) -> Place:
    """What the names of a file and its folders show.

    `…_rank3.log` and `rank3/out.log` are rank 3's, `gpu-03.log` is that node's,
    `attempt_0/3/stderr.log` is local rank 3's, as torchrun names its folders.
    """
    names = [path.name.partition(".")[0], *(folder.name for folder in list(path.parents)[:2])]
    ranks = [int(found[1]) for name in names if (found := _RANK.search(name))]
    nodes = [name for name in names if _NODE.fullmatch(name)]
    is_attempt = bool(_ATTEMPT.match(names[2])) if len(names) > 2 else False
    local_rank = int(names[1]) if is_attempt and names[1].isdigit() else None
    return Place(
        str(path), nodes[0] if nodes else "", ranks[0] if ranks else None, local_rank=local_rank
    )
