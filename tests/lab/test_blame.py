"""Who stands out on real nodes: groups apart, one direction, one sshd; and the budget kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.judge import decide
from checks.model import Finding, Outcome
from checks.reports.blame import blamed_nodes, fold_blame
from checks.run import examine
from checks.stages.gather import GatherOptions
from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.documents import ROOT
from tests.support.lab_fixtures import assert_nothing_left, down_and_gone, leavings
from tests.support.lab_preflight import describe, job_of

PAIRS = ("ssh", "ports")


@pytest.fixture
def four(tmp_path: Path):
    """Four nodes, of which every test breaks what it likes."""
    lab = Lab.up(LabShape(nodes=4), tmp_path / ".lab")
    yield lab
    down_and_gone(lab)


def drop_packets(lab: Lab, node: str, *matches: str) -> None:
    """A firewall of that node drops what comes in and matches."""
    rules = [f"nft add rule inet apart input {match} drop" for match in matches]
    table = "nft add table inet apart"
    chain = "nft add chain inet apart input '{ type filter hook input priority 0; }'"
    lab.node(node).run("\n".join((table, chain, *rules)), check=True)


def address(lab: Lab, node: str) -> str:
    return next(place.address for place in lab.record.nodes if place.name == node)


def suspects(lab: Lab) -> dict[str, str]:
    return dict(fold_blame(blamed_nodes(findings_of(lab))))


def findings_of(lab: Lab, budget: float | None = None) -> list[Finding]:
    """The findings about logins and ports, and of each node's own reach."""
    job = job_of(lab)
    checks = [check for check in CATALOGUE.values() if check.area in ("reach", *PAIRS)]
    claims = claims_of(checks, job)
    return list(examine(job, claims, GatherOptions(budget)).findings)


def test_two_halves_that_cannot_reach_each_other_are_one_line(four: Lab):
    for here, others in (("node1", "34"), ("node2", "34"), ("node3", "12"), ("node4", "12")):
        drop_packets(four, here, *(f"ip saddr {address(four, f'node{at}')}" for at in others))
    found = suspects(four)
    assert list(found) == ["node[3-4]"], found
    assert found["node[3-4]"].startswith("cut off from node[1-2], both ways")


def test_a_node_that_takes_no_calls_is_named_with_the_direction(four: Lab):
    peers = ", ".join(address(four, f"node{at}") for at in (1, 2, 4))
    drop_packets(four, "node3", f"ip saddr {{ {peers} }} ct state new")
    found = suspects(four)
    assert list(found) == ["node3"], found
    assert found["node3"].startswith("3 of 3 peers cannot reach it")
    assert "it cannot reach" not in found["node3"]


def test_an_sshd_that_refuses_its_peers_is_told_from_a_dead_network(four: Lab):
    peers = ", ".join(address(four, f"node{at}") for at in (1, 2, 4))
    drop_packets(four, "node3", f"ip saddr {{ {peers} }} tcp dport 22")
    found = suspects(four)
    assert list(found) == ["node3"], found
    assert found["node3"] == "3 of 3 peers cannot log in to it (dropped) but can reach its ports"


def test_a_healthy_lab_blames_nobody(four: Lab):
    assert suspects(four) == {}


# The budget, too, is kept by what waits for dead pairs


def test_what_the_budget_leaves_out_could_not_be_determined(four: Lab):
    before = leavings(four)
    findings = findings_of(four, budget=0.01)
    late = [finding for finding in findings if finding.area == "ssh" and len(finding.subject) == 2]
    assert {finding.outcome for finding in late} == {Outcome.UNKNOWN}, describe(findings)
    assert all("the budget of 0.01 s was used up" in finding.message for finding in late)
    assert decide(findings) == "stop"
    assert_nothing_left(four, before)


def test_a_run_says_what_the_budget_left_out_and_leaves_nothing(four: Lab, tmp_path: Path):
    for at in (1, 2, 3, 4):
        drop_packets(four, f"node{at}", "ip saddr 10.0.0.0/8 tcp dport 1024-65535 ct state new")
    before = leavings(four)
    done = subprocess.run(
        [sys.executable, "-m", "preflight", "--hosts", str(four.hosts), "--budget", "2", "-q"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert "the budget of 2 s was used up" in done.stdout
    assert "? training" in done.stdout
    assert done.stdout.strip().splitlines()[-1].startswith("STOP")
    assert_nothing_left(four, before)
