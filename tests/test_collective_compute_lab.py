"""A node that computes slowly and one that computes nonsense, on a real cluster: nobody else."""

from __future__ import annotations

import sys
from pathlib import Path

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.cluster.gather import gather
from checks.facts import ClusterView
from checks.judge import judge
from launcher.lab.cluster import Lab
from launcher.lab.shape import Shape
from tests.flights import job_of
from tests.labs import down_and_gone

CHECK = "collective.accelerators-are-alike-fast"
SPOILT = """\
import sys, threading, time

def spoil():
    while getattr(getattr(sys.modules.get("torch"), "__spec__", None), "_initializing", True):
        time.sleep(0.005)
    torch = sys.modules["torch"]
    good = torch.matmul

    def bad(*factors, out):
        {how}

    torch.matmul = bad

threading.Thread(target=spoil, daemon=True).start()
"""
SLOW = "[good(*factors, out=out) for _ in range(6)]"
NONSENSE = "good(*factors, out=out).fill_(float('nan'))"


def test_the_slow_and_the_broken_are_told_and_nobody_else(tmp_path: Path):
    lab = Lab.up(Shape(nodes=4), tmp_path / ".lab", visible={sys.prefix})
    try:
        for name, how in (("node2", NONSENSE), ("node4", SLOW)):
            text = SPOILT.format(how=how)
            done = lab.node(name).run(f"cat > /root/sitecustomize.py <<'END'\n{text}\nEND")
            assert done.returncode == 0, done.stderr
        job = job_of(lab)
        claims = claims_of([CATALOGUE[CHECK]], job)
        found = judge(claims, ClusterView(gather(job, claims)))
        told = {one.subject[0]: one.cause or one.outcome.value for one in found}
        assert told == {"node1": "pass", "node2": "not-finite", "node3": "pass", "node4": "slow"}
    finally:
        down_and_gone(lab)
