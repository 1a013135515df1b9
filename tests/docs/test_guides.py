"""The page of guides names checks, commands and keys that exist, a hand step in each row."""

from __future__ import annotations

import re

import pytest

from checks.catalogue import AREAS, CATALOGUE
from checks.job.launch_file import KEYS as LAUNCH_KEYS
from tests.docs.test_docs_commands import COMMANDS, require_launcher_command
from tests.docs.test_examples import EXAMPLES
from tests.support.documents import page

GUIDES = page("guides.md")
ROWS = [
    pytest.param(done, id=by_hand.strip()[:40])
    for by_hand, done in re.findall(r"^\| (.+?) \| (.+) \|$", GUIDES.text, re.MULTILINE)
    if "trains with" not in done and done != "done by" and "](" not in by_hand
]
KEYS = {key.label for key in LAUNCH_KEYS.values()}
VALUES = {"ssh"}
"""Of keys."""


@pytest.mark.parametrize("done", ROWS)
def test_every_hand_step_is_done_by_what_is_there(done):
    words = re.findall(r"`([^`]+)`", done)
    known = [word for word in words if is_there(word)]
    assert known
    assert set(words) - set(known) <= VALUES | {"type=AMD"}


def is_there(word: str) -> bool:
    """A check, a key, or a command of the launcher with options that it takes."""
    if word.startswith("launcher "):
        require_launcher_command(word.split()[1:], word)
        return tuple(word.split()[1:2]) in COMMANDS
    return word in CATALOGUE or word in KEYS


def test_there_are_six_guides_and_every_example_is_named():
    assert len(ROWS) > 45
    assert GUIDES.text.count("| by hand | done by |") == 6
    for example in EXAMPLES:
        assert f"../examples/{example}/launch.toml" in GUIDES.links


def test_no_check_is_named_as_another_word():
    named = re.findall(rf"`((?:{'|'.join(AREAS)})\.[a-z-]+)`", GUIDES.text)
    assert named
    assert set(named) <= CATALOGUE.keys()
