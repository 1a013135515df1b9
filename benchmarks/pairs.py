"""Speed between nodes: the probe's streams against iperf3, and the matrix against it pair by pair.

Both measure the same link in the same minutes, in turns. A stage of the preflight takes rounds of
pairs side by side; iperf3, typed by hand, takes one pair after the other.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence

from benchmarks.place import Place, place
from benchmarks.timing import middle, verdict
from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.errors import UsageError
from checks.facts import ClusterView, Snapshot
from checks.facts.pairs import Pairs, speed_table
from checks.job.build import build_job
from checks.node.probe.pair_send import STREAMS
from checks.outliers.pairing import pair_rounds
from checks.run import examine
from launcher.lab.node import LabNode

RATES = {
    "1 Gbit/s": "rate 1gbit burst 512kb",
    "5 Gbit/s": "rate 5gbit burst 2mb",
    "10 Gbit/s": "rate 10gbit burst 4mb",
}
ROUNDS = 5
AIM = 0.10
"""The share by which the probe may differ from iperf3, up to 10 Gbit/s."""
SIZES = (2, 4, 8)
OMIT_S, LINK_S, IPERF_S = 1, 2, 1
"""What iperf3 leaves out and measures on one link; and on each of many, the least it can."""
START_S = 0.5
PID = "/run/iperf3.pid"
CHECKS = [check for check in CATALOGUE.values() if Pairs in check.needs]


def main() -> None:
    """The speeds of one link at each rate, then the seconds of whole matrices."""
    if not shutil.which("iperf3"):
        raise UsageError("iperf3 is not installed: apt-get install iperf3")
    print(f"{len(os.sched_getaffinity(0))} cores, load before: {os.getloadavg()[0]:.1f}")
    print(f"\nGbit/s of one direction, {STREAMS} streams each, medians of {ROUNDS}")
    scheduled(os.SCHED_RR)
    with place(2) as here:
        for label, rate in RATES.items():
            speeds(here, label, rate)
    scheduled(os.SCHED_OTHER)
    with place(2) as here:
        speeds(here, "no limit", "")
    print("\nall ordered pairs of a lab")
    for nodes in SIZES:
        with place(nodes) as here:
            matrices(here)


def scheduled(policy: int) -> None:
    """Labs that come up from here are scheduled so, where that is allowed: SCHED_RR goes first.

    What else runs on the machine holds up four threads and one process by different shares.
    """
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, policy, os.sched_param(int(policy == os.SCHED_RR)))


def speeds(here: Place, label: str, rate: str) -> None:
    """Probe and iperf3 in turns on a link of that rate, as ratios of neighbours."""
    source, target = here.lab.nodes
    limited(source, rate)
    with serving([target]):
        found = [(probed(here), iperf(source, target, OMIT_S, LINK_S)) for _ in range(ROUNDS)]
    ours, theirs = (middle(values) for values in zip(*found, strict=True))
    ratio = middle(own_s / bare_s for own_s, bare_s in found)
    judged = verdict(abs(ratio - 1), AIM) if rate else "no aim"
    print(f"  {label:<10} probe {ours:6.2f}   iperf3 {theirs:6.2f}   ratio {ratio:5.3f}   {judged}")


def limited(node: LabNode, rate: str) -> None:
    """What the node sends is held to the rate; an empty one lifts the limit."""
    node.run("tc qdisc del dev eth0 root")
    if rate:
        node.run(f"tc qdisc add dev eth0 root tbf {rate} latency 20ms", check=True)


def probed(here: Place) -> float:
    """Gbit/s from the first node to the second, as the preflight measures it."""
    source, target = here.names
    return speed_table(ClusterView(seen(here)))[source, target].gbit_s


def seen(here: Place) -> Snapshot:
    """All pairs, as the preflight measures them."""
    job = build_job({"hosts": str(here.lab.hosts)}, cwd=here.folder, environ=os.environ)
    return examine(job, claims_of(CHECKS, job)).snapshot


@contextlib.contextmanager
def serving(nodes: Sequence[LabNode]) -> Iterator[None]:
    """iperf3 serves on each of them until the end."""
    for node in nodes:
        node.run(f"iperf3 -s -D -I {PID}", check=True)
    try:
        time.sleep(START_S)
        yield
    finally:
        for node in nodes:
            node.run(f"kill $(tr -d '\\0' < {PID})", check=True)


def iperf(source: LabNode, target: LabNode, omit_s: int, seconds: int) -> float:
    """Gbit/s that the target's iperf3 received. Raises UsageError."""
    words = f"-P {STREAMS} -O {omit_s} -t {seconds} -J"
    done = source.run(["iperf3", "-c", target.address, *words.split()])
    report = json.loads(done.stdout or "{}")
    if "error" in report or "end" not in report:
        raise UsageError(f"iperf3 from {source.name} to {target.name}: {report.get('error')}")
    return float(report["end"]["sum_received"]["bits_per_second"]) / 1e9


def matrices(here: Place) -> None:
    """Seconds of the stage, all of it, and of iperf3 for each ordered pair."""
    nodes = here.lab.nodes
    ours = middle(seen(here).stages[Pairs.section] for _ in range(ROUNDS))
    with serving(nodes):
        began = time.monotonic()
        for source, target in itertools.permutations(nodes, 2):
            iperf(source, target, 0, IPERF_S)
        theirs = time.monotonic() - began
    count = len(nodes) * (len(nodes) - 1)
    print(
        f"  {len(nodes)} nodes, {count:2} pairs, {len(pair_rounds(here.names))} rounds   "
        f"stage {ours:6.2f} s   iperf3 {theirs:6.2f} s   {ours / theirs:4.2f} x"
    )
