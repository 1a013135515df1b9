"""The files that a node lacks, by rsync over the login that is open: of each, what differs."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from checks.contact.channel import Channel
from checks.quick_dataclass import dataclass

OPTIONS = (
    "--links", "--perms", "--chmod=ug-s", "--times", "--ignore-times", "--no-implied-dirs",
    "--keep-dirlinks", "--compress", "--timeout=30", "--from0",
)  # fmt: skip
"""As the tar has it: modes, times and links; folders that are there stay as they are."""
START = 'exec 3<&0 4>&1 </dev/null >&2; exec rsync "$@"'
REMOTE_SHELL = """sh -c 'echo "$*" >&4; exec 5<&0; cat <&5 >&4 3<&- & exec cat <&3 4>&- 5<&-'"""
"""In place of ssh, which ends as the node's side does: first the command for the node, then rsync's
two streams, as our pipes."""
READY = "the files may follow"
ANSWER_S = 30.0
STALL_S = 120.0
PIECE = 1 << 18


@dataclass(frozen=True)
class RsyncSender:
    """rsync at work here. `command` is what it wants to talk to on the node, for a shell."""

    process: subprocess.Popen[bytes]
    command: str
    to_rsync: IO[bytes]
    from_rsync: IO[bytes]

    def talk(self, channel: Channel) -> bool:
        """Join rsync here and there until both have ended; whether both ended well.

        Raises OSError where the node does not answer.
        """
        deadline = time.monotonic() + ANSWER_S
        while channel.line(deadline) not in (READY.encode(), None):
            """Until then it is what the login prints."""
        forward = threading.Thread(target=self._forward, args=(channel,), daemon=True)
        forward.start()
        for piece in channel.pieces(STALL_S):
            with contextlib.suppress(BrokenPipeError):
                self.to_rsync.write(piece)
        self.to_rsync.close()
        forward.join(ANSWER_S)
        ended = channel.code(time.monotonic() + ANSWER_S)
        return self.process.wait(ANSWER_S) == 0 and ended == 0

    def _forward(self, channel: Channel) -> None:
        with contextlib.suppress(OSError):
            while piece := self.from_rsync.read(PIECE):
                channel.send(piece)
            channel.end_input()


@contextlib.contextmanager
def rsync_sender(folder: Path, paths: Collection[str]) -> Iterator[RsyncSender]:
    """rsync with these files of a folder, until the end of the context."""
    with tempfile.NamedTemporaryFile() as listed:
        listed.write(b"\0".join(map(os.fsencode, paths)))
        listed.flush()
        argv = [*OPTIONS, f"--files-from={listed.name}", "-e", REMOTE_SHELL, f"{folder}/", "node:."]
        with subprocess.Popen(
            ["sh", "-c", START, "rsync", *argv],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
        ) as process:  # fmt: skip
            assert process.stdin
            assert process.stdout
            try:
                command = process.stdout.readline().decode().strip()
                yield RsyncSender(process, command, process.stdin, process.stdout)
            finally:
                process.kill()
