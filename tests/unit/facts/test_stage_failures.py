"""A stage that cannot bear what some node says: of that node alone it could not be determined."""

from __future__ import annotations

import pytest

from checks.answer import LONGEST_ERROR, Answer
from checks.contact.budget import Budget
from checks.contact.pool import Contact
from checks.errors import FactError, UsageError
from checks.stages.foreign_text import without_foreign_text
from checks.stages.gather import GatherOptions, _Gathering
from checks.stages.stage_list import Stage
from tests.support.snapshots import snapshot

NAMES = ("node1", "node2")
FIVE = tuple(f"node{number}" for number in range(1, 6))


class Resident:
    """The probe of a node that gives the same answer to everything."""

    def __init__(self, answer):
        self.given, self.asked = answer, 0

    def send_request(self, *_):
        self.asked += 1
        return self.asked

    def answer(self, *_):
        return self.given


def run_stage(run, answers=None, *, early=False):
    answers = answers or dict.fromkeys(NAMES)
    snap = snapshot(tuple(answers))
    contact = Contact({name: Resident(Answer({"n": each})) for name, each in answers.items()})
    stage = Stage("odd", "odd things", (), (), run, early=early)
    gathering = _Gathering(snap, {name: {"odd"} for name in answers}, GatherOptions(), Budget(None))
    begun = gathering._begin_stage(contact, stage) if early else None
    gathering._run_stage(contact, stage, begun)
    return {name: snap.answer(name, "odd") for name in answers}


def fill_one_and_fail(_contact, snap, _names):
    snap.put("node1", "odd", Answer({"seen": 1}))
    raise AttributeError("x" * 5000)


def test_what_was_answered_before_a_stage_failed_counts():
    found = run_stage(fill_one_and_fail)
    assert found["node1"] == Answer({"seen": 1})
    assert found["node2"].error.startswith("the stage itself failed: AttributeError: xxx")
    assert len(found["node2"].error) == LONGEST_ERROR


@pytest.mark.parametrize("early", [False, True])
def test_an_early_stage_may_fail_at_its_beginning_and_at_its_end(early):
    def begin(_contact, _snap, _names):
        return lambda: 1 / 0

    for run in (begin, lambda *_: 1 / 0):
        found = run_stage(run, early=early)
        assert {answer.error for answer in found.values()} == {
            "the stage itself failed: ZeroDivisionError: division by zero"
        }


def test_a_mistake_of_the_users_is_still_one():
    def refuse(*_):
        raise UsageError("no such thing")

    with pytest.raises(UsageError):
        run_stage(refuse)


def divide(contact, snap, names):
    """Asks twice, and cannot bear a zero or a text in the second answers."""
    for turn in range(2):
        answers = contact.ask("number", {name: {} for name in names}, 1.0)
        found = {name: 1 / answer.data["n"] if turn else 0 for name, answer in answers.items()}
    for name in names:
        snap.put(name, "odd", Answer({"found": found[name], "of": len(names)}))


def divide_at_the_end(contact, snap, names):
    return lambda: divide(contact, snap, names)


@pytest.mark.parametrize("run", [divide, divide_at_the_end])
@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize(
    "lies",
    [
        {"node3": 0},
        {"node1": "x"},
        {"node5": None},
        {"node2": 0, "node3": []},
        {"node1": 0, "node2": 0},
    ],
    ids=str,
)
def test_who_says_what_a_stage_cannot_bear_alone_has_no_answer(run, early, lies):
    found = run_stage(run, {**dict.fromkeys(FIVE, 2), **lies}, early=early)
    left = len(FIVE) - len(lies)
    for name in FIVE:
        if name in lies:
            assert found[name].error.startswith("the stage cannot use what this node answered: ")
        else:
            assert found[name] == Answer({"found": 0.5, "of": left})


def compare_neighbours(contact, snap, names):
    answers = contact.ask("number", {name: {} for name in names}, 1.0)
    seen = sorted(answer.data["n"] for answer in answers.values())
    for name in names:
        snap.put(name, "odd", Answer({"most": seen[-1]}))


def test_a_lie_that_shows_beside_honest_answers_only_is_held_against_its_node():
    found = run_stage(compare_neighbours, {**dict.fromkeys(FIVE, 2), "node4": "two"})
    assert found.pop("node4").error.endswith("instances of 'str' and 'int'")
    assert set(map(str, found.values())) == {str(Answer({"most": 2}))}


def test_a_fact_from_before_that_a_stage_cannot_bear_is_held_against_its_node():
    def place(contact, snap, names):
        contact.ask("number", {name: {} for name in names}, 1.0)
        if "node2" in names:
            raise FactError("node2: an address that is none")
        for name in names:
            snap.put(name, "odd", Answer({"of": len(names)}))

    found = run_stage(place, dict.fromkeys(FIVE, 2))
    assert "an address that is none" in found.pop("node2").error
    assert set(map(str, found.values())) == {str(Answer({"of": 4}))}


def test_where_every_node_makes_a_stage_fail_it_is_the_stage_that_fails():
    found = run_stage(divide, dict.fromkeys(FIVE, 0))
    assert all("division by zero" in answer.error for answer in found.values())


def test_a_text_of_a_node_that_nobody_can_read_costs_that_text_alone(monkeypatch):
    def overflow(_text):
        raise RecursionError("too deep")

    monkeypatch.setattr("checks.stages.foreign_text.require_config", overflow)
    config = {
        "config": {"path": "/ds.json", "state": "there", "absolute": "/ds.json", "text": "{}"}
    }
    answer = without_foreign_text("deepspeed_config", Answer(config))
    assert answer.data is None
    assert "RecursionError: too deep" in answer.error
