"""Over what the ranks really moved data, by their own words, against what the hardware offers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from checks.areas.collective.rendezvous import why_unopened
from checks.areas.gpu.gpudirect import gpus_reach_adapters
from checks.areas.nccl.agreement import ROOT_CAUSES
from checks.areas.nccl.fixes import rdma_fix, unset_fix
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.free_space import FreeSpace
from checks.facts.gpus import Gpus
from checks.facts.interfaces import Interfaces
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
    port_kind,
)
from checks.knowledge.nccl_variables import NCCL_IFNAME, leading_number
from checks.knowledge.training_network import training_interface
from checks.model import Fix, Severity, Verdict, ok, skip, unknown, warn

NEEDS = (Rendezvous, Rdma, Environment, Interfaces, Names, Software, FreeSpace)
UsageByRank = Mapping[int, NcclUsage]


@node_check("collective.ranks-use-the-fastest-transport", *NEEDS, severity=Severity.WARN)
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
    if why := why_unopened(node):
        return skip(why)
    seen = node.read(Rendezvous)
    if not seen.torch_imported:
        return skip("torch was not imported; see collective.ranks-meet")
    if len(_nodes_with_ranks(node)) < len(("here", "there")):
        return skip("ranks of one node alone use no network")
    if seen.failed or seen.world == 0:
        return skip("its ranks did not meet; see collective.ranks-meet")
    if seen.backend != "nccl":
        return _gloo_verdict(node, seen)
    ranks = {rank.rank: parse_nccl_output(rank.kept) for rank in seen.ranks}
    silent = [str(rank) for rank, one in ranks.items() if not one.network]
    if silent:
        return unknown(f"NCCL of rank {', '.join(silent)} on {node.name} names no network")
    return (
        _fallback_verdict(node, ranks)
        or _left_out_verdict(node, ranks)
        or _other_interface_verdict(
            node, (name for one in ranks.values() if one.sockets for name in one.interfaces)
        )
        or _gpudirect_verdict(node, ranks)
        or _used_transport_verdict(node, ranks)
    )


def _nodes_with_ranks(node: NodeView) -> list[NodeView]:
    """The nodes whose ranks took part."""
    return [one for one in node.cluster.nodes_with(Rendezvous) if _read_rendezvous(one).ranks]


def _read_rendezvous(node: NodeView) -> Rendezvous:
    return node.read(Rendezvous)


def _gloo_verdict(node: NodeView, seen: Rendezvous) -> Verdict:
    """The interface whose addresses the ranks' connections to other nodes have."""
    addresses = {address for rank in seen.ranks for address in rank.said.addresses}
    owners = (node.read(Interfaces).interface_owning(address) for address in sorted(addresses))
    names = list(dict.fromkeys(one.name for one in owners if one is not None))
    if not names:
        return unknown(f"no connection of the ranks on {node.name} to another was seen")
    return _other_interface_verdict(node, names) or ok(f"gloo over {', '.join(names)}")


def _other_interface_verdict(node: NodeView, names: Iterable[str]) -> Verdict | None:
    """Sockets on another interface than training was found to use; the user's own list stands."""
    expected = training_interface(node).name
    others = [name for name in dict.fromkeys(names) if name != expected]
    if not others or NCCL_IFNAME in node.job.env:
        return None
    message = (
        f"the ranks on {node.name} use {', '.join(others)}; expected {expected} alone, which leads "
        "to the other nodes"
    )
    note = f'in launch.toml, [env]: NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME = "{expected}"'
    return warn("other-interface", message, Fix("", "", note), interfaces=others)


def _fallback_verdict(node: NodeView, ranks: UsageByRank) -> Verdict | None:
    """Ranks on sockets although the node has adapters; a skip where the reason has a name."""
    fallen = {rank: one for rank, one in ranks.items() if one.sockets}
    found = expected_transport(node)
    if not fallen or found.cause in ("no-device", "no-active-port"):
        return None
    if found.cause:
        root = {**ROOT_CAUSES, "disabled": "nccl.infiniband-is-not-disabled"}[found.cause]
        return skip(f"sockets: {found.reason}; see {root}")
    without = [one.name for one in node.cluster.reached if expected_transport(one).kind == SOCKETS]
    if without:
        return skip(
            f"sockets for all, since {fold_names(without)} has nothing else; see "
            "nccl.all-nodes-agree-on-transport"
        )
    first = next(iter(fallen.values()))
    cause, why, fix = _fallback_reason(node, first)
    message = (
        f"rank {', '.join(map(str, fallen))} on {node.name} uses sockets "
        f"({', '.join(first.interfaces)}), though {found.kind} is there ({found.reason}): {why}"
    )
    return warn(cause, message, fix, nccl=first.version, warnings=list(first.warnings))


