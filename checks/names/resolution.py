"""Whether every node resolves every name as the others do, and is called by one name alone."""

from __future__ import annotations

import functools
import ipaddress
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from checks.check import cluster_check, node_check
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.ssh import SshRow
from checks.facts.who import Who
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn
from checks.names.hosts_file import hosts_fix, not_asked, own_name_fix
from checks.rendezvous import training_address
from checks.variables import GLOO_IFNAME, in_force


@node_check("names.own-name-is-not-loopback", Names, Interfaces, Environment)
def own_name_is_not_loopback(node: NodeView) -> Verdict:
    """A node's own host name resolves to an address that the other nodes can reach.

    Debian writes 127.0.1.1 for it: gloo then tells its peers to connect to themselves, and says
    "Connection refused, remote=[127.0.0.1]". GLOO_SOCKET_IFNAME makes gloo look elsewhere.
    """
    names = node.read(Names)
    if len(node.job.nodes) == 1:
        return skip("a single node meets nobody")
    own = {text for text in node.read(Interfaces).addresses if not _is_link_local(text)}
    first = next((text for text in names.own if _is_loopback(text) or text in own), "")
    if first and not _is_loopback(first):
        return ok(f"{names.hostname} is {first} on {node.name}")
    given = ", ".join(names.own)
    seen = f"resolves to {first or given}" if given else "does not resolve"
    message = f"on {node.name} its own host name {names.hostname} {seen}"
    setting = in_force(node, GLOO_IFNAME)
    if setting is not None and setting.value:
        return ok(f"{message}, which gloo does not ask because of {setting}")
    if not given and not_asked(node) and any(not one.addresses for one in names.peers.values()):
        return skip(f"{message}, nor do others; see names.every-node-resolves-every-node")
    address = training_address(node)
    elsewhere = "own-name-elsewhere" if given else "own-name-unresolved"
    local = "own-name-link-local" if names.own and _is_link_local(names.own[0]) else elsewhere
    cause = "own-name-loopback" if first else local
    expected = f"{message}; expected {address}, the address that its peers use"
    return block(cause, expected, own_name_fix(node, names.hostname, address))


@node_check("names.every-node-resolves-every-node", Names, Interfaces, SshRow)
def every_node_resolves_every_node(node: NodeView) -> Verdict:
    """Every node finds every other node by its name in the hosts file, at one of its addresses.

    A name that means nothing, or another machine, on one node only is a run in which that node
    alone waits. A name that only ssh knows (Host in ssh_config) is enough to start, so it warns.
    """
    wrong = [fault for peer in node.cluster.nodes if (fault := _fault(node, peer))]
    if not wrong:
        return ok(f"{node.name} resolves all {len(node.job.nodes)} names")
    wrong.sort(key=lambda fault: not fault.blocks)
    first = wrong[0]
    message = "; ".join(fault.message for fault in wrong[:3])
    if len(wrong) > 3:
        message += f"; and {len(wrong) - 3} more"
    lines = [fault.line for fault in wrong if fault.blocks is first.blocks and fault.line]
    verdict = block if first.blocks else warn
    blind = first.cause == "unresolved" and not_asked(node)
    return verdict(
        "hosts-file-not-asked" if blind else first.cause,
        f"on {node.name} {message}{blind or ''}",
        hosts_fix(node, [fault.name for fault in wrong if fault.line in lines], lines),
        names=[fault.name for fault in wrong],
    )


@cluster_check("names.hostnames-are-unique", Names, severity=Severity.WARN)
def hostnames_are_unique(cluster: ClusterView) -> Verdict:
    """No two nodes call themselves by the same host name.

    Logs, gloo's addresses and torchrun's rendezvous go by host name: with two of a name nobody
    can tell whose line it was, and one may be reached for the other.
    """
    called: dict[str, list[str]] = {}
    for node in cluster.reached:
        called.setdefault(node.read(Names).hostname, []).append(node.name)
    for hostname, names in called.items():
        if len(names) > 1 and not _one_machine(*(cluster[name] for name in names[:2])):
            message = f"{' and '.join(names)} all call themselves {hostname}"
            fix = cluster[names[-1]].fix(
                f"hostnamectl set-hostname {names[-1]}", "one name for each machine", root=True
            )
            return warn("hostname-twice", message, fix, hostname=hostname, nodes=names)
    return ok(f"{len(called)} nodes, {len(called)} host names")


@cluster_check("names.machines-are-distinct", Who, Interfaces, Names)
def machines_are_distinct(cluster: ClusterView) -> Verdict:
    """No machine is in the hosts file under two names.

    DeepSpeed would start two ranks on each of its GPUs; NCCL says "Duplicate GPU detected" if it
    says anything. Machines cloned from one image share /etc/machine-id, which is worth a warning.
    """
    nodes = list(cluster.reached)
    for at, one in enumerate(nodes):
        for other in nodes[at + 1 :]:
            if _one_machine(one, other):
                message = f"{one.name} and {other.name} are the same machine"
                note = f"remove the line of {other.name} from {cluster.job.where or 'hosts.txt'}"
                return block("same-machine", message, Fix(note=note), nodes=[one.name, other.name])
    return _cloned(cluster) or ok(f"{len(nodes)} nodes are {len(nodes)} machines")


@dataclass(frozen=True)
class _Misnamed:
    """What a node has wrong about one name; `line` is what /etc/hosts should say, if known."""

    name: str
    cause: str
    message: str
    line: str
    blocks: bool


