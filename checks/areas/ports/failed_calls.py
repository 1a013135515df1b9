"""What a failed call between two nodes means: one cause, one fix."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from checks.areas.network.interfaces import training_route_fix
from checks.areas.network.routes import misrouted_by_address
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.ports import DialResults, FailedCall, Listeners
from checks.facts.ssh import SshRow
from checks.knowledge.diverted_routes import DivertedRoute, find_wrong_way
from checks.knowledge.firewalls.culprit import Culprit, find_culprit, unreadable_firewall
from checks.knowledge.firewalls.opening import PortSpan, opening_fix, smallest_networks
from checks.knowledge.firewalls.ruleset import Packet
from checks.knowledge.logins.causes import login_cause
from checks.knowledge.logins.failure import end_addresses
from checks.knowledge.neighbour_entries import MisdirectedTraffic
from checks.knowledge.training_network import training_interface
from checks.model import Cause, Fix, Verdict, block, skip

CALL_CAUSES = (
    Cause("dropped", "no answer", "look for a firewall that drops, on either node or between them"),
    Cause(
        "rejected", "refused although the listener was there", "look for a firewall that rejects"
    ),
    Cause("reset", "cut as soon as it is made", "look for a firewall or proxy between the nodes"),
    Cause(
        "no-route",
        "no route to the address",
        "look at the routing table; the message names a route that refuses",
    ),
    Cause(
        "absent",
        "nobody has the address on the local network",
        "look at the other node's interface",
    ),
    Cause(
        "wrong-answer",
        "something else answers",
        "look for another machine with the same address, or a proxy",
    ),
    Cause(
        "no-answer",
        "the connection opens and carries nothing",
        "look for a firewall or proxy between the nodes, or the MTU",
    ),
    Cause(
        "reverse-path",
        "no answer; the other node would answer through another interface",
        "correct its route back; `rp_filter=1` drops the call",
    ),
    Cause(
        "first-address",
        "the first address of its interface, which gloo and NCCL take, is not reached",
        "puts that address behind the others until the next boot",
    ),
    Cause(
        "no-local-port", "the caller has no port left", "look for what holds so many connections"
    ),
)

FILTER_ACTIONS = {"dropped": "drop", "rejected": "reject", "no-answer": "drop"}
"""Causes that a packet filter makes, and the action of its rule."""


def judge_failed_call(
    source: NodeView, target: NodeView, failed: FailedCall, span: PortSpan
) -> Verdict:
    """The verdict on one failed call. `span` is what has to be open, of which a port was tried."""
    if _is_only_first(source, target, failed):
        return _judge_first_address(source, target, failed)
    if failed.outcome in ("dropped", "absent") and _drops_reverse_path(source, target):
        return _judge_reverse_path(source, target, failed)
    if wrong := _find_wrong_way(source, target, failed):
        return _judge_misdirected_call(source, target, failed, wrong)
    if failed.outcome == "dropped" and _lacks_return_route(source, target):
        return _judge_lost_answer(source, target, failed)
    # our listener was there, so whoever refused was not the node's kernel for want of a listener
    cause = "rejected" if failed.outcome == "refused" else failed.outcome
    by = _find_filter(source, target, failed, cause) if cause in FILTER_ACTIONS else None
    refusing = _refusing_route(source, failed.address) if cause == "no-route" else ""
    symptom = _describe_symptom(failed, cause, by.translated if by else "")
    symptom = f"{source.name} has a route that refuses {refusing}" if refusing else symptom
    message = f"{source.name} cannot reach {_describe_target(target, failed)}: {symptom}"
    if by:
        message += f", by {by}"
    elif cause in FILTER_ACTIONS:
        message += f". {_where_to_look(source, target)}"
    return block(
        cause,
        message,
        opening_fix(by, smallest_networks(_addresses_towards(source.cluster, failed.address)), span)
        if by
        else _failed_call_fix(source, target, failed, cause, span),
        address=failed.address,
        ports={str(failed.port): failed.outcome},
        timeout_s=source.read(DialResults).timeout_s,
        **({"filter": str(by)} if by else {}),
    )


def _is_only_first(source: NodeView, target: NodeView, failed: FailedCall) -> bool:
    """Whether that is the first address of the interface whose usual one the source reaches."""
    if not (target.has(Listeners) and all(map(target.has, (Interfaces, Names, Environment)))):
        return False
    usual = target.read(Listeners).address
    reached = source.read(DialResults).sources.get(target.name, {})
    first = training_interface(target).addresses[:1]
    return failed.address != usual and usual in reached and first == (failed.address,)


def _judge_first_address(source: NodeView, target: NodeView, failed: FailedCall) -> Verdict:
    interface, usual = training_interface(target), target.read(Listeners).address
    place = next(text for text in interface.ipv4 if text.startswith(f"{failed.address}/"))
    command = f"ip addr del {place} dev {interface.name}; ip addr add {place} dev {interface.name}"
    note = "puts it behind; until the next boot: then the network's configuration decides"
    return block(
        "first-address",
        f"{source.name} reaches {target.name} at {usual}, not at {failed.address}, the first "
        f"address of {interface.name}: gloo and NCCL take that one",
        target.fix(command, note, root=True),
        address=failed.address,
        ports={str(failed.port): failed.outcome},
    )


def _lacks_return_route(source: NodeView, target: NodeView) -> bool:
    """Whether the target has no route to the source, so that its answers never leave."""
    if not target.has(DialResults):
        return False
    return any(
        call.outcome == "no-route"
        for call in target.read(DialResults).failures_towards(source.name)
    )


def _judge_lost_answer(source: NodeView, target: NodeView, failed: FailedCall) -> Verdict:
    back = source.read(Listeners).address
    refusing = _refusing_route(target, back)
    lacks = f"has a route that refuses {refusing}" if refusing else f"has no route back to {back}"
    return block(
        "no-route",
        f"{source.name} gets no answer from {target.name}:{failed.port}: {target.name} {lacks}",
        _missing_route_fix(target, source, back),
        address=failed.address,
        ports={str(failed.port): failed.outcome},
        timeout_s=source.read(DialResults).timeout_s,
    )


def _drops_reverse_path(source: NodeView, target: NodeView) -> bool:
    """Whether the target drops what its routes would answer through another interface."""
    needed = (DialResults, Interfaces, Names, Environment)
    if not all(map(target.has, needed)) or source.name not in misrouted_by_address(target):
        return False
    return training_interface(target).strict_source


def _judge_reverse_path(source: NodeView, target: NodeView, failed: FailedCall) -> Verdict:
    back, through = source.read(Listeners).address, misrouted_by_address(target)[source.name].name
    return block(
        "reverse-path",
        f"{source.name} cannot reach {target.name}:{failed.port}: {target.name} would answer "
        f"through {through}, so its reverse path filter (rp_filter=1) drops the call",
        training_route_fix(target, back),
        address=failed.address,
        ports={str(failed.port): failed.outcome},
        timeout_s=source.read(DialResults).timeout_s,
    )


def _find_wrong_way(
    source: NodeView, target: NodeView, failed: FailedCall
) -> MisdirectedTraffic | DivertedRoute | None:
    """The end that sends the other's packets to a wrong machine, or out the wrong way."""
    here = _nearest_address(source, failed.address)
    return find_wrong_way(failed.outcome, source, target, here, failed.address)