def _fallback_reason(node: NodeView, one: NcclUsage) -> tuple[str, str, Fix]:
    """Cause, words and fix, from what NCCL said on its way to sockets."""
    told = dict(one.obeyed)
    if leading_number(told.get(NCCL_IB_DISABLE, "0")) or told.get(NCCL_NET, "").lower() == "socket":
        name = NCCL_NET if NCCL_NET in told else NCCL_IB_DISABLE
        return "disabled", f"{name}={told[name]} reached it", unset_fix(node, name)
    if one.no_verbs:
        return "no-library", "it cannot load libibverbs", rdma_fix(node, "no-library")
    if one.unopened:
        why = f"it may not open {', '.join(one.unopened)}"
        return "no-access", why, rdma_fix(node, "no-access")
    if one.unloaded:
        note = "the plugin's build must fit this NCCL: versions, LD_LIBRARY_PATH"
        return "plugin-broken", one.unloaded[0], node.fix("", note)
    if all(port_kind(port) == "RDMA" for port in allowed_ports(node).values()):
        note = "install aws-ofi-nccl and have its folder in LD_LIBRARY_PATH"
        return "plugin-missing", "only a plugin can use them, and none is loaded", Fix("", "", note)
    if one.no_device and NCCL_IB_HCA in told:
        why = f"none of its adapters is {NCCL_IB_HCA}={told[NCCL_IB_HCA]}"
        return "hca-unknown", why, unset_fix(node, NCCL_IB_HCA)
    if one.no_device:
        note = "in a container: --device=/dev/infiniband, and providers of the adapter's kind"
        return "no-device", "it finds no device", node.fix("ibv_devinfo -l", note)
    return "unexplained", "it does not say why", node.fix("", "NCCL_DEBUG=INFO shows its words")


def _left_out_verdict(node: NodeView, ranks: UsageByRank) -> Verdict | None:
    """Active ports of the kind in use that NCCL does not list."""
    listed = {name for one in ranks.values() for name in one.adapters}
    kinds = {kind for one in ranks.values() for kind in one.kinds}
    active = [name for name, port in allowed_ports(node).items() if port_kind(port) in kinds]
    lost = [name for name in active if name not in listed]
    if not listed or not lost:
        return None
    message = (
        f"NCCL uses {len(listed)} of {len(active)} active ports of {node.name}, not "
        f"{_first_names(lost)}"
    )
    note = "may the rank open them? in a container: --device=/dev/infiniband"
    return warn("adapters-left-out", message, node.fix("ls -l /dev/infiniband", note), lost=lost)


def _gpudirect_verdict(node: NodeView, ranks: UsageByRank) -> Verdict | None:
    """No GPUDirect RDMA here while every other node has it; the hardware is the usual reason."""
    others = [one for one in _nodes_with_ranks(node) if one is not node]
    if _all_direct(ranks.values()) is not False or not others:
        return None
    theirs = [
        _all_direct(parse_nccl_output(rank.kept) for rank in _read_rendezvous(one).ranks)
        for one in others
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
    ways = [way for one in ranks for way in one.direct]
    return all(ways) if ways else None


def _used_transport_verdict(node: NodeView, ranks: UsageByRank) -> Verdict:
    """What was used, for people and for the report."""
    found = list(ranks.values())
    names = dict.fromkeys(
        name for one in found for name in (one.interfaces if one.sockets else one.adapters)
    )
    by = {True: ", GPUDirect", False: ", without GPUDirect", None: ""}[_all_direct(found)]
    ways = " and ".join(sorted({one.way for one in found}))
    version = f"; NCCL {found[0].version}" if found[0].version else ""
    where = _first_names(list(names)) or "a plugin"
    return ok(
        f"{len(found)} ranks of {node.name} over {ways}: {where}{by}{version}",
        network=found[0].network,
        nccl=found[0].version,
        cuda=found[0].cuda,
        names=list(names),
    )


def _first_names(names: Collection[str]) -> str:
    """The first few, and how many more."""
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(list(names)[:8]) + more
