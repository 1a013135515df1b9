"""The items of the limits area: its checks of each node, each ordered pair and the cluster."""

from __future__ import annotations

from checks.model import Finding
from preflight.outcome import require_claim


def test_limits(finding: Finding) -> None:
    require_claim(finding)


def test_limits_pair(finding: Finding) -> None:
    require_claim(finding)


def test_limits_cluster(finding: Finding) -> None:
    require_claim(finding)
