"""A stage that cannot bear what some node says: it alone could not be determined."""

from __future__ import annotations

import pytest

from checks.answer import LONGEST_ERROR, Answer
from checks.contact.budget import Budget
from checks.errors import UsageError
from checks.stages.gather import GatherOptions, _Gathering
from checks.stages.stage_list import Stage
from tests.support.snapshots import snapshot

NAMES = ("node1", "node2")


class Reached:
    """A contact of two nodes that nobody asks."""

    reached = NAMES


def run_stage(run, *, early=False):
    snap = snapshot(NAMES)
    stage = Stage("odd", "odd things", (), (), run, early=early)
    gathering = _Gathering(snap, {name: {"odd"} for name in NAMES}, GatherOptions(), Budget(None))
    begun = gathering._begin_stage(Reached(), stage) if early else None
    gathering._run_stage(Reached(), stage, begun)
    return {name: snap.answer(name, "odd") for name in NAMES}


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
