"""A container that a command of launch.toml enters: why it does not, and where a fix is typed.

The probe looks in there. What the machine keeps for itself, its sshd, network, clock and drivers,
is repaired outside; all else inside.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from checks.facts import Login, NodeView
from checks.model import HERE, Fix, Job

OF_THE_MACHINE = frozenset(
    {"reach", "ssh", "pdsh", "ports", "network", "time", "gpu", "collective"}
)
"""Areas whose facts a container with the host's network shares with its machine."""
ABSENT = re.compile(r"no such container|no container with name", re.IGNORECASE)
STOPPED = re.compile(r"is not running|container state improper", re.IGNORECASE)
NO_TERMINAL = re.compile(r"not a TTY|not a terminal", re.IGNORECASE)
NO_DAEMON = re.compile(
    r"cannot connect to the docker daemon|failed to connect to the docker api", re.I
)
DENIED = re.compile(r"permission denied while trying to connect to the docker", re.IGNORECASE)
UNKNOWN_PROGRAM = re.compile(r"^(?!OCI).*(: not found|command not found)", re.MULTILINE)
"""What podman-exec(1), docker exec and shells say; `OCI runtime` begins what is missing inside."""


def typed_inside(job: Job, command: str) -> str:
    """The command as the node's login types it to have it run in the job's container, if any."""
    if not job.container or job.container in command:
        return command
    if re.search(r"[^\w\s./=:,@%+-]", command):
        command = f"sh -c {shlex.quote(command)}"
    return f"{job.container} {command}"


def place_fix(fix: Fix, area: str, job: Job) -> Fix:
    """The fix of a node's finding where it belongs: in the container, or on its machine."""
    if not job.container or not fix.command or fix.on not in job.names:
        return fix
    if area not in OF_THE_MACHINE:
        steps = fix.command.split(" && ") if job.container in fix.command else [fix.command]
        return replace(fix, command=" && ".join(typed_inside(job, step) for step in steps))
    where = "on the machine, not in the container"
    return replace(fix, note=f"{where}; {fix.note}" if fix.note else where)


def refused_entry_fix(node: NodeView, login: Login) -> Fix:
    """By what the command printed in place of an answer."""
    words = shlex.split(node.job.container)
    engine = shlex.join(words[: exec_in(words)])
    said = login.printed
    if DENIED.search(said):
        group = f"usermod -aG docker {shlex.quote(login.user or 'USER')}"
        return node.fix(group, "for the next login; who is in it can act as root", root=True)
    if NO_DAEMON.search(said):
        return node.fix("systemctl enable --now docker || service docker start", root=True)
    if STOPPED.search(said):
        return node.fix(f"{engine} start {shlex.quote(words[-1])}")
    if ABSENT.search(said):
        note = f"lists what is there: run {words[-1]} there, or name another in launch.toml"
        return node.fix(f"{engine} ps -a", note)
    if UNKNOWN_PROGRAM.search(said):
        note = f"the PATH of a login has no {words[0]} there: install it, or give its whole path"
        return Fix(on=node.name, note=note)
    if NO_TERMINAL.search(said) or (exec_in(words) and not has_input(words)):
        return Fix(on=HERE, note=f'in launch.toml: container = "{with_input(words)}"')
    return node.fix(f"{node.job.container} true", "shows what it says")


def exec_in(words: list[str]) -> int:
    """How many words come before `exec` of `podman exec` and its kin; 0 where it is none."""
    return words.index("exec") if "exec" in words else 0


def has_input(words: list[str]) -> bool:
    """Whether the call passes its standard input on."""
    return any(re.fullmatch("-[a-z]*i[a-z]*|--interactive(=true)?", word) for word in words)


def with_input(words: list[str]) -> str:
    """The call with `-i` and without a terminal, as a program needs it that is spoken to."""
    kept = [re.sub("t", "", word) if re.fullmatch("-[it]+", word) else word for word in words]
    kept = [word for word in kept if word not in ("-", "--tty", "--tty=true")]
    at = exec_in(kept) + 1
    return shlex.join(kept if has_input(kept) else [*kept[:at], "-i", *kept[at:]])
