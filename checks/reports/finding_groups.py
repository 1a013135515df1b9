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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checks.folded_names import fold_names, plural_verb
from checks.model import Finding

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
    stories: dict[object, list[Finding]] = {}
    for finding in findings:
        stories.setdefault(_story_key(finding), []).append(finding)
    return [group for alike in stories.values() for group in _group_by_nodes(alike)]


def _story_key(finding: Finding) -> object:
    fix = finding.fix
    texts = (finding.message, *((fix.command, fix.on, fix.note) if fix else ()))
    blanks = tuple(_replace_names(text, finding.subject) for text in texts)
    itself = len(finding.subject) == 2 and finding.subject[0] == finding.subject[1]
    return (finding.check, finding.outcome, finding.stops, finding.cause, blanks, itself)


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
    return FindingGroup(findings, (there, here) if end else (here, there))


def _replace_names(text: str, subject: Sequence[str]) -> str:
    """`text` with each node's name, where it stands as a word, replaced by its place's mark."""
    for name, slot in zip(subject, _SLOTS, strict=False):
        if name in text:
            text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", slot, text)
    return text


def _insert_names(text: str, names: Sequence[str]) -> str:
    for name, slot in zip(names, _SLOTS, strict=False):
        text = text.replace(slot, name)
    return text
