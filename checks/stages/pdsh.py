"""How pdsh is called, by the preflight and by the start alike, and the stage that tries it.

The call is DeepSpeed's: `PDSH_RCMD_TYPE=ssh pdsh -S -f 1024 -w a,b,c`. A node's own ssh user goes
into its word, `user@node`. pdsh can give one port to all nodes and no more: where all have the
same it is put into PDSH_SSH_ARGS_APPEND, as DeepSpeed's --ssh_port is; where they differ, the
head's ~/.ssh/config must say each node's port.
"""

from __future__ import annotations

from collections.abc import Sequence

from checks.contact.pool import Contact
from checks.facts import ClusterView, NodeView, Snapshot
from checks.facts.pdsh import Pdsh, PdshRun
from checks.facts.ssh import SshRow
from checks.facts.trust import ClientConfig, Trust
from checks.model import Job

FANOUT = 1024
LIMIT_S = 35.0
TRACELESS = ("-oUpdateHostKeys=no", "-oControlMaster=no", "-oControlPath=none")


def pdsh_argv(job: Job, names: Sequence[str]) -> list[str]:
    """pdsh up to its targets, in the order that `%n` counts; the remote command is to follow."""
    users = {node.name: node.user or job.ssh.user for node in job.nodes}
    words = [f"{users[name]}@{name}" if users[name] else name for name in names]
    return ["pdsh", "-S", "-f", str(FANOUT), "-w", ",".join(words)]


def pdsh_env(job: Job, names: Sequence[str], inherited: str = "") -> dict[str, str]:
    """What pdsh's environment needs beside the shell's; `inherited` is PDSH_SSH_ARGS_APPEND there.

    Empty of a port where the nodes' ports differ.
    """
    ports = {job.node(name).port or job.ssh.port for name in names}
    env = {"PDSH_RCMD_TYPE": "ssh"}
    port = ports.pop() if len(ports) == 1 else None
    if port:
        env["PDSH_SSH_ARGS_APPEND"] = f"{inherited} -p {port}".strip()
    return env


def _logs_in(head: NodeView, name: str) -> bool:
    """Whether plain ssh got there: where it did not, pdsh would only wait for the same failure."""
    attempt = head.read(SshRow).targets.get(name) if head.has(SshRow) else None
    return attempt is None or bool(attempt.hostname)


def _trial_ssh_args(head: NodeView, names: Sequence[str]) -> str:
    """ssh's arguments that keep a mere try cheap, and from leaving a line or a connection behind.

    A key that the head's ssh accepts unseen is written to the first file. pdsh splits its arguments
    at blanks alone, ssh the list of files at tabs too. The key exchanges are the head's own, the
    cheapest first: OpenSSH's first choice makes a login three times as dear.
    """
    trust = head.read(Trust) if head.has(Trust) else None
    clients = [trust.client(name) for name in names] if trust else [ClientConfig()]
    files = dict.fromkeys(("/dev/null", *(file for one in clients for file in one.known_hosts)))
    orders = {one.kex for one in clients}
    cheap = [f"-oKexAlgorithms={order}" for order in orders if order and len(orders) == 1]
    return " ".join((*TRACELESS, *cheap, "-oUserKnownHostsFile=" + "\t".join(files)))


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Fill the section `pdsh_run` of the head: one call over all nodes that ssh reaches.

    `names` are the nodes that the claims are about; the head is asked, where it is among them.
    """
    job, cluster = snapshot.job, ClusterView(snapshot)
    if job.backend != "pdsh" or job.head not in names:
        return
    head = cluster.head
    if not head.has(Pdsh) or not head.read(Pdsh).path:
        return
    targets = [name for name in job.names if name in names and _logs_in(head, name)]
    if not targets:
        return
    inherited = head.read(Pdsh).environment.get("PDSH_SSH_ARGS_APPEND", "")
    appended = f"{inherited} {_trial_ssh_args(head, targets)}".strip()
    args = {
        "argv": pdsh_argv(job, targets),
        "env": {"PDSH_SSH_ARGS_APPEND": appended, **pdsh_env(job, targets, appended)},
        "names": targets,
    }
    limit = LIMIT_S + 0.2 * len(targets)
    answers = contact.ask(PdshRun.section, {job.head: args}, limit)
    snapshot.put(job.head, PdshRun.section, answers[job.head])
