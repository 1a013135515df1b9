"""Whether adapters treat RoCE alike on all nodes, so that switches lose none of its packets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.rdma import Rdma, RdmaPort
from checks.knowledge.nccl_transport import expected_transport
from checks.model import Severity, Verdict, ok, skip, warn
from checks.outliers.consensus import majority_value

COMMANDS: Mapping[str, Callable[[str, str, str], str]] = {
    "trust": lambda _, netdev, value: f"mlnx_qos -i {netdev} --trust {value}",
    "pfc": lambda _, netdev, value: f"mlnx_qos -i {netdev} --pfc {value}",
    "traffic-class": lambda port, _, value: (
        f"echo {value} > /sys/class/infiniband/{port.replace(':', '/tc/')}/traffic_class"
    ),
}
"""What gives a port, its interface, such a value."""


@node_check("nccl.roce-quality-is-equal", *(Rdma, Environment), severity=Severity.WARN)
def roce_quality_is_equal(node: NodeView) -> Verdict:
    """The RoCE ports of one rail have the same trust, PFC and traffic class on every node.

    Where one node marks its packets otherwise, or does not pause, switches put them into a queue
    that drops under load: the run is slow there, or ends with error 12, at large messages alone.

    Measured: `qos/trust` and `qos/pfc` of the interface and `tc/N/traffic_class` of the adapter, as
    NVIDIA's driver (MLNX_OFED, DOCA) shows them, against most nodes. The kernel's own driver shows
    none of them. What switches do is not seen. Held by the documented files: no such adapter was at
    hand.

    Fix:
        quality-differs: sets what most nodes have, until the next boot.
    """
    ports = {name: port for name, port in node.read(Rdma).active.items() if port.roce_mtu}
    if not ports or not expected_transport(node).rdma:
        return skip(f"{node.name} uses no RoCE port")
    shown = {name: port for name, port in ports.items() if port.quality}
    if not shown:
        return skip(f"the driver of {node.name} does not show how it treats RoCE")
    for name, port in shown.items():
        if verdict := _judge_port(node, name, port):
            return verdict
    return ok("; ".join(f"{name} {dict(port.quality)}" for name, port in shown.items()))


def _judge_port(node: NodeView, name: str, port: RdmaPort) -> Verdict | None:
    facts = node.cluster.facts_by_node(Rdma)
    peers = {peer: rdma.active[name] for peer, rdma in facts.items() if name in rdma.active}
    for what in filter(port.quality.__contains__, COMMANDS):
        value = port.quality[what]
        values = {peer: found.quality.get(what, "") for peer, found in peers.items()}
        usual = majority_value({peer: said for peer, said in values.items() if said}, node.job.head)
        if value == usual:
            continue
        message = (
            f"{what} of RoCE port {name} on {node.name} is {value}, on {node.most_nodes} {usual}"
        )
        command = COMMANDS[what](name, port.netdev or "", usual)
        note = "until the next boot; switches must have the same priorities"
        return warn("quality-differs", message, node.fix(command, note, root=True))
    return None
