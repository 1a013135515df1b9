"""Folded node names, `gpu[01-16,20]`: as hosts.txt and Slurm write them and reports show them.

Folding must be undone exactly: what a report shows can be pasted into hosts.txt. Names are one
family if they differ only in one number, the last of the first label (the 07 of `gpu07-ib.rack2`,
not the 2). Numbers with leading zeros fold only with others as wide: `n1,n01` are two names and
never `n[1,01]`, while `n08,n09,n10` are one family of width two, because one of them is padded.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence

MAX_NAMES = 10_000
"""The most names that one expression may stand for; a mistyped range must not fill the memory."""

_PLURAL_VERBS = {"is": "are", "has": "have", "does": "do", "was": "were"}
_LIST_OR_COMMA = re.compile(r"\[[^\[\]]*\]|,")
_SPAN = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
_NUMBERED = (
    re.compile(r"([0-9.]+\.)([0-9]{1,9})()"),
    re.compile(r"([^.]*?)([0-9]{1,9})([^0-9.]*(?:\..*)?)"),
)


def plural_verb(verb: str) -> str:
    """The verb behind one name as it stands behind several: `has` as `have`."""
    if verb in _PLURAL_VERBS:
        return _PLURAL_VERBS[verb]
    if verb.endswith(("ches", "shes", "sses", "xes")):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") and not verb.endswith("ss") else verb


def expand_names(text: str) -> list[str]:
    """The names that `text` stands for, in its order, zero padding kept.

    Takes what Slurm takes: names joined by commas, each with any number of bracketed lists of
    numbers and ranges. Raises ValueError that says what is wrong with it.
    """
    names: list[str] = []
    for part in _LIST_OR_COMMA.sub(lambda m: "\0" if m[0] == "," else m[0], text).split("\0"):
        names += _expand_part(part)
        if len(names) > MAX_NAMES:
            raise ValueError(f"more than {MAX_NAMES} nodes")
    return names


def _expand_part(part: str) -> list[str]:
    """The names of one comma-free expression."""
    if not part:
        raise ValueError("an empty name between commas")
    literals_and_lists = re.split(r"\[([^\[\]]*)\]", part)
    if any("[" in piece or "]" in piece for piece in literals_and_lists):
        raise ValueError(f"unpaired bracket in {part[:80]!r}")
    choices = [
        _expand_numbers(piece) if at % 2 else [piece] for at, piece in enumerate(literals_and_lists)
    ]
    if math.prod(map(len, choices)) > MAX_NAMES:
        raise ValueError(f"more than {MAX_NAMES} nodes")
    return ["".join(pieces) for pieces in itertools.product(*choices)]


def _expand_numbers(listed: str) -> list[str]:
    """`01-03,07` as ["01", "02", "03", "07"]."""
    numbers: list[str] = []
    for span in listed.split(","):
        numbers += _expand_span(span)
        if len(numbers) > MAX_NAMES:
            raise ValueError(f"more than {MAX_NAMES} nodes")
    return numbers


def _expand_span(span: str) -> Sequence[str]:
    """`01-03` as ["01", "02", "03"], padded as its first number is."""
    match = _SPAN.fullmatch(span)
    if match is None:
        raise ValueError(f"{span[:40]!r} in brackets: expected a number or a range such as 01-16")
    first, last = match[1], match[2] or match[1]
    if last.startswith("0") and len(last) != len(first):
        raise ValueError(f"range {span!r}: both ends need the same number of digits")
    if int(last) < int(first):
        raise ValueError(f"range {span!r} runs backwards")
    if int(last) - int(first) >= MAX_NAMES:
        raise ValueError(f"range {span!r}: more than {MAX_NAMES} nodes")
    return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]


def fold_names(names: Iterable[str]) -> str:
    """`names` in as few words as can be: `expand_names(fold(names))` gives each of them once.

    Families stand in order of first appearance, the numbers within one in rising order.
    """
    unique = list(dict.fromkeys(names))
    padded = {_family_key(name, len(number)) for name, number in _zero_padded_names(unique)}
    families: dict[tuple[str, str, int], list[str]] = {}
    for name in unique:
        match = _match_number(name)
        if match is None:
            families[(name, "", -1)] = []
            continue
        key = _family_key(name, len(match[2]))
        families.setdefault(key if key in padded else (*key[:2], 0), []).append(match[2])
    return ",".join(
        f"{head}{_fold_numbers(numbers)}{tail}" for (head, tail, _), numbers in families.items()
    )


def _match_number(name: str) -> re.Match[str] | None:
    """Head, number and tail: the last number of the first label, or of an IPv4 address."""
    return _NUMBERED[0].fullmatch(name) or _NUMBERED[1].fullmatch(name)


def _zero_padded_names(names: Iterable[str]) -> Iterable[tuple[str, str]]:
    """The names whose number is zero padded, each with that number."""
    matches = ((name, _match_number(name)) for name in names)
    return ((name, m[2]) for name, m in matches if m and len(m[2]) > 1 and m[2][0] == "0")


def _family_key(name: str, width: int) -> tuple[str, str, int]:
    """What names of one family share: head, tail and the width of their number."""
    match = _match_number(name)
    return (match[1], match[3], width) if match else (name, "", width)


def _fold_numbers(numbers: Sequence[str]) -> str:
    """["1", "2", "3", "7"] as `[1-3,7]`; a single number stays bare."""
    if len(numbers) < 2:
        return "".join(numbers)
    spans: list[list[str]] = []
    for number in sorted(numbers, key=int):
        if spans and int(spans[-1][-1]) + 1 == int(number):
            spans[-1].append(number)
        else:
            spans.append([number])
    return f"[{','.join(s[0] if len(s) == 1 else f'{s[0]}-{s[-1]}' for s in spans)}]"
