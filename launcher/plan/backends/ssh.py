"""Nothing but the controller's own logins: each node's supervisor starts the agent beside it.

Needs no pdsh, and no login from node to node.
"""

from __future__ import annotations

from launcher.plan.backends.backend import AgentLauncher, LaunchRequest

MISSING_ADVICE = "is the training interpreter there?"


def agent_launcher(request: LaunchRequest) -> AgentLauncher:
    """The agent itself, on every node."""
    return AgentLauncher(
        "ssh", tuple(request.remote), tuple(request.nodes), MISSING_ADVICE, is_agent=True
    )
