"""Errors in the memory of a GPU that it could not correct."""

from __future__ import annotations

from collections.abc import Callable

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpu, Gpus
from checks.gpu.cards import named, of_gpus, smi
from checks.model import Verdict, block, ok, skip

RESET = "ends what runs on it; with NVLink all GPUs have to be reset together, or reboot"
REPLACE = "has it replaced: no spare rows are left; until then leave the node out"
TOLD: tuple[Callable[[Gpu], object], ...] = (
    lambda card: card.ecc_uncorrected,
    lambda card: card.remap_failed,
    lambda card: card.remap_pending,
    lambda card: card.retirement_pending,
)


@node_check("gpu.memory-has-no-errors", Gpus)
@of_gpus
def memory_has_no_errors(node: NodeView, seen: Gpus) -> Verdict:
    """No GPU has uncorrected memory errors, or memory that waits to be taken out of use.

    A rank that meets such memory dies in the middle of a run, with "uncorrectable ECC error", and
    all other ranks wait for it. Sources: NVML's volatile ECC counters and row remapper, as in
    NVIDIA's "GPU Memory Error Management"; page retirement before Ampere; amdgpu's RAS counters.
    """
    if failed := [card for card in seen.gpus if card.remap_failed]:
        message = f"{named(failed)} of {node.name}: a broken memory row could not be remapped"
        fix = node.fix("nvidia-smi -q -d ROW_REMAPPER", REPLACE)
        return block("remap-failed", message, fix, uuids=_uuids(failed))
    if waiting := [card for card in seen.gpus if card.remap_pending or card.retirement_pending]:
        message = f"{named(waiting)} of {node.name}: broken memory is in use until the next reset"
        fix = smi(node, waiting, "--gpu-reset", RESET)
        return block("remap-pending", message, fix, uuids=_uuids(waiting))
    if wrong := [card for card in seen.gpus if card.ecc_uncorrected]:
        return _uncorrected(node, seen, wrong)
    if not any(tell(card) is not None for card in seen.gpus for tell in TOLD):
        return skip("the GPUs tell nothing about errors of their memory")
    return ok("no uncorrected error")


def _uncorrected(node: NodeView, seen: Gpus, wrong: list[Gpu]) -> Verdict:
    counts = ", ".join(f"{card.ecc_uncorrected} on GPU {card.index}" for card in wrong)
    message = f"uncorrected memory errors on {node.name}: {counts}; expected none"
    fix = (
        smi(node, wrong, "--gpu-reset", RESET)
        if seen.nvidia
        else node.fix("reboot", "and look whether they come back", root=True)
    )
    return block("ecc-uncorrected", message, fix, uuids=_uuids(wrong))


def _uuids(cards: list[Gpu]) -> list[str]:
    return [card.uuid for card in cards]


def accused(card: Gpu) -> bool:
    """Whether `gpu.memory-has-no-errors` names that GPU."""
    return bool(
        card.remap_failed or card.remap_pending or card.retirement_pending or card.ecc_uncorrected
    )
