"""How NCCL would move data on each node: over InfiniBand, RoCE or sockets, and why.

One node on sockets among nodes on InfiniBand hangs the first collective, so all must agree.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from checks.errors import FactError
from checks.facts import ClusterView, NodeView
from checks.facts.rdma import Rdma, RdmaPort
from checks.facts.view_cache import cached_per_view
from checks.knowledge.nccl_variables import (
    Setting,
    leading_number,
    matches_nccl_list,
    setting_in_force,
)
from checks.outliers.consensus import majority_value
from checks.quick_dataclass import dataclass

NCCL_IB_DISABLE, NCCL_IB_HCA, NCCL_NET = "NCCL_IB_DISABLE", "NCCL_IB_HCA", "NCCL_NET"
SOCKETS = "sockets"
_KIND_BY_LINK_LAYER = {"InfiniBand": "InfiniBand", "Ethernet": "RoCE"}


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


@cached_per_view
def expected_transport(node: NodeView) -> Transport:
    """What NCCL would take on that node, from its adapters and the variables in force."""
    rdma = node.read(Rdma)
    if not rdma.devices:
        return Transport(SOCKETS, "no RDMA device", "no-device")
    disabled = rdma_disabled_by(node)
    if disabled is not None:
        return Transport(SOCKETS, str(disabled), "disabled")
    if not rdma.active:
        return Transport(
            SOCKETS, f"no active port among {_join_names(rdma.ports)}", "no-active-port"
        )
    ports = allowed_ports(node)
    if not ports:
        return Transport(
            SOCKETS, f"{setting_in_force(node, NCCL_IB_HCA)} names no active port", "hca-unknown"
        )
    return _unopenable_transport(rdma) or _rdma_transport(ports)


def rdma_disabled_by(node: NodeView) -> Setting | None:
    """The variable that keeps NCCL there from its adapters: NCCL_IB_DISABLE or NCCL_NET."""
    disabled, net = setting_in_force(node, NCCL_IB_DISABLE), setting_in_force(node, NCCL_NET)
    if disabled is not None and leading_number(disabled.value):
        return disabled
    return net if net is not None and net.value.lower() == "socket" else None


def is_meant_for_rdma(node: NodeView) -> bool:
    """Whether that node uses RDMA, or would once its libraries and device nodes are right.

    No InfiniBand port is active by accident. Many plain Ethernet cards show as RoCE.
    """
    transport = expected_transport(node)
    closed = transport.cause in ("no-library", "no-uverbs", "no-access")
    ports = allowed_ports(node).values()
    return transport.rdma or (closed and any(port_kind(port) == "InfiniBand" for port in ports))


@cached_per_view
def allowed_ports(node: NodeView) -> Mapping[str, RdmaPort]:
    """The active ports that NCCL_IB_HCA leaves, by NCCL's name, `mlx5_0:1`."""
    active = node.read(Rdma).active
    setting = setting_in_force(node, NCCL_IB_HCA)
    if setting is None or not setting.value:
        return active
    return {
        name: port
        for name, port in active.items()
        if matches_nccl_list(setting.value, name.partition(":")[0], port.number)
    }


def port_kind(port: RdmaPort) -> str:
    """`InfiniBand` (Omni-Path too), `RoCE`, or `RDMA` for what names no link layer (EFA)."""
    return _KIND_BY_LINK_LAYER.get(port.link_layer or "", "RDMA")


@cached_per_view
def known_transports(cluster: ClusterView) -> Mapping[str, Transport]:
    """What NCCL would use, by name of each node whose adapters are known."""
    transports = {}
    for node in cluster.reached:
        with contextlib.suppress(FactError):
            transports[node.name] = expected_transport(node)
    return transports


@cached_per_view
def agreed_kind(cluster: ClusterView) -> str:
    """What most nodes would take; on a tie RDMA, as the faster that somebody paid for."""
    kinds = {node: transport.kind for node, transport in known_transports(cluster).items()}
    return majority_value(kinds, min(kinds, key=lambda name: kinds[name] == SOCKETS))


def transport_env(node: NodeView) -> dict[str, str]:
    """The NCCL_IB_* lines that hold that node to what all nodes can do; {} where none is needed.

    Sockets for all as soon as one node cannot do what the others do.
    """
    kinds = {transport.kind for transport in known_transports(node.cluster).values()}
    if SOCKETS in kinds:
        return {NCCL_IB_DISABLE: "1"}
    agreed = agreed_kind(node.cluster)
    ports = allowed_ports(node)
    wanted = [name for name, port in ports.items() if port_kind(port) == agreed]
    mixed = len(wanted) < len(ports)
    return {NCCL_IB_HCA: "=" + ",".join(wanted)} if wanted and mixed else {}


def _unopenable_transport(rdma: Rdma) -> Transport | None:
    """Why a rank could not open the adapters; None where it can."""
    if rdma.library is None:
        return Transport(SOCKETS, "libibverbs.so.1 is not installed", "no-library")
    if not rdma.uverbs:
        return Transport(SOCKETS, "no /dev/infiniband/uverbs* device", "no-uverbs")
    if not any(rdma.uverbs.values()):
        return Transport(SOCKETS, f"{_join_names(rdma.uverbs)} may not be opened", "no-access")
    return None


def _rdma_transport(ports: Mapping[str, RdmaPort]) -> Transport:
    kinds = {name: port_kind(port) for name, port in ports.items()}
    kind = majority_value(kinds, next(iter(kinds)))
    return Transport(kind, f"{_join_names(ports)} active", ports=tuple(ports))


def _join_names(names: Mapping[str, object]) -> str:
    return ", ".join(names) or "none"
