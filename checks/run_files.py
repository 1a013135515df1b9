"""The files that a run leaves, as they may be read: whoever damaged them, no reader trips over one.

A field that is not what a launcher writes is left out, a file that is none of its files is empty,
and `damaged_files` names both.
"""

from __future__ import annotations

import json
import math
import re
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from checks.errors import FactError
from checks.facts.decode import decode_record
from checks.quick_dataclass import dataclass

LARGEST = 64 << 20
MOST_SECONDS = 1e11
"""From 1970 or of a run: some thousand years, which a calendar has."""
HEARD_S = 30.0
"""A launcher records every ten seconds that it runs."""
RUN_STATES = ("finished", "failed", "stopped")


def _seconds(value: float) -> None:
    if not 0 <= value < MOST_SECONDS:
        raise ValueError(f"no time: {value!r}")


def _finite(value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"no number: {value!r}")


def _state(text: str) -> None:
    if text not in RUN_STATES:
        raise ValueError(f"no end of a run: {text[:20]!r}")


def _token(text: str) -> None:
    if not re.fullmatch(r"[0-9a-f]{8,64}", text):
        raise ValueError(f"not the mark of a run: {text[:20]!r}")


def _number(text: str) -> None:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(f"not the number of a rank: {text[:20]!r}")


def _loss(value: Any) -> None:
    if not isinstance(value, float | int | str | None):
        raise ValueError(  # noqa: TRY004 - as a fact's reader has it
            f"no loss: {str(value)[:20]!r}"
        )


def _exit_code(code: int) -> None:
    if not 0 <= code < 256:
        raise ValueError(f"no exit code: {code}")


def _order(number: int) -> None:
    if not 0 < number < MOST_SECONDS:
        raise ValueError(f"no number of a run: {number}")


_Seconds = Annotated[float, _seconds]
_ExitCode = Annotated[int, _exit_code]
_FIGURES: Mapping[str, Any] = {
    "step": int | None, "steps": int | None, "loss": Annotated[Any, _loss],
    "loss_rank": int | None,
    "steps_per_s": Annotated[float, _finite] | None, "seconds": _Seconds,
}  # fmt: skip


@dataclass(frozen=True)
class _Command:
    command: tuple[str, ...] = ()


@dataclass(frozen=True)
class _PlannedRank:
    rank: int
    node: str


@dataclass(frozen=True)
class _Finding:
    check: str
    evidence: Mapping[str, Any]


_SHAPES: Mapping[str, Mapping[str, Any]] = {
    "controller.json": {
        "pid": int, "born": int | None, "boot": str, "host": str, "processes": str,
        "started": _Seconds, "number": Annotated[int, _order],
    },
    "plan.json": {
        "token": Annotated[str, _token], "nodes": Mapping[str, Any], "world_size": int,
        "ranks": tuple[_PlannedRank, ...], "job": _Command, "typed": tuple[str, ...],
    },
    "progress.json": {
        **_FIGURES, "left_s": _Seconds | None, "line_every_s": _Seconds | None,
        "stepped_s": Annotated[float, _finite] | None,
        "stall_s": Annotated[float, _finite] | None, "at": _Seconds,
        "joined": int, "doing": str, "stall": str, "stragglers": str,
    },
    "result.json": {
        **_FIGURES, "state": Annotated[str, _state], "exit": _ExitCode, "diagnosis": str,
        "hang": str, "separation": str, "stragglers": str,
        "ended_by_launcher": bool, "ended_because": str,
        "joined_s": _Seconds | None, "first_step_s": _Seconds | None,
        "ranks": Mapping[Annotated[str, _number], int], "ended_with_run": tuple[int, ...],
        "erring": tuple[int, ...],
        "left": Mapping[str, tuple[int, ...]], "missing": Mapping[str, int],
    },
    "attempt.json": {"number": int, "of": int, "after": str | None},
    "start.json": {"exit": _ExitCode},
    "recheck.json": {"text": str},
    "outputs.json": {"text": str, "folders": tuple[str, ...]},
    "preflight.json": {"findings": tuple[_Finding, ...]},
}  # fmt: skip
_REQUIRED: Mapping[str, frozenset[str]] = {
    "attempt.json": frozenset({"number", "of"}),
    "start.json": frozenset({"exit"}),
}
"""Without them the file says nothing."""
RANK_EVENTS = "ranks.jsonl"
_EVENT: Mapping[str, Any] = {
    "kind": str, "node": str, "rank": int, "pid": int, "code": int | None, "world": int,
    "size": int, "place": int, "seen_by": str, "backend": str,
}  # fmt: skip
_OF_RANK = "rank-"
"""How the kinds of those events begin that are a rank's."""


