"""How NCCL would move data on each node: over InfiniBand, RoCE or sockets, and why.

One node on sockets among nodes on InfiniBand hangs the first collective, so all must agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checks.apart.majority import majority
from checks.facts import ClusterView, NodeView
from checks.facts.rdma import Rdma, RdmaPort
from checks.remembered import remembered
from checks.variables import Setting, in_force, leading_number, listed

IB_DISABLE, IB_HCA, NET = "NCCL_IB_DISABLE", "NCCL_IB_HCA", "NCCL_NET"
SOCKETS = "sockets"
_KINDS = {"InfiniBand": "InfiniBand", "Ethernet": "RoCE"}


@dataclass(frozen=True)
class Transport:
    """What NCCL takes on one node; `cause` is why it is not RDMA, '' where it is."""

    kind: str
    reason: str
    cause: str = ""
    ports: tuple[str, ...] = ()

    @property
    def rdma(self) -> bool:
        """Whether memory is registered with an adapter."""
        return self.kind != SOCKETS


@remembered
def transport(node: NodeView) -> Transport:
    """What NCCL would take on that node, from its adapters and the variables in force."""
    rdma = node.read(Rdma)
    if not rdma.devices:
        return Transport(SOCKETS, "no RDMA device", "no-device")
    disabled = switched_off(node)
    if disabled is not None:
        return Transport(SOCKETS, str(disabled), "disabled")
    if not rdma.active:
        return Transport(SOCKETS, f"no active port among {_joined(rdma.ports)}", "no-active-port")
    ports = allowed_ports(node)
    if not ports:
        return Transport(SOCKETS, f"{in_force(node, IB_HCA)} names no active port", "hca-unknown")
    return _openable(rdma) or _over(ports)


def switched_off(node: NodeView) -> Setting | None:
    """The variable that keeps NCCL there from its adapters: NCCL_IB_DISABLE or NCCL_NET."""
    disabled, net = in_force(node, IB_DISABLE), in_force(node, NET)
    if disabled is not None and leading_number(disabled.value):
        return disabled
    return net if net is not None and net.value.lower() == "socket" else None


def meant_for_rdma(node: NodeView) -> bool:
    """Whether that node uses RDMA, or would once its libraries and device nodes are right.

    An active InfiniBand port is nobody's accident. Many plain Ethernet cards show as RoCE.
    """
    found = transport(node)
    closed = found.cause in ("no-library", "no-uverbs", "no-access")
    ports = allowed_ports(node).values()
    return found.rdma or (closed and any(kind_of(port) == "InfiniBand" for port in ports))


@remembered
def allowed_ports(node: NodeView) -> Mapping[str, RdmaPort]:
    """The active ports that NCCL_IB_HCA leaves, by NCCL's name, `mlx5_0:1`."""
    active = node.read(Rdma).active
    setting = in_force(node, IB_HCA)
    if setting is None or not setting.value:
        return active
    return {
        name: port
        for name, port in active.items()
        if listed(setting.value, name.partition(":")[0], port.number)
    }


def kind_of(port: RdmaPort) -> str:
    """`InfiniBand` (Omni-Path too), `RoCE`, or `RDMA` for what names no link layer (EFA)."""
    return _KINDS.get(port.link_layer or "", "RDMA")


@remembered
def agreed_kind(cluster: ClusterView) -> str:
    """What most nodes would take; on a tie RDMA, as the faster that somebody paid for."""
    kinds = {node.name: transport(node).kind for node in cluster.reached}
    return majority(kinds, min(kinds, key=lambda name: kinds[name] == SOCKETS))


def transport_env(node: NodeView) -> dict[str, str]:
    """The NCCL_IB_* lines that hold that node to what all nodes can do; {} where none is needed.

    Sockets for all as soon as one node cannot do what the others do.
    """
    kinds = {transport(other).kind for other in node.cluster.reached}
    if SOCKETS in kinds:
        return {IB_DISABLE: "1"}
    agreed = agreed_kind(node.cluster)
    ports = allowed_ports(node)
    wanted = [name for name, port in ports.items() if kind_of(port) == agreed]
    mixed = len(wanted) < len(ports)
    return {IB_HCA: "=" + ",".join(wanted)} if wanted and mixed else {}


def _openable(rdma: Rdma) -> Transport | None:
    """Why a rank could not open the adapters; None where it can."""
    if rdma.library is None:
        return Transport(SOCKETS, "libibverbs.so.1 is not installed", "no-library")
    if not rdma.uverbs:
        return Transport(SOCKETS, "no /dev/infiniband/uverbs* device", "no-uverbs")
    if not any(rdma.uverbs.values()):
        return Transport(SOCKETS, f"{_joined(rdma.uverbs)} may not be opened", "no-access")
    return None


def _over(ports: Mapping[str, RdmaPort]) -> Transport:
    kinds = {name: kind_of(port) for name, port in ports.items()}
    kind = majority(kinds, next(iter(kinds)))
    return Transport(kind, f"{_joined(ports)} active", ports=tuple(ports))


def _joined(names: Mapping[str, object]) -> str:
    return ", ".join(names) or "none"
