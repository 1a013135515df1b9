"""How the agent gets to the nodes: commands, as argv only; nothing is started here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from checks.model import Job
from checks.quick_dataclass import dataclass

SSH_CONFIG_FILE = "ssh_config"


@dataclass(frozen=True)
class LaunchRequest:
    """What an agent launcher is to do: run `remote` on each of `nodes`, the head first.

    `home` is the run's directory on every node; `slurm_job` is the allocation, empty without one;
    `pdsh_ssh_args` is PDSH_SSH_ARGS_APPEND in the head's shell.
    """

    job: Job
    nodes: Sequence[str]
    home: str
    remote: Sequence[str]
    slurm_job: str = ""
    pdsh_ssh_args: str = ""


@dataclass(frozen=True)
class AgentLauncher:
    """What runs on each of `on` to bring the agent to every node of the run.

    `files` are to be written, by name, into the run's directory there first. `missing` is what to
    do where the command is not there. `labels` is {what its output may call a node: its name}.
    """

    name: str
    argv: tuple[str, ...]
    on: tuple[str, ...]
    missing: str
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    is_agent: bool = False
    """Whether it is the agent itself, which outlives its supervisor to end what runs there."""
