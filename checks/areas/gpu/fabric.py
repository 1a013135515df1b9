"""The switches between the GPUs of one machine, which a service has to set up."""

from __future__ import annotations

import re

from checks.areas.gpu.cards import describe_gpus, with_gpus
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.model import Fix, Verdict, block, ok, skip

FABRIC_MANAGER = "nvidia-fabricmanager"
RACK_OF_SWITCHES = re.compile(r"\bGB[23]00\b")
BLACKWELL_BOARD = re.compile(r"\bB[123]00\b")
NEEDS_NVLSM = "; on HGX B200 and B300 it needs the package nvlsm beside it, of the same release"
"""Fourth generation NVSwitches are set up by the NVLink subnet manager too (Fabric Manager User
Guide, 1.3.2), which the service starts."""


@node_check("gpu.fabric-is-ready", Gpus)
@with_gpus
def fabric_is_ready(node: NodeView, gpus: Gpus) -> Verdict:
    """Where GPUs are joined by NVSwitches, their fabric is set up.

    Without it every rank dies at its first CUDA call: "Error 802: system not yet initialized".

    Measured: NVML's fabric state; where GPUs do not report it, whether `nv-fabricmanager` runs on a
    machine with NVSwitches on its bus.

    Fix:
        fabric-not-ready, fabric-failed, fabric-manager-stopped: reset the GPUs once nothing runs on
            them, then restart the service, of the driver's version; restarted alone, under GPUs
            that are in use, it leaves NVLS broken. GB200 and GB300 need none: the switches of their
            rack set the fabric up.
    """
    joined = [card for card in gpus.gpus if card.fabric is not None]
    waiting = [card for card in joined if card.fabric != "completed"]
    if waiting:
        state = waiting[0].fabric
        cause = "fabric-failed" if str(state).startswith("failed") else "fabric-not-ready"
        message = (
            f"the fabric of {describe_gpus(waiting)} on {node.name} is {state}; expected completed"
        )
        return block(cause, message, _fabric_manager_fix(node, gpus))
    if joined:
        return ok("completed")
    if not gpus.nvswitches:
        return skip("no NVSwitch was found")
    if gpus.fabric_manager:
        return ok(f"{FABRIC_MANAGER} runs")
    if gpus.container or gpus.fabric_manager is None:
        return skip(f"{FABRIC_MANAGER} cannot be seen here: a container, or hidden processes")
    message = f"{node.name} has {gpus.nvswitches} NVSwitches but {FABRIC_MANAGER} does not run"
    return block("fabric-manager-stopped", message, _fabric_manager_fix(node, gpus))


def _fabric_manager_fix(node: NodeView, gpus: Gpus) -> Fix:
    card = gpus.gpus[0]
    if RACK_OF_SWITCHES.search(card.name):
        note = (
            "shows their state; the switches of the rack set it up (NMX-Controller), and no fabric "
            "manager of the node does: ask who runs them"
        )
        return node.fix("nvidia-smi -q | grep -iA 12 '^ *fabric$'", note)
    note = (
        "ends what runs on the GPUs: stop the jobs first. The service's version must be the "
        f"driver's, {card.driver}; `journalctl -u {FABRIC_MANAGER}` says why not"
    )
    note += NEEDS_NVLSM if BLACKWELL_BOARD.search(card.name) else ""
    reset = f"systemctl stop {FABRIC_MANAGER}; nvidia-smi --gpu-reset"
    return node.fix(f"{reset} && systemctl start {FABRIC_MANAGER}", note, root=True)
