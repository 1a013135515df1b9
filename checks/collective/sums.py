"""What an all-reduce over all ranks reaches, as nccl-tests defines it, against what it could."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checks.apart.speeds import speed
from checks.check import cluster_check
from checks.collective.node_sums import rows as rows_of
from checks.collective.node_sums import wrong_values
from checks.collective.pairs import measured
from checks.errors import FactError
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.nccl_tests import NcclTests
from checks.facts.pairs import Pairs
from checks.facts.rdma import Rdma
from checks.facts.rendezvous import Rendezvous, Sum
from checks.model import Fix, Severity, Verdict, ok, skip, warn
from checks.nccl_output import used
from checks.profiles import Profile, profile
from checks.rendezvous import training_interface
from checks.transport import allowed_ports

SHARE = {"gloo": 1 / 10, "Socket": 1 / 10, "": 1 / 5}
"""Of the line rate. Adapters give more than a half where all is well; sockets and gloo live by the
processor, and a busy one holds them up."""
MOST_GBIT = {"gloo": 1.0, "Socket": 10.0}
"""More is not expected there, whatever the line."""
OF_PROFILE = 1 / 2
MIB, GB = 2**20, 1e9


@cluster_check(
    "collective.bus-bandwidth-is-in-line",
    *(Rendezvous, Rdma, Environment, Interfaces, Names, NcclTests),
    severity=Severity.WARN,
)
def bus_bandwidth_is_in_line(cluster: ClusterView) -> Verdict:
    """An all-reduce over all ranks reaches a fair share of what the network could carry.

    It is what every step of training waits for. Links may be good two by two, and the whole still
    be slow: a shared uplink, adapters far from their GPUs, a wrong algorithm.
    """
    nodes = [one for one in cluster.reached if _met(one)]
    seen = cluster.head.read(NcclTests) if cluster.head.has(NcclTests) else NcclTests()
    if seen.by and seen.out:
        return _of_nccl_tests(cluster, nodes, seen)
    if len(nodes) < len(("one", "another")):
        return skip("ranks of fewer than two nodes met")
    met = nodes[0].read(Rendezvous)
    sums = met.ranks[0].said.sums
    if any(node.read(Rendezvous).failed for node in nodes) or not sums:
        return skip("not all ranks met; see collective.ranks-meet")
    best = max(sums, key=lambda one: busbw(one, met.world))
    told = _told(best.size, met.world, busbw(best, met.world))
    rows = table(sums, met.world)
    return _held(cluster, nodes, busbw(best, met.world) * 8, told, table=rows, apart=seen.apart)


def _of_nccl_tests(cluster: ClusterView, nodes: list[NodeView], seen: NcclTests) -> Verdict:
    """All ranks as one in all_reduce_perf; wrong values of it block."""
    perf = seen.perf
    if perf.wrong:
        return wrong_values(perf, f"{seen.ranks} ranks on all nodes", cluster.head)
    if perf.best is None:
        return skip("all_reduce_perf told of no size")
    told = (
        f"{_told(perf.best.size, seen.ranks, perf.best.busbw)} by all_reduce_perf under {seen.by}"
    )
    return _held(cluster, nodes, perf.best.busbw * 8, told, table=rows_of(perf))


def _told(size: int, ranks: int, reached: float) -> str:
    return (
        f"all-reduce of {size / MIB:.3g} MiB over {ranks} ranks: bus bandwidth "
        f"{reached:.3g} GB/s ({speed(reached * 8)})"
    )


def _held(
    cluster: ClusterView, nodes: list[NodeView], reached: float, told: str, **evidence: Any
) -> Verdict:
    """Gbit/s against what is asked at least, where anything says how fast a line is."""
    found = _expected(cluster, nodes) if len(nodes) > 1 else None
    if found is None:
        return ok(f"{told}; no link says how fast it is", **evidence)
    least, why = found
    if reached >= least:
        return ok(told, **evidence)
    note = (
        "NCCL_DEBUG=INFO shows rings and ways; topology, shared uplinks, processors that are busy"
    )
    message = f"{told}; expected {speed(least)} at least: {why}"
    return warn("slow", message, Fix("", "", note), **evidence)


def algbw(one: Sum) -> float:
    """Algorithm bandwidth in GB/s, as nccl-tests has it: size over time."""
    return one.size / one.seconds / GB if one.seconds else 0.0


def busbw(one: Sum, ranks: int) -> float:
    """Bus bandwidth of an all-reduce in GB/s: what each link carries, however many the ranks."""
    return algbw(one) * 2 * (ranks - 1) / ranks


def table(sums: tuple[Sum, ...], ranks: int) -> list[dict[str, float]]:
    """The columns of all_reduce_perf that say something: size in B, time in µs, GB/s."""
    return [
        {
            "size": one.size,
            "time": round(one.seconds * 1e6, 1),
            "algbw": round(algbw(one), 4),
            "busbw": round(busbw(one, ranks), 4),
        }
        for one in sums
    ]


def _met(node: NodeView) -> bool:
    return node.has(Rendezvous) and bool(node.read(Rendezvous).ranks)


def _expected(cluster: ClusterView, nodes: list[NodeView]) -> tuple[float, str] | None:
    """Gbit/s that are asked at least, and why; None where nobody says how fast a line is."""
    backend = nodes[0].read(Rendezvous).backend
    over = backend if backend == "gloo" else used(nodes[0].read(Rendezvous).ranks[0].kept).network
    if over not in MOST_GBIT:
        return _of_adapters(nodes)
    lines = list(_lines(nodes))
    if not lines:
        return None
    line = min(lines)
    could = min(line, MOST_GBIT[over], *_between(cluster))
    share = SHARE[over]
    return could * share, f"{share:.0%} of {speed(could)}, on lines of {speed(line)}"


def _lines(nodes: list[NodeView]) -> Iterator[float]:
    """Gbit/s of each training interface that tells it."""
    for node in nodes:
        try:
            said = training_interface(node).speed_mbps
        except FactError:
            continue
        if said and said > 0:
            yield said / 1000


def _between(cluster: ClusterView) -> Iterator[float]:
    """What TCP reached between the slowest two, where that was measured: told by its own checks."""
    if any(node.has(Pairs) for node in cluster.reached):
        yield from (one.gbit_s for one in measured(cluster).values())


def _of_adapters(nodes: list[NodeView]) -> tuple[float, str] | None:
    """By the node whose adapters in use are slowest in sum, and its profile."""
    rates = {node.name: _adapters_gbit_s(node) for node in nodes}
    slowest = min(nodes, key=lambda node: rates[node.name])
    line = rates[slowest.name]
    if not line:
        return None
    known: Profile | None = None
    if slowest.has(Gpus):
        known = profile(slowest.read(Gpus), line)
    if known:
        least = known.busbw * 8 * OF_PROFILE
        return least, f"{OF_PROFILE:.0%} of what {known.gpu} reaches ({known.source})"
    share = SHARE[""]
    return line * share, f"{share:.0%} of {speed(line)}, the adapters of {slowest.name}"


def _adapters_gbit_s(node: NodeView) -> float:
    """The sum of the ports that its ranks named."""
    ports = allowed_ports(node)
    names = {name for rank in node.read(Rendezvous).ranks for name in used(rank.kept).adapters}
    return sum(ports[name].gbps for name in names if name in ports)
