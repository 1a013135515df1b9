"""How the agent gets to the nodes: what `backend` of launch.toml names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from launcher.plan.backends import openmpi, pdsh, slurm, ssh
from launcher.plan.backends.backend import AgentLauncher, LaunchRequest

BACKENDS: Mapping[str, Callable[[LaunchRequest], AgentLauncher]] = {
    "pdsh": pdsh.agent_launcher,
    "ssh": ssh.agent_launcher,
    "openmpi": openmpi.agent_launcher,
    "slurm": slurm.agent_launcher,
}


def agent_argv(python: str, home: str, mark: str, role: str) -> tuple[str, ...]:
    """What starts the agent in a role; holds nothing of the user's but the interpreter."""
    return ("env", mark, python, "-I", "-S", f"{home}/agent.py", role)


__all__ = ["BACKENDS", "AgentLauncher", "LaunchRequest", "agent_argv"]
