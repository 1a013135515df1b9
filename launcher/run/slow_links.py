"""Which link, or whose, delays all ranks alike, since none leaves a collective before the farthest.

No rank arrives late then, but data are under way on that link most of the time, and far slower than
on any other. Where ranks use no TCP, the way from the launcher to a node may still be long in each
of its answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from launcher.run.messages import LinkUse

Link = frozenset[str]
"""The nodes at both ends."""
BUSY = 0.5
"""Of the time data are under way on a link that delays all."""
SLOWER = 4.0
"""Times as slow as on any other link."""
LOSSY = 0.01
"""Of the segments; less is sent again on links that do well."""
FAR_S, FAR_TIMES = 0.02, 5.0
"""How much longer, and how many times as long, the way to a node is than to any other."""
MIN_WAYS = 5
"""Last answers of a node, of which the quickest counts: one may be late for other reasons."""


def find_slow_link(uses: Mapping[str, Sequence[LinkUse]]) -> str:
    """The one slow link, or the one node with slow links, in a sentence; else empty.

    `uses` are by node. Other links must be in use, for comparing.
    """
    links = _by_nodes(uses)
    nodes = sorted({node for link in links for node in link})
    single = {f"between {' and '.join(sorted(link))}": [link] for link in links}
    of_node = {f"of {node}": [link for link in links if node in link] for node in nodes}
    for choices in (single, of_node):
        found = [words for whose, own in choices.items() if (words := _judge(whose, own, links))]
        if len(found) == 1:
            return found[0]
    return ""


def _by_nodes(uses: Mapping[str, Sequence[LinkUse]]) -> dict[Link, list[LinkUse]]:
    """Those between two nodes, by both ends."""
    owners = {use.here: node for node, own in uses.items() for use in own}
    links: dict[Link, list[LinkUse]] = {}
    for node, own in uses.items():
        for use in own:
            peer = owners.get(use.there, node)
            if peer != node:
                links.setdefault(frozenset((node, peer)), []).append(use)
    return links


def _judge(whose: str, own: Collection[Link], links: Mapping[Link, Sequence[LinkUse]]) -> str:
    """What is said of these links, where one of them is far slower than all others."""
    slowest = min((use for link in own for use in links[link]), key=lambda use: use.rate)
    others = [use for link, uses in links.items() if link not in own for use in uses]
    next_rate = min((use.rate for use in others), default=0.0)
    if slowest.under_way < BUSY or next_rate < SLOWER * slowest.rate:
        return ""
    resent = f", {slowest.resent * 100:.0f} % of them again" if slowest.resent >= LOSSY else ""
    return (
        f"the link {whose} is slow: data are under way there {slowest.under_way * 100:.0f} % of "
        f"the time, at {slowest.rate / 1e6:.1f} MB/s{resent}; "
        f"on any other link they pass at {next_rate / 1e6:.1f} MB/s or more"
    )


def find_far_node(ways: Mapping[str, Sequence[float]]) -> str:
    """The one node of three or more that the way is long to, in a sentence; else empty."""
    known = {node: own[-MIN_WAYS:] for node, own in ways.items() if len(own) >= MIN_WAYS}
    quickest = sorted((min(own), node) for node, own in known.items())
    if len(quickest) < max(3, len(ways)):
        return ""
    (other, _), (most, node) = quickest[-2:]
    if most - other < FAR_S or most < FAR_TIMES * other:
        return ""
    return (
        f"the way from here to {node} and back takes {most * 1000:.0f} ms, to each other node "
        f"{other * 1000:.0f} ms at most"
    )
