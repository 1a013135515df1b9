"""`launcher explain`: every check, area and cause, by any of their names, offline."""

from __future__ import annotations

import re
from argparse import Namespace

import pytest

from checks.catalogue import AREAS, CATALOGUE, area_text
from checks.errors import UsageError
from checks.knowledge.failures import FAILURES
from checks.knowledge.logins.causes import CAUSE_MEANING
from launcher.commands.explain import find_check, print_explanation

MEMLOCK = "limits.memlock-is-unlimited"
HEADS = ["claim", "why", "measured", "fix"]


@pytest.fixture
def said(capsys, monkeypatch):
    """What `launcher explain` prints of a word."""
    monkeypatch.setenv("COLUMNS", "80")

    def ask(word: str | None) -> str:
        print_explanation(Namespace(check=word, failures=None))
        return str(capsys.readouterr().out)

    return ask


def test_every_check_is_explained_in_four_parts(said):
    for check in CATALOGUE:
        text = said(check)
        assert [line for line in text.splitlines() if line in HEADS] == HEADS, check
        assert not re.search(r"\*\*|`|\]\(", text), check


@pytest.mark.parametrize(
    "word",
    [
        "memlock-is-unlimited",
        "memlock-is-unlimited-node3",
        "limits.memlock-is-unlimited-gpu-07.cluster",
        "preflight/test_limits.py::test_limits[memlock-is-unlimited-node3]",
        "test_limits[memlock-is-unlimited-node3]",
    ],
)
def test_a_check_is_found_by_what_pytest_calls_it(said, word):
    assert said(word).startswith(f"{MEMLOCK}\n")


def test_a_pair_is_found_too_and_the_longest_claim_wins():
    found = find_check("every-node-logs-in-to-every-node-node1:node2")
    assert found and found.id == "ssh.every-node-logs-in-to-every-node"
    for check in CATALOGUE.values():
        assert find_check(f"{check.id}-n1") is check


@pytest.mark.parametrize("area", AREAS)
def test_an_area_lists_its_checks(said, area):
    text = " ".join(said(area).split())
    assert " ".join(area_text(area).introduction.split())[:40].replace("`", "") in text
    assert all(f"{check.id}: " in text for check in CATALOGUE.values() if check.area == area)
    assert not re.search(r"\*\*|`|\]\(", text)


@pytest.mark.parametrize("cause", CAUSE_MEANING)
def test_every_cause_of_a_login_is_explained(said, cause):
    text = said(cause)
    assert text.startswith(f"{cause}\n") and "  fix: " in text


def test_a_cause_of_a_check_leads_to_it(said):
    assert MEMLOCK in said("memlock-low")


def test_without_a_word_all_are_listed(said):
    text = said(None)
    assert all(f"  {check.claim}: " in text for check in CATALOGUE.values())
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("lmits", "limits"),
        ("limits.memlock-is-unlimted", MEMLOCK),
        ("memlok-low", "memlock-low"),
        ("test_limits[nofile-is-enouh]", "nofile-is-enough"),
    ],
)
def test_a_near_miss_is_suggested(typed, near):
    with pytest.raises(UsageError) as caught:
        print_explanation(Namespace(check=typed, failures=None))
    assert f"did you mean {near!r}" in str(caught.value)


def failures(capsys, word):
    print_explanation(Namespace(check=None, failures=word))
    return capsys.readouterr().out


def test_the_known_failures_are_listed_with_cause_and_fix(capsys):
    text = failures(capsys, "")
    heads = [line.partition(" ")[0] for line in text.splitlines() if not line.startswith(" ")]
    assert heads == list(FAILURES)
    assert text.count("  why   ") == text.count("  fix   ") == len(FAILURES)


def test_a_word_selects_known_failures(capsys):
    text = failures(capsys, "CUDA out of memory")
    assert "cuda-oom (gpu)" in text
    assert "ssh-refused" not in text
    with pytest.raises(UsageError, match="no known failure mentions 'cuda-oon'; did you mean"):
        failures(capsys, "cuda-oon")
