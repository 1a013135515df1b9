"""Ranks that keep each other waiting on a real cluster: each bad node is told, and proved."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.cluster import rendezvous
from checks.cluster.gather import gather
from checks.facts import ClusterView
from checks.judge import judge
from checks.model import Finding
from launcher.lab.cluster import Lab
from launcher.lab.shape import Shape
from tests.flights import job_of
from tests.labs import assert_nothing_left, down_and_gone, leavings

CHECKS = ("collective.ranks-meet", "collective.ranks-use-the-fastest-transport")
LATE = """\
import sys, threading, time

def spoil():
    while not hasattr(sys.modules.get("torch.distributed"), "all_reduce"):
        time.sleep(0.005)
    {spoilt}

threading.Thread(target=spoil, daemon=True).start()
"""
SLEEPS = "sys.modules['torch.distributed'].all_reduce = lambda *_, **__: time.sleep(600)"
RAISES = "sys.modules['torch.distributed'].init_process_group = lambda *_, **__: 1 / 0"
"""What a node's own torch does: a sum that never ends, a group that cannot be made."""


@pytest.fixture
def four(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab.up(Shape(nodes=4), tmp_path / ".lab", visible={sys.prefix})
    yield lab
    down_and_gone(lab)


def spoil(lab: Lab, name: str, how: str) -> None:
    """In the working directory, which every rank there has on its path."""
    done = lab.node(name).run(
        f"cat > /root/sitecustomize.py <<'END'\n{LATE.format(spoilt=how)}\nEND"
    )
    assert done.returncode == 0, done.stderr


def flown(lab: Lab) -> dict[tuple[str, str], Finding]:
    """Findings of the meeting by claim and node."""
    job = job_of(lab)
    claims = claims_of([CATALOGUE[check] for check in CHECKS], job)
    found = judge(claims, ClusterView(gather(job, claims)))
    return {(one.check, one.subject[0]): one for one in found}


def test_two_bad_nodes_are_told_one_by_its_words_and_one_by_halves(
    four: Lab, monkeypatch: pytest.MonkeyPatch
):
    healthy = flown(four)
    assert {one.outcome.value for one in healthy.values()} == {"pass"}
    assert healthy[CHECKS[1], "node2"].message == "gloo over eth0"
    monkeypatch.setattr(rendezvous, "LIMIT_S", 10.0)
    spoil(four, "node2", SLEEPS)
    spoil(four, "node4", RAISES)
    before = leavings(four)
    found = flown(four)
    told = {
        name: one.cause or one.outcome.value
        for (check, name), one in found.items()
        if check == CHECKS[0]
    }
    assert told == {"node1": "skip", "node2": "hang", "node3": "skip", "node4": "error"}
    assert "ZeroDivisionError" in found[CHECKS[0], "node4"].message
    slow = found[CHECKS[0], "node2"].message
    assert slow.startswith("rank 1 on node2 hung in stage 'all-reduce'")
    assert slow.endswith("without it the others meet")
    assert_nothing_left(four, before)
