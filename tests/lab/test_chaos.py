"""Whatever happens amid a preflight or a start: it ends, says the truth, and leaves nothing."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from launcher.record import all_runs
from tests.support.chaos import (
    STRANGER,
    TRAINING,
    Misfortune,
    Strangers,
    begin,
    written_on,
)
from tests.support.launched_runs import leftovers, run_launcher
from tests.support.passed_preflight import pass_preflight

CLEAN_WITHIN_S = 40
STATES = {0: "finished", 1: "failed", 130: "stopped", -9: "lost"}
LOGGED = ("/run/", "/var/log/", "/.cache/", "__pycache__", "/var/lib/")
"""What sshd, Python and the compilers of torch write on any node by themselves."""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def place():
    """Not below /tmp, over which a small disk comes to stand."""
    with tempfile.TemporaryDirectory(prefix="chaos-", dir="/var/tmp") as name:
        folder = Path(name)
        (folder / "train.py").write_text(TRAINING)
        (folder / "launch.toml").write_text('[preflight]\nallow = ["files", "limits"]\n')
        yield folder


@pytest.fixture(scope="module")
def lab(place):
    visible = {sys.prefix, str(place)}
    with Lab.up(LabShape(nodes=2), place / ".lab", f"chaos-{os.getpid()}", visible) as up:
        pass_preflight(place, hosts=str(up.hosts))
        yield up


@pytest.fixture
def strangers(lab):
    others = Strangers(lab)
    yield others
    others.end()


@pytest.mark.parametrize("seed", range(60))
def test_it_ends_says_the_truth_and_leaves_nothing(place, lab, strangers, seed):
    misfortune, log = Misfortune(seed, lab, place), place / f"out-{seed}"
    before = written_on(lab)
    (place / "report.json").unlink(missing_ok=True)
    misfortune.prepare()
    runs, left_there = len(all_runs(place / "runs")), ""
    try:
        process = begin(place, lab, misfortune.phase, log)
        misfortune.wait(process, log)
        misfortune.happen(process)
        code = misfortune.end_of(process)
        left = wait_for_nothing_left(lab, CLEAN_WITHIN_S)
        print(f"chaos {seed} {misfortune.done}: exit {code}")
        if misfortune.phase == "preflight":
            assert_preflight_tells_the_truth(place / "report.json", code, log)
        else:
            assert_start_tells_the_truth(place, code, len(all_runs(place / "runs")) > runs, log)
    finally:
        left_there = misfortune.undo()
    assert not left, misfortune.done
    assert not left_there, misfortune.done
    assert strangers.alive() == {node.name for node in lab.nodes}
    assert_unchanged(before, written_on(lab))


def wait_for_nothing_left(lab, seconds):
    """What is left of a run on the nodes after a while, but for the stranger."""
    deadline = time.monotonic() + seconds
    while left := [line for line in leftovers(lab) if not line.endswith(STRANGER)]:
        if time.monotonic() > deadline:
            return left
        time.sleep(0.5)
    return []


def assert_start_tells_the_truth(place, code, recorded, log):
    text = log.read_text()
    assert code in (STATES if recorded else (*STATES, 2, 3)), text
    assert "launcher/cli.py" not in text
    if recorded:
        run = all_runs(place / "runs")[-1]
        assert run.state == STATES[code], text
        assert STATES[code] in run_launcher(place, "status").stdout
        ranks = run.read("result.json").get("ranks")
        assert code != 0 or ranks == {"0": 0, "1": 0}


def assert_preflight_tells_the_truth(report, code, log):
    text = log.read_text()
    assert code in (0, 1, -9) or (code == 4 and "No space left on device" in text), text
    assert "cannot write None" not in text
    assert "INTERNALERROR" not in text
    if report.exists() and code != 4:
        assert json.loads(report.read_text())["decision"] == ("stop" if code else "go")


def assert_unchanged(before, after):
    changed = {
        line
        for name in before
        for line in before[name] ^ after[name]
        if not any(part in line for part in LOGGED)
    }
    assert not changed
