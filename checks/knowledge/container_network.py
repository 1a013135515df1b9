"""A container whose network is not its machine's, and in which no peer reaches it.

A network of its own may be as good: where the peers reach it, or where it is part of the machine's,
its ports, addresses and links are judged as on any node.
"""

from __future__ import annotations

import ipaddress
import shlex
from collections.abc import Sequence
from pathlib import PurePath

from checks.facts import ClusterView, Login, NodeView
from checks.facts.container import Container
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.ports import DialResults, Listeners
from checks.facts.view_cache import cached_per_view
from checks.model import HERE, Fix

PEERS_REACH_IT = "network.peers-reach-the-container"
OF_THE_NETWORK = frozenset({"names", "ports", "network", "nccl", "collective", "training"})
"""Areas that judge the network in which a node's ranks are."""
AS_DOCKER = frozenset({"docker", "podman", "nerdctl"})
WITH_NET = frozenset({"apptainer", "singularity"})


def networks_apart(cluster: ClusterView) -> list[str]:
    """The nodes whose ranks are in networks that the others do not reach."""
    return [node.name for node in cluster.reached if is_apart(node)]


@cached_per_view
def is_apart(node: NodeView) -> bool:
    """Whether it has a network of its own, outside its machine's, and most peers' calls fail."""
    if not has_own_network(node) or len(node.job.nodes) < 2:
        return False
    if not usable_interfaces(node):
        return True
    if _in_networks_of(node, node.read(Login).address):
        return False
    tried = callers(node)
    return len(failed_callers(node)) * 2 > len(tried)


def has_own_network(node: NodeView) -> bool:
    """Whether what was entered has one, or the login lands in a container that has.

    There the address that was called belongs to no interface, and those that there are end in
    another network: the machine hands the login on.
    """
    if not (node.has(Container) and node.has(Interfaces)):
        return False
    container = node.read(Container)
    if container.own_network:
        return True
    called = node.read(Login).address
    outside = bool(called) and called not in node.read(Interfaces).addresses
    usable = [interface.name for interface in usable_interfaces(node)]
    virtual = bool(usable) and {*usable} <= {*container.virtual_links}
    return container.inside and outside and virtual and not node.job.container


def usable_interfaces(node: NodeView) -> list[Interface]:
    """Those that could lead to another node."""
    interfaces = node.read(Interfaces).interfaces
    return [each for each in interfaces if each.is_usable and not each.loopback]


def own_addresses(node: NodeView) -> list[str]:
    """Its addresses in there, without those of no use to others."""
    return [text for each in usable_interfaces(node) for text in each.routable_addresses]


def _in_networks_of(node: NodeView, address: str) -> bool:
    """Whether the machine's address is in a network of the container's, as with macvlan."""
    networks = {text for each in usable_interfaces(node) for text in each.routable_networks}
    return bool(address) and any(
        ipaddress.ip_address(address) in ipaddress.ip_network(text) for text in networks
    )


def callers(node: NodeView) -> list[str]:
    """The other nodes that called it, or found nothing there to call."""
    others = [peer for peer in node.cluster.nodes_with(DialResults) if peer.name != node.name]
    return [peer.name for peer in others if node.has(Listeners)]


def failed_callers(node: NodeView) -> list[str]:
    """Those of whose calls to it none got through."""
    results = {name: node.cluster[name].read(DialResults) for name in callers(node)}
    return [
        name
        for name, dial in results.items()
        if not dial.reached.get(node.name) and dial.failures_towards(node.name)
    ]


def shared_network_fix(node: NodeView) -> Fix:
    """What gives the container its machine's network, in the words of what made it."""
    words = shlex.split(node.job.container)
    engine = next((word for word in words if _program(word) in AS_DOCKER | {"kubectl"}), "")
    if not words:
        return Fix(on=node.name, note=_landed_note(node))
    if _program(engine) == "kubectl":
        note = "in the pod's spec: hostNetwork: true, and dnsPolicy: ClusterFirstWithHostNet"
        return Fix(on=node.name, note=note)
    if engine and "compose" in words:
        note = "in compose.yaml, for that service: network_mode: host; then make it again"
        return Fix(on=node.name, note=f"{note}: `docker compose up -d --force-recreate`")
    if engine and "exec" in words:
        return _made_again(node, words, engine)
    return Fix(on=HERE, note=_in_launch_file(words, engine))


def engine_of(container: str) -> str:
    """The program that enters it, `docker`; '' where it is none that is known."""
    known = AS_DOCKER | WITH_NET | {"kubectl"}
    return next((_program(word) for word in shlex.split(container) if _program(word) in known), "")


def _program(word: str) -> str:
    return PurePath(word).name


def _made_again(node: NodeView, words: Sequence[str], engine: str) -> Fix:
    called = shlex.join(words[: words.index(engine) + 1])
    name = shlex.quote(words[-1])
    note = (
        f"shows its network, which nothing changes afterwards: remove the container (`{called} rm "
        f"-f {name}`) and make it again by the `{called} run` that made it, with `--network host` "
        "in place of its --network and -p"
    )
    return node.fix(f"{called} inspect -f '{{{{.HostConfig.NetworkMode}}}}' {name}", note)


def _in_launch_file(words: Sequence[str], engine: str) -> str:
    """Where the very command of launch.toml makes what it enters."""
    if engine and "run" in words:
        at = words.index("run") + 1
        rest = [word for word in words[at:] if not word.startswith(("--network", "--net="))]
        return f'in launch.toml: container = "{shlex.join([*words[:at], "--network=host", *rest])}"'
    program = next((_program(word) for word in words if _program(word) in WITH_NET), "")
    if program and "--net" in words:
        kept = [word for word in words if word != "--net"]
        return f'in launch.toml: container = "{shlex.join(kept)}": {program} shares the machine\'s'
    if {"netns", "unshare", "nsenter"} & {_program(word) for word in words}:
        return f"`{shlex.join(words)}` in launch.toml enters another network: leave that out of it"
    made = "without --net" if program else "in the machine's network (--net=host, network: host)"
    return f"start it again {made}: nothing changes the network of one that runs"


def _landed_note(node: NodeView) -> str:
    login = node.read(Login)
    port = login.port if login.port != 22 else 2222
    return (
        "make the container again with `--network host` (in Kubernetes hostNetwork: true) in place "
        f"of its --network and -p, and have its sshd listen on a port that the machine leaves free "
        f"(`sshd -p {port}`, and port={port} in hosts.txt); on the machine, `docker inspect -f "
        "'{{.HostConfig.NetworkMode}}' CONTAINER` shows what it has"
    )
