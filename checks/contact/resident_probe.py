"""The probe as the controller sees it: one resident program on one channel of one login.

Nothing is installed: the interpreter reads the program's text as the first line of its input.
"""

from __future__ import annotations

import functools
import json
import re
import secrets
import shlex
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from checks.contact.identity import LoginError
from checks.contact.ssh_transport import SshSession, stall_error
from checks.facts.snapshot import Answer

PROBE_FOLDER = Path(__file__).parent.parent / "node" / "probe"
PROBE_IMPORT = re.compile(r"^from checks\.node\.probe\.(\w+) import ", re.MULTILINE)
SECTION_DECORATOR = re.compile(r'^@section\("([a-z_]+)"\)', re.MULTILINE)
SYSTEM_PYTHONS = ("/usr/bin/python3", "python3", "/usr/libexec/platform-python")
NO_PYTHON = "no python 3.6 or newer here"
BOOTSTRAP = "import sys;exec(eval(sys.stdin.buffer.readline()))"
START_S = 15.0
"""A login shell that has not started the probe by then hangs."""
LATE_GRACE_S = 5.0
"""What one that missed a deadline is given from the next question on: it may only have been late.

The probe itself answers for what takes too long, so that silence is the node's or the network's.
"""
NOISE_LIMIT = 2000

LOADER = """
import sys, types
if sys.version_info < (3, 6):
    sys.exit({no_python!r})
TEXTS = {texts!r}
FILES = {files!r}
def load(section):
    for name in FILES.get(section, ()):
        if name not in sys.modules:
            module = types.ModuleType(name)
            module.__path__ = []
            exec(compile(TEXTS[name], name, "exec"), module.__dict__)
            sys.modules[name] = module
load("")
sys.modules["checks.node.probe.core"].main({nonce!r}, {life!r}, load)
"""
"""Only what is asked is compiled, and not before: that is most of the probe's time on a node."""


@functools.cache
def file_by_section() -> dict[str, str]:
    """Which file of the probe answers which section."""
    return {
        name: path.stem
        for path in sorted(PROBE_FOLDER.glob("*.py"))
        for name in SECTION_DECORATOR.findall(path.read_text(encoding="utf-8"))
    }


def probe_program(wanted: Collection[str], nonce: str, life_s: float) -> bytes:
    """The first line of input: the probe's core and the files that answer `wanted`."""
    texts, files = _program_modules(frozenset(wanted))
    loader = LOADER.format(no_python=NO_PYTHON, texts=texts, files=files, nonce=nonce, life=life_s)
    return repr(loader).encode("ascii", "backslashreplace") + b"\n"


