"""The run directory: all that is known of a run, on the controller's disk, for this login alone."""

from __future__ import annotations

import contextlib
import difflib
import errno
import itertools
import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from io import FileIO
from pathlib import Path
from typing import Any

from checks.errors import PreflightError, UsageError
from checks.next_line import next_line, typed_call
from checks.node.runtime.processes import find_process
from checks.private_files import make_private_folder, write_private_file
from checks.quick_dataclass import dataclass
from checks.run_files import (
    damaged_files,
    next_number,
    read_rank_events,
    read_run_file,
    recorded_runs,
)

ROOM, ROOM_BYTES = "room-for-the-result", 1 << 16
ORDER = "order"
"""Of the lines in the logs: a line for each time that a node printed, with how many lines."""
OUTPUT = "output.log"
"""What the launcher of a detached run prints."""
OUTPUTS = "outputs.json"
"""Where the run's files are: as `text`, and the absolute `folders` that it may have written."""
START_END = "start.json"
"""The exit code of the `start` whose last attempt it is, once that is known."""
SILENT_AFTER_S = 60.0
"""A launcher on another machine that recorded nothing for so long does not run any more."""


def run_name(command: Sequence[str]) -> str:
    """A run's name from what it trains: the script's or module's own name."""
    words = [word for word in command if word != "-m"]
    stem = Path(words[0]).stem if words else "run"
    return require_name(re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-.")[:40] or "run")


def require_name(name: str) -> str:
    """A name that can be part of a directory's. Raises UsageError."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,39}", name):
        raise UsageError(f"--name {name!r}: expected letters, digits, '_', '-' and '.', at most 40")
    return name


class RunRecord:
    """A run's directory while the run is under way: 0700, and every file in it 0600.

    What cannot be written raises PreflightError, and nothing of the directory is left. Where
    `report` is set, as it is while ranks run, it is reported once instead and counted in `missing`
    by file, and the training goes on.
    """

    def __init__(self, base: Path, name: str) -> None:
        self.path = _new_directory(base, name)
        self.report: Callable[[str], None] | None = None
        self.missing: Counter[str] = Counter()
        self._open: dict[str, FileIO] = {}
        try:
            (self.path / "logs").mkdir(mode=0o700)
            (self.path / ROOM).write_bytes(bytes(ROOM_BYTES))
        except OSError as error:
            text = _write_error_text(self.path, error)
            shutil.rmtree(self.path, ignore_errors=True)
            raise UsageError(f"--runs {base}: {text}") from error
        process = {"pid": os.getpid(), **_process_identity(os.getpid())}
        about = {"started": time.time(), "number": next_number(base)}
        self.write_json("controller.json", {**process, **_here(), **about})

    def write(self, name: str, text: str) -> None:
        """A file of the directory, whole or not at all."""
        try:
            write_private_file(self.path / name, text)
        except OSError as error:
            self._failed(name, error)

    def write_json(self, name: str, data: Any) -> None:
        """The same, of JSON data."""
        self.write(name, json.dumps(data, indent=1, default=str) + "\n")

    def write_progress(self, figures: Mapping[str, Any]) -> None:
        """How far the run is. What cannot be written is not missing: later figures replace it."""
        with contextlib.suppress(OSError):
            write_private_file(self.path / "progress.json", json.dumps(figures) + "\n")

    def log(self, node: str, *lines: str) -> None:
        """Lines of a node's log, and that they came now."""
        if self._append_lines(f"logs/{node}.log", *lines):
            with contextlib.suppress(OSError):
                self._append(ORDER, f"{node} {len(lines)}\n".encode())

    def log_event(self, node: str, event: Mapping[str, Any]) -> None:
        """The start or end of a rank or of a node's launcher."""
        self._append_lines("ranks.jsonl", json.dumps({"node": node, **event}))

    def log_observation(self, seen: Mapping[str, Any]) -> None:
        """What was seen of a run without progress."""
        self._append_lines("looks.jsonl", json.dumps(seen))

    def _append_lines(self, name: str, *lines: str) -> bool:
        """Lines, whole or not at all; whether they are there."""
        data = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        try:
            self._append(name, data)
        except OSError as error:
            self._failed(name, error, len(lines))
            return False
        return True

    def _append(self, name: str, data: bytes) -> None:
        if name not in self._open:
            path = self.path / name
            path.touch(mode=0o600)
            self._open[name] = path.open("ab", buffering=0)
        _write_whole(self._open[name], data)

    def _failed(self, name: str, error: OSError, lines: int = 1) -> None:
        if self.report is None:
            text = _write_error_text(self.path / name, error)
            shutil.rmtree(self.path, ignore_errors=True)
            raise PreflightError(f"{text}; nothing was started")
        if not self.missing:
            self.report(
                f"{_write_error_text(self.path / name, error)}; the run continues without it"
            )
        self.missing[name] += lines

    def close(self, result: Mapping[str, Any]) -> None:
        """The result, in the room that was kept for it; no file is held open any more."""
        for file in self._open.values():
            with contextlib.suppress(OSError):
                file.close()
        self._open.clear()
        with contextlib.suppress(OSError):
            (self.path / ROOM).unlink()
        missing = {"missing": dict(self.missing)} if self.missing else {}
        self.write_json("result.json", {**result, **missing})


def _write_whole(file: FileIO, data: bytes) -> None:
    """Raises OSError where there is room for a part only, and takes that part back."""
    written = file.write(data)
    if written < len(data):
        file.truncate(os.fstat(file.fileno()).st_size - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _write_error_text(path: Path, error: OSError) -> str:
    """Which file cannot be written and why, with its file system."""
    mount = path.parent
    while not mount.is_mount() and mount != mount.parent:
        mount = mount.parent
    return f"{path}: cannot be written: {error.strerror}; its file system is {mount}"


def _new_directory(base: Path, name: str) -> Path:
    stem = f"{time.strftime('%Y%m%d-%H%M%S')}-{name}"
    try:
        make_private_folder(base)
        for number in range(1, 1000):
            path = base / (stem if number == 1 else f"{stem}-{number}")
            try:
                path.mkdir(mode=0o700)
            except FileExistsError:
                continue
            return path.resolve()
    except OSError as error:
        raise UsageError(f"--runs {base}: cannot be written: {error.strerror}") from error
    raise UsageError(f"--runs {base}: too many runs begin in this second")


def _process_identity(pid: int) -> dict[str, Any]:
    """What distinguishes a process from a later one with its pid."""
    process = find_process(pid)
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    return {"born": process.born if process and process.alive else None, "boot": boot}


def _here() -> dict[str, str]:
    """Where pids mean the same: the host's name, and its namespace of processes."""
    return {"host": os.uname().nodename, "processes": os.readlink("/proc/self/ns/pid")}


@dataclass(frozen=True)
class RecordedRun:
    """A run's directory as others see it."""

    path: Path

    @property
    def name(self) -> str:
        """The directory's own name."""
        return self.path.name

    def read(self, name: str) -> dict[str, Any]:
        """What fits of a JSON file of the directory; empty where it is not there or not whole."""
        return read_run_file(self.path / name)

    @property
    def elsewhere(self) -> str:
        """The host of a launcher that cannot be seen from here; empty where it can."""
        known, here = self.read("controller.json"), _here()
        seen = all(known.get(name, here[name]) == here[name] for name in here)
        return "" if seen else str(known.get("host", "another machine"))

    @property
    def controller(self) -> int | None:
        """The process that runs it, while that lives and can be seen from here."""
        known = self.read("controller.json")
        try:
            recorded = {"born": int(known["born"]), "boot": known["boot"]}
            alive = _process_identity(int(known["pid"])) == recorded
        except (KeyError, OSError, ValueError, TypeError):
            return None
        return int(known["pid"]) if alive and not self.elsewhere else None

    @property
    def runs(self) -> bool:
        """Whether its launcher runs, on whatever machine."""
        if not self.elsewhere:
            return self.controller is not None
        return time.time() - self.heard_of < SILENT_AFTER_S

    @property
    def started(self) -> float:
        """When it began, in seconds since 1970; 0 where the record does not say."""
        return float(self.read("controller.json").get("started", 0.0))

    @property
    def heard_of(self) -> float:
        """When its launcher last recorded that it runs, in seconds since 1970."""
        return float(self.read("progress.json").get("at", self.started))

    @property
    def state(self) -> str:
        """running, finished, failed, stopped, or lost: the controller ended without a result."""
        lives = "running" if self.runs else "lost"
        return str(self.read("result.json").get("state", lives))

    @property
    def ended(self) -> bool:
        """Whether its launcher has nothing more to print: it is gone or, out of sight, is done."""
        return not self.runs or bool(self.elsewhere and self.read(START_END))

    @property
    def exit_code(self) -> int:
        """What its `start` ends with, once it has ended; else the run itself."""
        of_run = self.read("result.json").get("exit", 1)
        return int(self.read(START_END).get("exit", of_run))

    def rank_events(self) -> list[dict[str, Any]]:
        """The lines of ranks.jsonl, in order."""
        return read_rank_events(self.path)

    @property
    def damaged_files(self) -> list[str]:
        """Which of its files are not, or not wholly, what a launcher writes."""
        return damaged_files(self.path)

    @property
    def log_files(self) -> dict[str, Path]:
        """The logs by node."""
        found = sorted((self.path / "logs").glob("*.log"))
        return {path.stem: path for path in found if path.is_file()}


def all_runs(base: Path) -> list[RecordedRun]:
    """Every run under `base`, oldest first."""
    return [RecordedRun(path) for path in recorded_runs(base)]


def find_run(base: Path, which: str | None) -> RecordedRun:
    """The run of that name or part of a name, the newest without one. Raises UsageError."""
    runs = all_runs(base)
    matching = [run for run in runs if run.name == which] or [
        run for run in runs if which is None or which in run.name
    ]
    if which and len(matching) > 1:
        names = ", ".join([*(["…"] if matching[5:] else []), *(run.name for run in matching[-5:])])
        text = f"{which!r} is part of the names of {len(matching)} runs: {names}; type more of it"
        raise UsageError(f"{text}, such as the newest", typed=(which,), right=(matching[-1].name,))
    if not matching:
        _raise_where_meant(base, which, runs)
        what = f"no run {which!r}" if which else "no run"
        others = f"; all of them: {next_line('runs', None, '--runs', str(base))}" if runs else ""
        raise UsageError(f"{what} in {base}/{others}; --runs DIR names another directory")
    return matching[-1]


def _raise_where_meant(base: Path, which: str | None, runs: Sequence[RecordedRun]) -> None:
    """Raises UsageError with the line to type where a name is misspelt, or is no directory."""
    if which:
        names = {word: run.name for run in runs for word in (run.name, run.name.split("-", 2)[-1])}
        for near in difflib.get_close_matches(which, names, n=1):
            text = f"no run {which!r} in {base}/; did you mean {names[near]!r}?"
            raise UsageError(text, typed=(which,), right=(names[near],))
        return
    words = typed_call()[1]
    flag = next((flag for flag, value in itertools.pairwise(words) if value == str(base)), "")
    named = [run.name for run in all_runs(Path("runs")) if str(base) in run.name]
    if flag and named and not base.is_dir():
        text = f"{flag} names a directory, and there is no {base}/; a run is named without it"
        raise UsageError(text, typed=(flag, str(base)), right=(named[-1],))
