"""Each claim of checks/nccl.py, about each node, each ordered pair, and the cluster."""

from __future__ import annotations

from checks.model import Finding
from preflight.outcome import require


def test_nccl(finding: Finding) -> None:
    require(finding)


def test_nccl_pair(finding: Finding) -> None:
    require(finding)


def test_nccl_cluster(finding: Finding) -> None:
    require(finding)
