"""What is said of the node that kept the others from meeting: pure, from what its rank left."""

from __future__ import annotations

from checks.areas.collective.connection_limits import judge_limited_meeting, limiting_node
from checks.areas.limits.shell_limits import memlock_is_unlimited
from checks.areas.network.packets import full_size_packets_arrive
from checks.areas.training.failed_rank import known_failure_verdict
from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.facts.limits import Limits
from checks.facts.ports import DialResults, Listeners
from checks.facts.rendezvous import Rendezvous, RendezvousRank
from checks.facts.smoke import Smoke
from checks.knowledge.nccl_output import parse_nccl_output
from checks.knowledge.training_network import has_wrong_interface_setting
from checks.model import Verdict, block, skip


def culprit_verdict(node: NodeView, rendezvous: Rendezvous, rank: RendezvousRank) -> Verdict:
    """The verdict on that node, by how far the rank came; a skip where its cause has a name."""
    elsewhere = _named_elsewhere(node, rank)
    if elsewhere:
        return skip(elsewhere)
    rank_name = f"rank {rank.rank}" + (f" on {node.name}" if rank in rendezvous.ranks else "")
    if rank.said.wrong:
        return _wrong_sum_verdict(node, rank_name)
    if limited := judge_limited_meeting(node, rendezvous, rank):
        return limited
    if rank.said.stage == "store":
        return _store_verdict(node, rendezvous, rank, rank_name)
    if rank.unanswered:
        return _peer_verdict(node, rendezvous, rank, rank_name)
    if rank.hung:
        return _hang_verdict(node, rendezvous, rank, rank_name)
    evidence = {"stage": rank.said.stage, "trace": rank.said.trace, "stderr": rank.err}
    if rank.code is not None and rank.code < 0:
        message = f"{rank_name} was ended by signal {-rank.code} in stage {rank.said.stage!r}"
        return block("crashed", message, node.fix("dmesg | tail", root=True), **evidence)
    first = rank.said.detail.strip().partition("\n")[0][:400] or "no output"
    first += "".join(f"; NCCL: {words}" for words in parse_nccl_output(rank.kept).warnings[:2])
    message = f"{rank_name} failed in stage {rank.said.stage!r}: {rank.said.error}: {first}"
    message += _describe_smaller_groups(rendezvous)
    words = f"{rank.said.error}: {rank.said.detail}"
    known = known_failure_verdict(node, words, rank.said.trace, message, **evidence)
    return known or block("error", message, node.fix("", _EVIDENCE_NOTE), **evidence)


def name_of_subject(node: NodeView, rendezvous: Rendezvous, rank: RendezvousRank) -> str:
    """The node that the finding on that rank of `node` belongs to: that of a filter, or its own."""
    if rank.said.wrong or _named_elsewhere(node, rank):
        return node.name
    return limiting_node(node, rendezvous, rank) or node.name


_EVIDENCE_NOTE = "what the rank printed is in the evidence of this finding (--report FILE)"


def _named_elsewhere(node: NodeView, rank: RendezvousRank) -> str:
    """Where the root cause is named, if the facts show one."""
    if has_wrong_interface_setting(node):
        return "its interface is not there or not up; see nccl.socket-interface-exists"
    if node.has(Gpus) and rank.said.stage == "device":
        gpus = node.read(Gpus)
        if gpus.broken or (node.slots or 0) > gpus.count:
            return "it has fewer GPUs than slots; see gpu.slots-have-gpus"
    large = rank.said.stage == "larger sums" and node.has(DialResults)
    if large and full_size_packets_arrive.judge(node).cause:
        return "large packets do not arrive; see network.full-size-packets-arrive"
    if any(
        "Cannot allocate memory" in words for words in parse_nccl_output(rank.kept).warnings
    ) and (node.has(Limits) and memlock_is_unlimited.judge(node).cause):
        return "it may not lock enough memory; see limits.memlock-is-unlimited"
    if node.has(Smoke) and node.read(Smoke).failed is not None:
        return "it does not train alone either; see training.smoke-trains"
    return _unreached_port_check(node, rank)


def _unreached_port_check(node: NodeView, rank: RendezvousRank) -> str:
    head = node.cluster.head
    if rank.said.stage == "store" and head.has(Listeners) and head.read(Listeners).master_error:
        return "the master port is in use; see ports.master-port-is-free"
    if not any(_has_failed_calls(peer, node) for peer in node.cluster.reached):
        return ""
    claim = "master-port-is-reachable" if rank.said.stage == "store" else "ephemeral-ports-are-open"
    return f"its ports are not reached; see ports.{claim}"


