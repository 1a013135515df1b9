"""JSON that a node sent: what fits is the value, what does not is refused with the reason."""

from __future__ import annotations

import json

import pytest

from checks import untrusted_json
from checks.untrusted_json import MAX_DEPTH, read_untrusted_json


@pytest.mark.parametrize(
    "value",
    [None, True, -1, 2**64 - 1, 1.5, "é\u202e\x00", "\U0001f600", [], {"a": [{"b": []}]}],
    ids=repr,
)
def test_what_a_probe_may_say_is_read_as_json_reads_it(value):
    assert read_untrusted_json(json.dumps(value).encode()) == value


def test_what_is_read_can_be_written_as_strict_utf_8_and_json():
    value = read_untrusted_json(b'{"\\ud800": ["\\uDFFF", "\\ud83d\\ude00"]}')
    assert value == {"?": ["?", "\U0001f600"]}
    assert json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"-" + b"9" * 100_000, "a number has 100000 digits"),
        (b"1e999", "the number 1e999 is out of range"),
        (b"-1e308", "the number -1e308 is out of range"),
        (b"NaN", "NaN is no JSON"),
        (b"-Infinity", "-Infinity is no JSON"),
        (b"\xff", "utf-8"),
        (b'"\xed\xa0\x80"', "utf-8"),
        ("[1]".encode("utf-16"), "utf-8"),
        (b"[1", "Expecting"),
    ],
    ids=range(11),
)
def test_what_does_not_fit_is_refused_with_the_reason(text, why):
    with pytest.raises(ValueError, match=why):
        read_untrusted_json(text)


def test_what_is_alike_is_kept_once_and_what_only_looks_alike_is_not():
    first = read_untrusted_json(b'{"a": {"keys": ["x", "y"], "on": true}, "b": [1, 2]}')
    again = read_untrusted_json(b'{"c": {"keys": ["x", "y"], "on": true}, "d": [1, 2]}')
    assert first["a"] is again["c"]
    assert first["b"] is again["d"]
    other = read_untrusted_json(b'{"a": {"keys": ["x", "y"], "on": 1}, "b": [true, 2]}')
    assert (type(other["a"]["on"]), type(other["b"][0])) == (int, bool)


def test_what_is_kept_of_what_nodes_say_is_bounded(monkeypatch):
    monkeypatch.setattr(untrusted_json, "MOST_KNOWN", 3)
    for number in range(10):
        read_untrusted_json(json.dumps({"n": [number]}).encode())
        assert len(untrusted_json._known) <= 3
