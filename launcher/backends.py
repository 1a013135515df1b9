"""How the agent gets to the nodes: the commands, as argv only; nothing is started here.

pdsh is called as DeepSpeed's PDSHRunner calls it (deepspeed.launcher.multinode_runner), so that
what the checks found of pdsh holds for the start.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from checks.errors import UsageError
from checks.model import Job

FAN_OUT = 1024
SSH_CONFIG = "ssh_config"
SUPPORTED = {"backend": "pdsh", "with": "deepspeed"}


@dataclass(frozen=True)
class Carrier:
    """What the head runs to bring the agent to every node.

    `files` are to be written, by name, into the run's directory on the head first.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def require_supported(job: Job) -> None:
    """Raises UsageError for what launch.toml may say but `start` cannot do yet."""
    for key, value in (("backend", job.backend), ("with", job.launcher)):
        if value != SUPPORTED[key]:
            raise UsageError(
                f'{key} = "{value}" is not supported yet by start: '
                f'type --{key} {SUPPORTED[key]}, or write {key} = "{SUPPORTED[key]}"'
            )


def agent_argv(python: str, home: str, mark: str, role: str) -> tuple[str, ...]:
    """What starts the agent in a role; holds nothing of the user's but the interpreter."""
    return ("env", mark, python, "-I", "-S", f"{home}/agent.py", role)


def pdsh(job: Job, nodes: Sequence[str], home: str, remote: Sequence[str]) -> Carrier:
    """pdsh from the head to `nodes`, each running `remote`.

    A node's own user goes before its name, a port of its own into an ssh config, because pdsh
    has one set of ssh arguments for all nodes.
    """
    command = shlex.join(remote).replace("%", "%%")
    words = [_login(job, name) for name in nodes]
    argv = ("pdsh", "-S", "-f", str(FAN_OUT), "-w", ",".join(words), command)
    config = _ssh_config(job, nodes)
    env = {"PDSH_RCMD_TYPE": "ssh"}
    if not config:
        return Carrier(argv, env)
    env["PDSH_SSH_ARGS_APPEND"] = f"-F {home}/{SSH_CONFIG}"
    return Carrier(argv, env, {SSH_CONFIG: config})


def _login(job: Job, name: str) -> str:
    user = job.node(name).user or job.ssh.user
    return f"{user}@{name}" if user else name


def _ssh_config(job: Job, nodes: Sequence[str]) -> str:
    """The ports that differ from ssh's own, above the login's and the head's own config."""
    ports = {name: job.node(name).port or job.ssh.port for name in nodes}
    if not any(ports.values()):
        return ""
    blocks = [f"Host {name}\n  Port {port}\n" for name, port in ports.items() if port]
    own = "Match all\n  Include ~/.ssh/config\n  Include /etc/ssh/ssh_config\n"
    return "".join(blocks) + own
