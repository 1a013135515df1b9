"""What the ranks of a run do at this moment, for whoever asks: pure."""

from __future__ import annotations

from dataclasses import replace

from launcher.run.stall.judge import (
    MAX_LINES,
    Stall,
    StallKind,
    is_unrecorded,
    judge_stall,
    rank_states,
    state_lines,
)
from launcher.run.stall.observation import Observations, RendezvousPlan

SAID = {
    StallKind.SLOW: "the run advances",
    StallKind.STUCK: "nothing advanced while it was observed",
    StallKind.UNSURE: "nothing was seen to advance, but not all could be seen",
}
"""Of one short look, which does not prove that a run is stuck."""


def judge_now(plan: RendezvousPlan, observations: Observations) -> Stall:
    """What each rank does; whom the others wait for comes first, unless the run advances.

    While it advances only a rank that is missed in a collective is named before the others.
    """
    stall, states = judge_stall(plan, observations), rank_states(plan, observations)
    if stall.kind is StallKind.STUCK and any(map(is_unrecorded, states)):
        stall = replace(stall, kind=StallKind.UNSURE)
    lines = stall.lines[1:]
    if stall.kind is StallKind.SLOW and not stall.missed:
        lines = tuple(state_lines(states))[:MAX_LINES]
        stall = replace(stall, odd=())
    use = stall.lines[0].partition(": ")[2]
    return replace(stall, lines=(f"{SAID[stall.kind]}: {use}", *lines))
