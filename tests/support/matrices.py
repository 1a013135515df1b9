"""Matrices of pairs that fail as a test wants them, and who is blamed for it."""

from __future__ import annotations

from collections.abc import Callable

from checks.model import Finding, Outcome, Severity
from checks.reports.blame import blamed_nodes, fold_blame

SIZES = (4, 5, 8, 16)


def node_names(nodes: int) -> list[str]:
    return [f"node{number:02}" for number in range(1, nodes + 1)]


def matrix(
    area: str,
    nodes: int,
    fails: Callable[[str, str], bool],
    *,
    cause: str = "",
    claim: str = "pair-holds",
    network: Callable[[str], str] = lambda name: "",
) -> list[Finding]:
    return [
        Finding(
            f"{area}.{claim}", area, (source, target), Severity.BLOCK,
            Outcome.FAIL if fails(source, target) else Outcome.PASS,
            cause=cause if fails(source, target) else "",
            evidence={"address": network(target)},
        )
        for source in node_names(nodes)
        for target in node_names(nodes)
    ]  # fmt: skip


def blame_texts(findings: list[Finding]) -> dict[str, str]:
    return dict(fold_blame(blamed_nodes(findings)))
