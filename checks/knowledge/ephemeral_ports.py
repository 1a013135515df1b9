"""Whether a node has a port left to call from or to listen on."""

from __future__ import annotations

from checks.facts import NodeView
from checks.facts.ports import PortSettings
from checks.facts.surroundings import Surroundings
from checks.facts.view_cache import cached_per_view

PORTS_OF_A_RANK = 2
"""A socket that listens, and a connection to the store: all to one address, so none is shared."""
NOT_AVAILABLE, IN_USE = "Cannot assign requested address", "Address already in use"
"""What the kernel says to a call, and to who listens on any port, when no port is left.

The former also where the address is missing.
"""


@cached_per_view
def is_range_used_up(node: NodeView) -> bool:
    """Whether a program that needed a port of the range was given none."""
    if not (node.has(PortSettings) and node.has(Surroundings)):
        return False
    settings, why = node.read(PortSettings), node.read(Surroundings).loopback
    full = settings.port_count - settings.used < PORTS_OF_A_RANK
    return why == IN_USE or (full and why == NOT_AVAILABLE)
