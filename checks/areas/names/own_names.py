"""Whether a node's own name leads others to it, and whether each name is of one machine."""

from __future__ import annotations

import ipaddress
import itertools
import re

from checks.areas.names.addresses import is_link_local, is_loopback
from checks.areas.names.hosts_file import (
    SYSTEM_FILES,
    ignores_all_names,
    is_hosts_file_unreadable,
    own_name_fix,
)
from checks.check import cluster_check, node_check
from checks.facts import ClusterView, NodeView
from checks.facts.account import Account
from checks.facts.environment import Environment
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.surroundings import Surroundings
from checks.facts.view_cache import cached_per_view
from checks.folded_names import fold_names
from checks.knowledge.logins.on_each_node import NODE, fix_on_each
from checks.knowledge.nccl_variables import GLOO_IFNAME, setting_in_force
from checks.knowledge.training_network import (
    training_address,
    training_interface,
)
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value


@node_check(
    "names.own-name-is-not-loopback", Names, Interfaces, Environment, optional=(Surroundings,)
)
def own_name_is_not_loopback(node: NodeView) -> Verdict:
    """A node's own host name resolves to an address that the other nodes can reach.

    Debian writes 127.0.1.1 for it. Gloo then makes its peers connect to themselves, and says
    "Connection refused, remote=[127.0.0.1]".

    Measured: The node's resolver looks up its own name. The check passes where
    `GLOO_SOCKET_IFNAME` makes gloo look elsewhere.

    Fix: Rewrites that name in `/etc/hosts` with the address that training uses; or set
    `GLOO_SOCKET_IFNAME` in `[env]`. A machine that is called localhost, or like another one, gets a
    name of its own instead.
        own-name-loopback: the name resolves to 127.0.0.0/8 or ::1.
        own-name-unresolved: the name has no address.
        own-name-elsewhere: it resolves to an address of no interface of this node, or of one that
            leads to no other machine, such as docker0.
        own-name-link-local: it resolves to fe80::…, which gloo cannot advertise.
        own-name-other-family: its first address is IPv6 where those of most nodes are IPv4, or the
            other way round: gloo ends with `ss1.ss_family == ss2.ss_family`; warns, because `start`
            names the interface to gloo.
    """
    names = node.read(Names)
    if len(node.job.nodes) == 1:
        return skip("a single node meets nobody")
    first = _advertised_address(node)
    if first and not is_loopback(first):
        return _judge_family(node, first)
    given = ", ".join(names.own)
    result = f"resolves to {first or given}" if given else "does not resolve"
    message = f"{node.name}'s own host name {names.hostname} {result} there"
    setting = setting_in_force(node, GLOO_IFNAME)
    if setting is not None and setting.value:
        return ok(f"{message}, which gloo does not look up because of {setting}")
    if not given and is_hosts_file_unreadable(node):
        return skip(f"{message}: /etc/hosts cannot be read; see {SYSTEM_FILES}")
    if not given and ignores_all_names(node):
        return skip(f"{message}, nor do the others; see names.every-node-resolves-every-node")
    address = training_address(node)
    elsewhere = "own-name-elsewhere" if given else "own-name-unresolved"
    local = "own-name-link-local" if names.own and is_link_local(names.own[0]) else elsewhere
    cause = "own-name-loopback" if first else local
    expected = f"{message}; expected {address}, the address that its peers use"
    if _needs_another_name(node):
        note = f"a name of its own; it is called {names.hostname}, as others are"
        return block(cause, expected, node.fix(rename_command(own_hostname(node)), note, root=True))
    return block(cause, expected, own_name_fix(node, names.hostname, address))


@cached_per_view
def _advertised_address(node: NodeView) -> str:
    """Of what its own name means the first that gloo can listen on; '' for none.

    What leads to no other machine, docker's bridge, is none that others can call.
    """
    own = {
        text
        for link in node.read(Interfaces).interfaces
        if link.loopback or not link.is_local_only or link == training_interface(node)
        for text in link.addresses
        if not is_link_local(text)
    }
    return next((text for text in node.read(Names).own if is_loopback(text) or text in own), "")


def _judge_family(node: NodeView, first: str) -> Verdict:
    hostname, is_ipv6 = node.read(Names).hostname, ":" in first
    setting = setting_in_force(node, GLOO_IFNAME)
    usual = _usual_family(node.cluster)
    if is_ipv6 is usual or (setting and setting.value):
        return ok(f"{hostname} is {first} on {node.name}")
    addresses = training_interface(node).routable_addresses
    better = next((text for text in addresses if (":" in text) is usual), "")
    family = "IPv4" if is_ipv6 else "IPv6"
    message = (
        f"{node.name}'s own host name {hostname} is {first} there, and such a name an "
        f"{family} address on {node.most_nodes}: gloo connects no two families"
    )
    note = f"set {GLOO_IFNAME} in [env] of launch.toml, or up {family} on {node.name}"
    fix = own_name_fix(node, hostname, better) if better else Fix(note=note)
    return warn("own-name-other-family", message, fix)


