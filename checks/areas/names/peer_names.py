"""Whether every node resolves the names of the others to those very machines."""

from __future__ import annotations

from collections.abc import Sequence

from checks.areas.names.addresses import is_link_local, is_loopback
from checks.areas.names.hosts_file import (
    SYSTEM_FILES,
    hosts_file_fix,
    is_hosts_file_unreadable,
    is_listed,
    why_hosts_file_ignored,
)
from checks.check import node_check
from checks.facts import ClusterView, Login, NodeView
from checks.facts.account import Account
from checks.facts.container import Container
from checks.facts.environment import Environment
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.ssh import SshRow
from checks.facts.surroundings import Surroundings
from checks.facts.view_cache import cached_per_view
from checks.knowledge.container_network import has_own_network
from checks.knowledge.training_network import training_address
from checks.model import Verdict, block, ok, skip, warn
from checks.outliers.consensus import strict_majority
from checks.quick_dataclass import dataclass


@node_check(
    "names.every-node-resolves-every-node",
    Names,
    Interfaces,
    SshRow,
    optional=(Environment, Surroundings, Container),
)
def every_node_resolves_every_node(node: NodeView) -> Verdict:
    """Every node resolves every other node's name in the hosts file to one of its addresses.

    Where one node cannot resolve a name, or resolves it to another machine, that node alone waits.

    Measured: Each node's resolver looks up all names; the answers are compared with the addresses
    that the other nodes have. The name of a container with its own
    network is its machine's.

    Fix: One command rewrites the wrong names in `/etc/hosts`.
        unresolved: the name has no address.
        hosts-file-not-asked: the same, and `/etc/nsswitch.conf` does not look into `/etc/hosts`;
            the fix corrects that, and a name only where `/etc/hosts` has it wrong.
        loopback: the name resolves to the node that looks it up.
        wrong-address: none of the other node's addresses.
        two-machines: its own address, and one of another machine too; warns, but blocks where the
            other comes first.
        link-local: only fe80::…, which means something on one interface alone.
        ssh-alias: only ssh knows the name; warns.
        translated: all agree on an address that no node has, and ssh gets there: NAT; warns.
        different: another address than most nodes have; warns.
    """
    wrong = [fault for peer in node.cluster.nodes if (fault := _find_name_fault(node, peer))]
    if not wrong:
        return ok(f"{node.name} resolves all {len(node.job.nodes)} names")
    if is_hosts_file_unreadable(node):
        return skip(f"/etc/hosts cannot be read on {node.name}; see {SYSTEM_FILES}")
    wrong.sort(key=lambda fault: not fault.blocks)
    first = wrong[0]
    message = "; ".join(fault.message for fault in wrong[:3])
    if len(wrong) > 3:
        message += f"; and {len(wrong) - 3} more"
    lines = [fault.line for fault in wrong if fault.blocks is first.blocks and fault.line]
    verdict = block if first.blocks else warn
    blind = first.cause == "unresolved" and why_hosts_file_ignored(node)
    if blind and all(is_listed(node, line) for line in lines):
        blind = f"{blind}, which has them right"
    return verdict(
        "hosts-file-not-asked" if blind else first.cause,
        f"{message}{blind or ''}",
        hosts_file_fix(node, [fault.name for fault in wrong if fault.line in lines], lines),
        names=[fault.name for fault in wrong],
    )


@dataclass(frozen=True)
class _NameFault:
    """What a node has wrong about one name; `line` is what /etc/hosts should say, if known."""

    name: str
    cause: str
    message: str
    line: str
    blocks: bool


def _find_name_fault(node: NodeView, peer: NodeView) -> _NameFault | None:
    """What is wrong with the peer's name on that node; None where nothing is, or it is its own."""
    resolved = node.read(Names).peers.get(peer.name)
    if resolved is None or peer is node:
        return None
    own = peer.read(Interfaces).addresses if peer.has(Interfaces) else frozenset()
    line = f"{_peer_address(peer)} {peer.name}" if own else ""
    addresses = resolved.addresses
    if not addresses:
        return _unresolved_name(node, peer, line)
    belief = f"{node.name} thinks {peer.name} is {', '.join(addresses)}"
    if all(map(is_loopback, addresses)):
        message = f"{belief}, which is {node.name} itself"
        return _NameFault(peer.name, "loopback", message, line, blocks=True)
    if all(map(is_link_local, addresses)):
        message = f"{belief}, which other interfaces cannot reach"
        return _NameFault(peer.name, "link-local", message, line, blocks=True)
    if own and has_own_network(peer) and peer.read(Login).address in addresses:
        return None
    if own and not own & set(addresses):
        nat = _all_others_agree(peer, addresses) and _can_log_in(node, peer)
        message = f"{belief}; {peer.name} really is {_peer_address(peer)}"
        return _NameFault(
            peer.name, "translated" if nat else "wrong-address", message, line, not nat
        )
    return _find_shared_address(node, peer, addresses, belief, line) or _find_differing_address(
        node, peer, addresses, belief, line
    )


