"""What the driver itself asks for before a GPU is used again."""

from __future__ import annotations

from checks.areas.gpu import memory
from checks.areas.gpu.cards import describe_gpus, nvidia_smi_fix, with_gpus
from checks.check import Tag, node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpu, Gpus
from checks.knowledge.xids import RECOVERY_ACTIONS, XidAction
from checks.model import Verdict, block, ok, skip

SHOW_ACTION = "nvidia-smi -q | grep -iE '^GPU|recovery action'"
DRAIN_NOTE = (
    "shows what the driver asks for, once every program on the GPUs of this node has ended: then "
    "it names a reset or a reboot"
)
CAUSES = {
    XidAction.REBOOT: "reboot-needed",
    XidAction.DRAIN: "drain-needed",
    XidAction.RESET: "reset-needed",
    XidAction.LOOK: "recovery-needed",
}
"""The worst first."""


@node_check("gpu.driver-asks-for-no-recovery", Gpus, tags=(Tag.AFTER_FAILURE,))
@with_gpus
def driver_asks_for_no_recovery(node: NodeView, gpus: Gpus) -> Verdict:
    """The driver asks for no reset, reboot or drain of a GPU.

    A GPU that waits for one may still be listed as if it were well, and the first rank on it fails
    or hangs.

    Measured: NVML's recovery action, of drivers since 570. What `gpu.memory-has-no-errors` reports
    is left to it.

    Fix:
        reset-needed: resets these GPUs, which ends what runs on them.
        reboot-needed: the system may be inconsistent: reboot.
        drain-needed: end every program on the GPUs of the node; the driver then asks for another.
        recovery-needed: an action of a newer driver, which names it.
    """
    if all(card.recovery is None for card in gpus.gpus):
        return skip("the driver does not say what it asks for; 570 and newer do")
    waiting = [card for card in gpus.gpus if card.recovery and not memory.has_memory_fault(card)]
    for action, cause in CAUSES.items():
        if cards := [card for card in waiting if _action_of(card) is action]:
            return _judge_waiting(node, cards, action, cause)
    return ok("none")


def _action_of(card: Gpu) -> XidAction:
    return RECOVERY_ACTIONS.get(card.recovery or 0, XidAction.LOOK)


def _judge_waiting(node: NodeView, cards: list[Gpu], action: XidAction, cause: str) -> Verdict:
    words = {XidAction.LOOK: f"recovery action {cards[0].recovery}"}.get(
        action, f"a {action.value}"
    )
    message = f"{describe_gpus(cards)} of {node.name}: the driver asks for {words}"
    if action is XidAction.RESET:
        fix = nvidia_smi_fix(node, cards, "--gpu-reset", memory.RESET_NOTE)
    elif action is XidAction.REBOOT:
        fix = node.fix("reboot", "if it asks again, have the GPU looked at", root=True)
    else:
        fix = node.fix(SHOW_ACTION, DRAIN_NOTE)
    return block(cause, message, fix, uuids=[card.uuid for card in cards])
