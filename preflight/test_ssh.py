"""The items of the ssh area: its checks of each node, each ordered pair and the cluster."""

from __future__ import annotations

from checks.model import Finding
from preflight.outcome import require_claim


def test_ssh(finding: Finding) -> None:
    require_claim(finding)


def test_ssh_pair(finding: Finding) -> None:
    require_claim(finding)


def test_ssh_cluster(finding: Finding) -> None:
    require_claim(finding)
