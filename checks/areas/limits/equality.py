"""What nodes of one kind have alike: memory, processors, and the system that runs there.

Absolute numbers say little; a node that differs from comparable nodes says much. Nodes are
comparable that have the same GPUs and the same number of slots.
"""

from __future__ import annotations

from checks.areas.limits.affinity import explain_pinning, is_pinned
from checks.areas.limits.control_group import lacks_cpus, lacks_memory
from checks.check import node_check
from checks.facts import ClusterView, NodeView
from checks.facts.account import Account
from checks.facts.affinity import Affinity
from checks.facts.cgroup import Cgroup
from checks.facts.gpus import Gpus
from checks.facts.limits import Limits
from checks.facts.machine import Machine
from checks.facts.view_cache import cached_per_view
from checks.model import Severity, Verdict, ok, skip, unknown, warn
from checks.outliers.comparable import comparable_nodes
from checks.outliers.consensus import majority_value, majority_within, nodes_with_value
from checks.units import format_memory

MEMORY_TOLERANCE = 0.05
"""Azure's node health checks allow as much; firmware and crash kernels take a little each."""
NO_COMPARABLE_NODE = "no other node has the same GPUs and slots"


@node_check("limits.memory-is-equal", Account, Cgroup, Gpus, severity=Severity.WARN)
def memory_is_equal(node: NodeView) -> Verdict:
    """The node has as much memory as the others of its kind, within 5 %.

    A memory module that failed is left out at boot silently. What was sized for the other nodes
    runs out of memory on this one first.

    Measured: The machine's memory, or what the control group grants where that is less, among nodes
    with the same GPUs and slots. The reference is the size that most are near, on a tie the head's.
    5 % is what Azure's health checks allow.

    Fix:
        memory-differs: `dmidecode -t memory` lists the modules.
    """
    own = _usable_memory(node)
    if not own:
        return unknown(f"{node.name} did not report how much memory it has")
    peers = comparable_nodes(node, Account, Cgroup)
    values = {peer.name: memory for peer in peers if (memory := _usable_memory(peer))}
    if len(values) < 2:
        return ok(NO_COMPARABLE_NODE)
    expected = majority_within(values, node.job.head, MEMORY_TOLERANCE)
    if abs(own - expected) <= MEMORY_TOLERANCE * expected:
        return ok(
            f"{node.name} has {format_memory(own)} of memory, as comparable nodes have", bytes=own
        )
    group = node.read(Cgroup)
    limited = own == group.memory_bytes
    if limited and lacks_memory(node):
        return skip("its control group grants too little; see limits.group-allows-enough-memory")
    where = f" by {group.memory_at}" if limited else ""
    message = (
        f"{node.name} has {format_memory(own)} of memory{where}; expected "
        f"{format_memory(expected)} as on comparable nodes"
    )
    note = "lists the memory modules; reseat or replace the one that is missing or failed"
    fix = node.fix("dmidecode -t memory", note, root=True)
    if limited:
        fix = node.fix("", "give the container, or the slice of the login, what the others have")
    return warn("memory-differs", message, fix, bytes=own, expected=expected)


def _usable_memory(node: NodeView) -> int:
    """Bytes that ranks may use."""
    return min(node.read(Account).memory_bytes, node.read(Cgroup).memory_bytes or 2**63)


@node_check(
    "limits.cpus-are-equal",
    *(Account, Cgroup, Gpus),
    severity=Severity.WARN,
    optional=(Affinity, Limits),
)
def cpus_are_equal(node: NodeView) -> Verdict:
    """The login may use as many processors as on the other nodes of its kind.

    Data loaders and the optimizer of an offloaded model run on the processors: all nodes wait for
    the one that has fewer.

    Measured: The processors that the login may run on, or its quota, among nodes with the same GPUs
    and slots; where the machine has more, the outermost process or control group that lacks them.

    Fix:
        cpus-differ: gives sshd, the group or the shell its processors back, whichever lacks them;
            `lscpu` shows what is offline; raise a quota that is in the way.
    """
    own = _usable_cpus(node)
    values = {peer.name: _usable_cpus(peer) for peer in comparable_nodes(node, Account, Cgroup)}
    if len(values) < 2:
        return ok(NO_COMPARABLE_NODE)
    expected = majority_value(values, node.job.head)
    if own == expected:
        return ok(f"{node.name} has {own:g} processors, as comparable nodes have", cpus=own)
    if lacks_cpus(node):
        return skip("a limit is too low; see limits.group-allows-a-cpu-for-each-rank")
    message = (
        f"a login to {node.name} may use {own:g} processors; expected {expected:g} as on "
        "comparable nodes"
    )
    note = "a quota of its container or slice, processors taken offline, or SMT turned off"
    fix = node.fix("lscpu", note)
    if own == node.read(Account).cpus < expected and is_pinned(node):
        words, fix = explain_pinning(node)
        message += f"; {words}"
    return warn("cpus-differ", message, fix, cpus=own, expected=expected)


def _usable_cpus(node: NodeView) -> float:
    quota = node.read(Cgroup).cpus
    return min(float(node.read(Account).cpus), quota or float("inf"))


@node_check("limits.systems-are-alike", Machine, Limits, severity=Severity.WARN)
def systems_are_alike(node: NodeView) -> Verdict:
    """The node runs the system that the others run: architecture, distribution, C library, kernel.

    Wheels and ops built for one do not load on another; a login that ends in a container on one
    node and on the machine of another finds another world.

    Measured: Machine type, os-release, the C library's version, the first two numbers of the
    kernel's, and whether the login is in a container, each against the majority.

    Fix:
        system-differs: start all nodes from one image.
    """
    traits, usual = _system_traits(node), _usual_traits(node.cluster)
    trait = next((trait for trait, own in traits.items() if own != usual[trait][0]), None)
    if trait is None:
        return ok(f"{node.name} runs the same system as the others", **traits)
    expected, example = usual[trait]
    message = (
        f"{trait} on {node.name}: {traits[trait] or 'unknown'}; expected {expected or 'unknown'} "
        f"as on {example}"
    )
    note = "start all nodes from one image; in a mixed cluster build ops on each kind of node"
    return warn("system-differs", message, node.fix("", note), **traits)


@cached_per_view
def _usual_traits(cluster: ClusterView) -> dict[str, tuple[str, str]]:
    """Of each trait what most nodes have, and the first that has it."""
    by_node = {node.name: _system_traits(node) for node in cluster.nodes_with(Machine, Limits)}
    usual = {}
    for trait in next(iter(by_node.values())):
        values = {name: traits[trait] for name, traits in by_node.items()}
        expected = majority_value(values, cluster.job.head)
        usual[trait] = expected, nodes_with_value(values, expected)[0]
    return usual


def _system_traits(node: NodeView) -> dict[str, str]:
    machine, inside = node.read(Machine), node.read(Limits).container
    return {
        "architecture": machine.architecture,
        "place of the login": "a container" if inside else "the machine itself",
        "distribution": machine.system,
        "C library": machine.library,
        "kernel": ".".join(machine.kernel.split(".")[:2]),
    }
