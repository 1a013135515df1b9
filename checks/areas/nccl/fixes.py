"""Fixes for NCCL's settings and adapters on one node, from that node's facts."""

from __future__ import annotations

from checks.facts import NodeView
from checks.facts.interfaces import Interfaces
from checks.knowledge.nccl_variables import (
    Setting,
    comment_out_fix,
    selected_interfaces,
    setting_in_force,
)
from checks.knowledge.training_network import routed_interfaces, routed_names
from checks.model import Fix


def ifname_fix(node: NodeView, setting: Setting) -> Fix:
    """Brings up the interface that a variable names, or makes it name one that leads to peers."""
    down = [
        interface
        for interface in selected_interfaces(setting, node.read(Interfaces).interfaces)
        if not interface.up
    ]
    if down:
        note = "if it stays down: cable, switch port, or the address in its configuration"
        return node.fix(f"ip link set dev {down[0].name} up", note, root=True)
    routed = [
        interface.name for interface in routed_interfaces(node) if not interface.is_local_only
    ]
    good = routed[0] if routed else "INTERFACE"
    if "launch.toml" in setting.where:
        return env_ifname_fix(node, good, setting.name)
    return unset_fix(node, setting.name, f"or set it to {good} there; start sets it by itself")


def env_ifname_fix(node: NodeView, good: str, *variables: str) -> Fix:
    """Has [env] name an interface; nothing, where the nodes' interfaces to each other differ."""
    named, it = " and ".join(variables), "it" if len(variables) == 1 else "them"
    names = routed_names(node.cluster)
    note = f'{named} = "{good}", or leave {it} out: start sets {it}'
    if len(names) > 1:
        note = (
            f"leave {named} out: the nodes' interfaces to each other differ ({', '.join(names)}), "
            f"and start sets {it} for each node"
        )
    return Fix("", "", f"in launch.toml, [env]: {note}")


def unset_fix(node: NodeView, name: str, alternative: str = "") -> Fix:
    """How to take a variable back, by where it comes from."""
    setting = setting_in_force(node, name)
    if setting is not None and "launch.toml" in setting.where:
        return Fix("", "", f"remove {name} from [env] of launch.toml")
    return comment_out_fix(node, name, more=f", {alternative}" if alternative else "")


def port_fix(node: NodeView, name: str) -> Fix:
    """Shows why a port, `mlx5_0:1`, is not active; cables are for a person."""
    device, _, number = name.partition(":")
    return node.fix(f"ibstat {device} {number or 1}", "then cable, switch port and subnet manager")


def rdma_fix(node: NodeView, cause: str) -> Fix:
    """Lets a rank open the adapters, by the cause for which it cannot."""
    if cause == "no-library":
        note = "rdma-core on RHEL and SUSE"
        return node.fix("apt-get install -y libibverbs1 ibverbs-providers", note, root=True)
    if cause == "no-uverbs":
        note = "in a container: docker run --device=/dev/infiniband"
        return node.fix("modprobe ib_uverbs", note, root=True)
    if cause == "no-access":
        return node.fix("chmod 0666 /dev/infiniband/uverbs*", "udev does so by itself", root=True)
    return unset_fix(node, "NCCL_IB_HCA")
