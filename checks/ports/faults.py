"""What a failed call between two nodes means, and what mends it: one fix for each cause."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.ports import Dialled, Failed, Listening
from checks.facts.ssh import SshRow
from checks.firewalls.culprit import Culprit, culprit, unread
from checks.firewalls.opening import Span, networks, opening
from checks.firewalls.ruleset import Packet
from checks.logins.causes import cause_of
from checks.logins.failed import ends
from checks.model import Fix, Verdict, block, skip
from checks.neighbours import Misdirected, misdirected
from checks.network.routes import diverted, way_through
from checks.rendezvous import training_interface

FILTERED = {"dropped": "drop", "rejected": "reject", "no-answer": "drop"}
"""Causes that a packet filter makes, and the action of its rule."""


def faulty(source: NodeView, target: NodeView, failed: Failed, span: Span) -> Verdict:
    """The verdict on one failed call. `span` is what has to be open, of which a port was tried."""
    if failed.outcome == "dropped" and _no_way_back(source, target):
        return _lost_answer(source, target, failed)
    if failed.outcome in ("dropped", "absent") and _turned_away(source, target):
        return _reverse_path(source, target, failed)
    wrong = misdirected(source, target, _near(source, failed.address), failed.address)
    if failed.outcome == "dropped" and wrong:
        return _misdirected(source, target, failed, wrong)
    # our listener was there, so whoever refused was not the node's kernel for want of a listener
    cause = "rejected" if failed.outcome == "refused" else failed.outcome
    by = _filter(source, target, failed, cause) if cause in FILTERED else None
    message = f"{source.name} cannot reach {_place_of(target, failed)}: {_seen(failed, cause)}"
    if by:
        message += f", by {by}"
    elif cause in FILTERED:
        message += f". {_place(source, target)}"
    return block(
        cause,
        message,
        opening(by, networks(_addresses(source.cluster, failed.address)), span)
        if by
        else _fix(source, target, failed, cause, span),
        address=failed.address,
        ports={str(failed.port): failed.outcome},
        timeout_s=source.read(Dialled).timeout_s,
        **({"filter": str(by)} if by else {}),
    )


def _no_way_back(source: NodeView, target: NodeView) -> bool:
    """Whether the target has no route to the source, so that its answers never leave."""
    if not target.has(Dialled):
        return False
    return any(one.outcome == "no-route" for one in target.read(Dialled).failures(source.name))


def _lost_answer(source: NodeView, target: NodeView, failed: Failed) -> Verdict:
    back = source.read(Listening).address
    return block(
        "no-route",
        f"{source.name} gets no answer from {target.name}:{failed.port}: "
        f"{target.name} has no route back to {back}",
        _route(target, source, back),
        address=failed.address,
        ports={str(failed.port): failed.outcome},
        timeout_s=source.read(Dialled).timeout_s,
    )


def _turned_away(source: NodeView, target: NodeView) -> bool:
    """Whether the target drops what its routes would answer through another interface."""
    told = (Dialled, Interfaces, Names, Environment)
    if not all(map(target.has, told)) or source.name not in diverted(target):
        return False
    return training_interface(target).strict_source


def _reverse_path(source: NodeView, target: NodeView, failed: Failed) -> Verdict:
    back, through = source.read(Listening).address, diverted(target)[source.name].name
    return block(
        "reverse-path",
        f"{source.name} cannot reach {target.name}:{failed.port}: {target.name} would answer "
        f"through {through}, so its reverse path filter (rp_filter=1) drops the call",
        way_through(target, back),
        address=failed.address,
        ports={str(failed.port): failed.outcome},
        timeout_s=source.read(Dialled).timeout_s,
    )


def _misdirected(source: NodeView, target: NodeView, failed: Failed, wrong: Misdirected) -> Verdict:
    attempt = source.read(SshRow).targets.get(target.name) if source.has(SshRow) else None
    if attempt and cause_of(attempt) == "dropped":
        same = misdirected(source, target, *ends(source, target))
        if same and same.entry == wrong.entry:
            return skip("see ssh.every-node-logs-in-to-every-node")
    return block(
        "dropped",
        f"{source.name} cannot reach {failed.address}:{failed.port}: {wrong}",
        wrong.fix,
        address=failed.address,
        ports={str(failed.port): failed.outcome},
        timeout_s=source.read(Dialled).timeout_s,
    )


def _place_of(target: NodeView, failed: Failed) -> str:
    """The node and port, with the address where that is not the one that all else goes to."""
    usual = target.has(Listening) and failed.address == target.read(Listening).address
    return f"{target.name}:{failed.port}{'' if usual else f' ({failed.address})'}"


def _seen(failed: Failed, cause: str) -> str:
    """In words, what a cause looks like from the caller's side."""
    return {
        "dropped": f"packets are dropped (no answer in {failed.seconds:.1f} s)",
        "rejected": "the connection is rejected although our listener is there",
        "reset": "the connection is cut as soon as it is made",
        "no-route": f"no route to {failed.address}",
        "absent": f"nobody answers to {failed.address} on the network",
        "wrong-answer": f"something else than this node's listener answers at {failed.address}",
        "no-answer": f"the connection opens but carries nothing in {failed.seconds:.1f} s",
        "no-local-port": "the caller has no local port left",
    }.get(cause, cause)


