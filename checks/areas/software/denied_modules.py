"""Modules that are there and that a mode or an owner keeps from the login."""

from __future__ import annotations

import posixpath

from checks.facts import NodeView
from checks.facts.denial import Denial
from checks.facts.software import Software


def denied_module(node: NodeView, name: str) -> Denial | None:
    """What keeps an import from that module, where it is known to lie there.

    A folder of `sys.path` that is closed may hold anything: it counts where it is the
    environment's own, or where another node has the module below it.
    """
    software = node.read(Software)
    denial = software.denied.get(name)
    if denial is None:
        return None
    if posixpath.basename(denial.path).removesuffix(".py") == name.partition(".")[0]:
        return denial
    own = posixpath.dirname(posixpath.dirname(software.path))
    peers = node.cluster.facts_by_node(Software).values()
    places = [own + "/", *(peer.modules.get(name) or "" for peer in peers)]
    inside = (place.startswith(denial.path.rstrip("/") + "/") for place in places)
    return denial if denial.path.startswith(own + "/") or any(inside) else None
