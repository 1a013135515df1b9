"""The stage in which every node logs in to every node, in rotation; many nodes, to some.

In round r node i meets node i + r: with all nodes in the same order, sshd's MaxStartups of
10:30:100 cuts logins that really work, from eleven nodes on.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from typing import Any

from checks.answer import Answer
from checks.contact.pool import Contact
from checks.facts import ClusterView, NodeView, Snapshot
from checks.facts.account import Account
from checks.facts.known_hosts import KnownHosts
from checks.facts.ssh import CONNECT_S, SshRow
from checks.facts.trust import ClientConfig, Trust
from checks.knowledge.logins.causes import login_cause
from checks.knowledge.logins.data_doubts import login_doubt
from checks.model import Job
from checks.outliers.pair_matrix import Pair
from checks.outliers.pairing import sampled_pairs
from checks.stages.ports import ask_filters

MAX_CONCURRENT_LOGINS = 4
ROW_LIMIT_S = 60.0
LOGIN_S = 5.0
"""What a row may take at least, and for each login beyond: a bound for a node that freezes.

64 nodes on two busy cores took more than 2 s a login, and all of those logins worked.
"""
REVOKED = "REVOKED HOST KEY"
KNOWN_HOSTS_LIMIT_S = 20.0
FILTER_CAUSES = ("dropped", "refused", "no-route", "shell-hangs")
"""Causes that a packet filter can make."""


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Fill `ssh` of every node in `names`: its logins; `firewall` where it can explain.

    `known_hosts` too where a key is revoked, and of many nodes always: what they have on file is
    compared for all pairs. Tried are then those that it leaves open, each node with itself, and
    some rounds of all nodes; then all logins from and to each node at which a login failed that
    should have worked.
    """
    sampled = sampled_pairs(names, contact.most_mesh_nodes)
    if sampled is None:
        rows = {name: rotate_from(names, name) for name in names}
        for name, answer in _try_logins(contact, snapshot, rows).items():
            snapshot.put(name, SshRow.section, answer)
    else:
        _ask_known_hosts(contact, snapshot, names)
        sure = _try_sample(contact, snapshot, names, sampled)
        wrong = _nodes_of_surprises(ClusterView(snapshot), sure)
        _try_further(contact, snapshot, _rows_and_columns(snapshot, names, wrong))
    cluster = ClusterView(snapshot)
    if sampled is None:
        _ask_known_hosts(contact, snapshot, [name for name in names if _is_told(cluster[name])])
    ask_filters(contact, snapshot, _nodes_behind_filters(cluster, names))


def login_peers(job: Job) -> list[dict[str, Any]]:
    """How each node is logged in to, as the probe's sections take it."""
    return [
        {"name": node.name, "user": node.user or job.ssh.user, "port": node.port or job.ssh.port}
        for node in job.nodes
    ]


def _is_told(node: NodeView) -> bool:
    """Whether a line of its own tells it that a peer's key is revoked: it says where."""
    return any(REVOKED in attempt.err for attempt in _row(node).targets.values())


def _ask_known_hosts(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    args: dict[str, dict[str, Any]] = {name: {"peers": login_peers(snapshot.job)} for name in names}
    if not args:
        return
    for name, answer in contact.ask(KnownHosts.section, args, KNOWN_HOSTS_LIMIT_S).items():
        snapshot.put(name, KnownHosts.section, answer)


def _try_sample(
    contact: Contact, snapshot: Snapshot, names: Sequence[str], sampled: Container[Pair]
) -> set[Pair]:
    """Try what the data leave open and a sample of the rest, of which the pairs are returned."""
    cluster = ClusterView(snapshot)
    rows, sure = dict[str, list[str]](), set[Pair]()
    for name in names:
        doubted = {peer for peer in names if login_doubt(cluster[name], cluster[peer])}
        drawn = (peer for peer in names if peer == name or (name, peer) in sampled)
        known = [peer for peer in drawn if peer not in doubted]
        sure.update((name, peer) for peer in known)
        tried = doubted.union(known)
        rows[name] = [peer for peer in rotate_from(names, name) if peer in tried]
    _try_further(contact, snapshot, rows)
    return sure


def _nodes_of_surprises(cluster: ClusterView, sure: Iterable[Pair]) -> set[str]:
    """Both ends of every login that failed although nothing on file is against it."""
    ends = set[str]()
    for source, target in sure:
        attempt = _row(cluster[source]).targets.get(target)
        meant = cluster[target].read(Account).hostname if cluster[target].has(Account) else ""
        if attempt is None or login_cause(attempt) or attempt.hostname != meant:
            ends.update((source, target))
    return ends


def _rows_and_columns(
    snapshot: Snapshot, names: Sequence[str], ends: Collection[str]
) -> dict[str, list[str]]:
    """All logins from and to these nodes that were not tried."""
    cluster, rows = ClusterView(snapshot), dict[str, list[str]]()
    for name in names if ends else ():
        tried = set(_row(cluster[name]).asked or ())
        wanted = names if name in ends else ends
        row = [peer for peer in rotate_from(names, name) if peer in wanted and peer not in tried]
        if row:
            rows[name] = row
    return rows


def _row(node: NodeView) -> SshRow:
    return node.read(SshRow) if node.has(SshRow) else SshRow()


def _try_logins(
    contact: Contact, snapshot: Snapshot, rows: Mapping[str, Sequence[str]]
) -> dict[str, Answer]:
    """Have each node of `rows` log in to its targets there."""
    cluster = ClusterView(snapshot)
    args = {
        name: {
            "targets": [_login_target(cluster[name], cluster[peer]) for peer in row],
            "window": _concurrent_logins(cluster[name]),
        }
        for name, row in rows.items()
    }
    longest = max(map(len, rows.values()), default=0)
    return contact.ask(SshRow.section, args, ROW_LIMIT_S + LOGIN_S * longest)


def _try_further(contact: Contact, snapshot: Snapshot, rows: Mapping[str, Sequence[str]]) -> None:
    """The same; `ssh` has all that was tried so far, and which targets were asked for."""
    for name, answer in _try_logins(contact, snapshot, rows).items():
        before = snapshot.answer(name, SshRow.section)
        fields, targets = before.fields if before else {}, answer.fields.get("targets")
        if isinstance(targets, dict):
            asked = [*fields.get("asked", ()), *rows[name]]
            row = {"targets": {**fields.get("targets", {}), **targets}, "asked": asked}
            snapshot.put(name, SshRow.section, Answer(row))
        else:
            snapshot.put(name, SshRow.section, answer)


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
