"""Whether the GPUs that the ranks will get are free."""

from __future__ import annotations

import re
from collections.abc import Sequence

from checks.areas.gpu.cards import describe_gpus, with_gpus
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpu, GpuProcess, Gpus
from checks.model import Verdict, block, ok, skip, warn
from checks.units import GIB, format_memory

MEMORY_IN_USE_LIMIT = 2 * GIB
"""Primus' limit; what a driver, a desktop and monitors hold together is less."""
SHARED_MEMORY_GPUS = re.compile(r"\bG[HB]\d+")
"""Grace Hopper and Grace Blackwell: the host's kernel uses their memory too, for files."""
HARMLESS_PROGRAMS = re.compile(
    r"nvidia-smi|nvidia-persist|nv-hostengine|dcgm|nv-fabric|nvtop|nvitop|gpustat|mps-server"
    r"|telegraf|node_exporter|netdata|Xorg|Xwayland|gnome|kwin|plasma"
)


@node_check("gpu.gpus-are-idle", Gpus, reads=("include", "exclude"))
@with_gpus
def gpus_are_idle(node: NodeView, gpus: Gpus) -> Verdict:
    """Nobody else uses the GPUs that the ranks will get.

    A process left over from an earlier run holds memory: a rank dies with "CUDA out of memory"
    although its own share would fit.

    Measured: Processes and memory in use on the GPUs within the slots and `--include`. Monitors and
    desktops that hold less than 2 GiB are ignored. The arguments of a process are not reported,
    since they may contain secrets.

    Fix:
        foreign-process: names its number, user and command, and the line that ends it; blocks from
            2 GiB on, else warns.
        memory-held: more than 2 GiB is in use and no process is visible.
    """
    cards = [card for card in gpus.gpus if _gets_rank(node, card.index) and not card.mig]
    if not cards:
        return skip("no rank gets a whole GPU")
    if all(card.processes is None and card.memory_used_bytes is None for card in cards):
        return skip("the GPUs do not report who uses them")
    if held := [card for card in cards if _foreign_processes(card)]:
        return _judge_foreign_processes(node, held)
    if full := [card for card in cards if _memory_in_use(card) > MEMORY_IN_USE_LIMIT]:
        message = (
            f"{describe_gpus(full)} of {node.name}: {format_memory(_memory_in_use(full[0]))} of "
            "memory in use, by no visible process"
        )
        note = "shows the processes that have it open, in containers too"
        fix = node.fix("fuser -v /dev/nvidia*", note, root=True)
        return block("memory-held", message, fix, uuids=[card.uuid for card in full])
    return ok("no process uses them")


def _gets_rank(node: NodeView, index: int) -> bool:
    slots = node.node.slots
    chosen = _selected_slots(node.job.include, node.name)
    left_out = _selected_slots(node.job.exclude, node.name)
    if index in left_out or (chosen and index not in chosen):
        return False
    return slots is None or index < slots


def _selected_slots(words: str | None, name: str) -> set[int]:
    """The slots that DeepSpeed's --include or --exclude names of that node."""
    for part in (words or "").split("@"):
        node, _, numbers = part.strip().partition(":")
        if node == name:
            return {int(number) for number in numbers.split(",") if number.strip().isdigit()}
    return set()


def _foreign_processes(card: Gpu) -> list[GpuProcess]:
    return [process for process in card.processes or () if not _is_harmless(process)]


def _is_harmless(process: GpuProcess) -> bool:
    small = (process.memory_bytes or 0) <= MEMORY_IN_USE_LIMIT
    return small and (process.kind == "graphics" or bool(HARMLESS_PROGRAMS.search(process.command)))


def _judge_foreign_processes(node: NodeView, held: Sequence[Gpu]) -> Verdict:
    processes = {process.pid: process for card in held for process in _foreign_processes(card)}
    message = (
        f"{describe_gpus(held)} of {node.name} {'is' if len(held) == 1 else 'are'} in use by "
        f"{', '.join(_describe_process(process) for process in list(processes.values())[:4])}"
    )
    pids = " ".join(map(str, processes))
    named = all(process.command for process in processes.values())
    fix = (
        node.fix(f"kill {pids}", "if they are no longer needed", root=True)
        if named
        else node.fix("nvidia-smi", "on the host: the process is not visible from here", root=True)
    )
    most = max(
        sum(process.memory_bytes or 0 for process in _foreign_processes(card)) for card in held
    )
    judge = (
        block if max(most, *(_memory_in_use(card) for card in held)) > MEMORY_IN_USE_LIMIT else warn
    )
    return judge("foreign-process", message, fix, pids=sorted(processes))


def _describe_process(process: GpuProcess) -> str:
    size = f", {format_memory(process.memory_bytes)}" if process.memory_bytes else ""
    program = f"{process.command} of {process.user}" if process.command else "not visible from here"
    return f"process {process.pid} ({program}{size})"


def _memory_in_use(card: Gpu) -> int:
    return 0 if SHARED_MEMORY_GPUS.search(card.name) else card.memory_used_bytes or 0
