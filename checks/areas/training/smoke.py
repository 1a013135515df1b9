"""What the short training on each node alone came to."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection

from checks.areas.files.free_space import is_unusable
from checks.areas.limits.fatal_limits import limit_skip_reason
from checks.areas.limits.shm import is_shm_unusable
from checks.areas.ports.settings import is_range_fatal
from checks.areas.software.altered_packages import TRAINS, differing_files
from checks.areas.software.backends import lacks_backend
from checks.areas.software.build_folders import stale_locks
from checks.areas.software.launcher_variables import OMPI_LOCAL_RANK
from checks.areas.software.operators import (
    absent_compiler,
    drop_compiler_fix,
    operators_can_be_built,
)
from checks.areas.software.shadowing import has_foreign_training_package, shadowing_files
from checks.areas.training.failed_rank import judge_failed_rank
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.environment import Environment
from checks.facts.free_space import FreeSpace
from checks.facts.gpus import Gpus
from checks.facts.limits import Limits
from checks.facts.package_files import PackageFiles
from checks.facts.ports import PortSettings
from checks.facts.smoke import CompiledOp, Smoke
from checks.facts.software import Software
from checks.facts.surroundings import Surroundings
from checks.facts.toolchain import Toolchain
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn
from checks.outliers.consensus import MIN_COMPARABLE, median_of_enough

_LOST_PART = re.compile(r"cannot execute [‘'`\"]?([A-Za-z0-9][\w.+-]{0,40})[’'\"]?:")
"""How gcc's driver names a program of its own that is gone, such as cc1plus."""
SLOW_RATIO = 2.0
SLOW_SECONDS = 0.05
"""A smaller difference than this is noise of the machine, whatever the ratio."""


@node_check(
    "training.smoke-trains",
    Smoke,
    Software,
    Gpus,
    Toolchain,
    FreeSpace,
    Limits,
    Account,
    Environment,
    optional=(Surroundings, PortSettings, PackageFiles, DeepspeedConfig),
)
def smoke_trains(node: NodeView) -> Verdict:
    """Every node trains on its own: a few DeepSpeed steps, ZeRO-2, with a finite, falling loss.

    A broken package, a missing compiler, a GPU out of memory or a bad link between two GPUs of one
    machine shows here in seconds and by name, instead of as a hang of the whole cluster.

    Measured: One rank for each slot on a small model, on the GPUs or, where there are none, on CPUs
    with gloo. Loss, step time and versions come back; a rank that hangs shows its stack before it
    is ended. Nothing is compiled; on CPUs, where DeepSpeed compiles an operator at the first start,
    compiler, headers and ninja are looked up too. The temporary folder is removed, even when
    everything is killed.

    Fix: What the rank printed is in the finding's evidence (`--report FILE`). Where `launcher
    diagnose` knows the rank's words, such as those of `cuda-oom`, `memory-refused` or `eaddrinuse`,
    the cause is the id of that known failure, with its reason and its fix.
        import-error: a package cannot be imported; the fix installs what is missing or damaged,
            moves a damaged library of LD_LIBRARY_PATH out of the way, takes that variable out where
            a library there does not fit, or shows the error.
        backend-fails: torch loads a package by itself, and that fails; the fix removes it, or
            installs it again where other nodes have it.
        package-denied: a file or folder of a package does not let the login in. Opens that one.
        variable-in-the-way: the import succeeds without that variable, or `PYTHONWARNINGS` makes an
            error of a warning. Turns the line that sets it into a comment.
        package-cut-short: a bus error while a package is imported: one of its files is truncated,
            most often because the disk was full when it was installed.
        package-shadowed: a file of the working directory has the package's name; the fix renames
            it.
        killed: most often the kernel's out-of-memory killer.
        op-build-failed: no compiler, or what it needs is missing; the fix installs it, or takes out
            the `CXX` that names one that is not there.
        stale-build-lock: ranks would wait forever for a build that was interrupted; the fix removes
            its lock. [software](software.md#softwareno-build-lock-is-left) reports one older than
            10 minutes.
        shm-full: a bus error, most often a full /dev/shm.
        nan-loss, loss-not-falling: memory, GPU or torch build: the same steps fall on a healthy
            node.
        hang: no end in time; the message has the top of the stack.
        crashed, error: anything else.
    """
    reason = why_cannot_train(node) or _why_ranks_cannot_meet(node)
    if reason:
        return skip(reason)
    smoke = node.read(Smoke)
    failed = smoke.failed
    if failed is not None and is_range_fatal(node, smoke.slots):
        return skip("ranks have too few ports; see ports.ephemeral-range-is-wide-enough")
    if failed is not None and OMPI_LOCAL_RANK in f"{failed.said.detail}{failed.err}":
        return skip("a variable is Open MPI's; see software.variables-are-no-launchers")
    if failed is not None and failed.said.stage.startswith("import ") and _is_patched(node):
        return skip("files of packages were altered; see software.packages-are-patched-alike")
    if failed is not None:
        return judge_failed_rank(node, smoke, failed)
    report = smoke.ranks[0].said
    first, last = report.loss_values[0], report.loss_values[-1]
    message = f"loss {first:.4g} → {last:.4g} on {smoke.slots} × {report.device}"
    if not all(rank.said.has_finite_losses for rank in smoke.ranks):
        return _judge_infinite_loss(node, f"on {node.name} the loss is not finite: {message}")
    if last >= first:
        note = "the same steps fall on a healthy node: suspect its memory, GPU or torch build"
        return block("loss-not-falling", f"{node.name}: {message}", node.fix("", note))
    return _judge_op_build(node, report.op) or ok(
        f"{message}, {smoke.step * 1000:.1f} ms a step{_describe_compilation(report.op)}",
        seconds=smoke.seconds,
        losses=list(report.loss_values),
        **smoke.imported_versions,
        **({"compiles": report.op.name} if report.op and not report.op.compiled else {}),
    )


