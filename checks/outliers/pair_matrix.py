"""The findings of one pair check as a matrix: who was asked about whom, and what failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from checks.model import Finding, Outcome
from checks.quick_dataclass import dataclass

Pair = tuple[str, str]


@dataclass(frozen=True)
class Matrix:
    """`asked` and `failed` are pairs of two nodes; `causes` and `addresses` are of failed pairs.

    `nodes` are all that any pair names, in the order of the findings. `addresses` are those of
    the targets, where the findings have them.
    """

    check: str
    nodes: tuple[str, ...]
    asked: frozenset[Pair]
    failed: frozenset[Pair]
    causes: Mapping[Pair, str]
    addresses: Mapping[str, str]

    @property
    def area(self) -> str:
        """The part of the check's id before the dot."""
        return area_of(self.check)

    def cause(self, pairs: Iterable[Pair]) -> str:
        """The cause that all these pairs share; empty where they do not."""
        causes = {self.causes.get(pair, "") for pair in pairs}
        return causes.pop() if len(causes) == 1 else ""


def area_of(check: str) -> str:
    """`ports` of `ports.master-port-is-free`."""
    return check.partition(".")[0]


def pair_matrices(findings: Iterable[Finding]) -> list[Matrix]:
    """One for each check of pairs, in their order; a skipped pair was not asked."""
    rows: dict[str, list[Finding]] = {}
    for finding in findings:
        ends = set(finding.subject)
        if len(finding.subject) == 2 == len(ends) and finding.outcome is not Outcome.SKIP:
            rows.setdefault(finding.check, []).append(finding)
    return [_build_matrix(check, row) for check, row in rows.items()]


def _build_matrix(check: str, row: Sequence[Finding]) -> Matrix:
    failed = [finding for finding in row if finding.outcome is Outcome.FAIL]
    addresses = {finding.subject[1]: str(finding.evidence.get("address", "")) for finding in failed}
    return Matrix(
        check,
        tuple(dict.fromkeys(name for finding in row for name in finding.subject)),
        frozenset(map(_subject_pair, row)),
        frozenset(map(_subject_pair, failed)),
        {_subject_pair(finding): finding.cause for finding in failed},
        {name: address for name, address in addresses.items() if address},
    )


def _subject_pair(finding: Finding) -> Pair:
    return finding.subject[0], finding.subject[1]
