"""Each node and each pair against the others: who sends slowly, who receives slowly, who is far."""

from __future__ import annotations

from collections.abc import Collection

from checks.areas.collective.connection_limits import limiting_filter, unlimited_fix
from checks.areas.collective.packet_loss import LOSS_CHECK, lossy_ways
from checks.areas.network.loopback import small_buffer
from checks.areas.ports.settings import ephemeral_range_is_wide_enough
from checks.check import Over, node_check, pair_check
from checks.errors import FactError
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.firewall import Firewall
from checks.facts.gpus import Gpus
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.pairs import Pairs, SpeedTable, speed_table
from checks.facts.ports import DialResults, PortSettings
from checks.facts.surroundings import Surroundings
from checks.facts.traffic_control import Shaper, TrafficControl
from checks.facts.view_cache import cached_per_view
from checks.folded_names import fold_names
from checks.knowledge.traffic_control import delaying_shaper, limiting_shaper, removing_fix
from checks.knowledge.training_network import training_interface
from checks.model import Fix, Severity, Verdict, block, ok, skip, unknown, warn
from checks.outliers.pair_matrix import Pair
from checks.outliers.speed_outliers import (
    Explanation,
    distant_pairs,
    explain_bad_pairs,
    reference_latency,
    slow_pairs,
    sustained_speed,
)
from checks.units import format_speed

CRAWL_GBIT = 0.01
"""Below, one step of the smallest model takes minutes and would be taken for a hang."""
NEEDS = (Pairs, DialResults, PortSettings, Interfaces, Names, Environment)
LEAST_NODES = 3
"""Of two nodes nobody can say which is the slow one."""
BANDWIDTH_CHECK, LINK_CHECK, CUT_CHECK = (
    "collective.bandwidth-is-alike",
    "collective.links-are-alike",
    "collective.no-group-is-slow-to-reach",
)


@cached_per_view
def measured_pairs(cluster: ClusterView) -> SpeedTable:
    """The table of all pairs, made once for all claims about the cluster."""
    return speed_table(cluster)


@cached_per_view
def slow_reasons(cluster: ClusterView) -> Explanation:
    """What explains the slow pairs, leaving out those that are far or lose packets."""
    measured = measured_pairs(cluster)
    slow = slow_pairs(measured) - distant_pairs(measured) - lossy_ways(cluster)
    return explain_bad_pairs(measured, slow)


@cached_per_view
def far_reasons(cluster: ClusterView) -> Explanation:
    """What explains the far pairs."""
    measured = measured_pairs(cluster)
    return explain_bad_pairs(measured, distant_pairs(measured))


@node_check(
    BANDWIDTH_CHECK, *NEEDS, severity=Severity.WARN, optional=(TrafficControl, Surroundings)
)
def bandwidth_is_alike(node: NodeView) -> Verdict:
    """No node sends or receives at less than a third of the others' speed.

    Every collective runs at the speed of its slowest member. A port that fell back to 1 Gbit/s, a
    bad cable or a forgotten traffic limit on one node makes every step of all nodes as slow.

    Measured: Nodes send to one another in pairs, in rounds in which no node is in two pairs: n−1
    rounds, both ways one after the other, 0.35 s each; above 64 nodes a sample of log₂ n + 4
    rounds, in each of which every node is. Four TCP streams to the training address, plain Python
    on both ends, counted by the receiver after the first 0.1 s. The best 25 ms of each pair, which
    a busy core affects least, are compared with what the fastest quarter of the pairs reaches. Slow
    pairs are measured twice more for 0.5 s, when everything else is quiet, and the best result
    counts. A node is named when four fifths of its pairs in that direction stay slow, and its pairs
    are then not reported one by one. Two nodes cannot be compared. Warns; below 10 Mbit/s it
    blocks. On a terminal the matrix is drawn as it grows, up to 32 nodes; `--html` includes it with
    its numbers, `--csv` writes them.

    Fix: Gives back the buffers of `tcp_rmem` or `tcp_wmem` where they are small, which is reported
    [there](network.md#networkkernel-settings-leave-room) unless it crawls; or removes the traffic
    limit (`tc`) of that node and way, where it has one that most nodes do not have; else shows
    traffic limits, errors and drops of the interface.
        slow-out: it sends slowly: a limit (tbf, htb) on its interface, or its cable or port.
        slow-in: it receives slowly: policing, drops, or its cable or port.
        slow: both: most often a link that was negotiated lower.
        crawls: below 10 Mbit/s: training would look like a hang.
    """
    measured, reasons = measured_pairs(node.cluster), slow_reasons(node.cluster)
    node.read(Pairs)
    own_pairs = {pair: speed for pair, speed in measured.items() if node.name in pair}
    if not own_pairs or len({name for pair in measured for name in pair}) < LEAST_NODES:
        return skip("fewer than three nodes could be compared")
    ends = reasons.of(node.name)
    if not ends:
        return ok(_describe_speeds(node.name, own_pairs), **_best_speeds(node.name, own_pairs))
    bad = {pair for at in ends for pair in own_pairs if pair[at] == node.name}
    best = max(own_pairs[pair].gbit_s for pair in bad)
    way = " and ".join(("sends", "receives")[at] for at in ends)
    message = (
        f"{node.name} {way} at {format_speed(best)} at most, with each of "
        f"{fold_names(_peer_names(node.name, bad))}; others reach "
        f"{format_speed(sustained_speed(measured))}"
    )
    if best < CRAWL_GBIT:
        verdict, cause = block, "crawls"
    else:
        verdict, cause = warn, "slow" if len(ends) > 1 else ("slow-out", "slow-in")[ends[0]]
    small = next(filter(None, (small_buffer(node, inbound=bool(at)) for at in ends)), None)
    if small and verdict is warn:
        return skip(f"{small[0]}; see network.kernel-settings-leave-room")
    limits = (limiting_shaper(node, inbound=bool(at)) for at in ends)
    message, fix = _with_shaper(node, message, next(filter(None, limits), None))
    message, fix = (f"{message}: {small[0]}", small[1]) if small else (message, fix)
    return verdict(cause, message, fix, **_best_speeds(node.name, own_pairs))


