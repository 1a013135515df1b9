"""Answers about a node that many judges ask for: worked out once for each view of it.

A hundred nodes that each ask what most of a hundred do would work it out ten thousand times.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar, cast

from checks.facts import ClusterView, NodeView

V = TypeVar("V", NodeView, ClusterView)
T = TypeVar("T")


def cached_per_view(function: Callable[[V], T]) -> Callable[[V], T]:
    """The same function, which keeps its answer as long as the view lives: facts do not change."""

    @functools.wraps(function)
    def ask(view: V) -> T:
        if function not in view.kept:
            view.kept[function] = function(view)
        return cast("T", view.kept[function])

    return ask