def _judge_misdirected_call(
    source: NodeView,
    target: NodeView,
    failed: FailedCall,
    wrong: MisdirectedTraffic | DivertedRoute,
) -> Verdict:
    attempt = source.read(SshRow).targets.get(target.name) if source.has(SshRow) else None
    if attempt:
        ends = end_addresses(source, target)
        same = find_wrong_way(login_cause(attempt), source, target, *ends)
        if same and str(same) == str(wrong):
            return skip("see ssh.every-node-logs-in-to-every-node")
    return block(
        failed.outcome,
        f"{source.name} cannot reach {failed.address}:{failed.port}: {wrong}",
        wrong.fix,
        address=failed.address,
        ports={str(failed.port): failed.outcome},
        timeout_s=source.read(DialResults).timeout_s,
    )


def _describe_target(target: NodeView, failed: FailedCall) -> str:
    """The node and port, with the address where that is not the one that all else goes to."""
    is_training_address = target.has(Listeners) and failed.address == target.read(Listeners).address
    return f"{target.name}:{failed.port}{'' if is_training_address else f' ({failed.address})'}"


def _describe_symptom(failed: FailedCall, cause: str, translated: str = "") -> str:
    """In words, what a cause looks like from the caller's side, or what a rule makes of packets."""
    if translated:
        return f"packets are {translated} ({failed.outcome} after {failed.seconds:.1f} s)"
    return {
        "dropped": f"packets are dropped (no answer in {failed.seconds:.1f} s)",
        "rejected": "the connection is rejected although our listener is there",
        "reset": "the connection is cut as soon as it opens",
        "no-route": f"no route to {failed.address}",
        "absent": f"no machine on the network has {failed.address}",
        "wrong-answer": f"something else than this node's listener answers at {failed.address}",
        "no-answer": f"the connection opens but carries nothing in {failed.seconds:.1f} s",
        "no-local-port": "the caller has no local port left",
    }.get(cause, cause)


