"""How many small packets are lost between nodes: counted by all at once, then by two at a time.

A queue may be too short for all nodes at once. So what lost some then is counted again, longer and
with nothing else under way: what is lost then is lost by a link, a port or a rule.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from checks.answer import Answer
from checks.facts import ClusterView
from checks.facts.ports import Listeners
from checks.outliers.pairing import disjoint_rounds
from checks.stages.dial_calls import FULL_SIZE, DialCaller, DialTarget

OF_A_NODE, MOST, LEAST = 1200, 300, 30
"""Small packets that a node sends to all others, and the most and the fewest to one of them."""
COUNTED_AGAIN, COUNT_S = 1000, 2.6
MOST_ROUNDS = 8
"""A node's fault shows in some of its pairs as well as in all."""


def packets_to_each(nodes: int) -> int:
    """So many that a node's own are enough for a share, and all nodes' together no load."""
    return min(MOST, max(LEAST, OF_A_NODE // max(1, nodes - 1)))


def count_again(
    cluster: ClusterView, caller: DialCaller, answers: Mapping[str, Answer]
) -> dict[str, Answer]:
    """The answers with what was lost counted again; nothing of the pairs that came too late."""
    counts: dict[str, dict[str, Any]] = {
        name: dict(answer.fields.get("small", {})) for name, answer in answers.items()
    }
    suspects = [
        (source, target)
        for source, found in counts.items()
        for target, packets in found.items()
        if packets["lost"] and cluster[target].has(Listeners)
    ]
    rounds = disjoint_rounds(suspects)
    for source, target in itertools.chain.from_iterable(rounds[MOST_ROUNDS:]):
        del counts[source][target]
    for meeting in rounds[:MOST_ROUNDS]:
        plans = {source: [_first_port(cluster, caller, target)] for source, target in meeting}
        for name, answer in caller.call(plans, COUNT_S, COUNTED_AGAIN).items():
            counts[name].update(answer.fields.get("small", {}))
    return {name: answer.with_fields(small=counts[name]) for name, answer in answers.items()}


def lossy_pairs(answers: Mapping[str, Answer]) -> list[set[str]]:
    """The two nodes of every way on which some were lost with nothing else under way."""
    return [
        {source, target}
        for source, answer in answers.items()
        for target, packets in answer.fields.get("small", {}).items()
        if packets["lost"]
    ]


def _first_port(cluster: ClusterView, caller: DialCaller, target: str) -> DialTarget:
    listening = cluster[target].read(Listeners)
    return [target, listening.address, listening.ports[0], caller.ids[target], FULL_SIZE]
