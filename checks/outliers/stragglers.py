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
depends on where it lies. Processors are shared, and their memory with everything on the node."""

DeviceSlot = tuple[str, int]
"""Node and slot."""
SlowSpeeds = Mapping[str, tuple[float, float]]
"""(own speed, median) by kind of measurement."""


def find_stragglers(
    found: Mapping[str, Compute], *, alone: bool = False
) -> dict[DeviceSlot, SlowSpeeds]:
    """The accelerators beyond the threshold in some kind, in the first round or the one `alone`."""
    medians = _median_speeds(found, alone=alone)
    slow: dict[DeviceSlot, SlowSpeeds] = {}
    for key, kind, one in _completed_measurements(found, alone=alone):
        limits = SLOWDOWN_LIMITS[one.said.kind]
        behind = {
            name: (speed, medians[kind, name])
            for name, speed in one.said.speeds.items()
            if (kind, name) in medians and speed * limits.get(name, math.inf) < medians[kind, name]
        }
        if behind:
            slow[key] = behind
    return slow


def confirmed_stragglers(found: Mapping[str, Compute]) -> dict[DeviceSlot, SlowSpeeds]:
    """The accelerators that were too slow in both rounds, with what the second one showed.

    One that did not even end the second round has what the first one showed.
    """
    first, again = find_stragglers(found), find_stragglers(found, alone=True)
    hung = {(name, slot) for name, slot in first if _first_hung(found[name].alone[slot:])}
    return {key: again.get(key, slow) for key, slow in first.items() if key in {*again, *hung}}


def _first_hung(alone: Sequence[DeviceMeasurement]) -> bool:
    return bool(alone) and alone[0].hung


def reference_nodes(found: Mapping[str, Compute]) -> dict[str, str]:
    """By model the node of the middle one of those that are not behind: it shows what is right."""
    behind = {name for name, _ in find_stragglers(found)}
    speeds: dict[str, list[tuple[float, str]]] = {}
    for (name, _), model, one in _completed_measurements(found, alone=False):
        if name not in behind:
            speeds.setdefault(model, []).append((sum(one.said.speeds.values()), name))
    return {model: sorted(ones)[(len(ones) - 1) // 2][1] for model, ones in speeds.items()}


def _completed_measurements(
    found: Mapping[str, Compute], *, alone: bool
) -> Iterator[tuple[DeviceSlot, str, DeviceMeasurement]]:
    """Every accelerator that was measured in that round, and what it is."""
    for node, seen in found.items():
        for slot, one in enumerate(seen.alone if alone else seen.first):
            if one.done:
                yield (node, slot), one.said.name, one


def _median_speeds(found: Mapping[str, Compute], *, alone: bool) -> dict[tuple[str, str], float]:
    """The median by device and kind of measurement, where enough are alike.

    Of the round `alone` it is the yardstick's own speed: only that and the suspects had one.
    """
    speeds: dict[tuple[str, str], list[float]] = {}
    good = reference_nodes(found) if alone else {}
    for (node, _), kind, one in _completed_measurements(found, alone=alone):
        if not alone or node == good.get(kind):
            for name, speed in one.said.speeds.items():
                speeds.setdefault((kind, name), []).append(speed)
    enough = 1 if alone else MIN_COMPARABLE
    return {key: statistics.median(of) for key, of in speeds.items() if len(of) >= enough}
