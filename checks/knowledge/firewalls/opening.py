"""The command that lets training's connections through a filter, and nothing else."""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections.abc import Collection, Sequence

from checks.knowledge.firewalls.culprit import Culprit
from checks.knowledge.firewalls.ruleset import Chain, Packet, Stop
from checks.model import Fix

WIDEST_PREFIX = {4: 20, 6: 64}
"""The shortest prefix, by IP version, in which the cluster's nodes count as neighbours."""

_ZONE = re.compile(r"(?:filter_)?(IN|OUT)_(policy_)?(.+?)(?:_(?:pre|log|deny|allow|post))?$")

MAY_STOP = ("drop", "reject", "jump", "goto")
LOOPBACK_WAYS = {"prerouting": "i", "input": "i", "output": "o", "postrouting": "o"}
"""How a rule at that hook names the interface: what comes in by it, or goes out."""
PortSpan = tuple[int, int]


def smallest_networks(addresses: Collection[str]) -> tuple[str, ...]:
    """The smallest network that holds all addresses; each by itself where they lie far apart."""
    ends = sorted(ipaddress.ip_address(text) for text in addresses)
    net = ipaddress.ip_network(ends[0])
    while not all(end in net for end in ends):
        net = net.supernet()
    if net.prefixlen >= WIDEST_PREFIX[net.version]:
        return (str(net),)
    return tuple(str(end) for end in ends)


def opening_fix(culprit: Culprit, peers: Sequence[str], span: PortSpan) -> Fix:
    """What to type on the culprit's node; `peers` are the networks of the cluster."""
    return culprit.node.fix(
        " && ".join(_opening_commands(culprit, peers, span)), _persistence_note(culprit), root=True
    )


def passing_fix(culprits: Sequence[Culprit], peers: Sequence[str]) -> Fix:
    """Lets packets between the cluster's networks `peers` pass the culprits' chains on one node.

    All packets, or those of the ports that are known.
    """
    commands = [
        _passing_command(culprit.packet, stop.base, peer)
        for culprit in culprits
        for stop, peer in itertools.product(culprit.stops, peers)
    ]
    first = culprits[0]
    typed = " && ".join(dict.fromkeys(commands))
    return first.node.fix(typed, _persistence_note(first), root=True)


def _passing_command(packet: Packet, base: Chain, peer: str) -> str:
    ports = {"sport": packet.sport, "dport": packet.dport}
    if base.tool == "nft":
        end = "saddr" if packet.inbound else "daddr"
        only = "".join(f" tcp {name} {port}" for name, port in ports.items() if port)
        place = f"{base.family} {base.table} {base.name}"
        return f"nft insert rule {place} {packet.family} {end} {peer}{only} accept"
    table = "" if base.table == "filter" else f" -t {base.table}"
    end = "-s" if packet.inbound else "-d"
    only = "".join(f" --{name} {port}" for name, port in ports.items() if port)
    only = f" -p tcp{only}" if only else ""
    return f"{base.tool}{table} -I {base.name} {end} {peer}{only} -j ACCEPT"


def loopback_commands(chains: Sequence[Chain]) -> list[str]:
    """Accept what goes over `lo` first in each chain that may stop IPv4 there."""
    found = []
    for chain in chains:
        stops = chain.policy == "drop" or any(rule.action in MAY_STOP for rule in chain.rules)
        way = LOOPBACK_WAYS.get(chain.hook, "")
        if not stops or not way or chain.translates or chain.family not in ("ip", "inet"):
            continue
        if chain.tool == "nft":
            place = f"{chain.family} {chain.table} {chain.name}"
            found.append(f"nft insert rule {place} {way}if lo accept")
        else:
            table = "" if chain.table == "filter" else f" -t {chain.table}"
            found.append(f"{chain.tool}{table} -I {chain.name} -{way} lo -j ACCEPT")
    return found


def _persistence_note(culprit: Culprit) -> str:
    if culprit.translated:
        return f"until the next boot; or delete that rule of {culprit.kind}, if nothing needs it"
    if culprit.kind == "nftables":
        return "until the next boot; to keep it, add the rule to /etc/nftables.conf"
    if culprit.kind == "iptables":
        return "until the next boot; to keep it: netfilter-persistent save, or iptables-save"
    return ""


def _opening_commands(culprit: Culprit, peers: Sequence[str], span: PortSpan) -> list[str]:
    packet, stops = culprit.packet, culprit.stops
    if culprit.kind == "ufw":
        return [_ufw_command(packet, stops, peer, span) for peer in peers]
    if culprit.kind == "firewalld":
        return [
            *(_firewalld_command(packet, stops, p, span) for p in peers),
            "firewall-cmd --reload",
        ]
    add = _nft_command if culprit.kind == "nftables" else _iptables_command
    if packet.state == "established":
        peers = peers[:1]
    return [add(packet, stop, peer, span) for stop in stops for peer in peers]


def _format_ports(span: PortSpan, mark: str) -> str:
    return str(span[0]) if span[0] == span[1] else f"{span[0]}{mark}{span[1]}"


def _ufw_command(packet: Packet, stops: Sequence[Stop], peer: str, span: PortSpan) -> str:
    # allow is appended, behind the rule that denies
    verb = "prepend" if stops and "ufw-user" in stops[0].trail[-1] else ""
    what = f"allow from {peer} to any" if packet.inbound else f"allow out to {peer}"
    return f"ufw {verb + ' ' if verb else ''}{what} port {_format_ports(span, ':')} proto tcp"


def _firewalld_command(packet: Packet, stops: Sequence[Stop], peer: str, span: PortSpan) -> str:
    trail = stops[0].trail if stops else ()
    named = [match for match in map(_ZONE.match, reversed(trail)) if match]
    place = f" --{'policy' if named[0][2] else 'zone'}={named[0][3]}" if named else ""
    first = ' priority="-1"' if trail and trail[-1].endswith(("_deny", "_pre")) else ""
    family = "ipv6" if packet.family == "ip6" else "ipv4"
    end = "source" if packet.inbound else "destination"
    rule = (
        f'rule{first} family="{family}" {end} address="{peer}" '
        f'port port="{_format_ports(span, "-")}" protocol="tcp" accept'
    )
    return f"firewall-cmd --permanent{place} --add-rich-rule='{rule}'"


def _nft_command(packet: Packet, stop: Stop, peer: str, span: PortSpan) -> str:
    base = stop.base
    rule = f"nft insert rule {base.family} {base.table} {base.name}"
    if packet.state == "established":
        return f"{rule} ct state established,related accept"
    end = "saddr" if packet.inbound else "daddr"
    return f"{rule} {packet.family} {end} {peer} tcp dport {_format_ports(span, '-')} accept"


def _iptables_command(packet: Packet, stop: Stop, peer: str, span: PortSpan) -> str:
    base = stop.base
    table = "" if base.table == "filter" else f" -t {base.table}"
    rule = f"{base.tool}{table} -I {base.name}"
    if packet.state == "established":
        return f"{rule} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"
    end = "-s" if packet.inbound else "-d"
    return f"{rule} {end} {peer} -p tcp --dport {_format_ports(span, ':')} -j ACCEPT"
