"""Delivers notices by a webhook and a command, beside the run, which never waits for them."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from typing import Any

from checks.errors import PreflightError
from checks.masking import mask_urls, secret_masker
from checks.model import Job
from launcher.run.console import print_line
from launcher.run.webhook import post_notice, receiver

COMMAND_S = 10.0
LAST_S = 10.0
LAST_WORDS = 4096
"""For what is still on its way when the launcher is about to end."""
VARIABLES = {
    "LAUNCHER_EVENT": "event",
    "LAUNCHER_RUN": "run",
    "LAUNCHER_STATE": "state",
    "LAUNCHER_RUN_DIRECTORY": "path",
    "LAUNCHER_TEXT": "text",
}
"""What the command's environment has of a notice: variables and their fields."""

Notice = Mapping[str, Any]


class Notifier:
    """Sends notices in their order by each way that the job names. A way that fails is tried again
    with the next notice, and warned of once.
    """

    def __init__(self, job: Job) -> None:
        self.warn: Callable[[str], object] = print_line
        self._mask = secret_masker([job.env], (job.command, *job.before))
        self._ways: dict[str, Callable[[Notice], None]] = {}
        if address := job.notify_webhook:
            self._ways[f"webhook at {receiver(address)}"] = lambda notice: post_notice(
                address, notice
            )
        if command := job.notify_command:
            self._ways["notify command"] = lambda notice: self._run(command, notice)
        self._warned: set[str] = set()
        self._notices: queue.SimpleQueue[Notice | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def send(self, notice: Notice) -> None:
        """Have a notice delivered, its secrets masked; returns at once."""
        if self._ways and self._thread is None:
            self._thread = threading.Thread(target=self._deliver, daemon=True)
            self._thread.start()
        if self._thread:
            self._notices.put(json.loads(self._mask(json.dumps(notice))))

    def close(self) -> None:
        """Wait a few seconds for what is still on its way; no command of it is left after that."""
        if self._thread is None:
            return
        self._notices.put(None)
        with contextlib.suppress(KeyboardInterrupt):
            self._thread.join(LAST_S)
        if self._thread.is_alive():
            self.warn(f"a notification was not delivered within {LAST_S:g} s")
            if self._child:
                _kill_session(self._child)

    def _deliver(self) -> None:
        for notice in iter(self._notices.get, None):
            for name in self._ways:
                self._deliver_by(name, notice)

    def _deliver_by(self, name: str, notice: Notice) -> None:
        try:
            self._ways[name](notice)
        except (PreflightError, OSError, ValueError) as error:
            if name not in self._warned:
                self._warned.add(name)
                why = mask_urls(str(error))
                self.warn(self._mask(f"the {name} did not take a notification: {why}"))

    def _run(self, command: str, notice: Notice) -> None:
        """Run a shell's line with the notice on its input. Raises PreflightError, OSError."""
        variables = {name: str(notice[field]) for name, field in VARIABLES.items()}
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as errors:
            given.write(json.dumps(notice).encode() + b"\n")
            given.seek(0)
            self._child = subprocess.Popen(
                ["/bin/sh", "-c", command],
                stdin=given,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**os.environ, **variables},
                start_new_session=True,
            )
            try:
                code = self._child.wait(COMMAND_S)
            except subprocess.TimeoutExpired:
                _kill_session(self._child)
                raise PreflightError(f"it did not end within {COMMAND_S:g} s") from None
            errors.seek(max(0, os.fstat(errors.fileno()).st_size - LAST_WORDS))
            printed = errors.read(LAST_WORDS).decode("utf-8", "replace").split("\n")
        if code:
            last = [line for line in printed if line.strip()][-1:]
            raise PreflightError(": ".join([f"exit {code}", *last])[:300])


def _kill_session(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
