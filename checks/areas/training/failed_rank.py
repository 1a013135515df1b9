"""What ended a rank of the training smoke, in a person's words: pure, from what the rank left."""

from __future__ import annotations

import posixpath
import re
import shlex
import signal
from collections.abc import Mapping
from typing import Any

from checks.areas.training.import_fixes import import_fix, truncated_file_fix
from checks.facts import NodeView
from checks.facts.smoke import Smoke, SmokeRank
from checks.knowledge.failures import FailureKind, KnownFailure, recognise_failure
from checks.model import Fix, Verdict, block, unknown

SIGNAL_CAUSES: Mapping[int, tuple[str, str, str]] = {
    signal.SIGKILL: (
        "killed",
        "most often the kernel's out-of-memory killer",
        "dmesg | grep -i oom",
    ),
    signal.SIGBUS: ("shm-full", "most often a full /dev/shm", "df -h /dev/shm"),
    signal.SIGILL: ("crashed", "a package built for another CPU", "lscpu | grep -i flags"),
    signal.SIGSEGV: ("crashed", "a broken native library", "dmesg | tail"),
}


def judge_failed_rank(node: NodeView, seen: Smoke, rank: SmokeRank) -> Verdict:
    """The verdict on the rank that failed first."""
    who = f"rank {rank.rank} of {seen.slots} on {node.name}"
    evidence = {"stage": rank.said.stage, "trace": rank.said.trace, "stderr": rank.err}
    if rank.hung:
        return _judge_hang(node, seen, rank, who)
    if rank.said.error:
        return _judge_exception(node, rank, who)
    if rank.code is not None and rank.code < 0:
        return _judge_signal(node, rank, who)
    if rank.code == 0:
        return unknown(f"{who} ended in stage {rank.said.stage!r} without a result", **evidence)
    message = (
        f"{who} ended with code {rank.code} in stage {rank.said.stage!r}: {_last_line(rank.err)}"
    )
    return block("crashed", message, _see_report_fix(node), **evidence)


def _judge_hang(node: NodeView, seen: Smoke, rank: SmokeRank, who: str) -> Verdict:
    where = " ← ".join(f"{name} ({path}:{line})" for path, line, name in rank.frames[:3])
    shown = f", in {where}" if where else ""
    message = f"{who} hung in stage {rank.said.stage!r} for {seen.seconds:.0f} s{shown}"
    return block("hang", message, _see_report_fix(node), stage=rank.said.stage, stack=rank.err)


def _judge_exception(node: NodeView, rank: SmokeRank, who: str) -> Verdict:
    said = rank.said
    first = said.detail.strip().partition("\n")[0][:400]
    evidence = {"stage": said.stage, "trace": said.trace, "stderr": rank.err}
    if said.stage.startswith("import "):
        if own := _shadowing_path(node, said.stage, said.trace):
            return _judge_shadowed_package(node, said.stage, own, who, evidence)
        message = f"{who} cannot {said.stage}: {said.error}: {first}"
        fix = import_fix(node, said.stage, f"{said.error}: {said.detail}\n{said.trace}")
        return block("import-error", message, fix, **evidence)
    message = f"{who} failed in stage {said.stage!r}: {said.error}: {first}"
    found = _recognise_failure(f"{said.error}: {said.detail}")
    if not found:
        return block("error", message, _see_report_fix(node), **evidence)
    known, match = found
    why, mend = (known.told(text, match.groupdict()) for text in (known.cause, known.fix))
    return block(known.id, f"{message}; {why}", node.fix("", mend), **evidence)


def _shadowing_path(node: NodeView, stage: str, trace: str) -> str:
    """The file or folder of the working directory that was imported for the package, if any."""
    module = stage.removeprefix("import ")
    own = posixpath.join(node.job.workdir, module)
    if f'File "{own}.py"' in trace:
        return f"{own}.py"
    return own if f'File "{own}/__init__.py"' in trace else ""


def _judge_shadowed_package(
    node: NodeView, stage: str, own: str, who: str, seen: Mapping[str, Any]
) -> Verdict:
    module = stage.removeprefix("import ")
    message = f"{who} imports {own} in place of the package {module}, which has the same name"
    command = shlex.join(["mv", own, posixpath.join(posixpath.dirname(own), "own_" + module)])
    command += ".py" if own.endswith(".py") else ""
    note = "then correct what imports it by its old name"
    return block("package-shadowed", message, node.fix(command, note), **seen)


def _recognise_failure(text: str) -> tuple[KnownFailure, re.Match[str]] | None:
    """The first known failure that these lines show, as `launcher diagnose` would tell it."""
    seen = (found for line in text.splitlines() if (found := recognise_failure(line)))
    return next((found for found in seen if found[0].kind is FailureKind.ROOT), None)


def _judge_signal(node: NodeView, rank: SmokeRank, who: str) -> Verdict:
    number, stage = -(rank.code or 0), rank.said.stage
    known = {one.value: one.name for one in signal.Signals}
    name = known.get(number, f"signal {number}")
    if number == signal.SIGBUS and stage.startswith("import "):
        why = "a file of the package ends before its time"
        message = f"{who} was ended by {name} in stage {stage!r}: {why}"
        return block("package-cut-short", message, truncated_file_fix(node, stage), stderr=rank.err)
    usual = ("crashed", "the evidence has its last lines", "dmesg | tail")
    cause, why, command = SIGNAL_CAUSES.get(number, usual)
    message = f"{who} was ended by {name} in stage {stage!r}: {why}"
    return block(cause, message, node.fix(command, root=True), stderr=rank.err)


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2][:400] or "it said nothing"


def _see_report_fix(node: NodeView) -> Fix:
    return node.fix("", "what the rank printed is in the evidence of this finding (--report FILE)")
