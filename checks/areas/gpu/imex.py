"""Racks whose NVLink joins the GPUs of several nodes, and the service that lends memory there."""

from __future__ import annotations

from checks.areas.gpu.cards import with_gpus
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.folded_names import fold_names
from checks.model import Severity, Verdict, ok, skip, warn
from checks.outliers.consensus import majority_value, nodes_with_value

SERVICE = "nvidia-imex"
MAKE_CHANNEL = (
    "mkdir -p /dev/nvidia-caps-imex-channels && mknod -m 666 "
    "/dev/nvidia-caps-imex-channels/channel0 c "
    "$(awk '$2 == \"nvidia-caps-imex-channels\" {print $1}' /proc/devices) 0"
)
"""As NVIDIA's IMEX guide has it; the channel is not there by default, and not after a reboot."""


@node_check("gpu.nodes-of-a-rack-share-memory", Gpus, severity=Severity.WARN)
@with_gpus
def nodes_of_a_rack_share_memory(node: NodeView, gpus: Gpus) -> Verdict:
    """Where NVLink joins nodes (GB200, GB300), IMEX runs on them with the same nodes and a channel.

    Otherwise CUDA refuses the memory of other nodes, "operation not permitted", or NCCL does
    without NVLink between them.

    Measured: The domain (cluster UUID) and the clique that NVML names for the GPUs; where another
    node has the same domain, `/dev/nvidia-caps-imex-channels/channel0`, whether `nvidia-imex` runs,
    and its `nodes_config.cfg`. Held by NVIDIA's IMEX guide: no such machine was at hand.

    Fix:
        imex-channel-missing: makes channel 0, until the next reboot.
        imex-channel-denied: opens it to the login.
        imex-stopped: starts the service.
        imex-nodes-differ: its file of nodes is another one than on most nodes.
        clique-differs: the rack is divided, and its parts share no memory.
    """
    domains = {name: _domain(other) for name, other in node.cluster.facts_by_node(Gpus).items()}
    rack = [name for name, domain in domains.items() if domain and domain == _domain(gpus)]
    if len(rack) <= 1:
        return skip("NVLink joins its GPUs to no other node's")
    if gpus.imex.channel is None:
        message = f"{node.name} has no IMEX channel, and its NVLink reaches {_others(node, rack)}"
        return warn("imex-channel-missing", message, node.fix(MAKE_CHANNEL, root=True))
    if not gpus.imex.channel:
        message = f"the login to {node.name} may not open the IMEX channel"
        fix = node.fix("chmod 666 /dev/nvidia-caps-imex-channels/channel0", root=True)
        return warn("imex-channel-denied", message, fix)
    if gpus.imex.running is False and not gpus.container:
        message = (
            f"{SERVICE} does not run on {node.name}, whose NVLink reaches {_others(node, rack)}"
        )
        fix = node.fix(f"systemctl start {SERVICE}", "with the same nodes_config.cfg", root=True)
        return warn("imex-stopped", message, fix)
    return _nodes_verdict(node, rack) or _clique_verdict(node, rack) or ok(f"IMEX on {len(rack)}")


def _domain(gpus: Gpus) -> str:
    return next((card.nvlink_domain for card in gpus.gpus if card.nvlink_domain), "")


def _others(node: NodeView, rack: list[str]) -> str:
    return fold_names(name for name in rack if name != node.name)


def _nodes_verdict(node: NodeView, rack: list[str]) -> Verdict | None:
    facts = node.cluster.facts_by_node(Gpus)
    digests = {name: facts[name].imex.nodes for name in rack}
    most = majority_value(digests, node.job.head)
    if digests[node.name] == most:
        return None
    having = fold_names(nodes_with_value(digests, most))
    message = f"{SERVICE} of {node.name} has other nodes in its nodes_config.cfg than {having}"
    note = (
        f"copy /etc/nvidia-imex/nodes_config.cfg from {having}, then start {SERVICE} again on all"
    )
    return warn("imex-nodes-differ", message, node.fix("", note))


def _clique_verdict(node: NodeView, rack: list[str]) -> Verdict | None:
    facts = node.cluster.facts_by_node(Gpus)
    cliques = {name: facts[name].gpus[0].nvlink_clique for name in rack}
    most = majority_value(cliques, node.job.head)
    if cliques[node.name] == most:
        return None
    message = (
        f"{node.name} is in clique {cliques[node.name]} of its rack, "
        f"{fold_names(nodes_with_value(cliques, most))} in {most}"
    )
    return warn("clique-differs", message, node.fix("", "ask who divides the rack's NVLink"))
