"""Findings that say the same of different nodes, brought together so that they are read once.

A firewall on node4 of sixteen gives fifteen findings, `node1 cannot reach node4` and so on. With
the names of each finding's subject replaced by marks, all fifteen texts are one: a story. Findings
of one story are folded by rows of their matrix: sources that fail towards the same targets make one
group, shown as `node[1-3,5-16] cannot reach node4`. Rows may also be taken by target, and a node
may or may not count as its own peer (`all cannot reach all others` is one group only if it does),
so all four ways are tried and the one with the fewest groups is shown. Each finding is in exactly
one group: nothing is left out and nothing is said of a pair that was not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from checks.folded_names import fold_names, plural_verb
from checks.model import Finding
from checks.quick_dataclass import dataclass

_SLOTS = ("\ue000", "\ue001")
"""Private characters that stand for the first and the second node of a subject."""
_BEGINNING = re.compile(rf"((?:^|; ){_SLOTS[0]} )([a-z]+)")
"""Of a clause whose subject is the first node: the name and the verb."""


@dataclass(frozen=True)
class FindingGroup:
    """Findings of one check that differ in nothing but their nodes. Never empty."""

    findings: tuple[Finding, ...]
    nodes: tuple[tuple[str, ...], ...]
    """The nodes at each place of the subject: (), (nodes,) or (sources, targets)."""

    @property
    def first(self) -> Finding:
        """The one that speaks for all."""
        return self.findings[0]

    def fold_text(self, text: str) -> str:
        """`text` of the first finding, its nodes' names replaced by the folded names of all."""
        marked = _replace_names(text, self.first.subject)
        if self.nodes and len(self.nodes[0]) > 1:
            marked = _BEGINNING.sub(lambda found: f"{found[1]}{plural_verb(found[2])}", marked)
        return _insert_names(marked, [fold_names(names) for names in self.nodes])


def group_findings(findings: Iterable[Finding]) -> list[FindingGroup]:
    """The findings in as few groups as say the same, in order of first appearance."""
    known, stories = list(findings), dict[tuple[Any, ...], list[Finding]]()
    lists = _name_lists({name for finding in known for name in finding.subject})
    for finding in sorted(known, key=_is_about_itself):
        stories.setdefault(_story_key(finding, lists), []).append(finding)
    told = _with_own_logins(stories)
    order = {id(finding): place for place, finding in enumerate(known)}
    for alike in told:
        alike.sort(key=lambda finding: order[id(finding)])
    told.sort(key=lambda alike: order[id(alike[0])])
    return [group for alike in told for group in _group_by_nodes(alike)]


def _is_about_itself(finding: Finding) -> bool:
    return len(finding.subject) == 2 and finding.subject[0] == finding.subject[1]


def _name_lists(names: Iterable[str]) -> re.Pattern[str]:
    """Two of these names and more, one behind the other: a list that means all of them."""
    one = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or "(?!)"
    return re.compile(rf"(?<![\w.-])(?:{one})(?:[ ,](?:{one}))+(?![\w-]|\.\w)")


def _story_key(finding: Finding, lists: re.Pattern[str]) -> tuple[Any, ...]:
    fix = finding.fix
    texts = (finding.message, *((fix.command, fix.on, fix.note) if fix else ()))
    blanks = tuple(_replace_names(text, finding.subject, lists) for text in texts)
    what = (finding.check, finding.outcome, finding.stops, finding.cause)
    return (*what, blanks, _is_about_itself(finding))


def _with_own_logins(stories: Mapping[tuple[Any, ...], list[Finding]]) -> list[list[Finding]]:
    """What is said of nodes and themselves beside what is said of them and others, where alike."""
    merged: dict[tuple[Any, ...], list[list[Finding]]] = {}
    for key, alike in stories.items():
        *what, blanks, itself = key
        one = tuple(blank.replace(_SLOTS[1], _SLOTS[0]) for blank in blanks)
        told = merged.setdefault((*what, one), [])
        if itself and len(told) == 1 and not _is_about_itself(told[0][0]):
            told[0] += alike
        else:
            told.append(alike)
    return [alike for told in merged.values() for alike in told]


def _group_by_nodes(findings: Sequence[Finding]) -> list[FindingGroup]:
    """Nodes in one group; pairs in groups of some sources towards some targets."""
    if len(findings[0].subject) < 2:
        names = tuple(finding.subject[0] for finding in findings if finding.subject)
        return [FindingGroup(tuple(findings), (names,) if names else ())]
    if all(source == target for source, target in (finding.subject for finding in findings)):
        names = tuple(finding.subject[0] for finding in findings)
        return [FindingGroup(tuple(findings), (names, names))]
    ways = [
        _pair_groups(findings, end, itself=itself) for end in (1, 0) for itself in (True, False)
    ]
    return min(ways, key=len)


def _pair_groups(findings: Sequence[Finding], end: int, *, itself: bool) -> list[FindingGroup]:
    """Groups of pairs whose nodes at `end` share the same opposite nodes.

    With `itself`, two nodes share them also where each only lacks itself: all towards all others.
    """
    rows: dict[str, list[Finding]] = {}
    for finding in findings:
        rows.setdefault(finding.subject[end], []).append(finding)
    same: dict[frozenset[str], list[str]] = {}
    for name, row in rows.items():
        others = {finding.subject[1 - end] for finding in row}
        same.setdefault(frozenset(others | {name} if itself else others), []).append(name)
    return [_pair_group([rows[name] for name in names], end) for names in same.values()]


def _pair_group(rows: Sequence[Sequence[Finding]], end: int) -> FindingGroup:
    findings = tuple(finding for row in rows for finding in row)
    here = tuple(dict.fromkeys(finding.subject[end] for finding in findings))
    there = tuple(dict.fromkeys(finding.subject[1 - end] for finding in findings))
    spoken = tuple(sorted(findings, key=_is_about_itself))
    return FindingGroup(spoken, (there, here) if end else (here, there))


def _replace_names(text: str, subject: Sequence[str], lists: re.Pattern[str] | None = None) -> str:
    """`text` with each node's name, where it stands as a word, replaced by its place's mark.

    Those in a list of names stay, where it is told what one is.
    """
    kept = lists.findall(text) if lists else []
    text = lists.sub("\ue002", text) if lists else text
    for name, slot in zip(subject, _SLOTS, strict=False):
        if name in text:
            text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", slot, text)
    for names in kept:
        text = text.replace("\ue002", names, 1)
    return text


def _insert_names(text: str, names: Sequence[str]) -> str:
    for name, slot in zip(names, _SLOTS, strict=False):
        text = text.replace(slot, name)
    return text
