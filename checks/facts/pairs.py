"""How fast each node sends to each other one, and how far away it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.facts.view import ClusterView
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class PairSpeed:
    """One direction between two nodes, the best of `times` measurements.

    `gbit_s` is what arrived in the whole time; `best_gbit_s` in its best 25 ms, which says what the
    link can where the processor was busy. `latency_us` is the least round trip of one byte.
    """

    gbit_s: float
    best_gbit_s: float
    latency_us: float
    times: int = 1


@dataclass(frozen=True)
class Pairs(Fact):
    """What one node measured as the sender, by target.

    `failed` has why nothing was measured; `left_out` why it was not tried.
    """

    section: ClassVar[str] = "pairs"
    inputs: ClassVar[tuple[str, ...]] = ("env", "master_port", "python", "workdir")
    heavy: ClassVar[bool] = True
    measured: Mapping[str, PairSpeed] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


SpeedTable = Mapping[tuple[str, str], PairSpeed]


def speed_table(cluster: ClusterView) -> SpeedTable:
    """All that was measured, by (source, target), in hosts.txt order."""
    return dict(_measured_pairs(cluster))


def _measured_pairs(cluster: ClusterView) -> Iterator[tuple[tuple[str, str], PairSpeed]]:
    for node in cluster.nodes:
        found = node.read(Pairs).measured if node.has(Pairs) else {}
        yield from (((node.name, name), found[name]) for name in cluster.job.names if name in found)
