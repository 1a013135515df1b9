"""One answer of a node that called its peers several times: what held at either, what never did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.answer import Answer

Data = dict[str, Any]


def merge_dials(first: Answer, second: Answer | None) -> Answer:
    """What was reached at either time, and what failed both times, over the seconds of both.

    No second answer is none.
    """
    if second is None or second.data is None:
        return second or first
    earlier, later = first.fields, second.data
    tried_s = round(earlier["timeout_s"] + later["timeout_s"], 1)
    both = {
        name: _join_lists(earlier.get(name, {}), later.get(name, {}))
        for name in ("reached", "whole")
    }
    ways = {**earlier.get("sources", {})}
    for target, found in later.get("sources", {}).items():
        ways[target] = {**ways.get(target, {}), **found}
    small = {**earlier.get("small", {}), **later.get("small", {})}
    return second.with_fields(**both, sources=ways, timeout_s=tried_s, small=small)


def _join_lists(first: Mapping[str, list[int]], other: Mapping[str, list[int]]) -> Data:
    """The lists of both by target, each number once."""
    targets = dict.fromkeys((*first, *other))
    return {
        target: list(dict.fromkeys((*first.get(target, ()), *other.get(target, ()))))
        for target in targets
    }


def with_passing_sizes(answer: Answer, sizes: Answer | None) -> Answer:
    """The answer, with the largest packet that arrived in each place where full ones vanished.

    One place of a node was measured; a size that arrives there says most about the others too.
    """
    if sizes is None or sizes.data is None:
        return answer
    arrived = [size for found in sizes.data.get("whole", {}).values() for size in found]
    lost = [dict(call, passing=max(arrived, default=0)) for call in answer.fields["lost"]]
    return answer.with_fields(lost=lost)
