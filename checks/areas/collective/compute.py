"""Whether any accelerator is much slower than those like it, or computes nonsense."""

from __future__ import annotations

import statistics

from checks.areas.collective.rendezvous import why_unopened
from checks.areas.limits.control_group import lacks_cpus
from checks.areas.limits.load import cpus_are_free
from checks.areas.training.smoke import step_time_is_alike
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.affinity import Affinity
from checks.facts.cgroup import Cgroup
from checks.facts.compute import Compute, DeviceMeasurement
from checks.facts.environment import Environment
from checks.facts.free_space import FreeSpace
from checks.facts.gpus import Gpus
from checks.facts.limits import Limits
from checks.facts.load import Load
from checks.facts.rendezvous import Rendezvous
from checks.facts.smoke import Smoke
from checks.facts.software import Software
from checks.facts.surroundings import Surroundings
from checks.model import Severity, Verdict, block, ok, skip, warn
from checks.outliers.consensus import MIN_COMPARABLE
from checks.outliers.stragglers import (
    SlowSpeeds,
    confirmed_stragglers,
    find_stragglers,
)

SPEED_UNITS = {"fp32": "GFLOP/s", "bf16": "GFLOP/s"}


@node_check(
    "collective.accelerators-are-alike-fast",
    *(Rendezvous, Compute, Software, FreeSpace),
    severity=Severity.WARN,
    optional=(Smoke, Gpus, Limits, Load, Cgroup, Affinity, Surroundings, Environment),
)
def accelerators_are_alike_fast(node: NodeView) -> Verdict:
    """Every accelerator computes finite numbers, about as fast as similar ones in the cluster.

    All ranks wait for the slowest at every step: one GPU that is hot, throttled or badly seated
    slows the whole cluster down. Warns; what does not compute at all blocks.

    Measured: In a process of its own for each GPU, 20 s at most: matrix products in bf16 and fp32,
    a copy in its memory, transfers from the host and back. Where there are no GPUs the CPU, with
    one thread: fp32 and memory. From three of one model on, each is compared with their median: a
    GPU may be 1.25 times slower (2 times in transfers from the host), a CPU 2 times in its product.
    Slow ones are measured once more, one after the other while nothing else computes, and so is one
    that is not slow; only those that are still slower than that one are named.

    Fix:
        slow: shows what slows a GPU (heat, power, clocks), or what else runs there; a cause that
            another check names is reported only there.
        not-finite: a product is not a number: memory, GPU or torch build.
        hang, error: the kernel's last messages show a GPU that fell off the bus.
    """
    if reason := why_unopened(node):
        return skip(reason)
    if node.has(Rendezvous) and not node.read(Rendezvous).torch_imported:
        return skip("torch was not imported; see collective.ranks-meet")
    compute = node.read(Compute)
    for slot, device in enumerate(compute.first):
        if not device.done or device.said.broken:
            return _failed_verdict(node, slot, device, compute.limit)
    answers = node.cluster.facts_by_node(Compute)
    slow = {
        slot: kinds
        for (name, slot), kinds in confirmed_stragglers(answers).items()
        if name == node.name
    }
    if slow:
        return _slow_verdict(node, compute, slow)
    return _alike_verdict(node, compute, answers)


def _failed_verdict(node: NodeView, slot: int, device: DeviceMeasurement, limit: float) -> Verdict:
    """An accelerator that did not come through, or gave what is no number."""
    if node.has(Smoke) and node.read(Smoke).failed is not None:
        return skip("it does not train alone either; see training.smoke-trains")
    device_name = f"{_device_name(slot, device)} of {node.name}"
    if device.said.broken:
        message = f"{device_name}: a product in {', '.join(device.said.broken)} is not finite"
        fix = node.fix("", "memory, GPU or torch build: run the same on a good node, then replace")
        return block("not-finite", message, fix, name=device.said.name)
    if device.hung:
        message = f"{device_name} did not finish its {device.said.stage} within {limit:.0f} s"
        return block("hang", message, node.fix("dmesg | tail -50", root=True), stderr=device.err)
    first = device.said.detail.partition("\n")[0][:300] or f"code {device.code}"
    message = f"{device_name} failed at its {device.said.stage}: {device.said.error}: {first}"
    return block("error", message, node.fix("dmesg | tail -50", root=True), stderr=device.err)


def _slow_verdict(node: NodeView, compute: Compute, slow: dict[int, SlowSpeeds]) -> Verdict:
    named = _named_elsewhere(node)
    if named:
        return skip(named)
    descriptions = []
    for slot, kinds in slow.items():
        parts = [
            f"{kind} {speed:.4g} {SPEED_UNITS.get(kind, 'GB/s')} where similar ones reach "
            f"{good:.4g}"
            for kind, (speed, good) in kinds.items()
        ]
        descriptions.append(f"{_device_name(slot, compute.first[slot])}: {', '.join(parts)}")
    message = f"{node.name} is slow in two measurements: {'; '.join(descriptions)}"
    cuda = any(compute.first[slot].said.kind == "cuda" for slot in slow)
    look = "nvidia-smi -q -d PERFORMANCE,CLOCK,POWER,TEMPERATURE" if cuda else "top -b -n 1"
    note = "shows what slows it: heat, power, clocks" if cuda else "shows what else runs there"
    return warn("slow", message, node.fix(look, note), speeds=_median_speeds(compute))


def _named_elsewhere(node: NodeView) -> str:
    """Where the root cause is named, if the facts show one."""
    if node.has(Cgroup) and node.has(Limits) and lacks_cpus(node):
        return "its group gives it too little of a CPU; see limits.group-allows-a-cpu-for-each-rank"
    if node.has(Load) and cpus_are_free.judge(node).cause:
        return "others use its processors; see limits.cpus-are-free"
    if node.has(Smoke) and step_time_is_alike.judge(node).cause:
        return "its steps are slow; see training.step-time-is-alike"
    return ""


def _alike_verdict(node: NodeView, compute: Compute, answers: dict[str, Compute]) -> Verdict:
    """Nothing to say against it, and what it was held against."""
    kinds = [device.said.name for answer in answers.values() for device in answer.first]
    name = compute.first[0].said.name
    speeds = ", ".join(
        f"{kind} {speed:.4g} {SPEED_UNITS.get(kind, 'GB/s')}"
        for kind, speed in _median_speeds(compute).items()
    )
    alone = kinds.count(name) < MIN_COMPARABLE
    against = "too few similar ones to compare" if alone else f"{kinds.count(name)} are alike"
    once = (
        " the second time" if any(key[0] == node.name for key in find_stragglers(answers)) else ""
    )
    return ok(
        f"{len(compute.first)} × {name}: {speeds}; {against}{once}", speeds=_median_speeds(compute)
    )


def _median_speeds(compute: Compute) -> dict[str, float]:
    """The median of the node's accelerators by kind of measurement."""
    kinds = dict.fromkeys(kind for device in compute.first for kind in device.said.speeds)
    return {
        kind: statistics.median(device.said.speeds.get(kind, 0.0) for device in compute.first)
        for kind in kinds
    }


def _device_name(slot: int, device: DeviceMeasurement) -> str:
    return f"GPU {slot} ({device.said.name})" if device.said.kind == "cuda" else "the CPU"