def read_run_file(path: Path) -> dict[str, Any]:
    """What fits of the fields that a launcher writes there; empty where there is no such file."""
    return _fitting(path.name, _load(path))


def read_rank_events(run: Path) -> list[dict[str, Any]]:
    """The starts and ends of ranks and nodes, in order; a line that is none is left out."""
    return [event for event in _events(run / RANK_EVENTS) if event is not None]


def damaged_files(run: Path) -> list[str]:
    """The files that are there and are not, or not wholly, what a launcher writes."""
    damaged = [
        name
        for name, shape in _SHAPES.items()
        if (run / name).exists() and _is_damaged(shape, name, _load(run / name))
    ]
    lines = list(_events(run / RANK_EVENTS))
    return damaged + [RANK_EVENTS] * (None in lines[:-1])


def recorded_runs(base: Path) -> list[Path]:
    """The directory of every run under `base`, oldest first, whatever clocks said."""
    return sorted((path.parent for path in base.glob("*/controller.json")), key=_place_of)


def live_run(base: Path) -> Path | None:
    """The newest run whose launcher recorded less than HEARD_S ago that it goes on."""
    for run in reversed(recorded_runs(base)):
        heard_at = read_run_file(run / "progress.json").get("at", 0.0)
        if time.time() - heard_at < HEARD_S and not (run / "result.json").exists():
            return run
    return None


def next_number(base: Path) -> int:
    """The place of a new run among those under `base`: after all that are there."""
    return 1 + max((_place_of(run)[0] for run in recorded_runs(base)), default=0)


def _place_of(run: Path) -> tuple[int, str]:
    """Runs of launchers that gave no number come first, by the time in their names."""
    return read_run_file(run / "controller.json").get("number", 0), run.name


def _load(path: Path) -> Any:
    """The JSON value of a regular file; None where there is none, or it is not whole."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
        return json.loads(text.decode("utf-8")) if len(text) <= LARGEST else None
    except (OSError, ValueError, RecursionError):
        return None


def _fitting(name: str, data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        return {}
    shape = _SHAPES.get(name)
    if shape is None:
        return data
    found = {
        key: data[key] for key, kind in shape.items() if key in data and _fits(kind, data[key])
    }
    return found if _REQUIRED.get(name, frozenset()) <= found.keys() else {}


def _fits(kind: Any, value: Any) -> bool:
    try:
        decode_record(kind, value, "")
    except FactError:
        return False
    return True


def _is_damaged(shape: Mapping[str, Any], name: str, data: Any) -> bool:
    fitting = _fitting(name, data)
    return not isinstance(data, dict) or (data.keys() & shape.keys()) != fitting.keys()


def _events(path: Path) -> Iterator[dict[str, Any] | None]:
    """Each line's event; None for a line that is none."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return
        with path.open("rb") as file:
            yield from map(_event, iter(lambda: file.readline(LARGEST), b""))
    except OSError:
        return


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or "kind" not in event:
        return None
    if not all(_fits(_EVENT[key], value) for key, value in event.items() if key in _EVENT):
        return None
    return event if "rank" in event or not event["kind"].startswith(_OF_RANK) else None
