"""How the agent gets to the nodes: what `backend` of launch.toml names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from launcher.backends import openmpi, pdsh, slurm, ssh
from launcher.backends.carrier import Carrier, Trip

BACKENDS: Mapping[str, Callable[[Trip], Carrier]] = {
    "pdsh": pdsh.carrier,
    "ssh": ssh.carrier,
    "openmpi": openmpi.carrier,
    "slurm": slurm.carrier,
}


def agent_argv(python: str, home: str, mark: str, role: str) -> tuple[str, ...]:
    """What starts the agent in a role; holds nothing of the user's but the interpreter."""
    return ("env", mark, python, "-I", "-S", f"{home}/agent.py", role)


__all__ = ["BACKENDS", "Carrier", "Trip", "agent_argv"]
