"""What the record of a run says of it now, as `status --json` and `runs --json` print it."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from typing import Any

from checks.errors import FactError
from checks.facts.decode import decode_record
from checks.knowledge.exit_status import describe_exit
from checks.model import Job
from checks.quick_dataclass import dataclass
from launcher.record import RecordedRun
from launcher.run.messages import RankEnded, RankStarted
from launcher.run.step_meter import late_after_s
from launcher.run.step_words import StepFigures, time_left_s
from launcher.run.stragglers import NOBODY

ENDED_BY_LAUNCHER = "ended by the launcher"
PRINTED_AN_ERROR = "printed an error too, "


@dataclass(frozen=True)
class RankSummary:
    """One planned rank: `pid` where it started, `exit` where its exit code is known."""

    rank: int
    node: str
    state: str
    pid: int | None = None
    exit: int | None = None


@dataclass(frozen=True)
class RunSummary(StepFigures):
    """A run as its record has it; None is what the record does not say.

    `launcher` is what starts the ranks on a node. `seconds` it has run, for a lost run as long as
    its launcher was heard of. `left_s`: until its last step, as `steps_per_s` goes on.
    `since_step_s`: since its newest step. `doing` is what ranks do before the first step, `stall`
    what was seen where there is no progress, and `seen_s` how many seconds ago; `stragglers` who
    keeps the others waiting where there is.
    """

    name: str
    path: str
    state: str
    started: str | None
    seconds: float | None
    command: tuple[str, ...]
    launcher: str | None
    nodes: tuple[str, ...]
    world_size: int | None
    doing: str | None
    stall: str | None
    seen_s: float | None
    stragglers: str | None
    attempt: Mapping[str, Any] | None
    exit: int | None
    diagnosis: str | None
    host: str | None
    pid: int | None


def recorded_job(run: RecordedRun) -> Job | None:
    """The job that a run was started with, secrets masked; None where its record does not say."""
    try:
        return decode_record(Job, run.read("plan.json")["job"], "job")
    except (KeyError, FactError):
        return None


def summarise_run(run: RecordedRun) -> RunSummary:
    """The run as its record has it now."""
    plan, result, live = (run.read(f"{name}.json") for name in ("plan", "result", "progress"))
    known = {**live, **{name: value for name, value in result.items() if value is not None}}
    state, seconds = run.state, _seconds(run, result)
    stall = live.get("stall") or None if state == "running" else None
    left_s, since_step_s = _since_and_left(live, seconds) if state == "running" else (None, None)
    return RunSummary(
        name=run.name,
        path=str(run.path.absolute()),
        state=state,
        started=_utc(run.started) if run.started else None,
        seconds=seconds,
        command=tuple(plan.get("job", {}).get("command", ())),
        launcher=plan.get("job", {}).get("launcher"),
        nodes=tuple(plan.get("nodes", ())),
        world_size=plan.get("world_size"),
        step=known.get("step"),
        steps=known.get("steps"),
        loss=known.get("loss"),
        loss_rank=known.get("loss_rank"),
        steps_per_s=known.get("steps_per_s"),
        left_s=left_s,
        since_step_s=since_step_s,
        line_every_s=live.get("line_every_s"),
        doing=live.get("doing") or None if state == "running" else None,
        stall=stall,
        seen_s=_seconds_since(live.get("stall_s"), seconds) if stall else None,
        stragglers=_stragglers(live, state),
        attempt=run.read("attempt.json") or None,
        exit=result.get("exit"),
        diagnosis=result.get("diagnosis") or None,
        host=run.read("controller.json").get("host"),
        pid=run.controller,
    )


def _since_and_left(
    live: Mapping[str, Any], seconds: float | None
) -> tuple[float | None, float | None]:
    """Seconds until the last step, as long as the next one is not late, and since the newest."""
    stepped_s, left_s = live.get("stepped_s"), live.get("left_s")
    since_step_s, pace = _seconds_since(stepped_s, seconds), live.get("steps_per_s")
    if since_step_s is None:
        return None, None
    every_s = live.get("line_every_s")
    if since_step_s > late_after_s(pace, every_s):
        return None, since_step_s
    left_s = time_left_s(left_s, since_step_s, every_s)
    return None if left_s is None else round(left_s, 1), since_step_s


def _seconds_since(moment_s: float | None, seconds: float | None) -> float | None:
    """From a moment of the run until now, both in seconds since it began."""
    if seconds is None or moment_s is None:
        return None
    return round(max(seconds - moment_s, 0.0), 1)


def _stragglers(live: Mapping[str, Any], state: str) -> str | None:
    """Who keeps the others waiting; that nobody did is no news of a run that has ended."""
    text = live.get("stragglers") or ""
    return None if state != "running" and text.startswith(NOBODY) else text or None


def _utc(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(run: RecordedRun, result: Mapping[str, Any]) -> float | None:
    if "seconds" in result:
        return float(result["seconds"])
    if not run.started:
        return None
    last = time.time() if run.runs else run.heard_of
    return round(max(last - run.started, 0.0), 1)


def _describe_end_with_run(result: Mapping[str, Any]) -> str:
    """Of a rank that the launcher ended: after what, or on whose request."""
    joint = " after" if result.get("state") == "failed" else ":"
    return f"{ENDED_BY_LAUNCHER}{joint} {result.get('ended_because', '')}"


def summarise_ranks(run: RecordedRun) -> list[RankSummary]:
    """The last known state of each planned rank."""
    pids: dict[int, int] = {}
    exits: dict[int, int] = {}
    for event in run.rank_events():
        if event["kind"] == RankStarted.kind and "pid" in event:
            pids[event["rank"]] = event["pid"]
        if event["kind"] == RankEnded.kind and "code" in event:
            exits[event["rank"]] = event["code"]
    result = run.read("result.json")
    exits |= {int(rank): code for rank, code in result.get("ranks", {}).items()}
    ended_with_run, erring = result.get("ended_with_run", ()), result.get("erring", ())
    unfinished = "running" if run.runs else "no exit status received"

    def state_of(rank: int) -> str:
        if rank in ended_with_run:
            printed = PRINTED_AN_ERROR if rank in erring else ""
            return printed + _describe_end_with_run(result)
        if rank in exits:
            return describe_exit(exits[rank])
        return unfinished if rank in pids else "not started"

    planned = {rank["rank"]: rank["node"] for rank in run.read("plan.json").get("ranks", ())}
    return [
        RankSummary(rank, node, state_of(rank), pids.get(rank), exits.get(rank))
        for rank, node in planned.items()
    ]
