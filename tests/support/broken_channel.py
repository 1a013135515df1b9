"""A probe's far end that misbehaves: a local program behind what looks like a login's channel."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any, NoReturn

from checks.contact.channel import Channel

REAL = """
first = first.replace("sys.stdin.buffer.readline()", repr(own))
exec(first.replace("sys.stdin.buffer.read(size)", "modules.pop(0)"))
"""
PREFACE = """
import json, os, re, sys, time
first = eval(sys.stdin.buffer.readline())
sizes = json.loads(re.search("for size in (.*?])", first).group(1))
modules = [sys.stdin.buffer.read(size) for size in sizes]
own = sys.stdin.buffer.readline()
nonce = json.loads(own.decode())[0]
def say(text):
    os.write(1, text if isinstance(text, bytes) else text.encode())
def answer(text):
    say(nonce + " " + text + "\\n")
def hello():
    answer('{"hello": "3.6.8"}')
def asked():
    return json.loads(sys.stdin.buffer.readline())
def over():
    os.close(int(os.environ["OVER"]))
def idle():
    over()
    time.sleep(60)
"""
"""What a script of a test may use to speak to the controller, well or badly."""


class Wire:
    """What Channel needs of paramiko's: one stream both ways, with a time-out."""

    def __init__(self, process: subprocess.Popen[bytes], end: socket.socket) -> None:
        self._process, self._end = process, end
        self.settimeout, self.recv, self.sendall = end.settimeout, end.recv, end.sendall
        self.status_event = threading.Event()
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        self._process.wait()
        self.status_event.set()

    def recv_ready(self) -> bool:
        return bool(select.select([self._end], [], [], 0)[0])

    def recv_exit_status(self) -> int:
        return self._process.returncode

    def recv_stderr_ready(self) -> bool:
        errors = self._process.stderr
        return bool(errors and select.select([errors], [], [], 0)[0] and errors.peek(1))

    def recv_stderr(self, size: int) -> bytes:
        return self._process.stderr.read1(size) if self._process.stderr else b""

    def close(self) -> None:
        self._end.close()
        if self._process.stderr:
            self._process.stderr.close()


class Login(Channel):
    """A channel whose command can be killed."""

    def __init__(self, process: subprocess.Popen[bytes], end: socket.socket, over: int) -> None:
        super().__init__(Wire(process, end))
        self.process, self.over = process, os.fdopen(over)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)

    def close(self) -> None:
        super().close()
        self.over.close()


class FarEnd:
    """A session whose login shell runs a script instead of what it is asked to run."""

    stalled, is_open, key_options = False, True, "file:1: key options: command"

    def __init__(self, script: str) -> None:
        self.script, self.logins = script, list[Login]()

    def open(self, command: str) -> Login:
        near, far = socket.socketpair()
        over, end = os.pipe()
        argv = [sys.executable, "-c", PREFACE + self.script]
        process = subprocess.Popen(
            argv, stdin=far, stdout=far, stderr=subprocess.PIPE,
            env={**os.environ, "OVER": str(end)}, pass_fds=[end],
        )  # fmt: skip
        os.close(end)
        far.close()
        self.logins.append(Login(process, near, over))
        return self.logins[-1]

    def open_transfer(self, _: float) -> NoReturn:
        raise EOFError

    def wait_until_over(self) -> float:
        """The moment (time.monotonic()) at which the script said that it is over, or ended."""
        ready, _, _ = select.select([self.logins[-1].over], [], [], 60)
        assert ready, "the script has not come to its end"
        return time.monotonic()

    def close(self) -> None:
        for login in self.logins:
            login.kill()
            login.process.wait()
            login.close()


def sections(*names: str) -> list[tuple[str, dict[str, Any]]]:
    """Requests without arguments."""
    return [(name, {}) for name in names]
