"""What is reported of a run that goes well, each once: ranks started and joined, step, pace."""

from __future__ import annotations

import json

import pytest

from launcher.run import progress
from launcher.run.messages import RankWorld
from launcher.run.progress import HEARTBEAT_S, LATE_S, PACE_S, QUIET_S, RECORD_EVERY_S, Progress
from launcher.run.stall.judge import StallKind
from launcher.run.step_meter import UNKNOWN_STEP_S
from launcher.run.stragglers import NOBODY
from launcher.run.worlds import RankWorlds
from tests.support.planned_ranks import Planned


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def said():
    return []


@pytest.fixture
def run(clock, said):
    return Progress(Planned(), said.append)


def test_who_is_missing_is_said_once_by_node(run, clock, said):
    run.started([])
    clock[0] += 100
    run.started([0, 1])
    assert said == []
    clock[0] += LATE_S + 1
    run.started([0, 1, 3])
    run.started([0, 1, 3])
    assert said == ["3 of 4 ranks started; missing: rank 2 on node2"]
    run.started([0, 1, 2, 3])
    run.started([0, 1, 2, 3])
    assert said[1:] == ["4 of 4 ranks started"]


def test_ranks_have_joined_once_they_are_in_one_world(run, said):
    worlds = RankWorlds(4)
    for rank in range(4):
        worlds.take(RankWorld(rank, "torch.distributed", 0, 0, "", 0.0))
        run.joined(worlds.whole_world)
    for rank in range(4):
        assert said == []
        worlds.take(RankWorld(rank, "torch.distributed", 4, rank, "gloo", 0.0))
        run.joined(worlds.whole_world)
    run.joined(worlds.whole_world)
    assert said == ["4 of 4 ranks joined in one world of 4 (gloo)"]


def test_the_first_step_and_the_pace_are_said_once(run, clock, said):
    assert not run.line("rank0", "loading the data")
    for number in range(1, 40):
        clock[0] += 0.5
        assert run.line("rank0", f"step {number} loss 2.5")
        run.line("rank1", f"step {number * 7} loss 2.5")
        assert run.has_pace == (clock[0] - 100.5 > PACE_S)
    assert said == ["first step after 0.5 s"]
    assert (
        run.describe() == "step 39 of 100, loss 2.5 of rank 0, 2 steps per second, about 30 s left"
    )
    clock[0] += UNKNOWN_STEP_S
    assert run.describe() == "step 39 of 100, loss 2.5 of rank 0, no step for 60 s"
    clock[0] -= UNKNOWN_STEP_S
    assert run.run_figures == {
        "seconds": 19.5, "joined_s": None, "first_step_s": 0.5, "steps_per_s": 2.0,
        "step": 39, "steps": 100, "loss": 2.5, "loss_rank": 0,
    }  # fmt: skip


def test_a_rank_that_goes_on_is_followed_where_the_first_does_not(run, clock):
    run.line("rank1", "step 1 loss 2.5")
    for _ in range(2):
        clock[0] += 1
        run.line("rank0", "step 7 loss 1.5")
    assert (run.run_figures["step"], run.run_figures["loss"]) == (1, 2.5)
    clock[0] += UNKNOWN_STEP_S
    run.line("rank0", "step 40 loss 1.4")
    assert (run.run_figures["step"], run.run_figures["loss"]) == (40, 1.4)
    assert run.run_figures["loss_rank"] == 0


def test_a_loss_that_one_rank_prints_needs_no_name(run):
    run.line("rank1", "step 1 loss 2.5")
    run.line("rank0", "step 1")
    assert run.run_figures["loss_rank"] is None


def test_a_loss_without_a_number_gives_no_pace(run, clock, said):
    for _ in range(40):
        clock[0] += 1
        assert run.line("rank0", "{'loss': 2.5}")
    assert said == ["first step after 1 s"]
    assert run.steps_per_s is None


def test_what_status_shows_is_recorded_when_it_changes_and_as_a_sign_of_life(run, clock):
    assert run.figures_to_record()["step"] is None
    assert run.figures_to_record() is None
    clock[0] += RECORD_EVERY_S
    assert run.figures_to_record() is None
    run.started([0, 1])
    assert run.figures_to_record()["joined"] == 2
    clock[0] += HEARTBEAT_S
    assert run.figures_to_record()["seconds"] == RECORD_EVERY_S + HEARTBEAT_S
    for number in (1, 2, 3):
        clock[0] += 2
        run.line("rank0", f"step {number} loss nan")
    figures = run.figures_to_record()
    json.loads(json.dumps(figures), parse_constant=pytest.fail)
    del figures["at"]
    assert figures == {
        "step": 3, "steps": 100, "loss": "nan", "steps_per_s": 0.5, "left_s": 194.0,
        "stepped_s": 17.0, "seconds": 17.0, "joined": 2, "doing": "", "stall": "",
        "stall_s": None, "stragglers": "", "line_every_s": 2.0, "loss_rank": None,
    }  # fmt: skip


