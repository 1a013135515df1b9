"""The stage that tries pdsh: one call from the head over all nodes, as the start makes it."""

from __future__ import annotations

from collections.abc import Sequence

from checks.contact.pool import Contact
from checks.facts import ClusterView, NodeView, Snapshot
from checks.facts.pdsh import Pdsh, PdshRun
from checks.facts.ssh import SshRow
from checks.facts.trust import ClientConfig, Trust
from checks.knowledge.pdsh_call import pdsh_call

LIMIT_S = 35.0
CONFIG_PATH = "SSH_CONFIG"
"""Stands for the path of the ssh configuration; the probe knows it."""
TRACELESS = ("-oUpdateHostKeys=no", "-oControlMaster=no", "-oControlPath=none")


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
    files = dict.fromkeys(
        ("/dev/null", *(file for client in clients for file in client.known_hosts))
    )
    orders = {client.kex for client in clients}
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
    trial = _trial_ssh_args(head, targets)
    call = pdsh_call(job, targets, CONFIG_PATH, f"{inherited} {trial}".strip())
    args = {
        "argv": list(call.argv),
        "env": dict(call.env),
        "plain_env": dict(pdsh_call(job, targets, CONFIG_PATH, trial).env),
        "ssh_config": call.ssh_config,
        "labels": dict(call.labels),
    }
    limit = LIMIT_S + 0.2 * len(targets)
    answers = contact.ask(PdshRun.section, {job.head: args}, limit)
    snapshot.put(job.head, PdshRun.section, answers[job.head])