@node_check(
    "collective.latency-is-alike", *NEEDS, severity=Severity.WARN, optional=(TrafficControl,)
)
def latency_is_alike(node: NodeView) -> Verdict:
    """No node's latency to all others is much higher than theirs to one another.

    Small messages wait for the round trip, and a stream over a long path speeds up slowly: one node
    in another building or zone, or behind a detour, delays all.

    Measured: The minimum of 20 to 100 round trips of one byte in each pair of
    [bandwidth-is-alike](#collectivebandwidth-is-alike). A pair is far at five times what the
    nearest quarter of the pairs needs, plus half a millisecond. The speed of a far pair is not
    judged as well.

    Fix:
        far: removes what traffic control was told to hold back (netem, a redirection); else place
            the node near the others, or look for the detour in `ip route`.
    """
    measured = measured_pairs(node.cluster)
    node.read(Pairs)
    latencies = [speed.latency_us for pair, speed in measured.items() if node.name in pair]
    if not latencies or len({name for pair in measured for name in pair}) < LEAST_NODES:
        return skip("fewer than three nodes could be compared")
    description = f"{min(latencies):.0f} to {max(latencies):.0f} µs round trip"
    if not far_reasons(node.cluster).of(node.name):
        return ok(description)
    message = (
        f"{node.name} is {min(latencies) / 1000:.1f} ms or more from every other node "
        f"(round trip); others are {reference_latency(measured) / 1000:.2f} ms from one another"
    )
    message, fix = _with_shaper(node, message, delaying_shaper(node))
    return warn("far", message, fix, latency_us=min(latencies))