@functools.cache
def _program_modules(wanted: frozenset[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The text of each module, and the modules behind each section; "" stands for the core."""
    named = {"": "core", **{name: file_by_section()[name] for name in sorted(wanted)}}
    paths = {name: _files_with_imports([file]) for name, file in named.items()}
    texts = {
        f"checks.node.probe.{file}": _module_source(file)
        for path in paths.values()
        for file in path
    }
    files = {name: [f"checks.node.probe.{file}" for file in path] for name, path in paths.items()}
    files[""] = ["checks", "checks.node", "checks.node.probe", *files[""]]
    return {"checks": "", "checks.node": "", "checks.node.probe": "", **texts}, files


def _files_with_imports(files: Iterable[str]) -> list[str]:
    """The files and what they import of the probe, each behind what it needs."""
    first = (*_imported_files("core"), "core")
    ordered: dict[str, None] = dict.fromkeys(first)
    for name in files:
        if name not in ordered:
            ordered.update(dict.fromkeys(_files_with_imports(_imported_files(name))))
            ordered[name] = None
    return list(ordered)


def _imported_files(name: str) -> list[str]:
    return PROBE_IMPORT.findall(_module_source(name))


@functools.cache
def _module_source(name: str) -> str:
    return (PROBE_FOLDER / f"{name}.py").read_text(encoding="utf-8")


def start_command(python: str) -> str:
    """What the login shell is asked to run: the first interpreter there is, else exit 127.

    One line in single quotes without `!`, so that sh, bash, csh and fish read it alike.
    """
    candidates = " ".join(shlex.quote(name) for name in (*SYSTEM_PYTHONS, python) if name)
    script = (
        f"for p in {candidates}; do command -v $p >/dev/null 2>&1 && "
        f'exec $p -u -S -E -c "{BOOTSTRAP}"; done; echo {NO_PYTHON} >&2; exit 127'
    )
    return f"exec /bin/sh -c '{script}'"


class ResidentProbe:
    """A running probe. `send_request` and `answer` speak to it; `close` ends it."""

    def __init__(
        self, session: SshSession, python: str, wanted: Collection[str], life_s: float
    ) -> None:
        self._nonce = secrets.token_hex(8).encode()
        self._answers: dict[int, Answer] = {}
        self._number = 0
        self.session = session
        self.noise = ""
        self.garbled = ""
        self.gone = ""
        self._late = False
        self._asked = time.monotonic()
        self._channel = session.open(start_command(python))
        try:
            self._channel.send(probe_program(wanted, self._nonce.decode(), life_s))
            self.hello = self._wait_for_hello()
        except OSError as error:
            raise self._start_error(str(error)) from error

    def _wait_for_hello(self) -> dict[str, Any]:
        deadline = time.monotonic() + START_S
        try:
            while (line := self._channel.line(deadline)) is not None:
                answer = self._parse_line(line)
                if answer is not None:
                    return answer
        except TimeoutError:
            if self.session.stalled:
                raise stall_error() from None
            self._channel.kill()
            raise LoginError(
                "shell-hangs",
                f"the login shell started nothing in {START_S:g} s{self._noise_note()}",
            ) from None
        raise self._start_error("it ended")

    def _start_error(self, what: str) -> LoginError:
        """Why the probe never answered, from the exit status and what was printed instead."""
        if self.session.stalled:
            return stall_error()
        self.noise += self._channel.rest(time.monotonic() + 1.0) + self._channel.errors()
        code = self._channel.code(time.monotonic() + 1.0)
        if NO_PYTHON in self.noise.splitlines():
            return LoginError("no-python", f"looked for {', '.join(SYSTEM_PYTHONS)}")
        detail = f"the login shell ran nothing ({what}, exit {code}){self._noise_note()}"
        return LoginError("shell-refuses", detail)

    def _noise_note(self) -> str:
        return f" and printed: {self.noise.strip()[:200]}" if self.noise.strip() else ""

    def _parse_line(self, line: bytes) -> dict[str, Any] | None:
        """The object of a line of ours; anything else a shell printed is kept as noise."""
        nonce, _, text = line.rpartition(self._nonce)
        heard = nonce if self._nonce in line else line
        if heard and len(self.noise) < NOISE_LIMIT:
            self.noise += heard[:NOISE_LIMIT].decode("utf-8", "replace") + "\n"
        if not text or self._nonce not in line:
            return None
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            self.garbled = text[:60].decode("utf-8", "replace").strip()
            return None
        return answer

    def send_request(self, section: str, args: dict[str, Any], limit_s: float) -> int:
        """Send one request without waiting; returns its number."""
        self._number += 1
        self._asked = time.monotonic()
        message = {"id": self._number, "section": section, "args": args, "limit": limit_s}
        try:
            self._channel.send(json.dumps(message).encode() + b"\n")
        except OSError as error:
            self.gone = self.gone or f"the probe is gone: {error or 'its connection ended'}"
        return self._number

    def answer(self, number: int, deadline: float) -> Answer:
        """The answer to a request, waited for until `deadline` (time.monotonic()); never raises."""
        while number not in self._answers and not self.gone:
            patience = self._asked + LATE_GRACE_S if self._late else deadline
            try:
                line = self._channel.line(min(deadline, patience))
            except TimeoutError:
                self._late = True
                return {"error": f"no answer in time{self._garbled_note()}"}
            except OSError as error:
                self.gone = f"the connection broke: {error}"
                break
            if line is None:
                words = (
                    f"the probe ended before it answered{self._last_words()}{self._garbled_note()}"
                )
                silent = "the connection went silent: what is sent is not acknowledged"
                self.gone = silent if self.session.stalled else words
                break
            self._late = False
            self._store_answer(line)
        return self._answers.pop(number, {"error": self.gone})

    def _garbled_note(self) -> str:
        return f"; what came is no answer: {self.garbled}" if self.garbled else ""

    def _last_words(self) -> str:
        """Of a probe that ended: a traceback's last line, or what the shell said of its end."""
        self._channel.code(time.monotonic() + 1.0)
        said = self._channel.errors().strip()
        return f"; its last words: {said.splitlines()[-1][:200]}" if said else ""

    def _store_answer(self, line: bytes) -> None:
        answer = self._parse_line(line)
        if answer and isinstance(answer.get("id"), int):
            self._answers[answer.pop("id")] = _validated_answer(answer)

    def close(self) -> None:
        """End the probe, and the login with it."""
        self._channel.close()
        self.session.close()


def _validated_answer(answer: Answer) -> Answer:
    """Every section answers an object, or says why it has none."""
    if "error" in answer:
        return {"error": str(answer["error"])}
    if isinstance(answer.get("data"), dict):
        return answer
    return {"error": f"expected an object, got {json.dumps(answer.get('data'))[:60]}"}
