"""A catalogue of toys, so that the pytest face is tested apart from what any real check says."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import checks.catalogue
import checks.run
from checks.check import Over, cluster_check, node_check, pair_check
from checks.facts import ClusterView, Fact, NodeView, Snapshot
from checks.model import Fix, Severity, Verdict, block, ok, skip, unknown, warn
from tests.support.paths import ROOT

FIX = Fix("sudo mend <it>", "node1", "then \x1b[31mlook")


@dataclass(frozen=True)
class Toy(Fact):
    """What the toys will say of a node."""

    section: ClassVar[str] = "toy"
    says: str = "ok"
    cut_off_from: tuple[str, ...] = field(default=())


@node_check("reach.toy-answers")
def reach(node: NodeView) -> Verdict:
    """Every node answers."""
    return ok() if node.reached else block("refused", f"{node.name} is dead", FIX)


@node_check("limits.toy-limit", Toy)
def limit(node: NodeView) -> Verdict:
    """Every node has its limit."""
    said = {
        "ok": ok("fine"),
        "block": block("low", f"{node.name} is low\x1b[31m\x00 & <bad> \ud800", FIX, was=1),
        "warn": warn("low", f"{node.name} is a bit low", FIX),
        "unknown": unknown("no answer in 5 s"),
        "skip": skip("no GPU"),
    }
    return said[node.read(Toy).says]


@node_check("gpu.toy-nicety", Toy, severity=Severity.WARN)
def nicety(node: NodeView) -> Verdict:
    """Nice to know."""
    return unknown("nobody knows") if node.read(Toy).says == "shy" else ok()


@node_check("pdsh.toy-head-has-it", Toy, over=Over.HEAD)
def head_has_it(node: NodeView) -> Verdict:
    """The head has it."""
    return ok() if node.read(Toy) else unknown("")


@pair_check("pdsh.toy-head-reaches-all", Toy, over=Over.FROM_HEAD)
def head_reaches(source: NodeView, target: NodeView) -> Verdict:
    """The head reaches every node."""
    return ok(f"{source.name} to {target.name}")


@pair_check("ssh.toy-pair", Toy)
def pair(source: NodeView, target: NodeView) -> Verdict:
    """Every node reaches every node."""
    if target.name in source.read(Toy).cut_off_from:
        return block("dropped", f"{source.name} cannot log in to {target.name}", FIX)
    return ok()


@cluster_check("names.toy-cluster")
def cluster(view: ClusterView) -> Verdict:
    """The cluster is one."""
    return ok(f"{len(view.nodes)} nodes")


@node_check("training.toy-trains")
def trains(node: NodeView) -> Verdict:
    """Every node trains."""
    return ok(node.name)


TOYS = {
    check.id: check
    for check in (reach, limit, nicety, head_has_it, head_reaches, pair, cluster, trains)
}


def preflight(
    *arguments: str | Path, cwd: Path, facts: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `python -m preflight` with the toys for its checks, in a process of its own.

    With `facts` the nodes "answer" what that snapshot holds, as if they had been asked.
    """
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TOY_FACTS": str(facts or "")}
    environ.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        [sys.executable, "-m", "tests.support.toy_checks", *map(str, arguments)],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
    )


def main() -> int:
    checks.catalogue.CATALOGUE = {**TOYS}
    from preflight.__main__ import main as run

    if facts := os.environ["TOY_FACTS"]:
        checks.run.gather_facts = lambda *_, **__: Snapshot.load(Path(facts))
    return run()


if __name__ == "__main__":
    sys.modules["tests.support.toy_checks"] = sys.modules["__main__"]
    sys.exit(main())
