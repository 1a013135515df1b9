"""A cluster that counts as large: few logins are tried, and a fault of one pair is found."""

from __future__ import annotations

import pytest

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.model import Outcome
from checks.outliers import pairing
from checks.run import Result, examine
from checks.stages.gather import GatherOptions
from launcher.lab.shape import LabShape
from tests.support.lab_preflight import describe, job_of

CHECKS = ("reach.controller-logs-in", "ssh.every-node-logs-in-to-every-node")
CHECKS += ("ports.ephemeral-ports-are-open",)
NODES, ROUNDS = 6, 2


@pytest.fixture
def large_lab(make_lab, monkeypatch):
    monkeypatch.setattr(pairing, "MIN_SAMPLED_ROUNDS", ROUNDS - 3)
    return make_lab(LabShape(nodes=NODES))


def examined(lab) -> Result:
    job = job_of(lab)
    claims = claims_of([CATALOGUE[check] for check in CHECKS], job)
    return examine(job, claims, GatherOptions(most_mesh_nodes=NODES - 1))


def outcomes(result: Result, area: str) -> dict[tuple[str, ...], Outcome]:
    return {found.subject: found.outcome for found in result.findings if found.area == area}


def test_what_is_on_file_decides_and_a_fault_of_one_pair_is_found(large_lab):
    healthy = examined(large_lab)
    assert healthy.decision == "go", describe(healthy.findings)
    untried = [found.subject for found in healthy.findings if found.is_untried]
    assert len(untried) == NODES * (NODES - 1 - ROUNDS)
    for section, field in (("ssh", "asked"), ("dial", "thorough")):
        for node in large_lab.nodes:
            assert len(healthy.snapshot.answer(node.name, section).fields[field]) < NODES

    source, target = untried[0]
    forget = f"ssh-keygen -R {target} && ssh-keyscan {source} | sed 's/^{source} /{target} /' "
    large_lab.node(source).run(f"{forget} >> ~/.ssh/known_hosts", check=True)
    wrong = examined(large_lab)
    failed = {
        pair for pair, outcome in outcomes(wrong, "ssh").items() if outcome is not Outcome.PASS
    }
    assert failed == {(source, target)}, describe(wrong.findings)
    assert set(outcomes(wrong, "ports").values()) == {Outcome.PASS}
