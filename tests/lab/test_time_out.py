"""The time-out that the login of a real node gives its ranks, against what an earlier run took."""

from __future__ import annotations

import contextlib
import json
import re

import pytest

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.run import examine
from launcher.lab.shape import LabShape
from tests.support.lab_preflight import job_of

CLAIM = "training.starts-fit-the-time-out"
COMMAND = ["train.py", "--steps", "9"]


@pytest.fixture
def lab(odd_lab, tmp_path, monkeypatch):
    """One node, and the record of a run that came to its first step after 85 s."""
    run = tmp_path / "runs" / "20261101-1-train"
    run.mkdir(parents=True)
    (run / "controller.json").write_text("{}")
    (run / "plan.json").write_text(json.dumps({"job": {"command": COMMAND}}))
    (run / "result.json").write_text(json.dumps({"joined_s": 5.0, "first_step_s": 90.0}))
    monkeypatch.chdir(tmp_path)
    return odd_lab(LabShape(nodes=1))


@contextlib.contextmanager
def time_out_of_login(lab, minutes):
    """The node's login gives its ranks that time-out meanwhile."""
    line = f"export DEEPSPEED_TIMEOUT={minutes}"
    lab.node("node1").run("cp -p /root/.bashrc /run/bashrc", check=True)
    lab.node("node1").run(f"sed -i '1i {line}' /root/.bashrc", check=True)
    try:
        yield
    finally:
        lab.node("node1").run("mv /run/bashrc /root/.bashrc", check=True)


def finding(lab, **env):
    job = job_of(lab, command=tuple(COMMAND), env=env)
    (found,) = examine(job, claims_of([CATALOGUE[CLAIM]], job)).findings
    return found


def test_a_time_out_that_is_too_short_and_the_line_that_makes_it_long_enough(lab):
    assert not finding(lab).cause
    with time_out_of_login(lab, "1"):
        found = finding(lab)
        assert (found.cause, found.fix.on) == ("time-out-short", "this machine"), found.message
        assert "85 s until their first step" in found.message
        name, minutes = re.search(r'(\w+) = "(\d+)"', found.fix.note).groups()
        assert not finding(lab, **{name: minutes}).cause


def test_a_time_out_that_is_no_number_of_minutes(lab):
    with time_out_of_login(lab, "30m"):
        found = finding(lab)
    assert (found.cause, found.stops) == ("time-out-no-number", True), found.message
