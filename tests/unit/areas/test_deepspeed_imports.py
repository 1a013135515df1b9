"""What DeepSpeed imports because of its config, where it is and where it is not."""

import pytest

from checks.facts.software import Software
from checks.model import Outcome, Severity
from tests.support.snapshots import judged, with_fact
from tests.support.zero_cases import MICRO, cluster

CLAIM = "deepspeed.packages-of-the-config-are-installed"
ON = {"enabled": True}


def one_bit(**params):
    return {MICRO: 1, "optimizer": {"type": "OneBitAdam", "params": params}}


def found(config, *missing, nodes=("node1", "node2"), **more):
    """The finding about each node, of which these lack some modules."""
    snap = cluster(config)
    for name in snap.job.names:
        lacking = dict.fromkeys(missing, None) if name in nodes else {}
        software = Software("/venv/python", "ok", optional={"wandb": "/w", **lacking}, **more)
        with_fact(snap, name, software)
    return {subject[0]: finding for subject, finding in judged(snap, CLAIM).items()}


@pytest.mark.parametrize(
    ("config", "module", "package", "on"),
    [
        ({"wandb": ON}, "wandb", "wandb", ["node1"]),
        ({"tensorboard": ON}, "tensorboard", "tensorboard", ["node1"]),
        ({"comet": ON}, "comet_ml", "comet-ml", ["node1"]),
        ({"optimizer": {"type": "MuAdamW"}}, "mup", "mup", ["node1", "node2"]),
        (one_bit(), "cupy", "cupy-cuda13x", ["node1", "node2"]),
        (one_bit(comm_backend_name="mpi"), "mpi4py", "mpi4py", ["node1", "node2"]),
    ],
)
def test_what_a_key_has_deepspeed_import_must_be_there(config, module, package, on):
    findings = found(config, module, cuda="13.0")
    failed = [name for name, finding in findings.items() if finding.outcome is Outcome.FAIL]
    assert failed == on
    assert findings["node1"].severity is Severity.BLOCK
    assert findings["node1"].fix.command == f"/venv/python -m pip install {package}"


@pytest.mark.parametrize(
    "config", [{}, {"wandb": {"enabled": False}}, {"optimizer": {"type": "Adam"}}]
)
def test_what_no_key_asks_for_is_not_missed(config):
    findings = found(config, "wandb", "mup", "cupy")
    assert {finding.outcome for finding in findings.values()} == {Outcome.SKIP}


def test_a_monitor_is_the_heads_alone():
    findings = found({"wandb": ON}, "wandb", nodes=("node2",))
    assert [findings[name].outcome for name in ("node1", "node2")] == [Outcome.PASS, Outcome.SKIP]


def test_deepspeed_saves_without_datastates():
    assert found({"datastates_ckpt": ON}, "datastates")["node2"].severity is Severity.WARN


def test_facts_of_before_name_no_such_modules():
    assert found({"comet": ON})["node1"].outcome is Outcome.PASS


def test_a_config_that_cannot_be_judged_is_not():
    snap = cluster({"wandb": ON})
    for name in snap.job.names:
        with_fact(snap, name, Software("/venv/python", "crashed"))
    assert {finding.outcome for finding in judged(snap, CLAIM).values()} == {Outcome.SKIP}
