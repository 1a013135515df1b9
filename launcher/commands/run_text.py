"""The words of `status` and `runs`."""

from __future__ import annotations

import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from checks.folded_names import fold_names
from checks.next_line import next_line
from checks.units import format_duration
from launcher.commands.run_summary import ENDED_BY_LAUNCHER, RankSummary, RunSummary
from launcher.plan.ranks import name_places
from launcher.run.step_words import describe_progress, describe_step, describe_wait

LOST = "its launcher ended without a result; each node ends its ranks by itself within seconds"
LISTED_RANKS = 16
"""So many ranks are listed one by one; more are folded by their state."""
COMMAND_WIDTH = 60
USUAL_LAUNCHER = "deepspeed"
_NUMBER = re.compile(r"-[\d.].*")


def line_for_run(command: str, name: str, base: Path, *words: str) -> str:
    """The line to type for a command on that run."""
    usual = base.absolute() == Path("runs").absolute()
    where = () if usual else ("--runs", str(base))
    return next_line(command, None, name, *words, *where)


def summary_columns(run: RunSummary) -> list[str]:
    """The cells of a run's line but its command; empty where nothing is known."""
    if run.is_late:
        pace, about_left = describe_wait(run), ""
    else:
        pace = f"{run.steps_per_s:g} steps/s" if run.steps_per_s else ""
        about_left = f"{format_duration(run.left_s)} left" if run.left_s is not None else ""
    duration = format_duration(run.seconds) if run.seconds is not None else ""
    loss = f"loss {run.loss}" if run.loss is not None else ""
    return [run.name, run.state, duration, describe_step(run), loss, pace, about_left]


def command_texts(runs: Sequence[RunSummary]) -> list[str]:
    """The commands; of a long one what is other than in the last run of the same script."""
    earlier: dict[tuple[str, ...], RunSummary] = {}
    texts = []
    for run in runs:
        script = run.command[: 2 if run.command[:1] == ("-m",) else 1]
        texts.append(_command_text(run, len(script), earlier.get(script)))
        earlier[script] = run
    return texts


def _command_text(run: RunSummary, named: int, before: RunSummary | None) -> str:
    whole = shlex.join(run.command)
    if before is None or len(whole) <= COMMAND_WIDTH:
        text = _shorten(whole)
    else:
        old, new = (Counter(_arguments(each.command[named:])) for each in (before, run))
        changed = [shlex.join(words) for words in (new - old).elements()]
        left_out = [shlex.join(words[:1]) for words in old if words[0] not in {w[0] for w in new}]
        parts = [*changed, *([f"(without {' '.join(left_out)})"] if left_out else [])]
        same = "" if parts else "(the same command)"
        text = _shorten(" ".join([shlex.join(run.command[:named]), "…", *parts, same]).rstrip())
    usual = before.launcher if before else USUAL_LAUNCHER
    started = f" with {run.launcher}" if run.launcher not in (None, usual) else ""
    moved = before is not None and before.nodes != run.nodes
    return f"{text}{started}{f' on {fold_names(run.nodes)}' if moved else ''}"


def _arguments(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Each option with its values; words before the first one by themselves."""
    option: tuple[str, ...] = ()
    for word in words:
        if word.startswith("-") and not _NUMBER.fullmatch(word):
            if option:
                yield option
            option = (word,)
        elif option:
            option = (*option, word)
        else:
            yield (word,)
    if option:
        yield option


def align_columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows as lines; a column that is empty in all of them is left out."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True) if width)
        yield "  ".join(cells).rstrip()


def _shorten(text: str) -> str:
    """Cut between words, where there are any."""
    if len(text) <= COMMAND_WIDTH:
        return text
    head = text[: COMMAND_WIDTH - 2]
    return f"{head.rpartition(' ')[0] or head} …"


def status_lines(run: RunSummary) -> Iterator[str]:
    """What a person wants to know of a run, but its ranks and its diagnosis."""
    yield f"{run.name}: {run.state}"
    if run.command:
        where = f"{run.world_size} ranks on {fold_names(run.nodes)}"
        yield f"  {shlex.join(run.command)}: {where}"
    if run.attempt:
        after = f", after {run.attempt['after']}" if run.attempt.get("after") else ""
        yield f"  attempt {run.attempt['number']} of {run.attempt['of']}{after}"
    if text := "; ".join(part for part in (_duration_text(run), progress_text(run)) if part):
        yield f"  {text}"
    if run.stragglers:
        yield f"  {run.stragglers}"
    if run.stall:
        yield f"  {_seen_text(run)}{run.stall}".replace("\n", "\n  ")


def _seen_text(run: RunSummary) -> str:
    """How old a look at the ranks is: how long something lasts in it was so then."""
    return "" if run.seen_s is None else f"seen {format_duration(run.seen_s)} ago: "


def end_lines(run: RunSummary, ranks: Sequence[RankSummary]) -> Iterator[str]:
    """What a person wants to know of a run that has ended: how, where, when, and of its ranks."""
    yield from status_lines(run)
    yield from (f"  {line}" for line in _states_of_ranks(ranks, run.diagnosis or ""))
    if run.diagnosis:
        yield run.diagnosis
    yield run.path


def _duration_text(run: RunSummary) -> str:
    if run.seconds is None:
        return ""
    word = {"running": "for", "lost": "last heard of after"}.get(run.state, "after")
    return f"{word} {format_duration(run.seconds)}"


def progress_text(run: RunSummary) -> str:
    """How far it is; before the first step of a run under way, what its ranks do."""
    if run.state == "running" and run.step is None and run.loss is None:
        return f"no step yet: {run.doing}" if run.doing else "no step yet"
    return describe_progress(run, line_for_run("xray", run.name, Path(run.path).parent))


def rank_lines(ranks: Sequence[RankSummary], diagnosis: str) -> Iterator[str]:
    """A line for each rank, one for those that the launcher ended alike; of many one each state.

    Why they were ended is left to the diagnosis, where that begins with it.
    """
    if len(ranks) > LISTED_RANKS:
        yield from _states_of_ranks(ranks, diagnosis)
        return
    ended: dict[str, list[RankSummary]] = defaultdict(list)
    for rank in ranks:
        if ENDED_BY_LAUNCHER in rank.state:
            ended[rank.state].append(rank)
    for rank in ranks:
        if alike := ended.get(rank.state):
            if rank == alike[0]:
                yield f"{name_places(alike)}: {_brief_state(rank.state, diagnosis)}"
        else:
            process = f", process {rank.pid}" if rank.state == "running" else ""
            yield f"rank {rank.rank} on {rank.node}: {rank.state}{process}"


def _brief_state(state: str, diagnosis: str) -> str:
    reason = diagnosis.partition("\n")[0]
    return state.removesuffix(f": {reason}") if reason else state


def _states_of_ranks(ranks: Sequence[RankSummary], diagnosis: str) -> Iterator[str]:
    by_state: dict[str, list[RankSummary]] = defaultdict(list)
    for rank in ranks:
        by_state[_brief_state(rank.state, diagnosis)].append(rank)
    for state, alike in by_state.items():
        nodes = fold_names(dict.fromkeys(rank.node for rank in alike))
        yield f"{len(alike)} of {len(ranks)} ranks, on {nodes}: {state}"