def test_what_ranks_do_before_the_first_step_is_recorded_until_one_prints(run):
    run.observed(StallKind.APART, "no step yet; 1 of 2 ranks")
    run.observed(StallKind.STARTING, "rank 0 on node1 is loading weights")
    figures = run.figures_to_record()
    assert figures["doing"] == "rank 0 on node1 is loading weights"
    assert figures["stall"] == "no step yet; 1 of 2 ranks"
    run.line("rank1", "loaded")
    assert run._doing == ""


def test_that_no_rank_has_started_is_recorded_until_one_has(run, clock):
    run.observed(StallKind.UNSURE, "the launchers have not started any rank")
    assert run.figures_to_record()["stall"]
    run.started([0])
    clock[0] += RECORD_EVERY_S
    assert not run.figures_to_record()["stall"]


@pytest.mark.parametrize(
    ("kind", "line", "kept"),
    [
        (StallKind.STUCK, "it goes on", False),
        (StallKind.APART, "I wait", True),
        (StallKind.APART, "step 1", False),
        (StallKind.WELL, "", False),
    ],
)
def test_a_stall_is_recorded_until_it_is_over(run, kind, line, kept):
    run.observed(kind, "no step yet; 1 of 2 ranks")
    run.line("rank1", line)
    assert bool(run.figures_to_record()["stall"]) is kept


def test_who_keeps_the_others_waiting_is_said_while_steps_are_made_alone(run, clock):
    for number in range(1, 5):
        clock[0] += 1
        run.line("rank0", f"step {number}")
    run.stragglers = NOBODY
    assert run.figures_to_record()["stragglers"] == NOBODY
    clock[0] += 11
    assert run.figures_to_record()["stragglers"] == ""
    run.line("rank0", "step 5")
    assert run.stragglers == NOBODY


def test_when_the_ranks_were_looked_at_is_recorded(run, clock):
    clock[0] += 20
    run.observed(StallKind.STUCK, "no output for 20 s; stuck")
    clock[0] += 25
    assert run.figures_to_record()["stall_s"] == 20


def test_bars_of_the_steps_are_known_from_others(run, clock):
    bar = " 17%|███       | {}/{} [00:12<01:05,  1.31s/it]"
    assert not run.counts_bar(bar.format(1, 60))
    for number in (1, 2):
        clock[0] += 1
        run.line("rank0", bar.format(number, 60))
    assert run.shows_bar
    assert run.counts_bar(bar.format(3, 60))
    assert run.counts_bar("        ")
    assert not run.counts_bar(bar.format(3, 10))
    assert not run.counts_bar("{'loss': '5.387'}")
    assert not run.counts_bar("Writing model shards: 100%|█████| 1/1 [00:00<00:00, 271.25it/s]")


def test_where_ranks_print_no_bar_nothing_is_one(run, clock):
    run.line("rank0", "step 1 loss 2.5")
    assert not run.counts_bar("")
    assert not run.shows_bar


def test_of_a_run_whose_steps_are_done_nothing_is_left(run, clock):
    for number in (97, 98, 99, 100):
        clock[0] += 0.5
        run.line("rank0", f"step {number} loss 2.5")
        left = ", about 1 s left" if number == 99 else ""
        if number > 98:
            assert run.describe() == f"step {number} of 100, loss 2.5, 2 steps per second{left}"


@pytest.mark.parametrize(
    ("lines", "silent_s", "quiet"),
    [
        ([], QUIET_S - 1, False),
        ([], QUIET_S + 1, True),
        (["loading"], QUIET_S + 1, True),
        (["step 1 loss 2", "step 2 loss 2", "step 3 loss 2", "step 4 loss 2"], QUIET_S + 1, True),
        (["step 1 loss 2"], QUIET_S + 1, True),
    ],
)
def test_a_run_is_quiet_after_a_moment_without_a_line(run, clock, lines, silent_s, quiet):
    for line in lines:
        clock[0] += 0.5
        run.line("rank0", line)
    clock[0] += silent_s
    assert run.is_quiet is quiet


def test_a_run_of_long_steps_is_not_quiet_between_them(run, clock):
    for number in range(1, 6):
        clock[0] += 20.0
        run.line("rank0", f"step {number} loss 2.5")
    clock[0] += 50.0
    assert not run.is_quiet
    clock[0] += 20.0
    assert run.is_quiet
