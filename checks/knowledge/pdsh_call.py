"""How pdsh is called on the head, by the check and by the start alike.

The call is DeepSpeed's: `PDSH_RCMD_TYPE=ssh pdsh -S -f 1024 -w a,b,c`. A node's own ssh user goes
before its name, `user@node`. pdsh has one set of ssh arguments for all nodes, so ports go into a
file for ssh: whether they are in the login's own configuration too makes no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from checks.knowledge.ssh_from_head import ssh_config
from checks.model import Job
from checks.quick_dataclass import dataclass

FANOUT = 1024


@dataclass(frozen=True)
class PdshCall:
    """pdsh up to its targets, in the order that `%n` counts; the remote command is to follow.

    `env` is what it needs beside the shell's; `ssh_config` is the text of the file that `env` names
    to ssh, empty where it names none. `labels` is {what pdsh may call a node: its name}.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    ssh_config: str
    labels: Mapping[str, str]


def pdsh_call(job: Job, names: Sequence[str], config_path: str, ssh_args: str = "") -> PdshCall:
    """The call for these nodes; `ssh_args` is PDSH_SSH_ARGS_APPEND as it should be without it."""
    config = ssh_config(job, names, users=False)
    appended = f"{ssh_args} -F {config_path}" if config else ssh_args
    env = {"PDSH_RCMD_TYPE": "ssh"}
    if appended:
        env["PDSH_SSH_ARGS_APPEND"] = appended.strip()
    words = ",".join(_login_name(job, name) for name in names)
    argv = ("pdsh", "-S", "-f", str(FANOUT), "-w", words)
    return PdshCall(argv, env, config, names_by_label(names))


def names_by_label(names: Sequence[str]) -> dict[str, str]:
    """{what pdsh may call a node in its output: its name}, in the order of `names`.

    pdsh leaves a domain out of its labels where all hosts share it; then no two are alike without.
    """
    short = Counter(name.partition(".")[0] for name in names)
    labels: dict[str, str] = {}
    for name in names:
        label = name.partition(".")[0]
        labels |= {label: name} if short[label] == 1 and label not in names else {}
        labels[name] = name
    return labels


def _login_name(job: Job, name: str) -> str:
    user = job.node(name).user or job.ssh.user
    return f"{user}@{name}" if user else name
