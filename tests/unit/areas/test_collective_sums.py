"""What an all-reduce reached against what it could: made-up times on hand-made networks."""

from __future__ import annotations

import dataclasses

import pytest

from checks.areas.collective.all_reduce import algorithm_bandwidth, bus_bandwidth
from checks.facts.gpus import Gpu, Gpus
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.pairs import Pairs, PairSpeed
from checks.facts.rendezvous import Rendezvous, RendezvousRank, RendezvousReport, SumTiming
from checks.facts.snapshot import Snapshot
from checks.knowledge.bandwidth_profiles import matching_profile
from checks.model import Finding
from tests.support.networks import ACTIVE, LO, cluster, rdma
from tests.support.snapshots import judged, with_fact

CHECK = "collective.bus-bandwidth-is-in-line"
NAMES = ("node1", "node2", "node3")
OVER_IB = ("NCCL INFO NET/IB : Using [0]mlx5_0:1/IB ; OOB eth0:10.0.0.1<0>", "Using network IB")
OVER_SOCKETS = ("NCCL INFO Using network Socket",)


def summed(gbit_s: float, *kept: str, ranks: int = 3) -> Rendezvous:
    """A sum of 1 MiB at that bus bandwidth, and a smaller one at a tenth of it."""
    seconds = 2**20 * 8 / 1e9 * 2 * (ranks - 1) / ranks / gbit_s
    sums = (SumTiming(2**16, seconds * 10 / 16), SumTiming(2**20, seconds))
    one = RendezvousRank(0, 0, 1.0, RendezvousReport("done", sums=sums), kept)
    backend = "nccl" if kept else "gloo"
    return Rendezvous(torch="2.5", backend=backend, world=ranks, ranks=(one,))


def network(gbit_s: float, *kept: str, mbps: int | None = 10_000) -> Snapshot:
    snap = cluster()
    for number, name in enumerate(NAMES, 1):
        nic = Interface("eth0", ipv4=(f"10.0.0.{number}/24",), speed_mbps=mbps)
        with_fact(with_fact(snap, name, summed(gbit_s, *kept)), name, Interfaces((LO, nic)))
        if kept == OVER_IB:
            with_fact(snap, name, rdma("mlx5_0"))
    return snap


def finding(snap: Snapshot) -> Finding:
    return judged(snap, CHECK)[()]


def test_bandwidths_are_those_of_nccl_tests():
    """67108864 B in 812.3 µs over two ranks is 82.6 and 82.6 GB/s; over 16 it is 154.9."""
    one = SumTiming(67108864, 812.3e-6)
    assert algorithm_bandwidth(one) == pytest.approx(82.6, abs=0.05)
    assert bus_bandwidth(one, 2) == algorithm_bandwidth(one)
    assert bus_bandwidth(one, 16) == pytest.approx(154.9, abs=0.1)


def test_a_fair_share_holds_and_the_table_is_told():
    found = finding(network(60.0, *OVER_IB))
    assert found.outcome.value == "pass"
    assert found.message.startswith("all-reduce of 1 MiB over 3 ranks: bus bandwidth 7.5 GB/s")
    assert [set(row) for row in found.evidence["table"]] == [{"size", "time", "algbw", "busbw"}] * 2


@pytest.mark.parametrize(
    ("gbit_s", "kept", "cause"),
    [
        (19.0, OVER_IB, "slow"),
        (21.0, OVER_IB, ""),
        (0.9, OVER_SOCKETS, "slow"),
        (1.1, OVER_SOCKETS, ""),
        (0.09, (), "slow"),
        (0.11, (), ""),
    ],
)
def test_the_share_that_is_asked_depends_on_what_carries_it(
    gbit_s: float, kept: tuple[str, ...], cause: str
):
    found = finding(network(gbit_s, *kept))
    assert found.cause == cause
    assert not found.stops


def test_a_line_that_tells_no_speed_is_no_yardstick():
    for unknown in (None, -1):
        found = finding(network(0.001, mbps=unknown))
        assert found.outcome.value == "pass"
        assert "no link reports its speed" in found.message


def test_what_is_slow_between_two_nodes_is_not_told_again():
    snap = network(0.09)
    with_fact(snap, "node1", Pairs({"node2": PairSpeed(0.05, 0.06, 100.0, 2)}))
    assert finding(snap).outcome.value == "pass"


def test_where_the_ranks_did_not_meet_nothing_is_said():
    snap = network(60.0, *OVER_IB)
    failed = Rendezvous(
        torch="2.5", world=3, ranks=(RendezvousRank(2, 1, 9.0, RendezvousReport("group")),)
    )
    assert finding(with_fact(snap, "node3", failed)).outcome.value == "skip"


def eight(name: str) -> Gpus:
    return Gpus(("NVIDIA",), tuple(Gpu(n, name, str(n), None, "550") for n in range(8)))


def test_a_machine_of_a_kind_is_held_to_half_of_what_others_reached():
    names = [f"mlx5_{number}" for number in range(8)]
    port = dataclasses.replace(ACTIVE, rate="400 Gb/sec (4X NDR)")
    using = " ".join(f"[{at}]{name}:1/IB" for at, name in enumerate(names))
    kept = (f"NCCL INFO NET/IB : Using {using} ; OOB eth0:1<0>", "Using network IB")
    for gbit_s, cause in ((1500.0, "slow"), (2000.0, "")):
        snap = network(gbit_s, *kept)
        for name in NAMES:
            with_fact(snap, name, rdma(*names, **dict.fromkeys(names, port)))
            with_fact(snap, name, eight("NVIDIA H100 80GB HBM3"))
        assert finding(snap).cause == cause
        assert not cause or "oci-hpc" in finding(snap).message


def test_a_profile_needs_the_whole_machine():
    assert matching_profile(eight("NVIDIA H100 80GB HBM3"), 3200.0) is not None
    assert matching_profile(eight("NVIDIA H100 80GB HBM3"), 400.0) is None
    assert matching_profile(eight("NVIDIA H100 PCIe"), 3200.0) is None
    assert matching_profile(Gpus(("NVIDIA",), eight("NVIDIA H200").gpus[:4]), 3200.0) is None
