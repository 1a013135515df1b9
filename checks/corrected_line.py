"""The line to type in place of one that was refused: of each mistake in what was typed."""

from __future__ import annotations

import itertools
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from checks.errors import UsageError
from checks.job.hosts import near_hosts_file
from checks.job.user_files import require_current_folder
from checks.masking import mask_typed
from checks.next_line import next_line, program_line, typed_call, with_option

_OPTIONS_FIRST = re.compile(r"(?:argument |there is no )?(--?[a-z][\w-]*(?:/--?[a-z][\w-]*)*)")
_WITHOUT_VALUE = re.compile(r"argument (-[^\s:]+): expected (?:one|at least one) argument")
_UNKNOWN = re.compile(r"unrecognized arguments: (.+)")
_PLACE = re.compile(r"(?P<path>/[^:\n]*|[\w.-]+)(?P<line>:\d+)?: ")
_NEEDED = ("--hosts", "--nodes")
"""Options without which the same command says that they are missing."""


def with_line_to_type(error: UsageError) -> str:
    """Its message and, where that has none yet, the whole line to type instead, as far as it can
    be known: the right words, the line without what is wrong, or the same once a file is mended.
    """
    text = str(error)
    program, words = typed_call()
    found = _corrected(error, words)
    if not found or (not error.right and shlex.join(program) in text):
        return text
    how, corrected = found
    return f"{text}\n{how}: {shlex.join((*program, *mask_typed(corrected)))}"


def name_missing_value(message: str, values: Mapping[str, str]) -> str:
    """argparse's message; of an option without its value what it takes, by `values` of each flag:
    `--report needs FILE`.
    """
    found = _WITHOUT_VALUE.fullmatch(message)
    flags = found[1].split("/") if found else []
    value = next((values[flag] for flag in flags if values.get(flag)), "")
    return f"{'/'.join(flags)} needs {value}" if value else message


def with_line_of_help(text: str, command: Sequence[str], example: str) -> str:
    """The message with a line to type: where it has none, an example of the command's, if there is
    one, else that which lists its options.

    No line runs in a folder that is gone.
    """
    if program_line("launcher") in text:
        return text
    try:
        require_current_folder()
    except UsageError:
        return text
    if example:
        return f"{text}\nfor example: {example}"
    return f"{text}\nall options: {next_line('help', None, *command)}"


def _corrected(error: UsageError, words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """How to say it, and the words; None where nothing better than those typed is known."""
    text = str(error)
    if error.typed and (right := replaced_words(words, error.typed, error.right)):
        return "type" if error.right else "type, without it", right
    if error.right and not error.typed:
        return "type", with_option(words, *error.right)
    if unknown := _UNKNOWN.match(text):
        wrong = unknown[1].split()
        return "type", [word for word in words if word not in wrong]
    if first := _OPTIONS_FIRST.match(text):
        lines = ((flag, _without_option(words, flag)) for flag in first[1].split("/"))
        flag, left = next(((flag, left) for flag, left in lines if left), ("", ()))
        if flag in _NEEDED:
            usual = near_hosts_file(Path("hosts.txt").absolute())
            return "type", with_option(left, flag, usual or "node1,node2")
        return ("type, without it", left) if left else None
    if place := _PLACE.match(text):
        if place["line"]:
            return "correct that, then type again", words
        left = _without_path(words, os.path.abspath(place["path"]))
        return ("type, without it", left) if left else None
    return None


def _without_option(words: Sequence[str], flag: str) -> Sequence[str]:
    """The words without that option and its value, if it has one; () where it was not typed."""
    end = words.index("--") if "--" in words else len(words)
    for at, word in enumerate(words[:end]):
        if word.startswith(f"{flag}="):
            return (*words[:at], *words[at + 1 :])
        if word == flag:
            behind = words[at + 1 : end]
            has_value = bool(behind) and not re.match(r"-|.*\.py$", behind[0])
            return (*words[:at], *words[at + 1 + has_value :])
    return ()


def _without_path(words: Sequence[str], path: str) -> Sequence[str]:
    """The words without the option that names that file; () where none does."""
    for option, value in itertools.pairwise(words):
        if option[:2] == "--" and option not in _NEEDED and _means_word(value, path):
            return _without_option(words, option)
    return ()


def replaced_words(
    words: Sequence[str], wrong: Sequence[str], right: Sequence[str]
) -> tuple[str, ...]:
    """The words with others in the place of those; () where those were not typed so.

    The last may have been typed as `--option=word`, and a path from the current directory.
    """
    for at in range(len(words) - len(wrong) + 1):
        here = words[at : at + len(wrong)]
        if all(map(_means_word, here, wrong)):
            return (*words[:at], *right, *words[at + len(wrong) :])
    for at, word in enumerate(words):
        option, equals, value = word.partition("=")
        if equals and option[:2] == "--" and _means_word(value, wrong[-1]):
            if len(wrong) == 1 and len(right) == 1:
                return (*words[:at], f"{option}={right[0]}", *words[at + 1 :])
            if len(wrong) == 2 and option == wrong[0]:
                return (*words[:at], *right, *words[at + 1 :])
    return ()


def _means_word(typed: str, word: str) -> bool:
    return typed == word or (
        word.startswith("/") and os.path.abspath(os.path.expanduser(typed)) == word
    )
