"""AWS's Elastic Fabric Adapter: its plugin, libfabric and driver on all nodes."""

from __future__ import annotations

import re

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.rdma import Rdma
from checks.folded_names import fold_names
from checks.model import Severity, Verdict, ok, skip, warn
from checks.outliers.consensus import majority_value, nodes_with_value

INSTALLER = (
    "curl -O https://efa-installer.amazonaws.com/aws-efa-installer-{version}.tar.gz && "
    "tar xf aws-efa-installer-{version}.tar.gz && cd aws-efa-installer && ./efa_installer.sh -y"
)
OLDEST_LIBFABRIC = (1, 22)
"""With which the plugin starts on AWS: m4/ax_platform_aws.m4 and src/nccl_ofi_net.cpp of
aws-ofi-nccl 1.21."""
OLDEST_INSTALLER = (1, 29)
"""Older ones fail under NCCL 2.19 and newer: doc/efa-env-var.md of aws-ofi-nccl."""
LATEST = "latest"


@node_check("nccl.efa-software-is-equal", Rdma, severity=Severity.WARN)
def efa_software_is_equal(node: NodeView) -> Verdict:
    """Nodes with EFA have the same plugin, libfabric and driver, and new enough ones.

    A node with older ones falls back to sockets, or its ranks and the others' do not understand
    each other.

    Measured: `/opt/amazon/efa_installed_packages`, which AWS's installer writes, and the version of
    the kernel's `efa` module, against most nodes; libfabric against 1.22 and the installer against
    1.29, which `aws-ofi-nccl` asks for. What a container brings in its own place is not seen. Held
    by the documented files: no such machine was at hand.

    Fix:
        efa-differs: installs what most nodes have.
        efa-too-old: installs the newest.
    """
    rdma = node.read(Rdma)
    devices = [device for device in rdma.devices if "efa" in (device.driver or ())]
    if not devices or not rdma.efa:
        return skip(f"{node.name} has no EFA whose software is known")
    facts = node.cluster.facts_by_node(Rdma)
    for part, version in rdma.efa.items():
        values = {name: peer.efa[part] for name, peer in facts.items() if part in peer.efa}
        usual = majority_value(values, node.job.head)
        if version != usual:
            having = fold_names(nodes_with_value(values, usual))
            message = f"EFA's {part} of {node.name} is {version}, that of {having} {usual}"
            wanted = facts[nodes_with_value(values, usual)[0]].efa.get("installer", LATEST)
            return warn(
                "efa-differs", message, node.fix(INSTALLER.format(version=wanted), root=True)
            )
    for part, oldest in (("libfabric", OLDEST_LIBFABRIC), ("installer", OLDEST_INSTALLER)):
        if part in rdma.efa and _numbers(rdma.efa[part]) < oldest:
            least = ".".join(map(str, oldest))
            message = f"EFA's {part} of {node.name} is {rdma.efa[part]}; {least} is needed"
            fix = node.fix(INSTALLER.format(version=LATEST), root=True)
            return warn("efa-too-old", message, fix)
    return ok(", ".join(f"{part} {version}" for part, version in rdma.efa.items()))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"[0-9]{1,9}", version)))
