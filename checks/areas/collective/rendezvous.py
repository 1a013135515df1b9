"""Whether all ranks of all nodes meet, and who keeps them from it."""

from __future__ import annotations

from checks.areas.collective.culprit_verdicts import culprit_verdict, name_of_subject
from checks.areas.software.guilty_variables import judge_guilty_variables
from checks.areas.software.variables import CHECK as VARIABLES
from checks.areas.software.variables import nodes_kept_apart
from checks.areas.training.import_fixes import import_fix
from checks.areas.training.smoke import why_cannot_train
from checks.check import node_check
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.firewall import Firewall
from checks.facts.free_space import FreeSpace
from checks.facts.gpus import Gpus
from checks.facts.interfaces import Interfaces
from checks.facts.limits import Limits
from checks.facts.names import Names
from checks.facts.ports import DialResults, Listeners, PortSettings
from checks.facts.rdma import Rdma
from checks.facts.rendezvous import Rendezvous, RendezvousRank
from checks.facts.smoke import Smoke
from checks.facts.software import Software
from checks.knowledge.denials import denial_words, opening_fix
from checks.model import Verdict, block, ok, skip, unknown
from checks.outliers.rendezvous_culprits import find_culprits

MOST_SHOWN = 8


@node_check(
    "collective.ranks-meet",
    Rendezvous,
    Software,
    FreeSpace,
    Environment,
    optional=(
        *(Smoke, Gpus, Limits, DialResults, Listeners, Interfaces, Names, Rdma),
        *(Firewall, PortSettings),
    ),
    reads=("launcher",),
)
def ranks_meet(node: NodeView) -> Verdict:
    """All ranks of all nodes meet where training will, and their first sum is right.

    A rank that does not arrive makes all others wait silently until a time-out of ten minutes or
    more, and their messages name the ranks that waited, not the one that was missing.

    Measured: On every node the training interpreter imports torch once and forks one rank for each
    slot, with the job's `[env]` and the interface that was checked. They meet at the head's address
    on the master port, over nccl where every node has GPUs and over gloo elsewhere, and add up a
    vector in which each rank's part can be recognised; over gloo once more in a second group, such
    as DeepSpeed makes. A rank reports each stage before it enters
    it: `device`, `store` (the master port), `group` (the other ranks), `all-reduce`, `barrier`.
    Importing has 120 s, meeting 20 s, on GPUs 60 s. A node that cannot import torch is left out,
    and the others meet without it. Everything is ended at the limit; the master port is free
    afterwards. The node that is blamed is the one that failed by itself, else the one that was
    missing, else the one that got least far; the others are skipped with its name.

    Where not all meet, the blamed nodes are left out and the others meet again, at most three
    times: this proves the blame and shows whether there is a second one. Where no node can be
    blamed, because all hang in the same place, halves of the nodes (split between their networks
    where they have several) meet side by side, then halves of what failed, until a single node is
    left that fails alone, or two that do not meet each other; of these, the one that does not meet
    the rest either.

    Fix: What the rank printed is in the finding's evidence (`--report FILE`).
        import-error: torch cannot be imported; the fix is as for the
            [smoke](training.md#trainingsmoke-trains).
        package-denied: a file or folder of torch does not let the login in. Opens that one.
        variable-in-the-way: torch can be imported without that variable. Turns the line that sets
            it into a comment.
        master-not-open: the head does not open the master port, or no other node reaches it.
        master-not-reached: that node does not reach the master port while others do.
        error: the rank failed on its own; the message quotes it. Where `launcher diagnose` knows
            its words, such as those of `gloo-no-port`, the cause is the id of that known failure,
            with its reason and its fix.
        crashed: a signal ended the rank.
        peer-not-reached: that node cannot connect to the other nodes' ranks, or they cannot connect
            to it; of one pair the caller is named. The message has the addresses and ports.
        connections-limited: the ports are open, and the packet filter of that node, or of the head,
            counts connections: it lets through fewer than the ranks need at once. Lets those of the
            nodes through.
        hang: no end in time, and the node got less far than the others; the message has the top of
            the stack.
        wrong-sum: the contribution of the node's rank arrived changed.
    """
    if reason := why_unopened(node):
        return skip(reason)
    rendezvous = node.read(Rendezvous)
    if not rendezvous.torch_imported:
        return _import_error_verdict(node, rendezvous)
    if rendezvous.world == 1 and not rendezvous.shown:
        return skip("a single rank has no other to meet")
    met = {
        peer.name: peer.read(Rendezvous)
        for peer in node.cluster.nodes_with(Rendezvous)
        if peer.read(Rendezvous).torch_imported
    }
    if not any(peer.failed for peer in met.values()):
        slowest = max(rank.ended for peer in met.values() for rank in peer.ranks)
        message = (
            f"{rendezvous.world} ranks met at {rendezvous.address}:{rendezvous.port} over "
            f"{rendezvous.backend}"
        )
        return ok(f"{message} in {slowest:.1f} s", seconds=slowest, torch=rendezvous.torch)
    if apart := nodes_kept_apart(node.cluster):
        return skip(f"variables of {', '.join(apart)} differ; see {VARIABLES}")
    if rendezvous.cut:
        return skip("it meets its own group; see collective.groups-meet")
    culprits = _find_subjects(node.cluster, met)
    if node.name in culprits:
        return culprit_verdict(node, rendezvous, culprits[node.name])
    return _waiting_verdict(node, met, culprits)


