"""The files that a node lacks, as one tar over the login that is open: each whole or not at all."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

from checks.contact.identity import LoginError
from checks.contact.pool import Contact
from checks.contact.shipping import program_line, start_command
from checks.errors import PreflightError

RECEIVER = "launcher.agent.receive_files"
PIECE = 1 << 18


class Archives(contextlib.ExitStack):
    """A tar for each set of files that some node lacks: made once, and gone with the context."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._made: dict[tuple[str, ...], IO[bytes]] = {}

    def make(self, sets: Iterable[tuple[str, ...]]) -> None:
        """Make them. Raises PreflightError for a file that cannot be read."""
        self._made = {paths: self._make(paths) for paths in dict.fromkeys(sets)}

    def pieces(self, paths: tuple[str, ...]) -> Iterator[bytes]:
        """The tar of these files; may be read from several threads."""
        number, offset = self._made[paths].fileno(), 0
        while piece := os.pread(number, PIECE, offset):
            offset += len(piece)
            yield piece

    def _make(self, paths: tuple[str, ...]) -> IO[bytes]:
        out = tempfile.TemporaryFile()  # noqa: SIM115 - the stack closes it
        self.push(out)
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
            for path in paths:
                _add(archive, self._folder / path, path)
        out.flush()
        return out


def _add(archive: tarfile.TarFile, file: Path, name: str) -> None:
    try:
        archive.add(file, name, recursive=False)
    except OSError as error:
        raise PreflightError(f"{file}: cannot be read: {error.strerror or error}") from error


def send_files(
    contact: Contact, node: str, python: str, order: Mapping[str, object], tar: Iterator[bytes]
) -> str:
    """Have the node take the files, and delete what the order says; '' or why it did not."""
    start = program_line([RECEIVER], f"from {RECEIVER} import main; main()")
    head = (start, json.dumps(order).encode() + b"\n")
    try:
        done = contact.feed(node, start_command(python), itertools.chain(head, tar))
    except LoginError as error:
        return error.detail
    if done.code == 0:
        return ""
    return done.err.strip().rpartition("\n")[2] or "it did not answer in time"