def _unresolved_name(node: NodeView, peer: NodeView, line: str) -> _NameFault:
    error = node.read(Names).peers[peer.name].error or "no address"
    message = f"{node.name} cannot resolve {peer.name} ({error})"
    if _can_log_in(node, peer):
        return _NameFault(
            peer.name, "ssh-alias", f"{message}, only ssh knows it", line, blocks=False
        )
    return _NameFault(peer.name, "unresolved", message, line, blocks=True)


def _find_shared_address(
    node: NodeView, peer: NodeView, addresses: Sequence[str], belief: str, line: str
) -> _NameFault | None:
    """Where the name means another machine too; most tools take the first answer."""
    owners = _address_owners(node.cluster)
    for address in addresses if peer.has(Interfaces) else ():
        having = (node.name,) if is_loopback(address) else owners.get(address, ())
        if having and peer.name not in having:
            message = f"{belief}; {address} really is {having[0]}"
            return _NameFault(peer.name, "two-machines", message, line, address == addresses[0])
    return None


def _find_differing_address(
    node: NodeView, peer: NodeView, addresses: Sequence[str], belief: str, line: str
) -> _NameFault | None:
    """Where most other nodes know the peer at an address that this one does not have for it."""
    usual = _usual_addresses(node.cluster).get(peer.name)
    if usual is None or set(usual) & set(addresses):
        return None
    message = f"{belief}; most other nodes think it is {', '.join(usual)}"
    return _NameFault(peer.name, "different", message, line, blocks=False)


@cached_per_view
def _address_owners(cluster: ClusterView) -> dict[str, tuple[str, ...]]:
    """The nodes that have each address; docker's bridges are at the same one on many."""
    owners: dict[str, tuple[str, ...]] = {}
    for node in cluster.nodes_with(Interfaces):
        for address in node.read(Interfaces).addresses:
            owners[address] = (*owners.get(address, ()), node.name)
    return owners


@cached_per_view
def _usual_addresses(cluster: ClusterView) -> dict[str, tuple[str, ...]]:
    """What more than half of the nodes resolve each name to, where they agree."""
    answers = {peer.name: list(_addresses_by_asker(peer).values()) for peer in cluster.nodes}
    for peer in cluster.nodes_with(Names):
        if peer.name in peer.read(Names).peers:
            answers[peer.name].append(peer.read(Names).peers[peer.name].addresses)
    usual = {name: strict_majority(addresses) for name, addresses in answers.items()}
    return {name: addresses for name, addresses in usual.items() if addresses}


def _addresses_by_asker(peer: NodeView) -> dict[str, tuple[str, ...]]:
    """What each other node resolves the peer's name to, where it does."""
    answers = {}
    for asker in peer.cluster.nodes_with(Names):
        resolved = asker.read(Names).peers.get(peer.name)
        if asker is not peer and resolved and resolved.addresses:
            answers[asker.name] = resolved.addresses
    return answers


def _all_others_agree(peer: NodeView, addresses: Sequence[str]) -> bool:
    """Whether all other nodes agree on an address that no node of the cluster has."""
    answers = _addresses_by_asker(peer).values()
    owners = peer.cluster.nodes_with(Interfaces)
    taken = any(set(addresses) & node.read(Interfaces).addresses for node in owners)
    return not taken and all(set(answer) == set(addresses) for answer in answers)


def _can_log_in(node: NodeView, peer: NodeView) -> bool:
    """Whether the node's ssh reaches the very peer by that name."""
    if not (node.has(SshRow) and peer.has(Account)):
        return False
    attempt = node.read(SshRow).targets.get(peer.name)
    return (
        attempt is not None
        and attempt.code == 0
        and attempt.hostname == peer.read(Account).hostname
    )


@cached_per_view
def _peer_address(peer: NodeView) -> str:
    """The peer's training address, or the first of its own that leads out."""
    if peer.has(Names) and peer.has(Environment):
        return training_address(peer)
    addresses = [
        address
        for interface in peer.read(Interfaces).interfaces
        for address in interface.routable_addresses
    ]
    return addresses[0] if addresses else "ADDRESS"
