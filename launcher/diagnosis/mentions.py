"""Whether a line tells of an error in other words, or quotes one, as data, code and prose do.

The error's own words then stand within a sentence, a string or a comment: what a program printed of
a sample, a setting, a retry or a report. Such a line is an answer only where no error is shown that
ended the program.
"""

from __future__ import annotations

import re

_DATA_KEY = re.compile(
    r"""(?:["'](?P<key>\w+)["']: ?|\b(?P<name>\w+)=|^\s*(?:- )?(?P<field>\w+): )[\[{(]*["']"""
)
_TELLING_KEYS = re.compile(
    r"(?i:\w*(?:err(?:or)?s?|exc(?:eption)?|message|msg|reason|detail|log|event|cause|status|stdout"
    r"|stderr|output|traceback|line|why|result)\w*)"
)
"""Keys of what programs report, in a value of which an error is meant."""
_QUOTE = re.compile(r"""[(\[{,=]\s*b?f?["']""")
_MARGIN = re.compile(r"\s*(?:#|>|//)\s|\s+raise $")
_TURN = re.compile(
    r"<\|?(?:im_start|im_end|start_header_id|eot_id|end_of_turn|user|assistant|system)\b|\[/?INST\]"
    r"|\[(?:prompt|response|ground_truth)\]"
)
_PROMPT = re.compile(r"^\W*(?:prompt|instruction|question|response|completion|sample)\b.*?: ", re.I)
_EXCEPTION = re.compile(r"(?:[a-z_]\w*\.)*(?=[A-Z])\w*(?:Error|Exception)\b")
_REPR = re.compile(
    r"(?<![\w.(=])(?<!by )(?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)\((?:[\"'\d]|\)$)"
)
"""How `repr` shows an exception, which a program has caught then."""
_ITEM = r"(?!(?i:rank|node|worker|gpu|task|proc|pod|host|replica)s?/)[A-Za-z][\w.-]*/\d+\b"
_VERDICT = r"(?i:failed|error(?:ed)?|wrong|incorrect|timed out)\b"
_RESULT = re.compile(
    rf"^\W*(?:\S+ )?{_ITEM}\]?(?:: | - | )(?i:result: )?{_VERDICT}|^\W*{_VERDICT}:? {_ITEM}:"
    r"|\{(?=.*[\"'](?:task|instance|sample|question|problem|doc|item)_id[\"']: ).*[\"']:"
)
"""How a harness reports on one item of its task: `HumanEval/51: failed: …`, or a record of it."""
_OWN_LINE = re.compile(r"(?:\w+\.)*[A-Z]\w*: ")
"""How an exception's own line begins."""
_PYTHONS_WORDS = re.compile(
    r"No module named '|cannot import name '|name '\w+' is not defined"
    r"|'\w+' object has no attribute '|module '[\w.]+' has no attribute '"
)
"""What `print(error)` shows of one that Python raised, which a program then has caught."""
_SENTENCE = re.compile(r"(?<![\w.'\"/-])[A-Za-z]?[a-z]+ (?:[a-z]+ )*[a-z]+[ :(\"']")


def is_datum(text: str, at: int) -> bool:
    """Whether what begins at `at` is part of a value: of a setting, a sample or a conversation."""
    before = text[:at]
    if _TURN.search(text) or _PROMPT.match(before):
        return True
    if _OWN_LINE.match(text):
        return False
    keys = (
        next(filter(None, found.groups()))
        for found in _DATA_KEY.finditer(before)
        if found[0][-1] not in before[found.end() :].replace(rf"\{found[0][-1]}", "")
    )
    return any(not _TELLING_KEYS.fullmatch(key) for key in keys)


def is_mention(text: str, at: int) -> bool:
    """Whether what begins at `at` is told of: in quotes, in a comment or within a sentence."""
    named = _EXCEPTION.search(text)
    start = min(at, named.start()) if named else at
    before = text[:start]
    words = None if named else _PYTHONS_WORDS.search(text)
    if words and (not words.start() or _SENTENCE.search(text[: words.start()])):
        return True
    if _RESULT.match(text) or any(found.start() <= at for found in _REPR.finditer(text)):
        return True
    if not start or not before.strip():
        return False
    return bool(_MARGIN.match(before) or _is_quoted(before) or (named and _SENTENCE.search(before)))


def _is_quoted(before: str) -> bool:
    """Whether a quote that opens before is not closed yet."""
    return before.count("`") % 2 == 1 or any(
        found[0][-1] not in before[found.end() :] for found in _QUOTE.finditer(before)
    )
