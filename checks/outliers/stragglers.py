"""Which accelerators are slower than those like them: the cluster is its own yardstick. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence

from checks.facts.compute import Compute, DeviceMeasurement
from checks.outliers.consensus import MIN_COMPARABLE

SLOWDOWN_LIMITS: Mapping[str, Mapping[str, float]] = {
    "cuda": {"fp32": 1.25, "bf16": 1.25, "memory": 1.25, "to-device": 2.0, "from-device": 2.0},
    "cpu": {"fp32": 2.0},
}
"""How many times slower counts. GPUs of one model are within a few per cent; the way from the host
depends on its slot. Processors are shared, and their memory with everything on the node."""

DeviceSlot = tuple[str, int]
"""Node and slot."""
SlowSpeeds = Mapping[str, tuple[float, float]]
"""(own speed, median) by kind of measurement."""


def find_stragglers(
    computed: Mapping[str, Compute], *, alone: bool = False
) -> dict[DeviceSlot, SlowSpeeds]:
    """The accelerators beyond the threshold in some kind, in the first round or the one `alone`."""
    medians = _median_speeds(computed, alone=alone)
    slow: dict[DeviceSlot, SlowSpeeds] = {}
    for accelerator, model, device in _completed_measurements(computed, alone=alone):
        limits = SLOWDOWN_LIMITS[device.said.kind]
        behind = {
            kind: (speed, medians[model, kind])
            for kind, speed in device.said.speeds.items()
            if (model, kind) in medians
            and speed * limits.get(kind, math.inf) < medians[model, kind]
        }
        if behind:
            slow[accelerator] = behind
    return slow


def confirmed_stragglers(computed: Mapping[str, Compute]) -> dict[DeviceSlot, SlowSpeeds]:
    """The accelerators that were too slow in both rounds, with what the second one showed.

    One that did not even end the second round has what the first one showed.
    """
    first, again = find_stragglers(computed), find_stragglers(computed, alone=True)
    hung = {(name, slot) for name, slot in first if _first_hung(computed[name].alone[slot:])}
    return {
        accelerator: again.get(accelerator, slow)
        for accelerator, slow in first.items()
        if accelerator in {*again, *hung}
    }


def _first_hung(alone: Sequence[DeviceMeasurement]) -> bool:
    return bool(alone) and alone[0].hung


def reference_nodes(computed: Mapping[str, Compute]) -> dict[str, str]:
    """By model the node of the middle one of those that are not behind: it shows what is right."""
    behind = {name for name, _ in find_stragglers(computed)}
    speeds: dict[str, list[tuple[float, str]]] = {}
    for (name, _), model, device in _completed_measurements(computed, alone=False):
        if name not in behind:
            speeds.setdefault(model, []).append((sum(device.said.speeds.values()), name))
    return {
        model: sorted(measured)[(len(measured) - 1) // 2][1] for model, measured in speeds.items()
    }


def _completed_measurements(
    computed: Mapping[str, Compute], *, alone: bool
) -> Iterator[tuple[DeviceSlot, str, DeviceMeasurement]]:
    """Every accelerator that was measured in that round, and what it is."""
    for node, compute in computed.items():
        for slot, device in enumerate(compute.alone if alone else compute.first):
            if device.done:
                yield (node, slot), device.said.name, device


def _median_speeds(computed: Mapping[str, Compute], *, alone: bool) -> dict[tuple[str, str], float]:
    """The median by model and kind of measurement, where enough are alike.

    In the round `alone` only the reference nodes and the suspects compute: a reference node's own
    speed is then what counts.
    """
    speeds: dict[tuple[str, str], list[float]] = {}
    references = reference_nodes(computed) if alone else {}
    for (node, _), model, device in _completed_measurements(computed, alone=alone):
        if not alone or node == references.get(model):
            for kind, speed in device.said.speeds.items():
                speeds.setdefault((model, kind), []).append(speed)
    enough = 1 if alone else MIN_COMPARABLE
    return {key: statistics.median(of) for key, of in speeds.items() if len(of) >= enough}
