"""A login that waits for an address which never answers, and gets there by the name's next one.

A name has often addresses of both families, and ssh tries IPv6 first. Where its packets are dropped
plain ssh waits about two minutes, pdsh ten seconds, and both then log in as if nothing were wrong.
"""

from __future__ import annotations

from checks.facts import NodeView
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.ssh import CONNECT_S, LoginAttempt
from checks.facts.trust import Trust
from checks.knowledge.firewalls import Culprit, find_culprit
from checks.knowledge.firewalls.opening import opening_fix, smallest_networks
from checks.knowledge.firewalls.ruleset import Packet
from checks.knowledge.logins.fixes import prepend_ssh_config
from checks.model import Fix, Verdict, warn


def judge_dead_address(attempt: LoginAttempt, source: NodeView, target: NodeView) -> Verdict | None:
    """A warning where the login waited for another address than the one that let it in."""
    names = source.read(Names).peers.get(target.name) if source.has(Names) else None
    if names is None or attempt.seconds < CONNECT_S or attempt.address not in names.addresses[1:]:
        return None
    dead = names.addresses[0]
    culprit = _find_filter(source, target, dead)
    message = (
        f"{source.name} logs in to {target.name} only after {attempt.seconds:.0f} s, at "
        f"{attempt.address}: {dead}, which its name means first, gives no answer"
    )
    lost = (culprit and culprit.translated) or "dropped"
    blamed = f": its packets are {lost} by {culprit}" if culprit else ""
    fix = _open_ssh(culprit, target, dead) if culprit else _other_family(source, target, attempt)
    return warn("dead-address", message + blamed, fix, address=dead, seconds=attempt.seconds)


def _find_filter(source: NodeView, target: NodeView, dead: str) -> Culprit | None:
    here = _addresses_like(source, dead)
    port = _port(source, target)
    packet = Packet(here[0], dead, None, port, inbound=False) if here else None
    return find_culprit(source, target, packet, "drop") if packet else None


def _port(source: NodeView, target: NodeView) -> int:
    return source.read(Trust).client(target.name).port if source.has(Trust) else 22


def _addresses_like(node: NodeView, text: str) -> list[str]:
    """The node's own addresses of the same family, which others can use."""
    interfaces = node.read(Interfaces).interfaces if node.has(Interfaces) else ()
    found = (address for interface in interfaces for address in interface.routable_addresses)
    return [address for address in found if (":" in address) is (":" in text)]


def _open_ssh(culprit: Culprit, target: NodeView, dead: str) -> Fix:
    nodes = target.cluster.nodes_with(Interfaces)
    ends = [own[0] for node in nodes if (own := _addresses_like(node, dead))]
    port = culprit.packet.dport or culprit.packet.sport or 22
    return opening_fix(culprit, smallest_networks(ends), (port, port))


def _other_family(source: NodeView, target: NodeView, attempt: LoginAttempt) -> Fix:
    """Has ssh there use the family that answers."""
    family = "inet6" if ":" in attempt.address else "inet"
    note = f"no known rule drops it; or take the address that is dead out of {target.name}'s name"
    return source.fix(prepend_ssh_config(target.name, f"AddressFamily {family}"), note)
