"""Clusters whose nodes all listen and reach all, for the tests of ports to break."""

from __future__ import annotations

from checks.facts.account import Account
from checks.facts.ports import DialResults, FailedCall, Listeners, PortSettings
from checks.facts.snapshot import Snapshot
from tests.support.snapshots import snapshot, with_fact

FREE, REACHABLE = "ports.master-port-is-free", "ports.master-port-is-reachable"
NODES = ("node1", "node2", "node3")
LOGIN = Account("trainer", 1000, "/home/trainer", "/bin/sh", "n", "m", "b", "3.11.2", "Linux", 2, 1)
SAMPLE = (33000, 44000, 55000)


def cluster(nodes: tuple[str, ...] = NODES, **job: object) -> Snapshot:
    """All listen, and reach all."""
    snap = snapshot(nodes, **job)
    for index, name in enumerate(nodes, 1):
        error = "" if name == nodes[0] else None
        with_fact(snap, name, Listeners(f"10.0.0.{index}", SAMPLE, error))
        with_fact(snap, name, PortSettings(32768, 60999, "", 1024))
        with_fact(snap, name, dial_results(nodes, name))
        with_fact(snap, name, LOGIN)
    return snap


def dial_results(nodes: tuple[str, ...], name: str, *failed: FailedCall) -> DialResults:
    lost = {(entry.target, entry.port) for entry in failed}
    reached = {}
    for target in nodes:
        tried = (() if target == name else SAMPLE) + ((29500,) if target == nodes[0] else ())
        if answered := tuple(port for port in tried if (target, port) not in lost):
            reached[target] = answered
    return DialResults(reached, failed, 3.3)


def failed_call(
    target: str, port: int, outcome: str = "dropped", seconds: float = 3.3
) -> FailedCall:
    return FailedCall(target, f"10.0.0.{target[-1]}", port, outcome, seconds)


def with_failed(snap: Snapshot, name: str, *failed: FailedCall) -> Snapshot:
    return with_fact(snap, name, dial_results(NODES, name, *failed))
