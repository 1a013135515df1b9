"""Healthy network facts of small clusters, for the tests to break."""

from __future__ import annotations

from typing import Any

from checks.facts import Snapshot
from checks.facts.account import Account
from checks.facts.environment import Environment
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.limits import Limits
from checks.facts.names import NameLookup, Names
from checks.facts.rdma import Rdma, RdmaDevice, RdmaPort
from tests.support.snapshots import snapshot, with_fact

GIB = 2**30
LO = Interface("lo", loopback=True, kind="other", mtu=65536, ipv4=("127.0.0.1/8",))
ACTIVE = RdmaPort(1, "4: ACTIVE", "5: LinkUp", "100 Gb/sec (4X EDR)", "InfiniBand")
DOWN = RdmaPort(1, "1: DOWN", "3: Disabled", "10 Gb/sec (4X SDR)", "InfiniBand")
ROCE = RdmaPort(1, "4: ACTIVE", "5: LinkUp", "100 Gb/sec (4X EDR)", "Ethernet")
HEALTHY_LIMITS = Limits(
    memlock=(None, None),
    nofile=(1048576, 1048576),
    nproc=(None, None),
    core=(0, None),
    stack=(8 << 20, None),
    shm_bytes=16 * GIB,
    shm_free_bytes=16 * GIB,
    pid_max=4194304,
    container=False,
    cutting=dict.fromkeys(("cpu", "as", "data", "fsize"), (None, None)),
)


def interfaces(*named: tuple[str, str]) -> Interfaces:
    """Loopback and the named interfaces, each up with one address."""
    kinds = {"docker0": "docker"}
    found = [Interface(n, kind=kinds.get(n, "ethernet"), ipv4=(a,)) for n, a in named]
    return Interfaces((LO, *found))


def resolves(hostname: str = "node1", **peers: tuple[str, str]) -> Names:
    """Names of one node; each peer as (address, source towards it)."""
    found = {name: NameLookup((address,), "", source) for name, (address, source) in peers.items()}
    own = found[hostname].addresses if hostname in found else ()
    return Names(hostname, hostname, own, found)


def rdma(*devices: str, **ports: RdmaPort) -> Rdma:
    """Usable adapters of one active port each, unless `ports` gives another by device."""
    found = tuple(RdmaDevice(name, ports=(ports.get(name, ACTIVE),)) for name in devices)
    return Rdma(found, "/usr/lib/libibverbs.so.1", {"/dev/infiniband/uverbs0": True})


def nth_account(index: int, **fields: Any) -> Account:
    """The `index`th machine, counted from 1."""
    defaults: dict[str, Any] = {
        "user": "root",
        "uid": 0,
        "home": "/root",
        "shell": "/bin/bash",
        "hostname": f"node{index}",
        "machine_id": f"machine{index}",
        "boot_id": f"boot{index}",
        "python": "3.11.2",
        "system": "Linux 6.1",
        "cpus": 8,
        "memory_bytes": 64 * GIB,
    }
    return Account(**{**defaults, **fields})


def cluster(nodes: tuple[str, ...] = ("node1", "node2", "node3"), **job: Any) -> Snapshot:
    """Nodes 10.0.0.1, 10.0.0.2 … on eth0, with no RDMA and all limits wide."""
    snap = snapshot(nodes, **job)
    for index, node in enumerate(nodes, 1):
        own = f"10.0.0.{index}"
        peers = {name: (f"10.0.0.{n}", own) for n, name in enumerate(nodes, 1)}
        with_fact(snap, node, nth_account(index, hostname=node))
        with_fact(snap, node, resolves(node, **peers))
        with_fact(snap, node, interfaces(("eth0", f"{own}/24")))
        with_fact(snap, node, Environment())
        with_fact(snap, node, Rdma())
        with_fact(snap, node, HEALTHY_LIMITS)
    return snap
