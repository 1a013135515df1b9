"""Fixes that are typed on this machine and run on several nodes, over the logins that work."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from checks.facts import Login, NodeView
from checks.model import HERE, Fix

NODE = "$node"
"""Stands in a command for the name of the node on which it runs."""


def ssh_command(node: NodeView, login: Login, *options: str) -> str:
    """The controller's login as a command line, with the ssh options of the launch."""
    ssh = node.job.ssh
    words = ["ssh", *options]
    words += ["-F", ssh.config] if ssh.config else []
    words += ["-i", ssh.key] if ssh.key else []
    words += ["-p", str(login.port)] if login.port != 22 else []
    return shlex.join([*words, f"{login.user}@{node.name}" if login.user else node.name])


def fix_on_each(nodes: Sequence[NodeView], command: str, note: str = "") -> Fix:
    """Runs one command of root on each of these nodes, `$node` in it being the node's name.

    The command has no double quotes. Nodes with the same login options share one loop.
    """
    loops: dict[str, list[str]] = {}
    for node in nodes:
        login = ssh_command(node, node.read(Login))
        words = f'{login.replace(node.name, NODE)} "{node.as_root(command)}"'
        loops.setdefault(words, []).append(node.name)
    parts = [f"for node in {' '.join(names)}; do {words}; done" for words, names in loops.items()]
    return Fix("; ".join(parts), HERE, note)
