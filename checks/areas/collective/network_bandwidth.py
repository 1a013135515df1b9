"""The network as a whole: groups that are slow to one another, or all of it too slow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checks.areas.collective.pairs import (
    CRAWL_GBIT,
    CUT_CHECK,
    NEEDS,
    far_reasons,
    link_fix,
    measured_pairs,
    slow_reasons,
)
from checks.check import cluster_check
from checks.errors import FactError
from checks.facts import ClusterView
from checks.facts.job_paths import JobPaths
from checks.facts.pairs import SpeedTable
from checks.facts.traffic_control import TrafficControl
from checks.folded_names import fold_names
from checks.knowledge.traffic_control import limiting_shaper, removing_fix
from checks.knowledge.training_network import training_interface
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn
from checks.outliers.speed_outliers import fastest_pair, sustained_speed
from checks.units import format_duration, format_file_size, format_speed

LEAST_SHARE = 1 / 5
"""Of what the interfaces say, below which the network does not give what was bought."""
MOST_GBIT = 10.0
"""More than that is not expected of TCP and a few streams, whatever the interface says."""
LONG_START_S = 600.0
"""People take a start for hung after ten minutes without a word."""


@cluster_check(CUT_CHECK, *NEEDS, severity=Severity.WARN)
def no_group_is_slow_to_reach(cluster: ClusterView) -> Verdict:
    """No group of nodes is slow or far for all others while it is fast inside.

    Two racks over one slow uplink look healthy to each node's neighbours; a ring over all nodes
    crosses that uplink at every step.

    Measured: The pairs of [bandwidth-is-alike](#collectivebandwidth-is-alike), from four nodes on.

    Fix:
        slow-between-groups: an uplink, a router or another zone is between them. Run the job on one
            side.
    """
    pairs_measured = measured_pairs(cluster)
    if len({name for pair in pairs_measured for name in pair}) < 4:
        return skip("fewer than four nodes make no groups")
    for cut in (*slow_reasons(cluster).cuts, *far_reasons(cluster).cuts):
        pairs = cut.pairs & pairs_measured.keys()
        best = max(pairs_measured[pair].gbit_s for pair in pairs)
        least = min(pairs_measured[pair].latency_us for pair in pairs)
        message = (
            f"between {fold_names(cut.nodes)} and {fold_names(cut.others)}: {format_speed(best)} "
            f"at most, {least:.0f} µs round trip; {format_speed(sustained_speed(pairs_measured))} "
            "inside"
        )
        note = "an uplink, a router or another zone between them: place the job on one side"
        return warn("slow-between-groups", message, Fix("", "", note), nodes=list(cut.nodes))
    return ok("no groups")


@cluster_check(
    "collective.bandwidth-is-enough",
    *NEEDS,
    JobPaths,
    severity=Severity.WARN,
    optional=(TrafficControl,),
)
def bandwidth_is_enough(cluster: ClusterView) -> Verdict:
    """The network reaches the speed of its interfaces, and sends the model to all nodes within
    minutes.

    Where all nodes are equally slow no comparison shows it: initialisation takes 20 minutes without
    a message, and every step sends as much again.

    Measured: The fastest pair, alone for half a second where it was slower than 10 Gbit/s, against
    a fifth of the interfaces' reported speed, or of 10 Gbit/s where they report more or nothing.
    The time at the start is that of the weights which `exist` or the command names, the largest
    such folder as the head has it, once over such a link, assuming that rank 0 sends its own and
    each node passes them on. Where none is named, the time is given for each GB. Warns; below 10
    Mbit/s it blocks.

    Fix:
        slow-everywhere: a limit on all nodes, a switch of lower speed, a machine type with less
            network.
        long-start: over ten minutes until rank 0's weights are everywhere: the start does not hang;
            wait.
        crawls: below 10 Mbit/s.
    """
    measured = measured_pairs(cluster)
    if (quickest := fastest_pair(measured)) is None:
        return skip("no pair of nodes was measured")
    rate, most = sustained_speed(measured), measured[quickest].best_gbit_s
    expected = min((*_nominal_rates(cluster), MOST_GBIT))
    description, evidence = (
        f"{format_speed(rate)} between nodes; {_describe_send_time(cluster, rate)}",
        _speed_range(measured),
    )
    note = "look for a traffic limit on all nodes, a switch at lower speed, a smaller machine type"
    if most < CRAWL_GBIT:
        return block("crawls", description, _limit_fix(cluster, note), **evidence)
    if most < expected * LEAST_SHARE:
        message = f"only {description}; the interfaces say {_describe_nominal_rates(cluster)}"
        return warn("slow-everywhere", message, _limit_fix(cluster, note), **evidence)
    if _send_seconds(cluster, rate) > LONG_START_S:
        note = "not hung: raise no time-out, wait; a network of 10 Gbit/s and more is what helps"
        return warn("long-start", description, Fix("", "", note), **evidence)
    return ok(description, **evidence)


def _limit_fix(cluster: ClusterView, note: str) -> Fix:
    """Removes the limit of the head's, of which others may have the like; else shows it."""
    shaper = limiting_shaper(cluster.head, inbound=False, common=True)
    if shaper is None:
        return link_fix(cluster.head, note)
    fix = removing_fix(cluster.head, shaper)
    return replace(fix, note=f"so on each node that has it; {fix.note}")


def _nominal_rates(cluster: ClusterView) -> Iterator[float]:
    """Gbit/s of each training interface that reports it."""
    for node in cluster.reached:
        try:
            speed = training_interface(node).speed_mbps
        except FactError:
            continue
        if speed and speed > 0:
            yield speed / 1000


def _describe_nominal_rates(cluster: ClusterView) -> str:
    rates = sorted(set(_nominal_rates(cluster)))
    return " to ".join(f"{rate:g} Gbit/s" for rate in dict.fromkeys((*rates[:1], *rates[-1:]))) or (
        f"nothing, and {MOST_GBIT:g} Gbit/s are common"
    )


def _model_bytes(cluster: ClusterView) -> int:
    """The weights that the command names, as the head has them; 0 where it names none."""
    paths = cluster.head.read(JobPaths).paths.values() if cluster.head.has(JobPaths) else ()
    return max((path.weight_bytes for path in paths), default=0)


def _send_seconds(cluster: ClusterView, rate: float) -> float:
    """Seconds in which rank 0's weights pass once over a link of that rate."""
    return _model_bytes(cluster) * 8 / 1e9 / rate if rate else 0.0


def _describe_send_time(cluster: ClusterView, rate: float) -> str:
    size = _model_bytes(cluster)
    if not size:
        return (
            f"each GB of weights takes {format_duration(8 / rate)} at the start"
            if rate
            else "nothing came"
        )
    return (
        f"the {format_file_size(size)} of weights take "
        f"{format_duration(_send_seconds(cluster, rate))} at the start"
    )


def _speed_range(measured: SpeedTable) -> dict[str, float]:
    rates = [speed.gbit_s for speed in measured.values()]
    return {"slowest_gbit_s": min(rates), "fastest_gbit_s": max(rates)}
