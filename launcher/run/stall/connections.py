"""Which connections of a run get no answer: calls, and open ones that no packet passes; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from checks.folded_names import fold_names
from launcher.plan.ranks import join_names, name_launchers, name_places
from launcher.run.stall.observation import (
    Observations,
    RankObservation,
    RendezvousPlan,
    TcpSocket,
)

LOST_AFTER = 3
"""So often in a row the kernel sent again without an answer: for over a second."""


def unanswered_calls(plan: RendezvousPlan, observations: Observations) -> list[str]:
    """Calls without an answer: to the rendezvous by any process of the run, elsewhere by ranks."""
    ranks: dict[tuple[str, int], list[RankObservation]] = {}
    launchers: dict[tuple[str, int], list[str]] = {}
    for node in observations.values():
        for rank in node.ranks:
            for peer in _called_peers(rank.sockets):
                ranks.setdefault(peer, []).append(rank)
        for peer in _called_peers(node.launcher):
            if peer[1] == plan.port:
                launchers.setdefault(peer, []).append(node.node)
    lines = []
    for peer in dict.fromkeys((*ranks, *launchers)):
        names = [name_places(ranks[peer])] if peer in ranks else []
        names += [name_launchers(launchers[peer])] if peer in launchers else []
        reason = _missing_answer_reason(plan, *peer)
        lines.append(f"{join_names(names)}: no answer from {_format_endpoint(*peer)}: {reason}")
    return lines


def _called_peers(sockets: Iterable[TcpSocket]) -> dict[tuple[str, int], None]:
    """Addresses and ports from which a call waits for its answer, each once."""
    calls = (socket for socket in sockets if socket.state == "SYN_SENT")
    return dict.fromkeys((socket.peer, socket.peer_port) for socket in calls)


def _missing_answer_reason(plan: RendezvousPlan, address: str, port: int) -> str:
    if port != plan.port:
        return "a firewall drops the packets, or no machine has that address"
    head = plan.nodes[0]
    return (
        f"a firewall on the way to {head} drops the packets, or {address} is no address of {head}"
    )


def _format_endpoint(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def lost_link_lines(plan: RendezvousPlan, observations: Observations) -> Iterator[str]:
    """Nodes between which data of ranks are sent again and again, and no answer comes.

    Where one node is an end of every such link, it is named first.
    """
    links = {
        frozenset((node.node, _peer_node(observations, socket.port, socket.peer_port, socket.peer)))
        for node in observations.values()
        for rank in node.ranks
        for socket in rank.sockets
        if socket.state == "ESTABLISHED" and socket.retries >= LOST_AFTER
    }
    for node, peers in _by_common_end(links, plan.nodes):
        yield (
            f"no packet passes between {node} and {fold_names(sorted(peers))}: what ranks sent on "
            "open connections is not acknowledged, so the network or a firewall drops it, or that "
            "machine hangs"
        )


def _by_common_end(
    links: Collection[frozenset[str]], nodes: Sequence[str]
) -> list[tuple[str, set[str]]]:
    """Each node with the ends of its links, those first that have the most; each link once."""
    found, left = [], set(links)
    while left:
        ends = {end for link in left for end in link}
        order = sorted(ends, key=lambda end: nodes.index(end) if end in nodes else len(nodes))
        node = max(order, key=lambda end: sum(end in link for link in left))
        own = {link for link in left if node in link}
        found.append((node, {end for link in own for end in link} - {node} or {node}))
        left -= own
    return found


def _peer_node(observations: Observations, port: int, peer_port: int, address: str) -> str:
    """The node with the other end of a connection, by its two ports; else its address."""
    for node in observations.values():
        for rank in node.ranks:
            ends = [(socket.port, socket.peer_port) for socket in rank.sockets]
            if (peer_port, port) in ends:
                return node.node
    return address
