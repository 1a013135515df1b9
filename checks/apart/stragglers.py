"""Which accelerators are slower than those like them: the cluster is its own yardstick. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence

from checks.facts.compute import Compute, Measured

ENOUGH = 3
"""Accelerators of one kind from which on there is a median to hold one against."""
RATIOS: Mapping[str, Mapping[str, float]] = {
    "cuda": {"fp32": 1.25, "bf16": 1.25, "memory": 1.25, "to-device": 2.0, "from-device": 2.0},
    "cpu": {"fp32": 2.0},
}
"""How many times slower counts. GPUs of one model are within a few per cent; the way from the host
depends on where it lies. Processors are shared, and their memory with everything on the node."""

Key = tuple[str, int]
"""Node and slot."""
Slow = Mapping[str, tuple[float, float]]
"""(own speed, median) by kind of measurement."""


def stragglers(found: Mapping[str, Compute], *, alone: bool = False) -> dict[Key, Slow]:
    """The accelerators beyond the threshold in some kind, in the first round or the one `alone`."""
    medians = _medians(found, alone=alone)
    slow: dict[Key, Slow] = {}
    for key, kind, one in _each(found, alone=alone):
        limits = RATIOS[one.said.kind]
        behind = {
            name: (speed, medians[kind, name])
            for name, speed in one.said.speeds.items()
            if (kind, name) in medians and speed * limits.get(name, math.inf) < medians[kind, name]
        }
        if behind:
            slow[key] = behind
    return slow


def proven(found: Mapping[str, Compute]) -> dict[Key, Slow]:
    """The accelerators that were too slow in both rounds, with what the second one showed.

    One that did not even end the second round has what the first one showed.
    """
    first, again = stragglers(found), stragglers(found, alone=True)
    hung = {(name, slot) for name, slot in first if _hung(found[name].alone[slot:])}
    return {key: again.get(key, slow) for key, slow in first.items() if key in {*again, *hung}}


def _hung(alone: Sequence[Measured]) -> bool:
    return bool(alone) and alone[0].hung


def yardsticks(found: Mapping[str, Compute]) -> dict[str, str]:
    """By model the node of the middle one of those that are not behind: it shows what is right."""
    behind = {name for name, _ in stragglers(found)}
    speeds: dict[str, list[tuple[float, str]]] = {}
    for (name, _), model, one in _each(found, alone=False):
        if name not in behind:
            speeds.setdefault(model, []).append((sum(one.said.speeds.values()), name))
    return {model: sorted(ones)[(len(ones) - 1) // 2][1] for model, ones in speeds.items()}


def _each(found: Mapping[str, Compute], *, alone: bool) -> Iterator[tuple[Key, str, Measured]]:
    """Every accelerator that was measured in that round, and what it is."""
    for node, seen in found.items():
        for slot, one in enumerate(seen.alone if alone else seen.first):
            if one.done:
                yield (node, slot), one.said.name, one


def _medians(found: Mapping[str, Compute], *, alone: bool) -> dict[tuple[str, str], float]:
    """The median by device and kind of measurement, where enough are alike.

    Of the round `alone` it is the yardstick's own speed: only that and the suspects had one.
    """
    speeds: dict[tuple[str, str], list[float]] = {}
    good = yardsticks(found) if alone else {}
    for (node, _), kind, one in _each(found, alone=alone):
        if not alone or node == good.get(kind):
            for name, speed in one.said.speeds.items():
                speeds.setdefault((kind, name), []).append(speed)
    enough = 1 if alone else ENOUGH
    return {
        key: statistics.median(values) for key, values in speeds.items() if len(values) >= enough
    }