@cached_per_view
def _usual_family(cluster: ClusterView) -> bool:
    """Whether most nodes advertise IPv6; where neither is more usual, whether the head does."""
    nodes = [peer for peer in cluster.nodes_with(Names) if peer.has(Interfaces)]
    firsts = {peer.name: _advertised_address(peer) for peer in nodes}
    is_ipv6 = {name: ":" in first for name, first in firsts.items() if first}
    return majority_value(is_ipv6, cluster.head.name)


def _needs_another_name(node: NodeView) -> bool:
    """Whether its host name is that of another machine, or of every machine."""
    hostname = node.read(Names).hostname
    others = node.cluster.facts_by_node(Names)
    alike = [name for name, names in others.items() if names.hostname == hostname]
    return hostname.partition(".")[0] == "localhost" or len(alike) > 1


def own_hostname(node: NodeView) -> str:
    """A host name for the node that no other has: its name in the hosts file, where that is one."""
    try:
        ipaddress.ip_address(node.name)
    except ValueError:
        return node.name
    return f"ip-{re.sub('[.:]+', '-', node.name)}"


def rename_command(name: str) -> str:
    """Calls the machine so, now and after the next boot, with systemd or without."""
    plain = f"{{ hostname {name} && echo {name} > /etc/hostname; }}"
    return f"hostnamectl set-hostname {name} 2>/dev/null || {plain}"


@cluster_check("names.hostnames-are-unique", Names, severity=Severity.WARN, optional=(Interfaces,))
def hostnames_are_unique(cluster: ClusterView) -> Verdict:
    """No two nodes have the same host name.

    Logs, gloo's addresses and torchrun's rendezvous go by host name: where two nodes share a name,
    nobody can know which of them wrote a line.

    Measured: The host names of all nodes that were reached.

    Fix:
        hostname-twice: a host name of its own for each of them that does not have its own.
    """
    called: dict[str, list[str]] = {}
    for node in cluster.reached:
        called.setdefault(node.read(Names).hostname, []).append(node.name)
    shared = {
        hostname: names
        for hostname, names in called.items()
        if len(names) > 1 and not _is_same_machine(*(cluster[name] for name in names[:2]))
    }
    if not shared:
        return ok(f"{len(called)} nodes, {len(called)} host names")
    message = "; ".join(
        f"{fold_names(names)} have the same host name {hostname}"
        for hostname, names in shared.items()
    )
    wrong = [
        cluster[name]
        for hostname, names in shared.items()
        for name in names
        if own_hostname(cluster[name]) != hostname
    ]
    hostname, nodes = next(iter(shared.items()))
    return warn("hostname-twice", message, _rename_fix(wrong), hostname=hostname, nodes=nodes)


def _rename_fix(nodes: list[NodeView]) -> Fix:
    """Gives each of them a name of its own: on it, or on all of them from here."""
    note = "gives each machine a name of its own"
    if len(nodes) == 1:
        return nodes[0].fix(rename_command(own_hostname(nodes[0])), note, root=True)
    if all(own_hostname(node) == node.name for node in nodes):
        return fix_on_each(nodes, rename_command(NODE), note)
    return fix_on_each(nodes, rename_command("ip-$(echo $node | tr -s .: -)"), note)


@cluster_check("names.machines-are-distinct", Account, Interfaces, Names)
def machines_are_distinct(cluster: ClusterView) -> Verdict:
    """No machine is in the hosts file under two names.

    DeepSpeed would start two ranks on each of its GPUs; NCCL says "Duplicate GPU detected", if it
    says anything.

    Measured: Two nodes count as one machine where machine id, boot id, host name and addresses all
    agree.

    Fix:
        same-machine: remove one of the lines.
        cloned: the machines share `/etc/machine-id`; create a new one and reboot; warns.
    """
    nodes = list(cluster.reached)
    for first, second in itertools.combinations(nodes, 2):
        if _is_same_machine(first, second):
            message = f"{first.name} and {second.name} are the same machine"
            note = f"remove the line of {second.name} from {cluster.job.where or 'hosts.txt'}"
            return block("same-machine", message, Fix(note=note), nodes=[first.name, second.name])
    return _judge_clones(cluster) or ok(f"{len(nodes)} nodes are {len(nodes)} machines")


def _is_same_machine(first: NodeView, second: NodeView) -> bool:
    """Containers share boot id, clones machine id, so all marks of identity must agree."""
    marks = [
        (account.machine_id, account.boot_id, account.hostname, node.read(Interfaces).addresses)
        for node in (first, second)
        for account in (node.read(Account),)
    ]
    return marks[0] == marks[1] and bool(marks[0][1])


def _judge_clones(cluster: ClusterView) -> Verdict | None:
    ids: dict[str, list[NodeView]] = {}
    for node in cluster.reached:
        ids.setdefault(node.read(Account).machine_id, []).append(node)
    for machine_id, nodes in ids.items():
        boots = {node.read(Account).boot_id for node in nodes}
        if machine_id and len(nodes) > 1 and len(boots) == len(nodes):
            message = f"{' and '.join(n.name for n in nodes)} share one /etc/machine-id: clones"
            renew = "rm -f /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup"
            note = "then reboot: DHCP may give clones the same address"
            fix = fix_on_each(nodes[1:], renew, note)
            return warn("cloned", message, fix, machine_id=machine_id)
    return None
