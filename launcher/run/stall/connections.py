"""Which connections of a run get no answer: calls, and open ones that no packet passes; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from checks.folded_names import fold_names
from launcher.plan.ranks import join_names
from launcher.run.stall.observation import Observations, RendezvousPlan

LOST_AFTER = 3
"""So often in a row the kernel sent again without an answer: for over a second."""


def unanswered_calls(plan: RendezvousPlan, observations: Observations) -> list[str]:
    """Calls without an answer: to the rendezvous by any process of the run, elsewhere by ranks."""
    callers: dict[tuple[str, int], dict[str, None]] = {}
    for node in observations.values():
        for rank in node.ranks:
            for socket in rank.sockets:
                if socket.state == "SYN_SENT":
                    peer = (socket.peer, socket.peer_port)
                    callers.setdefault(peer, {})[f"rank {rank.rank} on {rank.node}"] = None
    for node in observations.values():
        for socket in node.launcher:
            if socket.state == "SYN_SENT" and socket.peer_port == plan.port:
                peer = (socket.peer, socket.peer_port)
                callers.setdefault(peer, {})[f"the launcher on {node.node}"] = None
    return [
        f"{join_names(list(names))}: no answer from {_format_endpoint(*peer)}: "
        f"{_missing_answer_reason(plan, *peer)}"
        for peer, names in callers.items()
    ]


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
