"""The stage in which every node logs in to every node, in rotation.

In round r node i meets node i + r: with all nodes in the same order, sshd's MaxStartups of
10:30:100 cuts logins that really work, from eleven nodes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from checks.contact.pool import Contact
from checks.facts import ClusterView, NodeView, Snapshot
from checks.facts.account import Account
from checks.facts.ssh import CONNECT_S, SshRow
from checks.facts.trust import ClientConfig, Trust
from checks.knowledge.logins.causes import login_cause
from checks.stages.ports import ask_filters

MAX_CONCURRENT_LOGINS = 4
ROW_LIMIT_S = 60.0
LOGIN_S = 5.0
"""What a row may take at least, and for each login beyond: a bound for a node that freezes.

64 nodes on two busy cores took more than 2 s a login, and all of those logins worked.
"""
FILTER_CAUSES = ("dropped", "refused", "no-route")
"""Causes that a packet filter can make."""


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Fill `ssh` of every node in `names`: its logins to all; `firewall` where it can explain."""
    cluster = ClusterView(snapshot)
    rows = {
        name: {
            "targets": [
                _login_target(cluster[name], cluster[peer]) for peer in rotate_from(names, name)
            ],
            "window": _concurrent_logins(cluster[name]),
        }
        for name in names
    }
    answers = contact.ask(SshRow.section, rows, ROW_LIMIT_S + LOGIN_S * len(names))
    for name, answer in answers.items():
        snapshot.put(name, SshRow.section, answer)
    ask_filters(contact, snapshot, _nodes_behind_filters(cluster, names))


def _nodes_behind_filters(cluster: ClusterView, names: Sequence[str]) -> list[str]:
    """Both ends of every login that a packet filter may have kept from sshd, or held up."""
    ends = dict[str, None]()
    for name in names:
        row = cluster[name].read(SshRow).targets if cluster[name].has(SshRow) else {}
        for target, attempt in row.items():
            if login_cause(attempt) in FILTER_CAUSES or attempt.seconds >= CONNECT_S:
                ends.update({name: None, target: None})
    return [name for name in ends if name in names]


def rotate_from(names: Sequence[str], first: str) -> list[str]:
    """All names, from `first` on."""
    at = list(names).index(first)
    return [*names[at:], *names[:at]]


def _concurrent_logins(node: NodeView) -> int:
    """Logins at once: few, and no more than there are processors to do them."""
    return max(1, min(MAX_CONCURRENT_LOGINS, node.read(Account).cpus)) if node.has(Account) else 2


def _login_target(source: NodeView, target: NodeView) -> dict[str, Any]:
    client = source.read(Trust).client(target.name) if source.has(Trust) else ClientConfig()
    ssh = source.job.ssh
    return {
        "name": target.name,
        "user": target.node.user or ssh.user,
        "port": target.node.port or ssh.port,
        "known_hosts": list(client.known_hosts),
        "kex": client.kex,
    }