def why_cannot_import(node: NodeView, packages: Collection[str] = ()) -> str:
    """Why the interpreter there does not run, or lacks a package; and which check says so."""
    software = node.read(Software) if node.has(Software) else None
    if software and not software.ok:
        return "the interpreter does not run; see software.python-is-there"
    if software and any(software.modules.get(name) is None for name in packages):
        return "the interpreter lacks a package; see software.deepspeed-is-installed"
    return ""


def why_cannot_train(node: NodeView, packages: Collection[str] = ("torch", "deepspeed")) -> str:
    """Why no rank can start on that node, and which check says so, if its other facts show it."""
    if node.has(Software) and shadowing_files(node):
        return "a module is shadowed; see software.packages-are-the-environments-own"
    if reason := why_cannot_import(node, packages):
        return reason
    if node.has(Software) and lacks_backend(node):
        return "torch cannot be imported; see software.torch-backends-are-there"
    if node.has(Software) and has_foreign_training_package(node):
        return "a package is shadowed; see software.packages-are-the-environments-own"
    if node.has(FreeSpace) and is_unusable(node.read(FreeSpace).temporary):
        return "no temporary files can be written; see files.temporary-folder-is-usable"
    if limited := limit_skip_reason(node):
        return limited
    if is_shm_unusable(node):
        return "ranks cannot share memory; see limits.shm-is-writable"
    if node.has(Gpus) and node.read(Gpus).broken:
        return "the GPU driver does not answer; see gpu.driver-answers"
    return ""


def _why_ranks_cannot_meet(node: NodeView) -> str:
    """Why the ranks of one node do not find each other, where another check says so."""
    dead = node.has(Surroundings) and node.read(Surroundings).loopback
    return "ranks of the node cannot reach each other; see network.loopback-works" if dead else ""


def _is_patched(node: NodeView) -> bool:
    """Whether files of what is imported are not what most nodes have."""
    known = node.has(PackageFiles) and node.has(Software) and node.read(Software).ok
    return known and not set(TRAINS).isdisjoint(differing_files(node))


def _judge_infinite_loss(node: NodeView, message: str) -> Verdict:
    note = "memory or GPU errors, or a broken torch build: compare its versions with a good node"
    return block("nan-loss", message, node.fix("", note))


