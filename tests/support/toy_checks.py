"""A catalogue of toys, so that the pytest face is tested apart from what any real check says."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from unittest import mock

import pytest

from checks import run
from checks.catalogue import CATALOGUE
from checks.check import Over, cluster_check, node_check, pair_check
from checks.facts import ClusterView, Fact, NodeView, Snapshot
from checks.facts.smoke import Smoke
from checks.model import Fix, Severity, Verdict, block, ok, skip, unknown, warn
from preflight.__main__ import main

OF_THE_OUTER_RUN = "-p no:faulthandler -p no:unraisableexception -p no:threadexception"
"""pytest's plugins that set hooks of the whole process: the outer run has set its own."""

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
    said, _, words = node.read(Toy).says.partition(" ")
    fix = Fix(f"echo {words}", node.name, words) if words else FIX
    verdicts = {
        "ok": ok(words or "fine"),
        "block": block("low", f"{node.name} is low\x1b[31m\x00 & <bad> \ud800{words}", fix, was=1),
        "warn": warn("low", f"{node.name} is a bit low{words}", fix, was=words),
        "unknown": unknown(f"no answer in 5 s{words}"),
        "skip": skip(f"no GPU{words}"),
    }
    return verdicts[said]


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


@node_check("training.toy-trains", optional=(Smoke,))
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
    """Run `python -m preflight` in this process, with the toys for its checks.

    With `facts` the nodes "answer" what that snapshot holds, as if they had been asked.
    """
    argv = [str(word) for word in arguments]
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.chdir(cwd)
        patch.setenv("PYTEST_ADDOPTS", OF_THE_OUTER_RUN)
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        stack.enter_context(mock.patch.dict(sys.modules))
        stack.enter_context(mock.patch.dict(CATALOGUE, TOYS, clear=True))
        if facts:
            snapshot = Snapshot.load(facts)
            patch.setattr(run, "gather_facts", lambda *_, **__: snapshot)
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(err))
        code = main(argv)
    return subprocess.CompletedProcess(argv, code, out.getvalue(), err.getvalue())
