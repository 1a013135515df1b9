"""A node of a real start whose supervisor lies: the start ends by itself and leaves nothing."""

from __future__ import annotations

import signal
import subprocess

import pytest

from tests.support.launched_runs import LaunchedRun, run_launcher, wait_until_clean
from tests.support.lying_supervisor import WAYS
from tests.support.two_nodes import lab, nothing_is_left, place

__all__ = ["lab", "nothing_is_left", "place"]

GOES_ON = {"mute", "flood", "order", "data"}
"""Looks like a rank that trains: somebody has to end the run."""
PATIENCE_S = 90
ENDS_WITHIN_S = 60
HANGS_UP = WAYS.index("cut")


def end_of_start_against(place, lab, seed):
    liar = ("tests.support.lying_start", str(seed), "node2")
    run = LaunchedRun(place, lab, "train.py", "tell", options=["--allow-separate"], program=liar)
    try:
        run.process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        assert WAYS[seed % len(WAYS)] in GOES_ON, run.text
        for _ in range(2):
            run.process.send_signal(signal.SIGINT)
    return run, run.end(ENDS_WITHIN_S)


def assert_a_lie_is_held_against_its_node(place, lab, seed):
    run, code = end_of_start_against(place, lab, seed)
    result, text = run.run.read("result.json"), run.text
    assert result["exit"] == code, text
    assert "launcher/cli.py" not in text, "no traceback of our own"
    assert not {letter for letter in text if not letter.isprintable()} - {"\n", "\t"}
    if code == 1:
        assert "node2" in result["diagnosis"].splitlines()[0], text
        assert result["ranks"].get("0", 0) <= 0, text
    else:
        assert code == 130 or result["ranks"] == {"0": 0, "1": 0}, text
    assert result["state"] in run_launcher(place, "status").stdout
    wait_until_clean(lab, 40)


def test_a_supervisor_that_hangs_up_amid_a_line_ends_the_run_everywhere(place, lab):
    assert_a_lie_is_held_against_its_node(place, lab, HANGS_UP)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_a_lie_on_the_wire_is_held_against_its_node(place, lab, seed):
    assert_a_lie_is_held_against_its_node(place, lab, seed)
