"""The stage in which every node listens, and every other one calls it where training will."""

from __future__ import annotations

import secrets
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

from checks.answer import Answer
from checks.contact.pool import Contact
from checks.errors import FactError
from checks.facts import ClusterView, NodeView, Snapshot
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interfaces
from checks.facts.ports import DialResults, Listeners, NamedHead, PortHolder, PortSettings
from checks.facts.surroundings import Surroundings
from checks.knowledge.accelerate_config import main_address
from checks.knowledge.training_network import (
    first_listed_address,
    further_addresses,
    training_address,
)
from checks.outliers.pair_matrix import Pair
from checks.outliers.pairing import sampled_pairs
from checks.stages.dial_calls import FULL_SIZE, LIMIT_S, DialCaller, DialTarget
from checks.stages.dial_results import with_passing_sizes
from checks.stages.small_packets import count_again, lossy_pairs, packets_to_each

SAMPLED_PORTS = 3
FIRST_TRY_S = 0.7
"""One SYN's time: the kernel repeats it after 1 s. The second try corrects a false alarm."""
SECOND_TRY_S = 2.6
"""Long enough for its repeated SYN, and for the kernel, which gives an absent host up 3.1 s after
the first try began to look for it."""
LOSSY_TRY_S = 7.5
"""Four SYNs' time, for two nodes that lose some of all packets: what fails then is stopped."""
PACKET_SIZES = (8000, 4000, 1500, 1492, 1480, 1450, 1420, 1400, 1380, 1340, 1300, 1280, 1000, 576)
"""IP packets of which the largest that arrives is looked for: what tunnels and links leave."""


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Put `listen` and `dial` of every node; `firewall` and `port_holder` where they can explain.

    All listen; all call all; what failed is called again, longer, once all else is quiet; all hang
    up, whatever happened.
    """
    ids = {name: secrets.token_hex(4) for name in names}
    try:
        _open_listeners(contact, snapshot, ids)
        _dial_all(contact, snapshot, ids, sampled_pairs(names, contact.most_mesh_nodes))
        _dial_named_heads(contact, snapshot, ids)
    finally:
        contact.ask("hangup", {name: {} for name in names}, LIMIT_S)
    _explain_failures(contact, snapshot, names)


def _open_listeners(contact: Contact, snapshot: Snapshot, ids: Mapping[str, str]) -> None:
    cluster, args = ClusterView(snapshot), dict[str, dict[str, Any]]()
    for name, identity in ids.items():
        port = snapshot.job.master_port if cluster[name].is_head else None
        try:
            address = training_address(cluster[name])
            further = further_addresses(cluster[name])
        except FactError as error:
            snapshot.put(name, Listeners.section, Answer(error=str(error)))
            continue
        args[name] = {
            "id": identity,
            "address": address,
            "further": further,
            "sample": SAMPLED_PORTS,
            "master_port": port,
        }
    _put_answers(snapshot, Listeners.section, contact.ask("listen", args, LIMIT_S))


def _dial_all(
    contact: Contact,
    snapshot: Snapshot,
    ids: Mapping[str, str],
    sampled: frozenset[Pair] | None,
) -> None:
    cluster, caller = ClusterView(snapshot), DialCaller(contact, ids)
    plans = {name: _dial_targets(cluster, name, ids, sampled) for name in ids}
    caller = DialCaller(contact, ids)
    small = packets_to_each(len(ids))
    found = caller.call(plans, FIRST_TRY_S, small)
    found = caller.call_again(found, SECOND_TRY_S, small, caller.failed_targets)
    found = count_again(cluster, caller, found)
    lossy = lossy_pairs(found)
    found = caller.call_again(
        found,
        LOSSY_TRY_S,
        0,
        lambda name, answer: [
            call for call in caller.failed_targets(name, answer) if {name, call[0]} in lossy
        ],
    )
    sizes = {
        name: plan
        for name, answer in found.items()
        if (plan := _smaller_size_targets(caller, answer))
    }
    third = caller.call(sizes, SECOND_TRY_S)
    thorough: dict[str, list[str]] = {name: [] for name in found}
    for source, target in sampled or ():
        thorough.setdefault(source, []).append(target)
    for name, answer in found.items():
        results = with_passing_sizes(answer, third.get(name))
        if sampled is not None:
            results = results.with_fields(thorough=thorough[name])
        snapshot.put(name, DialResults.section, results)


def _dial_targets(
    cluster: ClusterView,
    name: str,
    ids: Mapping[str, str],
    sampled: Container[Pair] | None = None,
) -> list[DialTarget]:
    """All others' ports, the next node first, so that no node is called by all at once.

    Of pairs that are not `sampled`, one of each address.

    Port by port over all targets: a target that is silent twice is not called any more. The first
    ephemeral port of each takes full packets too.
    """
    order = list(ids)
    at = order.index(name)
    found: list[list[DialTarget]] = []
    for target in [*order[at + 1 :], *order[: at + 1]]:
        if cluster[target].has(Listeners):
            fact = cluster[target].read(Listeners)
            own = _ephemeral_targets(fact) if target != name else []
            if sampled is not None and (name, target) not in sampled:
                own = [call for call in own if call[2] == FULL_SIZE]
            if fact.master_error == "":
                own = [
                    *((text, cluster.job.master_port, 0) for text in _places(cluster[target])),
                    *own,
                ]
            found.append([[target, at, port, ids[target], packet] for at, port, packet in own])
    rounds = range(max(map(len, found), default=0))
    return [targets[turn] for turn in rounds for targets in found if turn < len(targets)]


def _places(head: NodeView) -> Iterable[str]:
    """The address where ranks meet, and the one that plain `deepspeed` takes, if it is known."""
    listed = first_listed_address(head) if head.has(Interfaces) else ""
    return dict.fromkeys(text for text in (head.read(Listeners).address, listed) if text)


def _ephemeral_targets(fact: Listeners) -> list[tuple[str, int, int]]:
    """(address, port, packet) of each listener; full packets to one port of each address."""
    by_address = {fact.address: fact.ports, **fact.further}
    return [
        (address, port, 0 if turn else FULL_SIZE)
        for address, ports in by_address.items()
        for turn, port in enumerate(ports)
    ]


def _dial_named_heads(contact: Contact, snapshot: Snapshot, ids: Mapping[str, str]) -> None:
    """Put `named_head` of each node whose accelerate file has the head at another address."""
    cluster, head = ClusterView(snapshot), snapshot.job.head
    if (
        head not in ids
        or not cluster[head].has(Listeners)
        or cluster[head].read(Listeners).master_error
    ):
        return
    places = {name: main_address(cluster[name]) for name in ids}
    own = ("", cluster[head].read(Listeners).address)
    plans: dict[str, list[DialTarget]] = {
        name: [[head, place, snapshot.job.master_port, ids[head], 0]]
        for name, place in places.items()
        if place not in own
    }
    if plans:
        answers = DialCaller(contact, ids).call(plans, SECOND_TRY_S)
        _put_answers(snapshot, NamedHead.section, answers)


def _smaller_size_targets(caller: DialCaller, answer: Answer) -> list[DialTarget]:
    """Calls of all smaller sizes where full packets vanished; to one target, for the node's own."""
    lost = answer.fields.get("lost", [])[:1]
    return [
        caller.target_of(call, size)
        for call in lost
        for size in PACKET_SIZES
        if size < call["packet"]
    ]


