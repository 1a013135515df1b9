"""Settings of the driver that keep ranks from a GPU, or from the whole of it."""

from __future__ import annotations

import statistics

from checks.areas.gpu.cards import describe_gpus, nvidia_smi_fix, with_gpus
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.folded_names import fold_names
from checks.model import Severity, Verdict, block, ok, skip, warn
from checks.outliers.consensus import MIN_COMPARABLE, strict_majority

SLOW_S, SLOW_RATIO, VERY_SLOW_S = 1.0, 3.0, 5.0


@node_check("gpu.mig-is-off", Gpus)
@with_gpus
def mig_is_off(node: NodeView, gpus: Gpus) -> Verdict:
    """No GPU is cut into instances (MIG).

    A rank sees at most one instance, a part of the GPU's memory and speed, and NCCL does not
    connect instances as it connects GPUs.

    Measured: The current MIG mode.

    Fix:
        mig-on: turns it off.
        mig-everywhere: all nodes use MIG, perhaps on purpose; warns.
    """
    if all(card.mig is None for card in gpus.gpus):
        return skip("the GPUs do not support MIG, or do not report it")
    cut = [card for card in gpus.gpus if card.mig]
    if not cut:
        return ok("MIG is off")
    message = f"{describe_gpus(cut)} of {node.name} {'is' if len(cut) == 1 else 'are'} in MIG mode"
    fix = nvidia_smi_fix(
        node, cut, "-mig 0", "ends what runs in the instances; may ask for a reset"
    )
    if all(_has_mig_gpu(peer) for peer in node.cluster.nodes_with(Gpus)):
        return warn("mig-everywhere", message, fix)
    return block("mig-on", message, fix)


def _has_mig_gpu(node: NodeView) -> bool:
    return any(card.mig for card in node.read(Gpus).gpus)


@node_check("gpu.compute-mode-allows-ranks", Gpus)
@with_gpus
def compute_mode_allows_ranks(node: NodeView, gpus: Gpus) -> Verdict:
    """Every GPU accepts programs, and more than one at a time.

    A prohibited GPU gives a rank "all CUDA-capable devices are busy or unavailable"; an exclusive
    GPU gives the second program the same error.

    Measured: The compute mode.

    Fix: Sets the mode to default.
        compute-prohibited: no program may use the GPU; blocks.
        compute-exclusive: one program may use it; warns.
    """
    if all(card.compute_mode is None for card in gpus.gpus):
        return skip("the GPUs do not report their compute mode")
    if prohibited := [card for card in gpus.gpus if card.compute_mode == "prohibited"]:
        message = (
            f"{describe_gpus(prohibited)} of {node.name}: compute mode prohibited; expected default"
        )
        return block("compute-prohibited", message, nvidia_smi_fix(node, prohibited, "-c DEFAULT"))
    if exclusive := [card for card in gpus.gpus if card.compute_mode == "exclusive"]:
        message = (
            f"{describe_gpus(exclusive)} of {node.name}: compute mode exclusive; expected default"
        )
        return warn("compute-exclusive", message, nvidia_smi_fix(node, exclusive, "-c DEFAULT"))
    return ok("default")


@node_check("gpu.persistence-mode-is-on", Gpus, severity=Severity.WARN)
@with_gpus
def persistence_mode_is_on(node: NodeView, gpus: Gpus) -> Verdict:
    """The driver keeps its GPUs initialised while nobody uses them, where most nodes do or where it
    is slow.

    Without persistence mode each start waits for every GPU to be initialised again, and the
    counters of memory errors restart at zero.

    Measured: The persistence mode, and the time of the driver's answer. Off on all nodes, with an
    answer within a second, is accepted.

    Fix:
        persistence-off: turns it on until the next boot; the service keeps it.
    """
    cards = [card for card in gpus.gpus if card.persistence is not None]
    off = [card for card in cards if not card.persistence]
    if not off:
        return ok("on") if cards else skip("the GPUs do not report their persistence mode")
    modes = [_has_persistence(peer) for peer in node.cluster.nodes_with(Gpus)]
    if strict_majority(modes) is not True and gpus.seconds < SLOW_S:
        return ok(f"off, and the driver answers in {gpus.seconds:.1f} s")
    message = f"{describe_gpus(off)} of {node.name}: persistence mode off; expected on"
    note = "until the next boot; the service nvidia-persistenced keeps it"
    return warn("persistence-off", message, nvidia_smi_fix(node, off, "-pm 1", note))


def _has_persistence(node: NodeView) -> bool | None:
    modes = [card.persistence for card in node.read(Gpus).gpus if card.persistence is not None]
    return all(modes) if modes else None


@node_check("gpu.driver-answers-in-time", Gpus, severity=Severity.WARN)
@with_gpus
def driver_answers_in_time(node: NodeView, gpus: Gpus) -> Verdict:
    """The driver answers about as fast as on the other nodes.

    A driver that takes seconds to list its GPUs is often about to lose one.

    Measured: The time from NVML's start to its last answer. Three times the median, and more than a
    second, where three nodes or more answer; else five seconds. Skipped where persistence mode is
    off.

    Fix:
        driver-slow: shows what the driver reported last; then reset the GPUs, or reboot.
    """
    if not gpus.seconds:
        return skip("no driver was asked")
    if any(card.persistence is False for card in gpus.gpus):
        return skip("GPUs without persistence mode answer slowly; see gpu.persistence-mode-is-on")
    answers = {
        peer.name: _driver_seconds(peer) for peer in node.cluster.reached if _driver_seconds(peer)
    }
    usually = statistics.median(answers.values())
    enough = len(answers) >= MIN_COMPARABLE
    limit = max(SLOW_S, SLOW_RATIO * usually) if enough else VERY_SLOW_S
    if gpus.seconds <= limit:
        return ok(f"{gpus.seconds:.2f} s")
    peers = [name for name in answers if name != node.name]
    compared = f", {fold_names(peers)} usually {usually:.1f} s" if peers else ""
    message = f"the driver of {node.name} took {gpus.seconds:.1f} s to answer{compared}"
    fix = node.fix("dmesg | grep -iE 'nvrm|xid' | tail", "then reset the GPUs or reboot", root=True)
    return warn("driver-slow", message, fix, seconds_taken=gpus.seconds)


def _driver_seconds(node: NodeView) -> float:
    return node.read(Gpus).seconds if node.has(Gpus) else 0.0
