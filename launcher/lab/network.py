"""The lab's network: a switch in a namespace of its own, where no firewall of the machine is.

The controller has one interface into it, whose name claims the lab's addresses: the kernel makes a
name only once, so two labs that come up together never get the same.
"""

from __future__ import annotations

import ipaddress
import json
import subprocess
from collections.abc import Iterable, Iterator

from checks.errors import UsageError

STATIC_NEIGHBOURS_FROM = 20
"""From here on neighbours are entered by hand: N² learned ones overflow the one table that all
namespaces share (gc_thresh3, 1024 by default), and permanent entries do not count against it."""

CONTROLLER_NUMBER = 254
"""Last number of the controller's address."""

Network = ipaddress.IPv4Network


def candidate_networks() -> Iterator[tuple[str, Network]]:
    """Interface names and the network that each claims: private, then the one for benchmarks."""
    for number in range(256):
        yield f"pflab{number}", Network(f"10.77.{number}.0/24")
    for number in range(256):
        yield f"pflab{256 + number}", Network(f"198.18.{number}.0/24")


def routed_networks() -> list[Network]:
    """Networks that the machine already reaches in another way than by its default route."""
    done = subprocess.run(
        ["ip", "-json", "-4", "route", "show"], capture_output=True, text=True, check=True
    )
    targets = (route["dst"] for route in json.loads(done.stdout or "[]"))
    return [Network(target) for target in targets if target != "default"]


def free_networks(taken: Iterable[Network]) -> Iterator[tuple[str, Network]]:
    """Candidates that overlap nothing that is taken."""
    used = list(taken)
    return (
        (name, network)
        for name, network in candidate_networks()
        if not any(network.overlaps(other) for other in used)
    )


def claim_network(switch: int) -> tuple[str, Network]:
    """Joins the controller to the switch (a process in its namespace). Raises UsageError."""
    for name, network in free_networks(routed_networks()):
        done = subprocess.run(
            ["ip", "link", "add", name, "type", "veth", "peer", "uplink", "netns", str(switch)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            run_ip_batch(
                [f"addr add {network[CONTROLLER_NUMBER]}/24 dev {name}", f"link set {name} up"]
            )
            return name, network
        if "File exists" not in done.stderr:
            raise UsageError(f"no virtual network on this machine: {done.stderr.strip()}")
    raise UsageError("no free network is left for a lab: take another lab down first")


def run_ip_batch(lines: Iterable[str], inside: int | None = None) -> None:
    """Runs ip commands in one process, in the network namespace of process `inside`."""
    enter = ["nsenter", f"--net=/proc/{inside}/ns/net"] if inside else []
    done = subprocess.run(
        [*enter, "ip", "-batch", "-"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise UsageError(f"the lab's network could not be made: {done.stderr.strip()}")


def switch_commands(names: Iterable[str], *, second: bool) -> Iterator[str]:
    """What makes one switch of the uplink and all nodes' cables, and a second one if asked."""
    yield from ("link add br0 type bridge", "link set br0 up", "link set uplink master br0 up")
    if second:
        yield from ("link add br1 type bridge", "link set br1 up")
    for name in names:
        yield f"link set {name} master br0 up"
        if second:
            yield f"link set {name}.1 master br1 up"


def mac_address(address: str) -> str:
    """A hardware address that belongs to an IPv4 address."""
    return "02:00:" + ":".join(f"{byte:02x}" for byte in ipaddress.IPv4Address(address).packed)


def second_address(address: str) -> str:
    """The same node on the second network."""
    a, _, c, d = address.split(".")
    return f"{a}.78.{c}.{d}" if a == "10" else f"{a}.19.{c}.{d}"


def node_commands(address: str, peers: Iterable[str], *, second: bool) -> Iterator[str]:
    """What a node runs in its own namespace once its cables are there."""
    gateway = address.rsplit(".", 1)[0] + f".{CONTROLLER_NUMBER}"
    yield from ("link set lo up", "link set eth0 up")
    yield f"addr add {address}/24 brd + dev eth0"
    yield f"route add default via {gateway}"
    if second:
        yield "link set eth1 up"
        yield f"addr add {second_address(address)}/24 brd + dev eth1"
    others = [peer for peer in peers if peer != address]
    if len(others) + 1 >= STATIC_NEIGHBOURS_FROM:
        yield from (
            f"neigh add {peer} lladdr {mac_address(peer)} nud permanent dev eth0" for peer in others
        )


def is_listening(pid: int, port: int) -> bool:
    """Whether someone listens on the port in the namespace of that process, without touching it."""
    with open(f"/proc/{pid}/net/tcp", encoding="ascii") as table:
        rows = (line.split() for line in table)
        return any(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)
