"""How a run ended: judged once all of it is over, for its record and for who reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from checks.quick_dataclass import dataclass
from launcher.exit_codes import ExitCode
from launcher.run.state import FailureReport, RunState, Screen


@dataclass(frozen=True)
class Ending:
    """A run's last state, `finished`, `failed` or `stopped`, its exit code, and why."""

    state: str
    code: ExitCode
    diagnosis: str = ""
    separation: str = ""
    """Why the run has failed, where its ranks were not in one world, or left DeepSpeed out."""
    report: FailureReport | None = None
    """Of a failure; None too where no login was open."""
    well: bool = False
    """Whether every rank ended well, and nobody asked for the end before."""
    by_launcher: bool = False
    """Whether the launcher ended it although no rank had failed."""
    because: str = ""
    """Why the launcher ended ranks that had not ended by themselves."""

    def with_seen(self, *seen: str) -> Ending:
        """With what else is known of a run that was stopped."""
        return replace(self, diagnosis="\n".join(filter(None, (self.diagnosis, *seen))))

    def story_after(self, said: str, screen: Screen) -> str:
        """Why a run failed, without what was `said` already and what stands on the screen."""
        return self.report.story_after(said, screen) if self.report else self.diagnosis

    @property
    def brief(self) -> str:
        """What a notification says of it."""
        return self.report.brief if self.report else self.diagnosis


def judge_ending(
    state: RunState,
    run: Path,
    *,
    stopped_because: str = "",
    allow_separate: bool = False,
    hang: str = "",
) -> Ending:
    """How the run of `state` ended, whose directory is `run`.

    `stopped_because` says who asked for the end before the ranks had ended; empty where nobody
    did. `hang` is what was said of the run without progress.
    """
    if state.failure:
        return _judge_failure(state, run, hang, allow_separate=allow_separate)
    if state.has_succeeded and not stopped_because:
        apart = "" if allow_separate else state.worlds.find_separation(missing=True)
        if apart := apart or state.worlds.find_left_out():
            return Ending("failed", ExitCode.FAILED, apart, separation=apart, well=True)
        return Ending("finished", ExitCode.DONE, well=True)
    return Ending(
        *("stopped", ExitCode.INTERRUPTED, stopped_because),
        by_launcher=bool(stopped_because),
        because=stopped_because,
    )


def _judge_failure(state: RunState, run: Path, hang: str, *, allow_separate: bool) -> Ending:
    from launcher.run.failure_report import describe_failure  # its tables slow down a start

    failure = state.failure
    assert failure
    apart = "" if allow_separate else state.worlds.find_separation(missing=False)
    report = describe_failure(state, failure, run, hang, apart)
    return Ending(
        *("failed", ExitCode.FAILED, report.text, report.separation, report),
        by_launcher=bool(failure.stuck),
        because=f"it was {failure.what}" if failure.stuck else report.story.partition("\n")[0],
    )


def ending_as_json(ending: Ending, state: RunState) -> dict[str, Any]:
    """What the record keeps of it.

    Of a run that the launcher ended as stuck no errors that came of that end: a rank says so of its
    peers, which were ended a little earlier.
    """
    stuck = state.failure if state.failure and state.failure.stuck else None
    return {
        "state": ending.state,
        "exit": int(ending.code),
        "diagnosis": ending.diagnosis,
        "separation": ending.separation,
        "ended_by_launcher": ending.by_launcher,
        "ended_because": ending.because,
        "ranks": {str(rank): code for rank, code in sorted(state.ended.items())},
        "ended_with_run": sorted(state.ended_with_run),
        "erring": sorted(stuck.after if stuck else state.erring_ranks),
        "left": {node: pids for node, pids in state.left_processes.items() if pids},
    }


def describe_ending(ending: Ending, state: RunState, seconds: float, run: Path) -> str:
    """The line that says how the run ended, after how long, and where its record is."""
    ended = sum(1 for code in state.ended.values() if code == 0)
    what = f"{ended} of {len(state.plan.ranks)} ranks succeeded"
    if ending.well and (together := state.worlds.describe()):
        what += f", {together}"
    return f"{ending.state} after {seconds:g} s: {what}; {run}"
