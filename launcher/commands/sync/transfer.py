"""The files that a node lacks, over the open login: by rsync where it is, else as one tar."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO

from checks.contact.identity import LoginError
from checks.contact.pool import Contact
from checks.contact.shipping import shipped_program, start_command
from checks.errors import PreflightError
from checks.quick_dataclass import dataclass
from launcher.commands.sync.rsync import PIECE, READY, rsync_sender

RECEIVER = "launcher.agent.receive_files"


@dataclass(frozen=True)
class Order:
    """Where the files go, which are deleted then, and which the node keeps as PATH.old."""

    workdir: str
    delete: tuple[str, ...]
    keep: tuple[str, ...]

    def head(self, **more: str) -> tuple[bytes, bytes]:
        """The receiver's program, and the order as a line."""
        program = shipped_program(frozenset([RECEIVER]), f"from {RECEIVER} import main; main()")
        return program, json.dumps({**asdict(self), **more}).encode() + b"\n"


class Archives(contextlib.ExitStack):
    """A tar for each set of files that some node lacks: made once, and gone with the context."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self._made: dict[tuple[str, ...], IO[bytes]] = {}
        self._lock = threading.Lock()

    def pieces(self, paths: tuple[str, ...]) -> Iterator[bytes]:
        """The tar of these files; may be read from several threads.

        Raises PreflightError for a file that cannot be read.
        """
        with self._lock:
            if paths not in self._made:
                self._made[paths] = self._make(paths)
        number, offset = self._made[paths].fileno(), 0
        while piece := os.pread(number, PIECE, offset):
            offset += len(piece)
            yield piece

    def _make(self, paths: tuple[str, ...]) -> IO[bytes]:
        out = tempfile.TemporaryFile()  # noqa: SIM115 - the stack closes it
        self.push(out)
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
            for path in paths:
                _add(archive, self.folder / path, path)
        out.flush()
        return out


def _add(archive: tarfile.TarFile, file: Path, name: str) -> None:
    try:
        archive.add(file, name, recursive=False)
    except OSError as error:
        raise PreflightError(f"{file}: cannot be read: {error.strerror or error}") from error


@dataclass(frozen=True)
class Transfer:
    """The way to one node."""

    contact: Contact
    node: str
    python: str
    container: str = ""

    def by_rsync(self, order: Order, folder: Path, paths: tuple[str, ...]) -> bool:
        """Whether rsync has brought the files; where it has not, the tar does or says why not."""
        failures = (OSError, EOFError, LoginError, subprocess.SubprocessError)
        with contextlib.suppress(*failures), rsync_sender(folder, paths) as rsync:
            channel = self.contact.open(self.node, start_command(self.python, self.container))
            with contextlib.closing(channel):
                for line in order.head(rsync=rsync.command, ready=READY):
                    channel.send(line)
                return rsync.talk(channel)
        return False

    def by_tar(self, order: Order, tar: Iterator[bytes]) -> str:
        """Have the node take the files, and delete what the order says; '' or why it did not."""
        try:
            pieces = itertools.chain(order.head(), tar)
            done = self.contact.feed(self.node, start_command(self.python, self.container), pieces)
        except LoginError as error:
            return error.detail
        if done.code == 0:
            return ""
        return done.err.strip().rpartition("\n")[2] or "it did not answer in time"
