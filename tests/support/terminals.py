"""A terminal with a shell in it, as a person has one who types and then closes the window."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import shlex
import signal
import sys
import time

from tests.support.paths import ROOT


class Terminal:
    """An interactive bash in `folder`; `seen` is all that it showed."""

    def __init__(self, folder):
        self.seen = ""
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            for number in (signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)  # ignored where the tests run in background
            os.chdir(folder)
            os.environ["PYTHONPATH"] = str(ROOT)
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])

    def launch(self, *words):
        """Type a line of the launcher's; once it ended the shell shows its exit code."""
        line = shlex.join([sys.executable, "-m", "launcher", *map(str, words)])
        self.type(f"{line}; echo exit code $?\n")

    def type(self, text):
        os.write(self._master, text.encode())

    def wait_for(self, pattern, seconds=90):
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, self.seen)):
            assert time.monotonic() < deadline, self.seen
            if select.select([self._master], [], [], 0.2)[0]:
                self.seen += os.read(self._master, 1 << 16).decode(errors="replace")
        return found

    def close(self):
        """The window is closed: the kernel hangs up, the shell does so to its jobs, and ends."""
        with contextlib.suppress(OSError):
            os.close(self._master)
            os.waitpid(self.pid, 0)