def _fault(node: NodeView, peer: NodeView) -> _Misnamed | None:
    """What is wrong with the peer's name on that node; None where nothing is, or it is its own."""
    resolved = node.read(Names).peers.get(peer.name)
    if resolved is None or peer is node:
        return None
    own = peer.read(Interfaces).addresses if peer.has(Interfaces) else frozenset()
    line = f"{_address(peer)} {peer.name}" if own else ""
    if not resolved.addresses:
        alias = _logs_in(node, peer)
        told = f"{peer.name} does not resolve ({resolved.error or 'no address'})"
        told += ", only ssh knows it" if alias else ""
        return _Misnamed(peer.name, "ssh-alias" if alias else "unresolved", told, line, not alias)
    found = ", ".join(resolved.addresses)
    if all(map(_is_loopback, resolved.addresses)):
        told = f"{peer.name} resolves to {found}, which is {node.name} itself"
        return _Misnamed(peer.name, "loopback", told, line, blocks=True)
    if all(map(_is_link_local, resolved.addresses)):
        told = f"{peer.name} resolves to {found}, which no other interface can reach"
        return _Misnamed(peer.name, "link-local", told, line, blocks=True)
    if own and not own & set(resolved.addresses):
        told = f"{peer.name} resolves to {found}, which is none of its own addresses"
        nat = _everybody_says(peer, resolved.addresses) and _logs_in(node, peer)
        return _Misnamed(peer.name, "translated" if nat else "wrong-address", told, line, not nat)
    return _different(node, peer, resolved.addresses, line)


def _different(
    node: NodeView, peer: NodeView, addresses: Sequence[str], line: str
) -> _Misnamed | None:
    """Where most other nodes know the peer at an address that this one does not have for it."""
    usual = _usual(node.cluster).get(peer.name)
    if usual is None or set(usual) & set(addresses):
        return None
    told = f"{peer.name} is {', '.join(addresses)}, elsewhere {', '.join(usual)}"
    return _Misnamed(peer.name, "different", told, line, blocks=False)


@functools.lru_cache(maxsize=1)
def _usual(cluster: ClusterView) -> dict[str, tuple[str, ...]]:
    """What more than half of the nodes resolve each name to, where they agree."""
    found = {}
    for peer in cluster.nodes:
        said = Counter(_said(peer).values())
        if peer.has(Names) and peer.name in peer.read(Names).peers:
            said[peer.read(Names).peers[peer.name].addresses] += 1
        for addresses, count in said.most_common(1):
            if 2 * count > said.total():
                found[peer.name] = addresses
    return found


def _said(peer: NodeView) -> dict[str, tuple[str, ...]]:
    """What each other node resolves the peer's name to, where it does."""
    others = (one for one in peer.cluster.reached if one is not peer and one.has(Names))
    found = {one.name: one.read(Names).peers.get(peer.name) for one in others}
    return {name: one.addresses for name, one in found.items() if one and one.addresses}


def _everybody_says(peer: NodeView, addresses: Sequence[str]) -> bool:
    """Whether all other nodes agree on an address that no node of the cluster has."""
    said = _said(peer).values()
    owners = (one for one in peer.cluster.reached if one.has(Interfaces))
    taken = any(set(addresses) & one.read(Interfaces).addresses for one in owners)
    return not taken and all(set(one) == set(addresses) for one in said)


def _logs_in(node: NodeView, peer: NodeView) -> bool:
    """Whether the node's ssh reaches the very peer by that name."""
    if not (node.has(SshRow) and peer.has(Who)):
        return False
    attempt = node.read(SshRow).targets.get(peer.name)
    return attempt is not None and attempt.code == 0 and attempt.hostname == peer.read(Who).hostname


def _address(peer: NodeView) -> str:
    """The peer's training address, or the first of its own that leads out."""
    if peer.has(Names) and peer.has(Environment):
        return training_address(peer)
    found = [text for one in peer.read(Interfaces).interfaces for text in one.routable]
    return found[0] if found else "ADDRESS"


def _one_machine(one: NodeView, other: NodeView) -> bool:
    """Containers share boot id, clones machine id, so all marks of identity must agree."""
    marks = [
        (who.machine_id, who.boot_id, who.hostname, node.read(Interfaces).addresses)
        for node in (one, other)
        for who in (node.read(Who),)
    ]
    return marks[0] == marks[1] and bool(marks[0][1])


def _cloned(cluster: ClusterView) -> Verdict | None:
    ids: dict[str, list[NodeView]] = {}
    for node in cluster.reached:
        ids.setdefault(node.read(Who).machine_id, []).append(node)
    for machine_id, nodes in ids.items():
        boots = {node.read(Who).boot_id for node in nodes}
        if machine_id and len(nodes) > 1 and len(boots) == len(nodes):
            message = f"{' and '.join(n.name for n in nodes)} share one /etc/machine-id: clones"
            fix = nodes[-1].fix(
                "rm -f /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup",
                "then reboot: DHCP may give clones the same address",
                root=True,
            )
            return warn("cloned", message, fix, machine_id=machine_id)
    return None


def _is_link_local(address: str) -> bool:
    """Whether it is an IPv6 address that means something on one interface alone, fe80::…"""
    found = ipaddress.ip_address(address.partition("%")[0])
    return found.version == 6 and found.is_link_local


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