def why_unopened(node: NodeView) -> str:
    """Why no rank of that node came to life, where another check says so."""
    opened = node.has(Rendezvous) and node.read(Rendezvous).torch_imported
    return "" if opened else why_cannot_train(node, packages=("torch",))


def _import_error_verdict(node: NodeView, rendezvous: Rendezvous) -> Verdict:
    """Torch could not be imported; the others met without this node."""
    smoke = node.read(Smoke).failed if node.has(Smoke) else None
    if smoke and not smoke.said.torch:
        return skip("it does not train alone either; see training.smoke-trains")
    first = rendezvous.detail.strip().partition("\n")[0][:400]
    message = f"no rank of {node.name} can import torch: {rendezvous.error or 'it ended'}: {first}"
    if rendezvous.denied:
        message = f"no rank of {node.name} can import torch: {denial_words(rendezvous.denied)}"
        return block("package-denied", message, opening_fix(node, rendezvous.denied))
    if rendezvous.variables:
        return judge_guilty_variables(node, rendezvous.variables, message)
    fix = import_fix(node, "import torch", f"{rendezvous.error}: {rendezvous.detail}")
    return block("import-error", message, fix, detail=rendezvous.detail)


def _waiting_verdict(
    node: NodeView, met: dict[str, Rendezvous], culprits: dict[str, RendezvousRank]
) -> Verdict:
    """Of a node that is not accused: whom it waited for; where nobody stands out, the head says."""
    if culprits:
        without = met[node.name].failed == ()
        did = "met the others without" if without else "waited for"
        return skip(f"{did} {', '.join(culprits)}; see collective.ranks-meet of it")
    silent = _silent_nodes(node.cluster)
    if silent:
        return skip(f"{', '.join(silent)} gave no answer")
    if node.name != next(iter(met)):
        return skip(f"not all ranks met; see collective.ranks-meet of {next(iter(met))}")
    return unknown(f"not all ranks met, and no node stands out: {_describe_failed_ranks(met)}")


def _find_subjects(cluster: ClusterView, met: dict[str, Rendezvous]) -> dict[str, RendezvousRank]:
    """The nodes that a finding belongs to, each with the rank that shows it best."""
    culprits = {name: peer.shown for name, peer in met.items() if peer.shown} or find_culprits(met)
    return {
        name_of_subject(cluster[name], met[name], rank): rank for name, rank in culprits.items()
    }


def _silent_nodes(cluster: ClusterView) -> list[str]:
    return [node.name for node in cluster.reached if not node.has(Rendezvous)]


def _describe_failed_ranks(met: dict[str, Rendezvous]) -> str:
    """Where each rank that failed stands, the first few."""
    failed = [(name, rank) for name, rendezvous in met.items() for rank in rendezvous.failed]
    descriptions = [
        f"rank {rank.rank} on {name} in {rank.said.stage!r}: "
        f"{rank.said.detail[:120] or 'not finished'}"
        for name, rank in failed
    ]
    rest = f", and {len(descriptions) - MOST_SHOWN} more" if len(descriptions) > MOST_SHOWN else ""
    return "; ".join(descriptions[:MOST_SHOWN]) + rest
