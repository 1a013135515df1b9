"""What an all-reduce over all ranks reaches, as nccl-tests defines it, against what it could."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checks.areas.collective.node_all_reduce import table_rows as rows_of
from checks.areas.collective.node_all_reduce import wrong_values_verdict
from checks.areas.collective.pairs import measured_pairs
from checks.check import cluster_check
from checks.errors import FactError
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.nccl_tests import NcclTests
from checks.facts.pairs import Pairs
from checks.facts.rdma import Rdma
from checks.facts.rendezvous import Rendezvous, SumTiming
from checks.knowledge.bandwidth_profiles import Profile, matching_profile
from checks.knowledge.nccl_output import parse_nccl_output
from checks.knowledge.nccl_transport import allowed_ports
from checks.knowledge.training_network import training_interface
from checks.model import Fix, Severity, Verdict, ok, skip, warn
from checks.units import GB, format_memory, format_speed

LEAST_SHARE = {"gloo": 1 / 10, "Socket": 1 / 10, "": 1 / 5}
"""Of the line rate. Adapters give more than a half where all is well; sockets and gloo live by the
processor, and a busy one holds them up."""
MOST_GBIT = {"gloo": 1.0, "Socket": 10.0}
"""More is not expected there, whatever the line."""
PROFILE_SHARE = 1 / 2


@cluster_check(
    "collective.bus-bandwidth-is-in-line",
    *(Rendezvous, Rdma, Environment, Interfaces, Names, NcclTests),
    severity=Severity.WARN,
    optional=(Gpus, Pairs),
)
def bus_bandwidth_is_in_line(cluster: ClusterView) -> Verdict:
    """An all-reduce over all ranks reaches a fair share of what the network can carry.

    Every step of training waits for it. Links may be good in pairs, and the whole still be slow: a
    shared uplink, adapters far from their GPUs, a wrong algorithm.

    Measured: Once all ranks [have met](#collectiveranks-meet), the same group adds up zeros: 64
    KiB, four times as much each time, to 16 MiB, on GPUs to 1 GiB, until one took a quarter of a
    second or all 0.8 s, on GPUs 3 s. The time is that of the slowest rank, the best of three. As in
    nccl-tests algorithm bandwidth is size over time, and bus bandwidth that times 2(n−1)/n; the
    finding's evidence has the table of all_reduce_perf. The best bus bandwidth is compared with a
    fifth of the ports in use on the node where their sum is slowest. Where the GPUs are eight of a
    kind for which others published figures, and the adapters are those of such a machine, the
    reference is half of that figure (`checks/knowledge/bandwidth_profiles.py`, with sources). Over
    NCCL's sockets it is a tenth of the interface's speed, of 10 Gbit/s at most; over gloo of 1
    Gbit/s at most: the processor limits these. An interface that does not report its speed is no
    reference, and what was already slow between two nodes is not reported again here.

    Where the nodes have all_reduce_perf of nccl-tests (on the PATH of training, or where
    `--nccl-tests` says) and `[start] backend` is openmpi or slurm, it measures in place of torch,
    against the same reference: mpirun or srun, as the start calls them, with one process for each
    slot, 4 MiB to 256 MiB, values checked, 60 s at most, ended on each node by `timeout`. Slurm
    needs the allocation (`SLURM_JOB_ID`) that the start needs. Where it gives no table of all ranks
    (no MPI in the build, another path on one node, interfaces of other names) each node runs it [by
    itself](#collectivenode-bandwidth-is-alike), and torch measures the whole.

    Fix:
        slow: nothing between two nodes explains it. Check how NCCL builds its rings, whether
            uplinks are shared, whether the processors are busy.
        wrong-values: sums came out wrong; blocks.
    """
    nodes = [node for node in cluster.reached if _has_ranks(node)]
    tests = cluster.head.read(NcclTests) if cluster.head.has(NcclTests) else NcclTests()
    if tests.by and tests.out:
        return _judge_nccl_tests(cluster, nodes, tests)
    if len(nodes) < len(("one", "another")):
        return skip("ranks of fewer than two nodes met")
    met = nodes[0].read(Rendezvous)
    sums = met.ranks[0].said.sums
    if any(node.read(Rendezvous).failed for node in nodes) or not sums:
        return skip("not all ranks met; see collective.ranks-meet")
    best = max(sums, key=lambda timing: bus_bandwidth(timing, met.world))
    description = _describe_sum(best.size, met.world, bus_bandwidth(best, met.world))
    rows = sums_table(sums, met.world)
    return _compare_bandwidth(
        cluster,
        nodes,
        bus_bandwidth(best, met.world) * 8,
        description,
        table=rows,
        apart=tests.apart,
    )


def _judge_nccl_tests(cluster: ClusterView, nodes: list[NodeView], tests: NcclTests) -> Verdict:
    """All ranks as one in all_reduce_perf; wrong values of it block."""
    perf = tests.perf_table
    if perf.wrong:
        return wrong_values_verdict(perf, f"{tests.ranks} ranks on all nodes", cluster.head)
    if perf.best is None:
        return skip("all_reduce_perf reported no size")
    description = (
        f"{_describe_sum(perf.best.size, tests.ranks, perf.best.busbw)} by all_reduce_perf "
        f"under {tests.by}"
    )
    return _compare_bandwidth(cluster, nodes, perf.best.busbw * 8, description, table=rows_of(perf))


def _describe_sum(size: int, ranks: int, reached: float) -> str:
    return (
        f"all-reduce of {format_memory(size)} over {ranks} ranks: bus bandwidth "
        f"{reached:.3g} GB/s ({format_speed(reached * 8)})"
    )


def _compare_bandwidth(
    cluster: ClusterView, nodes: list[NodeView], reached: float, description: str, **evidence: Any
) -> Verdict:
    """Gbit/s against what is asked at least, where anything says how fast a line is."""
    expected = _expected_bandwidth(cluster, nodes) if len(nodes) > 1 else None
    if expected is None:
        return ok(f"{description}; no link reports its speed", **evidence)
    least, reason = expected
    if reached >= least:
        return ok(description, **evidence)
    note = (
        "NCCL_DEBUG=INFO shows rings and paths; look at topology, shared uplinks and "
        "busy processors"
    )
    message = f"{description}; expected {format_speed(least)} at least: {reason}"
    return warn("slow", message, Fix("", "", note), **evidence)


def algorithm_bandwidth(timing: SumTiming) -> float:
    """Algorithm bandwidth in GB/s, as nccl-tests has it: size over time."""
    return timing.size / timing.seconds / GB if timing.seconds else 0.0


def bus_bandwidth(timing: SumTiming, ranks: int) -> float:
    """Bus bandwidth of an all-reduce in GB/s: what each link carries, however many the ranks."""
    return algorithm_bandwidth(timing) * 2 * (ranks - 1) / ranks


def sums_table(sums: tuple[SumTiming, ...], ranks: int) -> list[dict[str, float]]:
    """The columns of all_reduce_perf that say something: size in B, time in µs, GB/s."""
    return [
        {
            "size": timing.size,
            "time": round(timing.seconds * 1e6, 1),
            "algbw": round(algorithm_bandwidth(timing), 4),
            "busbw": round(bus_bandwidth(timing, ranks), 4),
        }
        for timing in sums
    ]


def _has_ranks(node: NodeView) -> bool:
    return node.has(Rendezvous) and bool(node.read(Rendezvous).ranks)


def _expected_bandwidth(cluster: ClusterView, nodes: list[NodeView]) -> tuple[float, str] | None:
    """Gbit/s that are asked at least, and why; None where nobody says how fast a line is."""
    backend = nodes[0].read(Rendezvous).backend
    network = (
        backend
        if backend == "gloo"
        else parse_nccl_output(nodes[0].read(Rendezvous).ranks[0].kept).network
    )
    if network not in MOST_GBIT:
        return _expected_of_adapters(nodes)
    lines = list(_interface_rates(nodes))
    if not lines:
        return None
    line = min(lines)
    reachable = min(line, MOST_GBIT[network], *_pair_rates(cluster))
    share = LEAST_SHARE[network]
    return (
        reachable * share,
        f"{share:.0%} of {format_speed(reachable)}, on lines of {format_speed(line)}",
    )


def _interface_rates(nodes: list[NodeView]) -> Iterator[float]:
    """Gbit/s of each training interface that reports it."""
    for node in nodes:
        try:
            speed = training_interface(node).speed_mbps
        except FactError:
            continue
        if speed and speed > 0:
            yield speed / 1000


def _pair_rates(cluster: ClusterView) -> Iterator[float]:
    """What TCP reached between each two nodes, where that was measured; judged elsewhere."""
    if any(node.has(Pairs) for node in cluster.reached):
        yield from (pair.gbit_s for pair in measured_pairs(cluster).values())


def _expected_of_adapters(nodes: list[NodeView]) -> tuple[float, str] | None:
    """By the node whose adapters in use are slowest in sum, and its profile."""
    rates = {node.name: _adapters_gbit_s(node) for node in nodes}
    slowest = min(nodes, key=lambda node: rates[node.name])
    line = rates[slowest.name]
    if not line:
        return None
    profile: Profile | None = None
    if slowest.has(Gpus):
        profile = matching_profile(slowest.read(Gpus), line)
    if profile:
        least = profile.busbw * 8 * PROFILE_SHARE
        return least, f"{PROFILE_SHARE:.0%} of what {profile.gpu} reaches ({profile.source})"
    share = LEAST_SHARE[""]
    return line * share, f"{share:.0%} of {format_speed(line)}, the adapters of {slowest.name}"


def _adapters_gbit_s(node: NodeView) -> float:
    """The sum of the ports that its ranks named."""
    ports = allowed_ports(node)
    names = {
        name
        for rank in node.read(Rendezvous).ranks
        for name in parse_nccl_output(rank.kept).adapters
    }
    return sum(ports[name].gbps for name in names if name in ports)
