"""What ended a rank of the training smoke, in a person's words: pure, from what the rank left."""

from __future__ import annotations

import posixpath
import re
import shlex
import signal
from collections.abc import Mapping
from typing import Any

from checks.facts import NodeView
from checks.facts.smoke import Rank, Smoke
from checks.failures import Kind, Known, recognise
from checks.model import Fix, Verdict, block, unknown
from checks.training.imports import cut_short, import_fix

SIGNALS: Mapping[int, tuple[str, str, str]] = {
    signal.SIGKILL: (
        "killed",
        "most often the kernel's out-of-memory killer",
        "dmesg | grep -i oom",
    ),
    signal.SIGBUS: ("shm-full", "most often a full /dev/shm", "df -h /dev/shm"),
    signal.SIGILL: ("crashed", "a package built for another CPU", "lscpu | grep -i flags"),
    signal.SIGSEGV: ("crashed", "a broken native library", "dmesg | tail"),
}


def failure(node: NodeView, seen: Smoke, rank: Rank) -> Verdict:
    """The verdict on the rank that failed first."""
    who = f"rank {rank.rank} of {seen.slots} on {node.name}"
    evidence = {"stage": rank.said.stage, "trace": rank.said.trace, "stderr": rank.err}
    if rank.hung:
        return _hang(node, seen, rank, who)
    if rank.said.error:
        return _raised(node, rank, who)
    if rank.code is not None and rank.code < 0:
        return _signalled(node, rank, who)
    if rank.code == 0:
        return unknown(f"{who} ended in stage {rank.said.stage!r} without a result", **evidence)
    message = f"{who} ended with code {rank.code} in stage {rank.said.stage!r}: {_last(rank.err)}"
    return block("crashed", message, _in_report(node), **evidence)


def _hang(node: NodeView, seen: Smoke, rank: Rank, who: str) -> Verdict:
    where = " ← ".join(f"{name} ({path}:{line})" for path, line, name in rank.frames[:3])
    shown = f", in {where}" if where else ""
    message = f"{who} hung in stage {rank.said.stage!r} for {seen.seconds:.0f} s{shown}"
    return block("hang", message, _in_report(node), stage=rank.said.stage, stack=rank.err)


def _raised(node: NodeView, rank: Rank, who: str) -> Verdict:
    said = rank.said
    first = said.detail.strip().partition("\n")[0][:400]
    evidence = {"stage": said.stage, "trace": said.trace, "stderr": rank.err}
    if said.stage.startswith("import "):
        if own := _shadow(node, said.stage, said.trace):
            return _shadowed(node, said.stage, own, who, evidence)
        message = f"{who} cannot {said.stage}: {said.error}: {first}"
        fix = import_fix(node, said.stage, f"{said.error}: {said.detail}\n{said.trace}")
        return block("import-error", message, fix, **evidence)
    message = f"{who} failed in stage {said.stage!r}: {said.error}: {first}"
    found = _known(f"{said.error}: {said.detail}")
    if not found:
        return block("error", message, _in_report(node), **evidence)
    known, match = found
    why, mend = (known.told(text, match.groupdict()) for text in (known.cause, known.fix))
    return block(known.id, f"{message}; {why}", node.fix("", mend), **evidence)


def _shadow(node: NodeView, stage: str, trace: str) -> str:
    """The file or folder of the working directory that was imported for the package, if any."""
    module = stage.removeprefix("import ")
    own = posixpath.join(node.job.workdir, module)
    if f'File "{own}.py"' in trace:
        return f"{own}.py"
    return own if f'File "{own}/__init__.py"' in trace else ""


def _shadowed(node: NodeView, stage: str, own: str, who: str, seen: Mapping[str, Any]) -> Verdict:
    module = stage.removeprefix("import ")
    message = f"{who} imports {own} in place of the package {module}, which has the same name"
    command = shlex.join(["mv", own, posixpath.join(posixpath.dirname(own), "own_" + module)])
    command += ".py" if own.endswith(".py") else ""
    note = "then correct what imports it by its old name"
    return block("package-shadowed", message, node.fix(command, note), **seen)


def _known(text: str) -> tuple[Known, re.Match[str]] | None:
    """The first known failure that these lines show, as `launcher diagnose` would tell it."""
    seen = (found for line in text.splitlines() if (found := recognise(line)))
    return next((found for found in seen if found[0].kind is Kind.ROOT), None)


def _signalled(node: NodeView, rank: Rank, who: str) -> Verdict:
    number, stage = -(rank.code or 0), rank.said.stage
    known = {one.value: one.name for one in signal.Signals}
    name = known.get(number, f"signal {number}")
    if number == signal.SIGBUS and stage.startswith("import "):
        why = "a file of the package ends before its time"
        message = f"{who} was ended by {name} in stage {stage!r}: {why}"
        return block("package-cut-short", message, cut_short(node, stage), stderr=rank.err)
    usual = ("crashed", "the evidence has its last lines", "dmesg | tail")
    cause, why, command = SIGNALS.get(number, usual)
    message = f"{who} was ended by {name} in stage {stage!r}: {why}"
    return block(cause, message, node.fix(command, root=True), stderr=rank.err)


def _last(text: str) -> str:
    return text.strip().rpartition("\n")[2][:400] or "it said nothing"


def _in_report(node: NodeView) -> Fix:
    return node.fix("", "what the rank printed is in the evidence of this finding (--report FILE)")
