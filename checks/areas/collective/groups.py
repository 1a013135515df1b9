"""Whether groups of nodes meet one another that each meet inside: what no node is at fault for."""

from __future__ import annotations

from checks.areas.network.packets import full_size_packets_arrive
from checks.areas.software.variables import CHECK as VARIABLES
from checks.areas.software.variables import nodes_kept_apart
from checks.check import cluster_check
from checks.facts import ClusterView
from checks.facts.environment import Environment
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.ports import DialResults, Listeners
from checks.facts.rendezvous import Rendezvous
from checks.folded_names import fold_names
from checks.model import Fix, Verdict, block, ok, skip
from checks.outliers.network_cuts import common_network


@cluster_check(
    "collective.groups-meet",
    Rendezvous,
    optional=(DialResults, Interfaces, Environment, Names, Firewall, Listeners),
    reads=("launcher",),
)
def groups_meet(cluster: ClusterView) -> Verdict:
    """Groups of nodes that meet among themselves meet one another as well.

    With a filter between two racks or subnets each looks healthy, and a start over both waits
    silently. Blaming a node for it sends people to the wrong machine.

    Measured: In the meetings that follow [one that failed](#collectiveranks-meet): where a single
    node left out does not help, the nodes of each network (/24, /64) meet by themselves, side by
    side; and where two or three had to be left out until the others met, they meet among
    themselves. If each group meets, the groups are reported and no node is. Racks of more than
    three nodes in one network are not detected as such here; the areas `ports` and `network` detect
    them.

    Fix:
        cut: check what is between them for the ephemeral ports: uplink, router, security group.
    """
    answers = cluster.facts_by_node(Rendezvous)
    cut = next((answer.cut for answer in answers.values() if answer.cut), ())
    if not cut:
        if not any(answer.ranks and not answer.failed for answer in answers.values()):
            return skip("no ranks met; see collective.ranks-meet")
        return ok(f"{len(answers)} nodes, no cut between groups")
    if apart := nodes_kept_apart(cluster):
        return skip(f"variables of {', '.join(apart)} differ; see {VARIABLES}")
    if any(node.has(DialResults) and node.read(DialResults).failed for node in cluster.reached):
        return skip("ports between them are not reached; see ports.ephemeral-ports-are-open")
    if any(
        node.has(DialResults) and full_size_packets_arrive.judge(node).cause
        for node in cluster.reached
    ):
        return skip("large packets do not arrive; see network.full-size-packets-arrive")
    addresses = {name: answer.own for name, answer in answers.items()}
    groups = [fold_names(side) for side in cut]
    networks = list(dict.fromkeys(common_network(addresses, side) for side in cut))
    place = f", between {' and '.join(networks)}" if len(networks) > 1 and all(networks) else ""
    message = (
        f"{' and '.join(groups)} each meet inside and do not meet each other{place}: "
        "no node is at fault, something on the way is"
    )
    note = "what drops ports of the ephemeral range there: uplink, router, security group"
    return block("cut", message, Fix("", "", note), groups=[list(side) for side in cut])
