"""Over what the ranks really moved data, by their own words, against what the hardware offers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from checks.areas.collective.rendezvous import why_unopened
from checks.areas.gpu.gpudirect import gpus_reach_adapters
from checks.areas.nccl.agreement import ROOT_CAUSES
from checks.areas.nccl.fixes import env_ifname_fix, rdma_fix, unset_fix
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.free_space import FreeSpace
from checks.facts.gpus import Gpus
from checks.facts.interfaces import Interfaces
from checks.facts.limits import Limits
from checks.facts.names import Names
from checks.facts.rdma import Rdma
from checks.facts.rendezvous import Rendezvous
from checks.facts.software import Software
from checks.folded_names import fold_names
from checks.knowledge.nccl_output import NcclUsage, parse_nccl_output
from checks.knowledge.nccl_transport import (
    NCCL_IB_DISABLE,
    NCCL_IB_HCA,
    NCCL_NET,
    SOCKETS,
    allowed_ports,
    expected_transport,
    known_transports,
    port_kind,
)
from checks.knowledge.nccl_variables import GLOO_IFNAME, NCCL_IFNAME, leading_number
from checks.knowledge.training_network import training_interface
from checks.model import Fix, Severity, Verdict, ok, skip, unknown, warn

NEEDS = (Rendezvous, Rdma, Environment, Interfaces, Names, Software, FreeSpace)
UsageByRank = Mapping[int, NcclUsage]


@node_check(
    "collective.ranks-use-the-fastest-transport",
    *NEEDS,
    severity=Severity.WARN,
    optional=(Gpus, Limits),
)
def ranks_use_the_fastest_transport(node: NodeView) -> Verdict:
    """The ranks report that they move data over the fastest network that the node has.

    NCCL silently falls back to sockets when it cannot use an adapter, and trains on at a tenth of
    the speed; gloo and NCCL alike may use an interface that was meant for logins.

    Measured: In the same meeting as for [ranks-meet](#collectiveranks-meet), NCCL writes its debug
    output (`NCCL_DEBUG=INFO`, parts INIT, NET, ENV and BOOTSTRAP; a file that `NCCL_DEBUG_FILE`
    names is left alone). From it, for each rank: the network it took, its adapters and their ports,
    InfiniBand or RoCE, the interfaces of its sockets, plugins that were loaded or failed, whether
    the connections to other nodes use GPUDirect RDMA, and its version. That is compared with the
    active ports and the variables of the node. For gloo, the interfaces of the ranks' own
    connections are compared. Sockets that another check explains are skipped with its name. Ranks
    without GPUDirect are reported only where all other nodes have it: some adapters and GPUs cannot
    use it.

    Fix:
        no-library: libibverbs cannot be loaded there, though a login finds it: another container,
            another path.
        no-access: the rank may not open the adapter.
        no-device: NCCL finds none: in a container without `--device=/dev/infiniband`, or no
            provider library.
        hca-unknown: `NCCL_IB_HCA` as it reached the rank names none of the adapters.
        disabled: `NCCL_IB_DISABLE` or `NCCL_NET=Socket` reached the rank, though no login shows it.
        plugin-broken: a network plugin was found and could not be used; the message has its words.
        plugin-missing: the adapters (EFA) need a plugin, and none was loaded.
        unexplained: sockets, and NCCL does not say why.
        adapters-left-out: NCCL uses fewer ports than are active.
        other-interface: sockets on another interface than the one that leads to the other nodes.
        no-gpudirect: data passes the host's memory on this node alone.
    """
    if reason := why_unopened(node):
        return skip(reason)
    rendezvous = node.read(Rendezvous)
    if not rendezvous.torch_imported:
        return skip("torch was not imported; see collective.ranks-meet")
    if len(_nodes_with_ranks(node)) < len(("here", "there")):
        return skip("ranks of one node alone use no network")
    if rendezvous.failed or rendezvous.world == 0:
        return skip("its ranks did not meet; see collective.ranks-meet")
    if rendezvous.backend != "nccl":
        return _gloo_verdict(node, rendezvous)
    ranks = {rank.rank: parse_nccl_output(rank.kept) for rank in rendezvous.ranks}
    silent = [str(rank) for rank, usage in ranks.items() if not usage.network]
    if silent:
        return unknown(f"NCCL of rank {', '.join(silent)} on {node.name} names no network")
    return (
        _fallback_verdict(node, ranks)
        or _left_out_verdict(node, ranks)
        or _other_interface_verdict(
            node, (name for rank in ranks.values() if rank.sockets for name in rank.interfaces)
        )
        or _gpudirect_verdict(node, ranks)
        or _used_transport_verdict(node, ranks)
    )


def _nodes_with_ranks(node: NodeView) -> list[NodeView]:
    """The nodes whose ranks took part."""
    return [peer for peer in node.cluster.nodes_with(Rendezvous) if _read_rendezvous(peer).ranks]


def _read_rendezvous(node: NodeView) -> Rendezvous:
    return node.read(Rendezvous)


def _gloo_verdict(node: NodeView, rendezvous: Rendezvous) -> Verdict:
    """The interface whose addresses the ranks' connections to other nodes have."""
    addresses = {address for rank in rendezvous.ranks for address in rank.said.addresses}
    owners = (node.read(Interfaces).interface_owning(address) for address in sorted(addresses))
    names = list(dict.fromkeys(owner.name for owner in owners if owner is not None))
    if not names:
        return unknown(f"no connection of the ranks on {node.name} to another was seen")
    return _other_interface_verdict(node, names) or ok(f"gloo over {', '.join(names)}")


def _other_interface_verdict(node: NodeView, names: Iterable[str]) -> Verdict | None:
    """Sockets on another interface than training was found to use; the user's own list stands."""
    expected = training_interface(node).name
    unexpected = [name for name in dict.fromkeys(names) if name != expected]
    if not unexpected or NCCL_IFNAME in node.job.env:
        return None
    message = (
        f"the ranks on {node.name} use {', '.join(unexpected)}; expected {expected} "
        "alone, which leads to the other nodes"
    )
    fix = env_ifname_fix(node, expected, NCCL_IFNAME, GLOO_IFNAME)
    return warn("other-interface", message, fix, interfaces=unexpected)


def _fallback_verdict(node: NodeView, ranks: UsageByRank) -> Verdict | None:
    """Ranks on sockets although the node has adapters; a skip where the reason has a name."""
    fallen = {rank: usage for rank, usage in ranks.items() if usage.sockets}
    transport = expected_transport(node)
    if not fallen or transport.cause in ("no-device", "no-active-port"):
        return None
    if transport.cause:
        root = {**ROOT_CAUSES, "disabled": "nccl.infiniband-is-not-disabled"}[transport.cause]
        return skip(f"sockets: {transport.reason}; see {root}")
    transports = known_transports(node.cluster)
    without = [peer for peer, transport in transports.items() if transport.kind == SOCKETS]
    if without:
        return skip(
            f"sockets for all: there is nothing else on {fold_names(without)}; see "
            "nccl.all-nodes-agree-on-transport"
        )
    first = next(iter(fallen.values()))
    cause, reason, fix = _fallback_reason(node, first)
    message = (
        f"rank {', '.join(map(str, fallen))} on {node.name} uses sockets "
        f"({', '.join(first.interfaces)}), although {transport.kind} is available "
        f"({transport.reason}): {reason}"
    )
    return warn(cause, message, fix, nccl=first.version, warnings=list(first.warnings))


def _fallback_reason(node: NodeView, usage: NcclUsage) -> tuple[str, str, Fix]:
    """Cause, words and fix, from what NCCL said on its way to sockets."""
    settings = dict(usage.obeyed)
    if (
        leading_number(settings.get(NCCL_IB_DISABLE, "0"))
        or settings.get(NCCL_NET, "").lower() == "socket"
    ):
        name = NCCL_NET if NCCL_NET in settings else NCCL_IB_DISABLE
        return "disabled", f"{name}={settings[name]} is set for the rank", unset_fix(node, name)
    if usage.no_verbs:
        return "no-library", "it cannot load libibverbs", rdma_fix(node, "no-library")
    if usage.unopened:
        reason = f"it cannot open {', '.join(usage.unopened)}"
        return "no-access", reason, rdma_fix(node, "no-access")
    if usage.unloaded:
        note = "the plugin's build must fit this NCCL: versions, LD_LIBRARY_PATH"
        return "plugin-broken", usage.unloaded[0], node.fix("", note)
    if all(port_kind(port) == "RDMA" for port in allowed_ports(node).values()):
        note = "install aws-ofi-nccl and have its folder in LD_LIBRARY_PATH"
        return "plugin-missing", "only a plugin can use them, and none is loaded", Fix("", "", note)
    if usage.no_device and NCCL_IB_HCA in settings:
        reason = f"none of its adapters is {NCCL_IB_HCA}={settings[NCCL_IB_HCA]}"
        return "hca-unknown", reason, unset_fix(node, NCCL_IB_HCA)
    if usage.no_device:
        note = "in a container: --device=/dev/infiniband, and providers of the adapter's kind"
        return "no-device", "it finds no device", node.fix("ibv_devinfo -l", note)
    return "unexplained", "it does not say why", node.fix("", "NCCL_DEBUG=INFO shows what it says")


def _left_out_verdict(node: NodeView, ranks: UsageByRank) -> Verdict | None:
    """Active ports of the kind in use that NCCL does not list."""
    listed = {name for usage in ranks.values() for name in usage.adapters}
    kinds = {kind for usage in ranks.values() for kind in usage.kinds}
    active = [name for name, port in allowed_ports(node).items() if port_kind(port) in kinds]
    unused = [name for name in active if name not in listed]
    if not listed or not unused:
        return None
    message = (
        f"NCCL uses {len(listed)} of {len(active)} active ports of {node.name}, not "
        f"{_first_names(unused)}"
    )
    note = "may the rank open them? in a container: --device=/dev/infiniband"
    return warn("adapters-left-out", message, node.fix("ls -l /dev/infiniband", note), lost=unused)


def _gpudirect_verdict(node: NodeView, ranks: UsageByRank) -> Verdict | None:
    """No GPUDirect RDMA here while every other node has it; the hardware is the usual reason."""
    peers = [peer for peer in _nodes_with_ranks(node) if peer is not node]
    if _all_direct(ranks.values()) is not False or not peers:
        return None
    theirs = [
        _all_direct(parse_nccl_output(peer.kept) for peer in _read_rendezvous(other).ranks)
        for other in peers
    ]
    if not all(theirs):
        return None
    if node.has(Gpus) and gpus_reach_adapters.judge(node).cause:
        return skip("no GPUDirect RDMA; see gpu.gpus-reach-adapters")
    message = f"{node.name} uses no GPUDirect RDMA, all other nodes do"
    note = "compare where GPUs and adapters are on a node that does, and IOMMU and ACS"
    return warn("no-gpudirect", message, node.fix("nvidia-smi topo -m", note))


def _all_direct(ranks: Iterable[NcclUsage]) -> bool | None:
    """Whether all ways to other nodes are GPUDirect; None where no rank named a way."""
    ways = [way for usage in ranks for way in usage.direct]
    return all(ways) if ways else None


def _used_transport_verdict(node: NodeView, ranks: UsageByRank) -> Verdict:
    """What was used, for people and for the report."""
    usages = list(ranks.values())
    names = dict.fromkeys(
        name for usage in usages for name in (usage.interfaces if usage.sockets else usage.adapters)
    )
    direct_note = {True: ", GPUDirect", False: ", without GPUDirect", None: ""}[_all_direct(usages)]
    ways = " and ".join(sorted({usage.way for usage in usages}))
    version = f"; NCCL {usages[0].version}" if usages[0].version else ""
    network_names = _first_names(list(names)) or "a plugin"
    return ok(
        f"{len(usages)} ranks of {node.name} over {ways}: {network_names}{direct_note}{version}",
        network=usages[0].network,
        nccl=usages[0].version,
        cuda=usages[0].cuda,
        names=list(names),
    )


def _first_names(names: Collection[str]) -> str:
    """The first few, and how many more."""
    rest = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(list(names)[:8]) + rest
