"""Speeds between the nodes of a real lab: nothing to say of a healthy one, nothing left on it."""

from __future__ import annotations

import pytest

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.facts import ClusterView
from checks.facts.pairs import Pairs, speed_table
from checks.model import Outcome
from checks.node.probe.core import Undetermined
from checks.node.probe.pair_receive import SERVERS, pair_hangup, pair_listen
from checks.node.probe.pair_send import pair_send
from checks.run import examine
from launcher.lab.cluster import Lab
from tests.support.lab_preflight import describe, job_of

CHECKS = [check for check in CATALOGUE.values() if Pairs in check.needs]
ID = "0123abcd"
pytestmark = pytest.mark.alone


@pytest.fixture
def receiver():
    yield pair_listen({"address": "127.0.0.1", "id": ID})
    pair_hangup({})
    assert not SERVERS


def test_what_arrives_is_counted_by_the_receiver(receiver):
    for _ in range(2):
        found = pair_send({**receiver, "id": ID, "skip": 0.02, "seconds": 0.1})
        assert 0 < found["gbit_s"] <= found["best_gbit_s"]
        assert 0 < found["latency_us"] < 3e6


def test_a_stranger_is_not_served_and_disturbs_nobody(receiver):
    with pytest.raises(Undetermined):
        pair_send({**receiver, "id": "ffffffff", "skip": 0.02, "seconds": 0.1})
    assert pair_send({**receiver, "id": ID, "skip": 0.02, "seconds": 0.1})["gbit_s"] > 0


def test_after_the_hangup_nobody_listens():
    where = pair_listen({"address": "127.0.0.1", "id": ID})
    pair_hangup({})
    with pytest.raises(Undetermined, match="refused"):
        pair_send({**where, "id": ID, "skip": 0.02, "seconds": 0.1})


def test_an_address_of_another_machine_cannot_be_listened_on():
    with pytest.raises(Undetermined, match=r"cannot listen on 192\.0\.2\.1"):
        pair_listen({"address": "192.0.2.1", "id": ID})


def test_every_pair_of_a_healthy_lab_is_measured_and_nobody_is_accused(lab: Lab):
    job = job_of(lab)
    claims = claims_of(CHECKS, job)
    result = examine(job, claims)
    view, findings = ClusterView(result.snapshot), result.findings
    assert len(speed_table(view)) == len(job.names) * (len(job.names) - 1)
    assert not describe(findings)
    assert any(finding.outcome is Outcome.PASS for finding in findings)


def test_what_cannot_be_called_is_not_measured(lab: Lab):
    lab.fault("peer-dropped")
    job = job_of(lab)
    claims = claims_of(CHECKS, job)
    found = {(finding.check, finding.subject): finding for finding in examine(job, claims).findings}
    one = found["collective.links-are-alike", ("node1", "node3")]
    assert one.outcome is Outcome.SKIP
    assert "see ports.ephemeral-ports-are-open" in one.message
    assert not describe(list(found.values()))