@pair_check(
    LINK_CHECK,
    *NEEDS,
    over=Over.OTHER_PAIRS,
    severity=Severity.WARN,
    optional=(Gpus, Firewall, Surroundings, TrafficControl),
    reads=("include", "exclude"),
)
def links_are_alike(source: NodeView, target: NodeView) -> Verdict:
    """No two nodes are much slower with each other than either is with the rest.

    Such a pair points to what is between the two: a member of a bond, an uplink, a route. A ring
    that passes there is as slow, whatever the nodes themselves can do.

    Measured: The pairs of [bandwidth-is-alike](#collectivebandwidth-is-alike): slow or far three
    times, and not explained by either node or by a group. Pairs that cannot communicate at all are
    left to `ports` and `network`. Warns; below 10 Mbit/s it blocks.

    Fix:
        connections-limited: single connections pass, several at once do not, and a packet filter
            of the two counts them. Lets those of the nodes through.
        slow-pair: removes a limit of the sender's, else shows what there is; then look at switch
            ports, bond members and routes between the two.
        crawls: the same, below 10 Mbit/s.
    """
    pair, fact = (source.name, target.name), source.read(Pairs)
    target.read(Pairs)
    if reason := fact.left_out.get(target.name):
        return skip(f"they cannot reach each other; see {reason}")
    if pair in lossy_ways(source.cluster):
        return skip(f"packets are lost between them; see {LOSS_CHECK}")
    if reason := fact.failed.get(target.name):
        if narrow := _node_without_ports(source.cluster):
            return skip(f"{narrow} has no port left; see ports.ephemeral-range-is-wide-enough")
        unmeasured = f"nothing could be measured from {source.name} to {target.name}: {reason}"
        return _judge_limited_pair(source, target, reason) or unknown(unmeasured)
    speed = fact.measured.get(target.name)
    if speed is None:
        return skip("not among the sampled pairs; every node is in each round")
    if check := _explaining_check(source.cluster, pair):
        return skip(f"{format_speed(speed.gbit_s)}; see {check}")
    if pair in slow_reasons(source.cluster).once:
        return skip(
            f"{format_speed(speed.gbit_s)}, once; too many others were slow to measure it again"
        )
    description = f"{format_speed(speed.gbit_s)}, {speed.latency_us:.0f} µs round trip"
    if pair not in slow_reasons(source.cluster).pairs | far_reasons(source.cluster).pairs:
        return ok(description, gbit_s=speed.gbit_s, latency_us=speed.latency_us)
    usual = format_speed(sustained_speed(measured_pairs(source.cluster)))
    message = (
        f"{source.name} to {target.name}: {format_speed(speed.gbit_s)} at most, "
        f"{speed.latency_us:.0f} µs round trip; others reach {usual}, and each of the two with "
        "others"
    )
    note = "then the way between the two: switch ports, bond members, routes"
    message, fix = _with_shaper(source, message, limiting_shaper(source, inbound=False), note)
    if speed.gbit_s < CRAWL_GBIT:
        return block("crawls", message, fix, gbit_s=speed.gbit_s, latency_us=speed.latency_us)
    return warn("slow-pair", message, fix, gbit_s=speed.gbit_s, latency_us=speed.latency_us)


def _judge_limited_pair(source: NodeView, target: NodeView, reason: str) -> Verdict | None:
    settings = target.read(PortSettings) if target.has(PortSettings) else None
    by = limiting_filter(source, target, settings.low) if settings else None
    if not settings or not by:
        return None
    message = (
        f"several connections at once from {source.name} to {target.name} do not get through "
        f"({reason}), by {by}; single ones do. Ranks open several to each other"
    )
    fix = unlimited_fix(by, (settings.low, settings.high))
    return warn("connections-limited", message, fix, filter=str(by))


def _node_without_ports(cluster: ClusterView) -> str:
    """A node whose kernel has too few ports: its calls fail, and so do those in its rounds."""
    answered = cluster.nodes_with(PortSettings)
    return next(
        (node.name for node in answered if ephemeral_range_is_wide_enough.judge(node).cause), ""
    )


def _explaining_check(cluster: ClusterView, pair: Pair) -> str:
    """The check that names what makes this pair slow or far; or why nothing can be said."""
    for reasons, check in (
        (slow_reasons(cluster), BANDWIDTH_CHECK),
        (far_reasons(cluster), "collective.latency-is-alike"),
    ):
        if {(pair[0], 0), (pair[1], 1)} & reasons.ends.keys():
            return check
        if pair in reasons.cut:
            return CUT_CHECK
    return ""


def link_fix(node: NodeView, then: str = "") -> Fix:
    """What shows a traffic limit and a bad cable on a node."""
    try:
        name = training_interface(node).name
    except FactError:
        return node.fix("", "look at the interface that training uses")
    note = (
        then or "a tbf or htb there is a limit, errors and drops are a cable; then the switch port"
    )
    return node.fix(f"tc -s qdisc show dev {name}; ip -s link show dev {name}", note)


def _with_shaper(
    node: NodeView, message: str, shaper: Shaper | None, note: str = ""
) -> tuple[str, Fix]:
    """The message with what the kernel was told to do there, and its removal; else a search."""
    if shaper is None:
        return message, link_fix(node, note)
    return f"{message}. {node.name} was told to: {shaper}", removing_fix(node, shaper)


def _peer_names(name: str, pairs: Collection[Pair]) -> list[str]:
    return sorted({end for pair in pairs for end in pair} - {name})


def _describe_speeds(name: str, own_pairs: SpeedTable) -> str:
    best = _best_speeds(name, own_pairs)
    return (
        f"sends {format_speed(best['sends_gbit_s'])}, receives "
        f"{format_speed(best['receives_gbit_s'])}"
    )


def _best_speeds(name: str, own_pairs: SpeedTable) -> dict[str, float]:
    """The best of each way."""
    words = ("sends_gbit_s", "receives_gbit_s")
    return {
        words[at]: max(
            (speed.gbit_s for pair, speed in own_pairs.items() if pair[at] == name), default=0.0
        )
        for at in (0, 1)
    }
