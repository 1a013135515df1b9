"""Errors in the memory of a GPU that it could not correct."""

from __future__ import annotations

from collections.abc import Callable

from checks.areas.gpu.cards import describe_gpus, nvidia_smi_fix, with_gpus
from checks.check import Tag, node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpu, Gpus
from checks.model import Verdict, block, ok, skip

RESET_NOTE = "ends what runs on it; with NVLink all GPUs have to be reset together, or reboot"
REPLACE_NOTE = "has it replaced: no spare rows are left; until then leave the node out"
ERROR_COUNTERS: tuple[Callable[[Gpu], object], ...] = (
    lambda card: card.ecc_uncorrected,
    lambda card: card.remap_failed,
    lambda card: card.remap_pending,
    lambda card: card.retirement_pending,
)


@node_check("gpu.memory-has-no-errors", Gpus, tags=(Tag.AFTER_FAILURE,))
@with_gpus
def memory_has_no_errors(node: NodeView, gpus: Gpus) -> Verdict:
    """No GPU has uncorrected memory errors, or memory that is waiting to be retired.

    A rank that meets such memory dies in the middle of a run, and all others wait for it.

    Measured: NVML's volatile counter of uncorrected errors, the row remapper's pending and failure
    flags (Ampere and later), pending page retirement (before it); amdgpu's RAS counters.

    Fix:
        ecc-uncorrected, remap-pending: resets these GPUs, which ends what runs on them.
        remap-failed: no spare rows are left; have the GPU replaced.
    """
    if failed := [card for card in gpus.gpus if card.remap_failed]:
        message = (
            f"{describe_gpus(failed)} of {node.name}: a broken memory row could not be remapped"
        )
        fix = node.fix("nvidia-smi -q -d ROW_REMAPPER", REPLACE_NOTE)
        return block("remap-failed", message, fix, uuids=_gpu_uuids(failed))
    if waiting := [card for card in gpus.gpus if card.remap_pending or card.retirement_pending]:
        message = (
            f"{describe_gpus(waiting)} of {node.name}: broken memory is in use until the next reset"
        )
        fix = nvidia_smi_fix(node, waiting, "--gpu-reset", RESET_NOTE)
        return block("remap-pending", message, fix, uuids=_gpu_uuids(waiting))
    if faulty := [card for card in gpus.gpus if card.ecc_uncorrected]:
        return _judge_uncorrected_errors(node, gpus, faulty)
    if not any(count(card) is not None for card in gpus.gpus for count in ERROR_COUNTERS):
        return skip("the GPUs do not report memory errors")
    return ok("no uncorrected error")


def _judge_uncorrected_errors(node: NodeView, gpus: Gpus, faulty: list[Gpu]) -> Verdict:
    counts = ", ".join(f"{card.ecc_uncorrected} on GPU {card.index}" for card in faulty)
    message = f"uncorrected memory errors on {node.name}: {counts}; expected none"
    fix = (
        nvidia_smi_fix(node, faulty, "--gpu-reset", RESET_NOTE)
        if gpus.has_nvidia
        else node.fix("reboot", "and check whether they come back", root=True)
    )
    return block("ecc-uncorrected", message, fix, uuids=_gpu_uuids(faulty))


def _gpu_uuids(cards: list[Gpu]) -> list[str]:
    return [card.uuid for card in cards]


def has_memory_fault(card: Gpu) -> bool:
    """Whether `gpu.memory-has-no-errors` names that GPU."""
    return bool(
        card.remap_failed or card.remap_pending or card.retirement_pending or card.ecc_uncorrected
    )