def _filter(source: NodeView, target: NodeView, failed: Failed, cause: str) -> Culprit | None:
    """Whose rules stop it; where they may not be read, whose manager is active."""
    here = _near(source, failed.address)
    state = "established" if cause == "no-answer" else "new"
    packet = Packet(here, failed.address, None, failed.port, inbound=True, state=state)
    found = culprit(source, target, packet, FILTERED[cause])
    if found:
        return found
    if _suspect(source, target) is source:
        return unread(source, replace(packet, inbound=False))
    return unread(target, packet)


def _suspect(source: NodeView, target: NodeView) -> NodeView | None:
    """Whom the matrix of all calls accuses: one that reaches nobody, or that nobody reaches."""
    cluster = source.cluster
    others = [node for node in cluster.reached if node.has(Dialled) and node is not source]
    callers = [node for node in others if node is not target]
    reach_target = [n for n in callers if target.name in n.read(Dialled).reached]
    mine = set(source.read(Dialled).reached) - {source.name}
    if reach_target and not mine:
        return source
    if callers and mine and not reach_target:
        return target
    return None


def _place(source: NodeView, target: NodeView) -> str:
    """Where to look, when no rule of either node explains it."""
    ends = dict.fromkeys((source, target))
    hidden = [node.name for node in ends if not _legible(node)]
    if hidden:
        return f"The packet filter of {' and '.join(hidden)} could not be read without root"
    names = " or ".join(node.name for node in ends)
    return f"No rule on {names} that can be told does it: something on the way does"


def _legible(node: NodeView) -> bool:
    return node.has(Firewall) and node.read(Firewall).readable


def _addresses(cluster: ClusterView, towards: str) -> list[str]:
    """Where training's connections on the network of that address come from and go to."""
    return [_near(node, towards) for node in cluster.reached if node.has(Listening)]


def _near(node: NodeView, towards: str) -> str:
    """Of the addresses on which the node listened, the one that has most in common with that."""
    listening, where = node.read(Listening), ipaddress.ip_address(towards)
    own = [ipaddress.ip_address(text) for text in (listening.address, *listening.further)]
    alike = [one for one in own if one.version == where.version]
    return str(min(alike, key=lambda one: int(one) ^ int(where), default=own[0]))


def _fix(source: NodeView, target: NodeView, failed: Failed, cause: str, span: Span) -> Fix:
    where = failed.address
    if cause in FILTERED or cause == "reset":
        return _open_between(source, target, where, span)
    if cause in ("no-route", "absent"):
        return _route(source, target, where)
    if cause == "wrong-answer":
        return source.fix(
            f"ip neigh show {where}; ip route get {where}",
            f"find who else answers at {where}: another machine with this address, or a proxy",
        )
    return source.fix("ss -s", "find what holds so many connections, and end it")


def _open_between(source: NodeView, target: NodeView, where: str, span: Span) -> Fix:
    ports = str(span[0]) if span[0] == span[1] else f"{span[0]}-{span[1]}"
    peers = ", ".join(networks(_addresses(source.cluster, where)))
    accused = _suspect(source, target)
    between = f"between {source.name} and {target.name}" if source is not target else ""
    at = f"at {(accused or target).name}" if accused or not between else between
    own = "" if _legible(source) and _legible(target) else ", or the node's own filter as root"
    return Fix(note=f"open TCP {ports} from {peers} {at}: cloud security group, switch ACL{own}")


def _route(source: NodeView, target: NodeView, where: str) -> Fix:
    refusing = source.read(Firewall).refusing(where) if source.has(Firewall) else ""
    if refusing:
        return source.fix(f"ip route del {refusing}", "this route refuses the address", root=True)
    return source.fix(
        f"ip route get {where}",
        f"add the route to {where} that is missing, or bring up the interface of {target.name}",
    )