def _explain_failures(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    cluster = ClusterView(snapshot)
    ends = [
        *_ends_of_failures(cluster, names),
        *_deaf_to_themselves(cluster, names),
        *_forgetful(cluster, names),
    ]
    ask_filters(contact, snapshot, [name for name in ends if name in names])
    head = cluster.head
    if head.name in names and head.has(Listeners) and head.read(Listeners).master_error:
        args = {head.name: {"port": snapshot.job.master_port}}
        _put_answers(snapshot, PortHolder.section, contact.ask("port_holder", args, LIMIT_S))


def ask_filters(contact: Contact, snapshot: Snapshot, names: Iterable[str]) -> None:
    """Put `firewall` of those that have not answered it yet."""
    cluster = ClusterView(snapshot)
    asked: dict[str, dict[str, Any]] = {
        name: {"addresses": _addresses_of_others(cluster, name)}
        for name in names
        if not snapshot.answer(name, Firewall.section)
    }
    if asked:
        answers = contact.ask("firewall", asked, 2 * LIMIT_S)
        _put_answers(snapshot, Firewall.section, answers)


def _addresses_of_others(cluster: ClusterView, name: str) -> list[str]:
    """Whatever the other nodes may be reached at, the addresses of their interfaces."""
    others = [node for node in cluster.nodes_with(Interfaces) if node.name != name]
    links = (link for node in others for link in node.read(Interfaces).interfaces)
    return list(dict.fromkeys(text for link in links for text in link.routable_addresses))


def _ends_of_failures(cluster: ClusterView, names: Sequence[str]) -> Iterator[str]:
    """Both ends of every failed call, and of every way on which packets are lost."""
    for name in names:
        if cluster[name].has(DialResults):
            results = cluster[name].read(DialResults)
            targets = [call.target for call in results.failed]
            targets += [call.target for call in results.lost]
            targets += [target for target, small in results.small.items() if small.lost]
            for target in targets:
                yield from (name, target)


def _deaf_to_themselves(cluster: ClusterView, names: Sequence[str]) -> list[str]:
    """The nodes of which no program reaches another at 127.0.0.1."""
    found = (cluster[name] for name in names if cluster[name].has(Surroundings))
    return [node.name for node in found if node.read(Surroundings).loopback]


def _forgetful(cluster: ClusterView, names: Sequence[str]) -> list[str]:
    """The nodes that forget idle connections early: their filters may then stop what follows."""
    found = (cluster[name] for name in names if cluster[name].has(PortSettings))
    return [node.name for node in found if node.read(PortSettings).forgets_idle]


def _put_answers(snapshot: Snapshot, section: str, answers: Mapping[str, Answer]) -> None:
    for name, answer in answers.items():
        snapshot.put(name, section, answer)