def _find_filter(
    source: NodeView, target: NodeView, failed: FailedCall, cause: str
) -> Culprit | None:
    """Whose rules stop it; where they may not be read, whose manager is active."""
    here = _nearest_address(source, failed.address)
    state = "established" if cause == "no-answer" else "new"
    packet = Packet(here, failed.address, None, failed.port, inbound=True, state=state)
    culprit = find_culprit(source, target, packet, FILTER_ACTIONS[cause])
    if culprit:
        return culprit
    if _accused_end(source, target) is source:
        return unreadable_firewall(source, replace(packet, inbound=False))
    return unreadable_firewall(target, packet)


def _accused_end(source: NodeView, target: NodeView) -> NodeView | None:
    """The node that the matrix of all calls accuses: it reaches none, or none reaches it."""
    cluster = source.cluster
    others = [node for node in cluster.nodes_with(DialResults) if node is not source]
    callers = [node for node in others if node is not target]
    reach_target = [n for n in callers if target.name in n.read(DialResults).reached]
    reached = set(source.read(DialResults).reached) - {source.name}
    if reach_target and not reached:
        return source
    if callers and reached and not reach_target:
        return target
    return None


def _where_to_look(source: NodeView, target: NodeView) -> str:
    """Where to look, when no rule of either node explains it."""
    ends = dict.fromkeys((source, target))
    hidden = [node.name for node in ends if not _is_filter_readable(node)]
    if hidden:
        return f"The packet filter of {' and '.join(hidden)} could not be read without root"
    names = " or ".join(node.name for node in ends)
    return f"No known rule on {names} does it: something between them does"


def _is_filter_readable(node: NodeView) -> bool:
    return node.has(Firewall) and node.read(Firewall).readable


def _addresses_towards(cluster: ClusterView, towards: str) -> list[str]:
    """Where training's connections on the network of that address come from and go to."""
    return [_nearest_address(node, towards) for node in cluster.nodes_with(Listeners)]


def _nearest_address(node: NodeView, towards: str) -> str:
    """Of the addresses on which the node listened, the one that has most in common with that."""
    listening, where = node.read(Listeners), ipaddress.ip_address(towards)
    own = [ipaddress.ip_address(text) for text in (listening.address, *listening.further)]
    same_version = [address for address in own if address.version == where.version]
    return str(min(same_version, key=lambda address: int(address) ^ int(where), default=own[0]))


def _failed_call_fix(
    source: NodeView, target: NodeView, failed: FailedCall, cause: str, span: PortSpan
) -> Fix:
    where = failed.address
    if cause in FILTER_ACTIONS or cause == "reset":
        return _open_ports_fix(source, target, where, span)
    if cause in ("no-route", "absent"):
        return _missing_route_fix(source, target, where)
    if cause == "wrong-answer":
        return source.fix(
            f"ip neigh show {where}; ip route get {where}",
            f"find who else answers at {where}: another machine with this address, or a proxy",
        )
    return source.fix("ss -s", "find what holds so many connections and stop it")


def _open_ports_fix(source: NodeView, target: NodeView, where: str, span: PortSpan) -> Fix:
    ports = str(span[0]) if span[0] == span[1] else f"{span[0]}-{span[1]}"
    peers = ", ".join(smallest_networks(_addresses_towards(source.cluster, where)))
    accused = _accused_end(source, target)
    between = f"between {source.name} and {target.name}" if source is not target else ""
    place = f"at {(accused or target).name}" if accused or not between else between
    own = (
        ""
        if _is_filter_readable(source) and _is_filter_readable(target)
        else ", or the node's own filter as root"
    )
    return Fix(note=f"open TCP {ports} from {peers} {place}: cloud security group, switch ACL{own}")


def _refusing_route(node: NodeView, where: str) -> str:
    """The route there that refuses the address; '' where none is known."""
    return node.read(Firewall).refusing(where) if node.has(Firewall) else ""


def _missing_route_fix(source: NodeView, target: NodeView, where: str) -> Fix:
    refusing = _refusing_route(source, where)
    if refusing:
        return source.fix(f"ip route del {refusing}", "this route refuses the address", root=True)
    return source.fix(
        f"ip route get {where}",
        f"add the missing route to {where}, or bring up the interface of {target.name}",
    )
