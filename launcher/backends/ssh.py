"""Nothing but the controller's own logins: each node's keeper starts the agent beside it.

Needs no pdsh, and no login from node to node.
"""

from __future__ import annotations

from launcher.backends.carrier import Carrier, Trip

MISSING = "is the training interpreter there?"


def carrier(trip: Trip) -> Carrier:
    """The agent itself, on every node."""
    return Carrier("ssh", tuple(trip.remote), tuple(trip.nodes), MISSING, is_agent=True)
