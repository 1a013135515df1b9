"""Whether adapters of one kind are alike over the nodes: firmware, driver and PCIe slot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from checks.check import node_check
from checks.facts import ClusterView, NodeView
from checks.facts.rdma import Rdma, RdmaDevice
from checks.model import Severity, Verdict, ok, skip, warn
from checks.outliers.consensus import majority_value, most_common_value

T = TypeVar("T", str, tuple[str, ...])


@node_check("nccl.adapters-run-one-firmware", Rdma, severity=Severity.WARN)
def adapters_run_one_firmware(node: NodeView) -> Verdict:
    """Adapters of one board run the same firmware and the same driver on every node.

    A node with another release is the usual reason why a rail drops packets on that node alone.

    Measured: `fw_ver`, the driver and its version, against most adapters with the same `board_id`.

    Fix:
        firmware-differs, driver-differs: shows the release; then install the other nodes' release.
    """
    devices = node.read(Rdma).devices
    if not devices:
        return skip(f"{node.name} has no RDMA device")
    usual = _usual_by_board(node.cluster, lambda device: device.fw_ver or "")
    for device in devices:
        expected = usual.get(device.board_id or "", "")
        if device.fw_ver and expected and device.fw_ver != expected:
            message = (
                f"{device.name} of {node.name} ({device.board_id}) runs firmware {device.fw_ver}, "
            )
            fix = node.fix(f"mlxfwmanager --query -d {device.name}", "then update it", root=True)
            return warn("firmware-differs", f"{message}most others {expected}", fix)
    return _judge_drivers(node, devices) or ok(
        f"{len(devices)} adapters of {node.name} match the other nodes"
    )


@node_check("nccl.adapters-have-their-pcie-lanes", Rdma, severity=Severity.WARN)
def adapters_have_their_pcie_lanes(node: NodeView) -> Verdict:
    """Every adapter has the PCIe speed and lanes of the same adapter on the other nodes.

    A card that is not seated well comes up with half its lanes, and its port still says ACTIVE at
    full rate.

    Measured: Link speed and width, where they are below what the card can do and below those of the
    same adapter on other nodes.

    Fix:
        pcie-narrow: shows the link; then reseat the card.
    """
    devices = [device for device in node.read(Rdma).devices if device.pcie_gbps[1]]
    if not devices:
        return skip(f"{node.name} has no RDMA device that reports its PCIe link")
    for device in devices:
        now, most = device.pcie_gbps
        if device.pcie and now < most and now < _usual_pcie_speed(node, device):
            speed, most_speed, lanes, most_lanes = device.pcie
            message = (
                f"{device.name} of {node.name} has {lanes} PCIe lanes at {speed}, of "
                f"{most_lanes} at {most_speed}; the same adapter has more on other nodes"
            )
            note = "then power off and reseat it; BIOS: slot speed and bifurcation"
            look = (
                f"lspci -vv -s $(basename $(readlink /sys/class/infiniband/{device.name}/device))"
            )
            return warn("pcie-narrow", message, node.fix(look, note, root=True))
    return ok(f"{len(devices)} adapters of {node.name} have the same PCIe links as on other nodes")


def _judge_drivers(node: NodeView, devices: Iterable[RdmaDevice]) -> Verdict | None:
    usual = _usual_by_board(node.cluster, lambda device: device.driver or ())
    for device in devices:
        expected = usual.get(device.board_id or "", ())
        if device.driver and expected and device.driver != expected:
            driver, usual_driver = _describe_driver(device.driver), _describe_driver(expected)
            message = (
                f"{device.name} of {node.name} uses driver {driver}; most other nodes use "
                f"{usual_driver}"
            )
            look = f"modinfo {device.driver[0]}"
            fix = node.fix(look, "install the release that the others have")
            return warn("driver-differs", message, fix)
    return None


def _usual_pcie_speed(node: NodeView, device: RdmaDevice) -> float:
    """What most of its like on other nodes have; the fastest of those on a tie, 0 without any."""
    peers = (peer for peer in node.cluster.reached if peer is not node and peer.has(Rdma))
    alike = [
        candidate
        for peer in peers
        for candidate in peer.read(Rdma).devices
        if _is_same_adapter(candidate, device)
    ]
    return most_common_value(device.pcie_gbps[0] for device in alike)


def _is_same_adapter(first: RdmaDevice, second: RdmaDevice) -> bool:
    return first.board_id is not None and (first.board_id, first.name) == (
        second.board_id,
        second.name,
    )


def _describe_driver(driver: tuple[str, ...]) -> str:
    return " ".join(filter(None, driver)) + ("" if all(driver) else " of the kernel")


def _usual_by_board(
    cluster: ClusterView, property_of: Callable[[RdmaDevice], T]
) -> Mapping[str, T]:
    """{board: what most of its devices have}; on a tie what a device of the head has."""
    by_board: dict[str, dict[str, T]] = {}
    for node in sorted(cluster.nodes_with(Rdma), key=lambda node: not node.is_head):
        for device in node.read(Rdma).devices:
            if device.board_id and property_of(device):
                by_board.setdefault(device.board_id, {})[f"{node.name} {device.name}"] = (
                    property_of(device)
                )
    return {board: majority_value(values, "") for board, values in by_board.items()}
