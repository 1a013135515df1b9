"""ssh from the head to the nodes, for commands there that take a hostfile of names alone."""

from __future__ import annotations

from collections.abc import Sequence

from checks.model import Job


def ssh_config(job: Job, nodes: Sequence[str], *, users: bool) -> str:
    """Ports, and where asked for users, that differ from ssh's own, above the login's own config.

    Empty where none differs.
    """
    blocks = []
    for name in nodes:
        port = job.node(name).port or job.ssh.port
        user = users and (job.node(name).user or job.ssh.user)
        lines = [f"  Port {port}\n"] if port else []
        lines += [f"  User {user}\n"] if user else []
        blocks += [f"Host {name}\n", *lines] if lines else []
    own = "Match all\n  Include ~/.ssh/config\n  Include /etc/ssh/ssh_config\n"
    return "".join(blocks) + own if blocks else ""