def _judge_op_build(node: NodeView, op: CompiledOp | None) -> Verdict | None:
    """The smoke itself compiles nothing, but training on CPUs compiles this op before it starts."""
    if op is None:
        return None
    if op.problem and node.has(DeepspeedConfig):
        same = operators_can_be_built.judge(node).cause
        if same in ("no-compiler", "no-ninja", "tool-denied"):
            return skip(f"{op.name} cannot be compiled; see software.operators-can-be-built")
    if op.problem:
        message = f"training on {node.name} will fail to compile {op.name}: {_first_error(op)}"
        setting = absent_compiler(node)
        if setting and setting.value in op.problem:
            fix = drop_compiler_fix(node, setting)
            return block("op-build-failed", f"{message}: {setting}", fix, compiler=op.problem)
        fix = _compiler_fix(node, op.problem)
        return block("op-build-failed", message, fix, compiler=op.problem)
    if op.lock and not _is_known_stale(node, op):
        message = f"training on {node.name} would wait forever for a build of {op.name}: {op.lock}"
        fix = node.fix(f"rm {shlex.quote(op.lock)}", "if no training is starting on this node")
        return block("stale-build-lock", message, fix)
    return None


def _compiler_fix(node: NodeView, problem: str) -> Fix:
    """A compiler of which a part is gone is there for its package manager: it is put back."""
    note = "or gcc-c++ ninja-build python3-devel with dnf"
    if part := _LOST_PART.search(problem):
        package = f"dpkg -S '*/{part[1]}' | cut -d: -f1 | sort -u"
        note = f"puts {part[1]} back, whichever package it is of"
        return node.fix(f"apt-get install -y --reinstall $({package})", note, root=True)
    return node.fix("apt-get install -y g++ ninja-build python3-dev", note, root=True)


def _is_known_stale(node: NodeView, op: CompiledOp) -> bool:
    """Whether software.no-build-lock-is-left names that lock: it is an old one."""
    judged = node.has(Toolchain) and node.has(Software) and node.read(Software).ok
    return judged and any(lock.path == op.lock for lock in stale_locks(node))


def _first_error(op: CompiledOp) -> str:
    lines = op.problem.splitlines()
    return next((line for line in lines if "error" in line), lines[0])[:300]


def _describe_compilation(op: CompiledOp | None) -> str:
    if op is None or op.compiled:
        return ""
    return f"; the first start will compile {op.name}, about a minute"


@node_check(
    "training.step-time-is-alike",
    Smoke,
    Software,
    Gpus,
    severity=Severity.WARN,
    optional=(FreeSpace, Limits, Surroundings, Environment),
)
def step_time_is_alike(node: NodeView) -> Verdict:
    """No node is more than twice as slow at the same steps as the median of the cluster.

    All ranks wait for the slowest at every step.

    Measured: The step time of the smoke, from three nodes on. Only differences over 50 ms count.

    Fix:
        slow: shows what else runs there; then look at clocks, throttling and power limits.
    """
    reason = why_cannot_train(node) or _why_ranks_cannot_meet(node)
    if reason:
        return skip(reason)
    if node.read(Smoke).failed is not None:
        return skip("no steps to time; see training.smoke-trains")
    steps = {
        peer.name: peer.read(Smoke).step
        for peer in node.cluster.nodes_with(Smoke)
        if peer.read(Smoke).failed is None
    }
    step, median = steps[node.name], median_of_enough(steps.values())
    if median is None:
        return skip(f"needs at least {MIN_COMPARABLE} nodes that trained, there are {len(steps)}")
    message = f"{step * 1000:.0f} ms a step, the cluster's median is {median * 1000:.0f} ms"
    if step <= SLOW_RATIO * median or step - median <= SLOW_SECONDS:
        return ok(message)
    note = "shows what else runs there; then look at clocks, throttling and power limits"
    fix = node.fix("top -b -n 1 | head -20", note)
    return warn("slow", f"{node.name} is slow: {message}", fix, seconds=step)
