"""Whether the address that DeepSpeed asks the head for by itself is one that others reach."""

from __future__ import annotations

from checks.check import Over, node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interfaces
from checks.facts.ports import DialResults, Listeners
from checks.folded_names import fold_names
from checks.knowledge.nccl_variables import interface_settings
from checks.knowledge.training_network import first_listed_address
from checks.model import Fix, Severity, Verdict, note, ok, skip, warn


@node_check(
    "names.first-listed-address-is-reachable",
    Interfaces,
    DialResults,
    Listeners,
    Environment,
    over=Over.HEAD,
    severity=Severity.WARN,
)
def first_listed_address_is_reachable(node: NodeView) -> Verdict:
    """The address that `hostname -I` prints first on the head is one that the other nodes reach.

    Plain `deepspeed` asks for it over ssh and makes it MASTER_ADDR where `--master_addr` is not
    given, as DeepSpeed does in ranks that MPI starts by itself: all others then wait for rank 0.
    `start` passes the address that was tried, and does not ask. Where NCCL_SOCKET_IFNAME or
    GLOO_SOCKET_IFNAME choose a network for training it is a note.

    Measured: The first IPv4 address of the head that is not its loopback's, else the first of IPv6.
    Every node connects to the master port there.

    Fix:
        first-address-unreachable: the option for plain `deepspeed`; nothing is needed for `start`.
    """
    listening, first = node.read(Listeners), first_listed_address(node)
    if first in ("", listening.address):
        return ok(f"`hostname -I` prints {first or 'nothing'} first on {node.name}")
    if listening.master_error:
        return skip("nobody could listen; see ports.master-port-is-free")
    cut_off = [
        peer.name for peer in node.cluster.nodes_with(DialResults) if _fails(peer, node, first)
    ]
    if not cut_off:
        return ok(f"{first}, which `hostname -I` prints first on {node.name}, is reached by all")
    message = (
        f"`hostname -I` prints {first} first on {node.name}, which {fold_names(cut_off)} cannot "
        f"reach: plain `deepspeed` takes it for MASTER_ADDR"
    )
    advice = f"start with launcher start, or give deepspeed --master_addr {listening.address}"
    found = note if interface_settings(node) else warn
    return found("first-address-unreachable", message, Fix(note=advice), address=first)


def _fails(peer: NodeView, head: NodeView, address: str) -> bool:
    """Whether that node could not connect to the master port at that address of the head."""
    calls = peer.read(DialResults).failures_towards(head.name)
    return any((call.address, call.port) == (address, head.job.master_port) for call in calls)
