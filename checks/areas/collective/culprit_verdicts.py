"""What is said of the node that kept the others from meeting: pure, from what its rank left."""

from __future__ import annotations

from checks.areas.limits.shell_limits import memlock_is_unlimited
from checks.areas.network.packets import full_size_packets_arrive
from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.facts.limits import Limits
from checks.facts.ports import DialResults, Listeners
from checks.facts.rendezvous import Rendezvous, RendezvousRank
from checks.facts.smoke import Smoke
from checks.knowledge.nccl_output import parse_nccl_output
from checks.knowledge.training_network import has_wrong_interface_setting
from checks.model import Verdict, block, skip


def culprit_verdict(node: NodeView, seen: Rendezvous, rank: RendezvousRank) -> Verdict:
    """The verdict on that node, by how far the rank came; a skip where its cause has a name."""
    elsewhere = _named_elsewhere(node, rank)
    if elsewhere:
        return skip(elsewhere)
    who = f"rank {rank.rank}" + (f" on {node.name}" if rank in seen.ranks else "")
    if rank.said.wrong:
        return _wrong_sum_verdict(node, who)
    if rank.said.stage == "store":
        return _store_verdict(node, seen, rank, who)
    if rank.unanswered:
        return _peer_verdict(node, seen, rank, who)
    if rank.hung:
        return _hang_verdict(node, seen, rank, who)
    evidence = {"stage": rank.said.stage, "trace": rank.said.trace, "stderr": rank.err}
    if rank.code is not None and rank.code < 0:
        message = f"{who} was ended by signal {-rank.code} in stage {rank.said.stage!r}"
        return block("crashed", message, node.fix("dmesg | tail", root=True), **evidence)
    first = rank.said.detail.strip().partition("\n")[0][:400] or "it said nothing"
    first += "".join(f"; NCCL: {words}" for words in parse_nccl_output(rank.kept).warnings[:2])
    message = f"{who} failed in stage {rank.said.stage!r}: {rank.said.error}: {first}"
    return block(
        "error",
        f"{message}{_describe_smaller_groups(seen)}",
        node.fix("", _EVIDENCE_NOTE),
        **evidence,
    )


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
    if not any(_has_failed_calls(one, node) for one in node.cluster.reached):
        return ""
    claim = "master-port-is-reachable" if rank.said.stage == "store" else "ephemeral-ports-are-open"
    return f"its ports are not reached; see ports.{claim}"


def _has_failed_calls(one: NodeView, node: NodeView) -> bool:
    """Whether a call failed from or to that node."""
    if not one.has(DialResults):
        return False
    failed = one.read(DialResults).failed
    return bool(failed) and (one.name == node.name or any(f.target == node.name for f in failed))


def _wrong_sum_verdict(node: NodeView, who: str) -> Verdict:
    message = f"what {who} gave to the first sum arrived changed"
    return block("wrong-sum", message, node.fix("", "suspect its memory, GPU or network adapter"))


def _store_verdict(node: NodeView, seen: Rendezvous, rank: RendezvousRank, who: str) -> Verdict:
    where = f"{seen.address}:{seen.port}"
    first = rank.said.detail.strip().partition("\n")[0][:300] or "no answer"
    if seen.own == seen.address:
        lacks = "does not open" if rank in seen.ranks else "and all others do not reach"
        message = f"{who} {lacks} {where}, where all ranks are to meet: {first}"
        fix = node.fix(f"ss -ltnp 'sport = :{seen.port}'", "shows who has the port", root=True)
        return block("master-not-open", message, fix, stderr=rank.err)
    message = f"{who} does not reach {where}, where the other ranks met: {first}"
    fix = node.fix(f"nc -vz -w 5 {seen.address} {seen.port}", "while something listens there")
    return block(
        "master-not-reached", f"{message}{_describe_smaller_groups(seen)}", fix, stderr=rank.err
    )


def _peer_verdict(node: NodeView, seen: Rendezvous, rank: RendezvousRank, who: str) -> Verdict:
    """The rank may be another node's, where that one calls this node in vain."""
    targets = ", ".join(rank.unanswered[:4])
    pair = _describe_pair(node, seen, rank) if seen.again else ""
    message = (
        f"{who} gets no answer from {targets} in {seen.limit:.0f} s: {seen.backend} connects the "
        f"ranks with each other on ports of the ephemeral range ({node.name}: {seen.own})"
    )
    fix = node.fix("nft list ruleset", "what drops ports that no service owns?", root=True)
    return block(
        "peer-not-reached", f"{message}{_describe_smaller_groups(seen)}{pair}", fix, stack=rank.err
    )


def _describe_pair(node: NodeView, seen: Rendezvous, rank: RendezvousRank) -> str:
    """That it is two nodes, where the only one that it misses meets all others."""
    owners = {one.read(Rendezvous).own: one.name for one in node.cluster.nodes_with(Rendezvous)}
    ends = {seen.own, *(target.rpartition(":")[0] for target in rank.unanswered)}
    if rank not in seen.ranks or len(ends) != len(("one", "another")) or not ends <= owners.keys():
        return ""
    other = next(owners[end] for end in ends if end != seen.own)
    return f"; {other} is met by all but {node.name}: of such a pair the one that calls is named"


def _hang_verdict(node: NodeView, seen: Rendezvous, rank: RendezvousRank, who: str) -> Verdict:
    where = " ← ".join(f"{name} ({path}:{line})" for path, line, name in rank.frames[:3])
    shown = f", in {where}" if where else ""
    message = f"{who} hung in stage {rank.said.stage!r} for {seen.limit:.0f} s{shown}"
    return block(
        "hang",
        f"{message}{_describe_smaller_groups(seen)}",
        node.fix("", _EVIDENCE_NOTE),
        stack=rank.err,
    )


def _describe_smaller_groups(seen: Rendezvous) -> str:
    """What came of the smaller meetings, and of the one without the culprits."""
    others = [name for name in seen.apart if name != seen.apart[-1]]
    told = f"; of smaller groups, it does not meet {', '.join(others)}" * bool(others)
    told = told or "; alone it fails as well" * bool(seen.apart)
    if seen.again is None:
        return told
    return told + ("; without it the others meet" if seen.again else "; without it neither")
