"""What ended a rank of the training smoke, in a person's words: pure, from what the rank left."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from typing import TYPE_CHECKING

from checks.areas.software.backends import backend_fix, failed_backend
from checks.areas.software.guilty_variables import judge_guilty_variables
from checks.areas.software.shadowing import is_named, judge_shadowing_files
from checks.areas.training.import_fixes import import_fix, truncated_file_fix
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.smoke import STAGES, Smoke, SmokeRank
from checks.facts.software import Software
from checks.knowledge.denials import denial_words, opening_fix
from checks.knowledge.nccl_variables import setting_in_force
from checks.model import Fix, Verdict, block, unknown

if TYPE_CHECKING:
    from checks.knowledge.failures import KnownFailure


WARNINGS = "PYTHONWARNINGS"
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


def judge_failed_rank(node: NodeView, smoke: Smoke, rank: SmokeRank) -> Verdict:
    """The verdict on the rank that failed first."""
    rank_name = f"rank {rank.rank} of {smoke.slots} on {node.name}"
    evidence = {"stage": rank.said.stage, "trace": rank.said.trace, "stderr": rank.err}
    if rank.hung:
        return _judge_hang(node, smoke, rank, rank_name)
    failure = f"{rank_name} fails in stage {rank.said.stage!r}"
    if file := _shadowing_file(node, f"{rank.said.detail}\n{rank.said.trace}\n{rank.err}"):
        return judge_shadowing_files(node, [file], f"{failure}: ", **evidence)
    if rank.denied:
        message = f"{failure}: {denial_words(rank.denied)}"
        return block("package-denied", message, opening_fix(node, rank.denied), **evidence)
    if rank.variables:
        words = rank.said.detail.strip().partition("\n")[0][:300] or _last_line(rank.err)
        return judge_guilty_variables(node, rank.variables, f"{failure}: {words}", **evidence)
    if rank.said.error.endswith("Warning") and _raises_warnings(node):
        words = rank.said.detail.strip().partition("\n")[0][:300]
        message = f"{failure}: {rank.said.error}: {words}"
        why = "it makes errors of warnings"
        return judge_guilty_variables(node, [WARNINGS], message, why, **evidence)
    if rank.said.error:
        return _judge_exception(node, rank, rank_name)
    if rank.code is not None and rank.code < 0:
        return _judge_signal(node, rank, rank_name)
    if rank.code == 0:
        return unknown(
            f"{rank_name} ended in stage {rank.said.stage!r} without a result", **evidence
        )
    message = (
        f"{rank_name} ended with code {rank.code} in stage {rank.said.stage!r}: "
        f"{_last_line(rank.err)}"
    )
    return block("crashed", message, _see_report_fix(node), **evidence)


def _raises_warnings(node: NodeView) -> bool:
    """Whether a variable has Python raise some warnings (`-W` of Python's command line)."""
    setting = setting_in_force(node, WARNINGS) if node.has(Environment) else None
    rules = setting.value.split(",") if setting else []
    actions = (rule.partition(":")[0].strip() for rule in rules)
    return any(action and "error".startswith(action) for action in actions)


def _judge_hang(node: NodeView, smoke: Smoke, rank: SmokeRank, rank_name: str) -> Verdict:
    stack = " ← ".join(f"{name} ({path}:{line})" for path, line, name in rank.frames[:3])
    place = f", in {stack}" if stack else ""
    if rank.said.stage == STAGES[-1]:  # it may have come there a moment before the limit
        return unknown(
            f"{rank_name} had trained, but had not ended after {smoke.seconds:.0f} s{place}: the "
            "node is very busy, or what runs at the end of a process hangs there",
            stack=rank.err,
        )
    message = f"{rank_name} hung in stage {rank.said.stage!r} for {smoke.seconds:.0f} s{place}"
    return block("hang", message, _see_report_fix(node), stage=rank.said.stage, stack=rank.err)


def _judge_exception(node: NodeView, rank: SmokeRank, rank_name: str) -> Verdict:
    report = rank.said
    first = report.detail.strip().partition("\n")[0][:400]
    evidence = {"stage": report.stage, "trace": report.trace, "stderr": rank.err}
    if report.stage.startswith("import "):
        message = f"{rank_name} cannot {report.stage}: {report.error}: {first}"
        words = f"{report.error}: {report.detail}\n{report.trace}"
        if backend := failed_backend(node, report.detail):
            message += f" {backend.info} brings it"
            return block("backend-fails", message, backend_fix(node, backend), **evidence)
        fix = import_fix(node, report.stage, words, works_elsewhere=_works_elsewhere(node))
        return block("import-error", message, fix, **evidence)
    message = f"{rank_name} failed in stage {report.stage!r}: {report.error}: {first}"
    words = f"{report.error}: {report.detail}"
    if known := known_failure_verdict(node, words, report.trace, message, **evidence):
        return known
    return block("error", message, _see_report_fix(node), **evidence)


def known_failure_verdict(
    node: NodeView, words: str, raised_at: str, message: str, **evidence: object
) -> Verdict | None:
    """The verdict with the cause that `launcher diagnose` knows for what a rank printed, if any."""
    recognised = _recognise_failure(words, raised_at)
    if not recognised:
        return None
    known, groups = recognised
    reason, remedy = (known.fill_in(text, groups) for text in (known.cause, known.fix))
    return block(known.id, f"{message}; {reason}", node.fix("", remedy), **evidence)


def _works_elsewhere(node: NodeView) -> bool:
    """Whether another node with the same packages came past its imports."""
    own = node.read(Software).packages if node.has(Software) else None
    smokes = [
        peer.read(Smoke)
        for peer in node.cluster.nodes_with(Smoke)
        if peer is not node and peer.has(Software) and peer.read(Software).packages == own
    ]
    failed = [smoke.failed for smoke in smokes if smoke.ranks]
    return any(rank is None or not rank.said.stage.startswith("import ") for rank in failed)


def _shadowing_file(node: NodeView, words: str) -> str:
    """The file of the job that the words of a failed import blame, if any."""
    shadows = node.read(Software).shadows if node.has(Software) else {}
    return next((file for name, file in shadows.items() if is_named(words, name, file)), "")


def _recognise_failure(
    text: str, trace: str
) -> tuple[KnownFailure, Mapping[str, str | None]] | None:
    """The first known failure that these lines show, as `launcher diagnose` would report it."""
    # hundreds of failures, which no healthy cluster needs: they would slow down pytest's start
    from checks.knowledge.failures import FailureKind, Surroundings, recognise_failure

    around = Surroundings(f"{trace}\n{text}", re.findall(r'File "([^"]+)"', trace))
    failures = (found for line in text.splitlines() if (found := recognise_failure(line, around)))
    return next((found for found in failures if found[0].kind is FailureKind.ROOT), None)


def _judge_signal(node: NodeView, rank: SmokeRank, rank_name: str) -> Verdict:
    number, stage = -(rank.code or 0), rank.said.stage
    names = {number.value: number.name for number in signal.Signals}
    name = names.get(number, f"signal {number}")
    if number == signal.SIGBUS and stage.startswith("import "):
        reason = "a file of the package is cut short"
        message = f"{rank_name} was ended by {name} in stage {stage!r}: {reason}"
        return block("package-cut-short", message, truncated_file_fix(node, stage), stderr=rank.err)
    usual = ("crashed", "the evidence has its last lines", "dmesg | tail")
    cause, reason, command = SIGNAL_CAUSES.get(number, usual)
    message = f"{rank_name} was ended by {name} in stage {stage!r}: {reason}"
    return block(cause, message, node.fix(command, root=True), stderr=rank.err)


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2][:400] or "no output"


def _see_report_fix(node: NodeView) -> Fix:
    return node.fix("", "what the rank printed is in the evidence of this finding (--report FILE)")
