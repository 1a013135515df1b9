"""The items of the names area: its checks of each node, each ordered pair and the cluster."""

from __future__ import annotations

from checks.model import Finding
from preflight.outcome import require_claim


def test_names(finding: Finding) -> None:
    require_claim(finding)


def test_names_pair(finding: Finding) -> None:
    require_claim(finding)


def test_names_cluster(finding: Finding) -> None:
    require_claim(finding)
