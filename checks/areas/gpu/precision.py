"""Whether the GPUs can compute in the numbers that DeepSpeed's config asks for."""

from __future__ import annotations

from checks.areas.deepspeed.config_access import with_config
from checks.areas.gpu.cards import NO_ANSWER, describe_gpus
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.gpus import Gpu, Gpus
from checks.knowledge.deepspeed_config import ParsedConfig
from checks.model import Fix, Verdict, block, ok, skip, warn

BF16, FP16 = (8, 0), (7, 0)
"""Compute capabilities from which the hardware has it, and from which DeepSpeed takes it."""


@node_check("gpu.precision-is-supported", Gpus, DeepspeedConfig)
@with_config
def precision_is_supported(node: NodeView, config: ParsedConfig) -> Verdict:
    """The GPUs support the precision that the config asks for.

    bf16 needs compute capability 8.0: on older GPUs PyTorch emulates it slowly, or DeepSpeed says
    "Type bf16 is not supported on your device". DeepSpeed takes fp16 from 7.0 on.

    Measured: `bf16.enabled` and `fp16.enabled` of DeepSpeed's config against the compute
    capability. "auto" is accepted: what fills it is not visible here.

    Fix:
        bf16-emulated: use fp16; warns.
        fp16-unsupported: turn it off.
    """
    gpus = node.read(Gpus)
    if gpus.broken:
        return skip(NO_ANSWER)
    capabilities = {card: _compute_capability(card) for card in gpus.gpus if card.capability}
    if not capabilities:
        return skip("no GPU reports its compute capability")
    if config.get("bf16.enabled") is True:
        if old := [card for card in capabilities if capabilities[card] < BF16]:
            return warn("bf16-emulated", *_too_old_message(node, old, "bf16", "8.0", "fp16"))
        return ok("bf16")
    if config.get("fp16.enabled") is True:
        if old := [card for card in capabilities if capabilities[card] < FP16]:
            return block("fp16-unsupported", *_too_old_message(node, old, "fp16", "7.0", "neither"))
        return ok("fp16")
    return skip("the config turns on neither bf16 nor fp16")


def _compute_capability(card: Gpu) -> tuple[int, ...]:
    return tuple(int(part) for part in (card.capability or "0").split("."))


def _too_old_message(
    node: NodeView, old: list[Gpu], precision: str, needs: str, use: str
) -> tuple[str, Fix]:
    message = (
        f"the config asks for {precision}, but {describe_gpus(old)} of {node.name} ({old[0].name}) "
        f"has compute capability {old[0].capability}; {precision} needs {needs}"
    )
    words = f"turn on {use} instead" if use != "neither" else "turn off fp16"
    return message, Fix(note=f"{words} in the config, or leave {node.name} out")