def _has_failed_calls(peer: NodeView, node: NodeView) -> bool:
    """Whether a call failed from or to that node."""
    if not peer.has(DialResults):
        return False
    failed = peer.read(DialResults).failed
    return bool(failed) and (peer.name == node.name or any(f.target == node.name for f in failed))


def _wrong_sum_verdict(node: NodeView, rank_name: str) -> Verdict:
    message = f"the values of {rank_name} were changed on the way into the first sum"
    return block("wrong-sum", message, node.fix("", "suspect its memory, GPU or network adapter"))


def _store_verdict(
    node: NodeView, rendezvous: Rendezvous, rank: RendezvousRank, rank_name: str
) -> Verdict:
    meeting_point = f"{rendezvous.address}:{rendezvous.port}"
    first = rank.said.detail.strip().partition("\n")[0][:300] or "no answer"
    if rendezvous.own == rendezvous.address:
        lacks = "does not open" if rank in rendezvous.ranks else "and all others cannot reach"
        message = f"{rank_name} {lacks} {meeting_point}, where all ranks meet: {first}"
        fix = node.fix(
            f"ss -ltnp 'sport = :{rendezvous.port}'", "shows who has the port", root=True
        )
        return block("master-not-open", message, fix, stderr=rank.err)
    message = f"{rank_name} does not reach {meeting_point}, where the other ranks met: {first}"
    fix = node.fix(
        f"nc -vz -w 5 {rendezvous.address} {rendezvous.port}", "while something listens there"
    )
    return block(
        "master-not-reached",
        f"{message}{_describe_smaller_groups(rendezvous)}",
        fix,
        stderr=rank.err,
    )


def _peer_verdict(
    node: NodeView, rendezvous: Rendezvous, rank: RendezvousRank, rank_name: str
) -> Verdict:
    """The rank may be another node's, where that one calls this node in vain."""
    targets = ", ".join(rank.unanswered[:4])
    pair = _describe_pair(node, rendezvous, rank) if rendezvous.again else ""
    message = (
        f"{rank_name} gets no answer from {targets} in {rendezvous.limit:.0f} s: "
        f"{rendezvous.backend} connects the ranks with each other on ports of the ephemeral range "
        f"({node.name}: {rendezvous.own})"
    )
    note = "look for rules that drop ports of no known service"
    fix = node.fix("nft list ruleset", note, root=True)
    return block(
        "peer-not-reached",
        f"{message}{_describe_smaller_groups(rendezvous)}{pair}",
        fix,
        stack=rank.err,
    )


def _describe_pair(node: NodeView, rendezvous: Rendezvous, rank: RendezvousRank) -> str:
    """That it is two nodes, where the only one that it misses meets all others."""
    owners = {
        member.read(Rendezvous).own: member.name for member in node.cluster.nodes_with(Rendezvous)
    }
    ends = {rendezvous.own, *(target.rpartition(":")[0] for target in rank.unanswered)}
    if (
        rank not in rendezvous.ranks
        or len(ends) != len(("one", "another"))
        or not ends <= owners.keys()
    ):
        return ""
    peer = next(owners[end] for end in ends if end != rendezvous.own)
    return (
        f"; {peer} is met by all but {node.name}: of such a pair, the node that connects is named"
    )


def _hang_verdict(
    node: NodeView, rendezvous: Rendezvous, rank: RendezvousRank, rank_name: str
) -> Verdict:
    stack = " ← ".join(f"{name} ({path}:{line})" for path, line, name in rank.frames[:3])
    place = f", in {stack}" if stack else ""
    message = f"{rank_name} hung in stage {rank.said.stage!r} for {rendezvous.limit:.0f} s{place}"
    return block(
        "hang",
        f"{message}{_describe_smaller_groups(rendezvous)}",
        node.fix("", _EVIDENCE_NOTE),
        stack=rank.err,
    )


def _describe_smaller_groups(rendezvous: Rendezvous) -> str:
    """What came of the smaller meetings, and of the one without the culprits."""
    missed = [name for name in rendezvous.apart if name != rendezvous.apart[-1]]
    description = f"; of smaller groups, it does not meet {', '.join(missed)}" * bool(missed)
    description = description or "; alone it fails as well" * bool(rendezvous.apart)
    if rendezvous.again is None:
        return description
    return description + (
        "; without it the others meet" if rendezvous.again else "; without it neither"
    )
