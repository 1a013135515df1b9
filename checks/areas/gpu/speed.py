"""GPUs that are slower than they should be, or whose links are: all ranks wait for the slowest."""

from __future__ import annotations

from checks.areas.gpu.cards import describe_gpus, gpus_of_model, with_gpus
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpu, Gpus
from checks.model import Severity, Verdict, ok, skip, warn
from checks.outliers.consensus import strict_majority

SLOWDOWN_TEXTS = {
    "hw-thermal": "too hot: the hardware halves its clocks",
    "hw-power-brake": "slowed down by a signal of the power supply",
    "sw-thermal": "too hot: the driver lowers its clocks",
    "hw-slowdown": "slowed down by the hardware, for heat or power",
}


@node_check("gpu.nothing-slows-it-down", Gpus, severity=Severity.WARN)
@with_gpus
def nothing_slows_it_down(node: NodeView, gpus: Gpus) -> Verdict:
    """No GPU is slowed down by heat or by its power supply.

    One GPU at half its clocks halves the speed of the whole run.

    Measured: NVML's clock event reasons at this moment, amd-smi's violations. The GPUs are idle at
    that moment: one that becomes too hot only under load is not detected.

    Fix:
        slowdown: check fans and airflow.
        power-brake: check the power supplies, or the rack's limit.
    """
    if all(card.slowdowns is None for card in gpus.gpus):
        return skip("the GPUs do not report what slows them down")
    slow = [card for card in gpus.gpus if card.slowdowns]
    if not slow:
        return ok("nothing slows them down")
    worst = next(
        name for name in SLOWDOWN_TEXTS if any(name in (card.slowdowns or ()) for card in slow)
    )
    message = (
        f"{describe_gpus(slow)} of {node.name} {'is' if len(slow) == 1 else 'are'} "
        f"{SLOWDOWN_TEXTS[worst]}"
    )
    tool = "nvidia-smi -q -d PERFORMANCE,TEMPERATURE,POWER" if gpus.has_nvidia else "amd-smi metric"
    note = "look at fans, air and power supplies"
    cause = "power-brake" if worst == "hw-power-brake" else "slowdown"
    return warn(cause, message, node.fix(tool, note), uuids=[card.uuid for card in slow])


@node_check("gpu.pcie-link-is-as-wide-as-its-peers", Gpus, severity=Severity.WARN)
@with_gpus
def pcie_link_is_as_wide_as_its_peers(node: NodeView, gpus: Gpus) -> Verdict:
    """The PCIe link of each GPU is as wide, and may be as fast, as that of others of its kind.

    A badly seated card negotiates x8 or x4 and feeds its rank at that fraction of the speed.

    Measured: The width in use, and the highest generation that card and slot can do, against what
    more than half of the GPUs of that name have. The generation in use is not compared: idle GPUs
    lower it, and this check puts no load on them.

    Fix:
        pcie-narrow: reseat the card; look at riser and slot.
    """
    narrow = {
        card.index: description
        for card in gpus.gpus
        if (description := _describe_narrow_link(node, card))
    }
    if not narrow:
        measured = [card for card in gpus.gpus if card.pcie_width is not None]
        return (
            ok(f"x{measured[0].pcie_width}")
            if measured
            else skip("the GPUs do not report their links")
        )
    cards = [card for card in gpus.gpus if card.index in narrow]
    message = f"{describe_gpus(cards)} of {node.name}: {narrow[cards[0].index]}"
    note = "have the card reseated, or its riser and slot looked at"
    fix = node.fix(f"nvidia-smi -q -d PCI -i {cards[0].index}", note)
    return warn("pcie-narrow", message, fix, uuids=[card.uuid for card in cards])


def _describe_narrow_link(node: NodeView, card: Gpu) -> str:
    peers = gpus_of_model(node, card.name)
    width, most = card.pcie_width, strict_majority(peer.pcie_width for peer in peers)
    if width is not None and most is not None and width < most:
        return f"its PCIe link is x{width}; others of its kind have x{most}"
    gen, best = card.pcie_gen_max, strict_majority(peer.pcie_gen_max for peer in peers)
    if gen is not None and best is not None and gen < best:
        return f"its PCIe link can do generation {gen}; others of its kind can do {best}"
    return ""


@node_check("gpu.nvlinks-are-active", Gpus, severity=Severity.WARN)
@with_gpus
def nvlinks_are_active(node: NodeView, gpus: Gpus) -> Verdict:
    """Each GPU has as many active NVLinks as most others of its kind.

    NCCL builds its rings over the links that all GPUs have.

    Measured: The active links that NVML counts, against what more than half of the GPUs of that
    name have: 12 of 18 is right for PCIe cards with bridges. `nvidia-smi -q -x` does not report
    them.

    Fix:
        nvlink-inactive: shows the links; then reset the GPUs, or reboot.
    """
    if all(card.nvlinks is None for card in gpus.gpus):
        return skip("the GPUs have no NVLink, or do not report it")
    expected = {
        card.index: most for card in gpus.gpus if (most := _missed_nvlink_count(node, card))
    }
    if not expected:
        counts = sorted({sum(card.nvlinks) for card in gpus.gpus if card.nvlinks is not None})
        return ok(f"{' or '.join(map(str, counts))} active links each")
    cards = [card for card in gpus.gpus if card.index in expected]
    active, most = sum(cards[0].nvlinks or ()), expected[cards[0].index]
    message = (
        f"{describe_gpus(cards)} of {node.name}: {active} active NVLinks; others of its kind "
        f"have {most}"
    )
    fix = node.fix(f"nvidia-smi nvlink -s -i {cards[0].index}", "then reset the GPUs or reboot")
    return warn("nvlink-inactive", message, fix, uuids=[card.uuid for card in cards])


def _missed_nvlink_count(node: NodeView, card: Gpu) -> int | None:
    if card.nvlinks is None:
        return None
    peers = gpus_of_model(node, card.name)
    most = strict_majority(None if peer.nvlinks is None else sum(peer.nvlinks) for peer in peers)
    return most if most is not None and sum(card.nvlinks) < most else None
