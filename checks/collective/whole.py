"""The network as a whole: groups that are slow to one another, or all of it too slow."""

from __future__ import annotations

from collections.abc import Iterator

from checks.apart.speeds import common, fastest, speed
from checks.check import cluster_check
from checks.collective.pairs import (
    CRAWL_GBIT,
    CUT,
    NEEDS,
    distance,
    limits,
    measured,
    slowness,
)
from checks.errors import FactError
from checks.facts import ClusterView
from checks.facts.job_paths import JobPaths
from checks.facts.pairs import Table
from checks.fold import fold
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn
from checks.rendezvous import training_interface

SHARE = 1 / 5
"""Of what the interfaces say, below which the network does not give what was bought."""
MOST_GBIT = 10.0
"""More than that is not expected of TCP and a few streams, whatever the interface says."""
LONG_S = 600.0
"""People take a start for hung after ten minutes without a word."""
GB = 1e9


@cluster_check(CUT, *NEEDS, severity=Severity.WARN)
def no_group_is_slow_to_reach(cluster: ClusterView) -> Verdict:
    """No group of nodes is slow or far for all others while it is quick inside.

    Two racks over one thin uplink look healthy to each node's neighbours; a ring over all nodes
    crosses that uplink at every step.
    """
    seen = measured(cluster)
    if len({name for pair in seen for name in pair}) < 4:
        return skip("fewer than four nodes make no groups")
    for cut in (*slowness(cluster).cuts, *distance(cluster).cuts):
        pairs = cut.pairs & seen.keys()
        best = max(seen[pair].gbit_s for pair in pairs)
        least = min(seen[pair].latency_us for pair in pairs)
        message = (
            f"between {fold(cut.nodes)} and {fold(cut.others)}: {speed(best)} at most, "
            f"{least:.0f} µs there and back; {speed(common(seen))} inside"
        )
        note = "an uplink, a router or another zone between them: place the job on one side"
        return warn("slow-between-groups", message, Fix("", "", note), nodes=list(cut.nodes))
    return ok("no groups")


@cluster_check("collective.bandwidth-is-enough", *NEEDS, JobPaths, severity=Severity.WARN)
def bandwidth_is_enough(cluster: ClusterView) -> Verdict:
    """The network gives what its interfaces say, and the model is sent to all nodes in minutes.

    Where all nodes are equally slow no comparison shows it: initialisation takes 20 minutes without
    a word, and every step sends as much again.
    """
    seen = measured(cluster)
    if (quickest := fastest(seen)) is None:
        return skip("no pair of nodes was measured")
    rate, most = common(seen), seen[quickest].best_gbit_s
    expected = min((*_nominal(cluster), MOST_GBIT))
    told, evidence = f"{speed(rate)} between nodes; {_estimate(cluster, rate)}", _numbers(seen)
    note = "look for a traffic limit on all nodes, a switch at lower speed, a smaller machine type"
    if most < CRAWL_GBIT:
        return block("crawls", told, limits(cluster.head, note), **evidence)
    if most < expected * SHARE:
        message = f"only {told}; the interfaces say {_said(cluster)}"
        return warn("slow-everywhere", message, limits(cluster.head, note), **evidence)
    if _sent_s(cluster, rate) > LONG_S:
        note = "not hung: raise no time-out, wait; a network of 10 Gbit/s and more is what helps"
        return warn("long-start", told, Fix("", "", note), **evidence)
    return ok(told, **evidence)


def _nominal(cluster: ClusterView) -> Iterator[float]:
    """Gbit/s of each training interface that tells it."""
    for node in cluster.reached:
        try:
            said = training_interface(node).speed_mbps
        except FactError:
            continue
        if said and said > 0:
            yield said / 1000


def _said(cluster: ClusterView) -> str:
    found = sorted(set(_nominal(cluster)))
    return " to ".join(f"{one:g} Gbit/s" for one in dict.fromkeys((*found[:1], *found[-1:]))) or (
        f"nothing, and {MOST_GBIT:g} Gbit/s are common"
    )


def _model_bytes(cluster: ClusterView) -> int:
    """The weights that the command names, as the head has them; 0 where it names none."""
    paths = cluster.head.read(JobPaths).paths.values() if cluster.head.has(JobPaths) else ()
    return max((one.weight_bytes for one in paths), default=0)


def _sent_s(cluster: ClusterView, rate: float) -> float:
    """Seconds in which rank 0's weights pass once over a link of that rate."""
    return _model_bytes(cluster) * 8 / 1e9 / rate if rate else 0.0


def _estimate(cluster: ClusterView, rate: float) -> str:
    size = _model_bytes(cluster)
    if not size:
        return (
            f"each GB of weights takes {_lasts(8 / rate)} at the start" if rate else "nothing came"
        )
    return f"the {size / GB:.1f} GB of weights take {_lasts(_sent_s(cluster, rate))} at the start"


def _lasts(seconds: float) -> str:
    if seconds < 1:
        return "less than a second"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def _numbers(seen: Table) -> dict[str, float]:
    rates = [one.gbit_s for one in seen.values()]
    return {"slowest_gbit_s": min(rates), "fastest_gbit_s": max(rates)}
