"""Questions to a launcher at work, and its answers, as files in the run's directory."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path
from typing import Any

from launcher.record import RecordedRun, RunRecord

_REQUEST, _ANSWER = ".asked", ".json"
_PREFIX = "xray-"


def ask(run: RecordedRun) -> str:
    """Ask what the ranks do now. Returns what names the question; raises OSError."""
    name = f"{_PREFIX}{secrets.token_hex(8)}"
    (run.path / f"{name}{_REQUEST}").touch(mode=0o600)
    return name


def read_answer(run: RecordedRun, name: str) -> dict[str, Any]:
    """The answer to that question; empty until there is one."""
    return run.read(f"{name}{_ANSWER}")


def remove_question(run: RecordedRun, name: str) -> None:
    """Leave nothing of it in the run's directory."""
    for ending in (_REQUEST, _ANSWER):
        with contextlib.suppress(OSError):
            (run.path / f"{name}{ending}").unlink()


def take_questions(run: Path) -> list[str]:
    """The questions that have not been taken yet."""
    taken = []
    for path in run.glob(f"{_PREFIX}*{_REQUEST}"):
        with contextlib.suppress(OSError):
            path.unlink()
            taken.append(path.stem)
    return taken


def write_answer(record: RunRecord, name: str, answer: dict[str, Any]) -> None:
    """Answer a question."""
    record.write_json(f"{name}{_ANSWER}", answer)
