"""Variables in the way of Python and of its imports: named, with the line that sets them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.facts.environment import Environment
from checks.facts.rendezvous import Rendezvous
from checks.facts.smoke import Smoke, SmokeRank, SmokeReport
from checks.facts.software import Software
from tests.support.installed import PYTHON, cluster
from tests.support.snapshots import judged, with_fact

SET = Environment(
    {"TORCH_LOGS": "nonsense", "KMP_AFFINITY": "x"},
    {"TORCH_LOGS": ("/root/.bashrc:3",), "KMP_AFFINITY": ("/etc/environment:2",)},
)
IMPORT = SmokeReport("import torch", error="ValueError", detail="Invalid log settings")
TORCH = ("TORCH_LOGS",)
FAILED = (
    ("training.smoke-trains", Smoke(1, 1.0, (SmokeRank(0, 1, 0.5, IMPORT, "", variables=TORCH),))),
    (
        "training.smoke-trains",
        Smoke(1, 1.0, (SmokeRank(0, 1, 0.5, SmokeReport(), "no", None, TORCH),)),
    ),
    ("collective.ranks-meet", Rendezvous(error="ValueError", detail="no", variables=TORCH)),
    ("software.python-is-there", Software(PYTHON, "crashed", variables=TORCH)),
)


@pytest.mark.parametrize(("check", "fact"), FAILED)
def test_the_line_that_sets_it_becomes_a_comment(check, fact):
    snap = with_fact(with_fact(cluster(), "node2", SET), "node2", fact)
    finding = judged(snap, check)[("node2",)]
    assert (finding.cause, finding.stops) == ("variable-in-the-way", True)
    assert "TORCH_LOGS=nonsense (/root/.bashrc:3 of node2)" in finding.message
    assert finding.fix.command == "sed -i '3s/^/: # /' /root/.bashrc"


@pytest.mark.parametrize(("check", "fact"), FAILED)
def test_one_of_the_job_is_taken_out_of_the_launch_file(check, fact):
    snap = with_fact(cluster(job={"env": {"TORCH_LOGS": "nonsense"}}), "node2", fact)
    finding = judged(snap, check)[("node2",)]
    assert (finding.cause, finding.fix.on) == ("variable-in-the-way", "")
    assert finding.fix.note == "take TORCH_LOGS out of [env] of launch.toml"


def test_several_are_all_named():
    fact = replace(FAILED[-1][1], variables=("KMP_AFFINITY", "TORCH_LOGS"))
    snap = with_fact(with_fact(cluster(), "node2", SET), "node2", fact)
    finding = judged(snap, FAILED[-1][0])[("node2",)]
    assert "/etc/environment" in finding.fix.command
    assert "/root/.bashrc" in finding.fix.command
