"""What is reported of a run that goes well: ranks joined, first step, pace; each once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from launcher.rank_output import is_step_line, step_number
from launcher.run import progress
from launcher.run.progress import LATE_S, PACE_S, Progress


@dataclass
class Named:
    """A node's name, as a plan has it."""

    name: str


class Planned:
    """Four ranks on two nodes."""

    nodes = (Named("node1"), Named("node2"))
    ranks = range(4)

    def ranks_of(self, node):
        return {"node1": (0, 1), "node2": (2, 3)}[node]


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
    run.joined([])
    clock[0] += 100
    run.joined([0, 1])
    assert said == []
    clock[0] += LATE_S + 1
    run.joined([0, 1, 3])
    run.joined([0, 1, 3])
    assert said == ["3 of 4 ranks joined; missing: rank 2 on node2"]
    run.joined([0, 1, 2, 3])
    run.joined([0, 1, 2, 3])
    assert said[1:] == ["4 of 4 ranks joined"]


def test_the_first_step_and_the_pace_are_said_once(run, clock, said):
    assert not run.line("rank0", "loading the data")
    for number in range(1, 40):
        clock[0] += 0.5
        assert run.line("rank0", f"step {number} loss 2.5")
        run.line("rank1", f"step {number * 7} loss 2.5")
    assert said == ["first step after 0.5 s", "2 steps per second"]
    assert PACE_S < 20
    assert run.run_figures == {
        "seconds": 19.5, "joined_s": None, "first_step_s": 0.5, "steps_per_s": 2.0,
    }  # fmt: skip


def test_a_loss_without_a_number_gives_no_pace(run, clock, said):
    for _ in range(40):
        clock[0] += 1
        assert run.line("rank0", "{'loss': 2.5}")
    assert said == ["first step after 1 s"]
    assert run.steps_per_s is None


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("step 12 loss 2.5", 12),
        ("global_step=7, lr=0.1", 7),
        ("Iteration: 300/1000", 300),
        (" 12%|█▏        | 37/300 [00:10<01:11,  3.70it/s]", 37),
        ("{'loss': 2.5}", None),
        ("loading 3 of 7 shards", None),
        ("  Total optimization steps = 1,563", None),
        ("  Gradient Accumulation steps = 1", None),
    ],
)
def test_the_number_of_a_step(line, number):
    assert step_number(line) == number
    assert is_step_line(line) is (number is not None or "loss" in line)
