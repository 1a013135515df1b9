"""What a node answered: as a probe's line and a saved file have it, and as the stages pass it."""

from __future__ import annotations

import pytest

from checks.answer import LONGEST_ERROR, Answer

FORMS = [{"data": {"uid": 0}}, {"data": {}, "seconds": 0.25}, {"error": "no answer within 5 s"}]


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_is_written_as_it_was_read(form):
    assert Answer.from_json(form).as_json() == form


def test_the_number_of_the_request_is_not_part_of_the_answer():
    assert Answer.from_json({"id": 7, "data": {"uid": 0}}) == Answer({"uid": 0})


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"data": [1, 2]}, "expected an object, got [1, 2]"),
        ({"data": None}, "expected an object, got null"),
        ({}, "expected an object, got null"),
        ({"error": 5}, "5"),
        ({"error": "late", "data": {"uid": 0}}, "late"),
    ],
)
def test_any_other_message_is_an_error(message, error):
    assert Answer.from_json(message) == Answer(error=error)


def test_further_fields_join_the_data_and_leave_the_first_answer_as_it_was():
    first = Answer({"rank": 0, "own": "10.0.0.1"}, seconds=0.25)
    joined = Answer({"rank": 3, "own": "10.0.0.1", "again": True}, seconds=0.25)
    assert first.with_fields(rank=3, again=True) == joined
    assert first.fields == {"rank": 0, "own": "10.0.0.1"}


def test_an_error_has_no_fields_and_takes_none():
    failed = Answer(error="gone")
    assert failed.fields == {}
    assert failed.with_fields(again=True) == failed


@pytest.mark.parametrize(
    ("said", "kept"),
    [(0.25, 0.25), (0, 0), ("0.25", None), (-1, None), (1e20, None), ([1], None), (None, None)],
)
def test_the_time_that_a_section_took_is_a_time(said, kept):
    assert Answer.from_json({"data": {}, "seconds": said}).seconds == kept


def test_an_error_is_kept_as_far_as_it_can_be_read():
    error = Answer.from_json({"error": {"x" * 10_000: ["\x1b"] * 10_000}}).error
    assert len(error) == LONGEST_ERROR
