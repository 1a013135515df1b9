"""Reads what iptables-save prints: see iptables-extensions(8) for the options."""

from __future__ import annotations

import ipaddress
import shlex
from collections.abc import Callable, Iterator
from functools import partial

from checks.knowledge.firewalls.ruleset import (
    SYN,
    Chain,
    Packet,
    Rule,
    all_hold,
    any_holds,
    disguises,
    diverts,
    negate_answer,
)

HOOKS = {
    "PREROUTING": "prerouting",
    "INPUT": "input",
    "FORWARD": "forward",
    "OUTPUT": "output",
    "POSTROUTING": "postrouting",
}
TRANSLATIONS = {"DNAT": "--to-destination", "REDIRECT": "--to-ports", "SNAT": "--to-source"}
"""Targets that change an end of a packet, with the option that says to what."""

RULE_ACTIONS = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "reject", "RETURN": "return"}
NOT_TERMINAL = frozenset(
    ("LOG", "NFLOG", "MARK", "CONNMARK", "NOTRACK", "CT", "TCPMSS", "AUDIT", "CHECKSUM", "SET")
)

Options = list[tuple[bool, str, list[str]]]


def parse_iptables(text: str, tool: str) -> list[Chain]:
    """All chains that can stop a packet. `tool` is the command that adds to them."""
    family = "ip6" if tool.startswith("ip6") else "ip"
    table, policies, rules = "", dict[tuple[str, str], str](), dict[tuple[str, str], list[Rule]]()
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif line.startswith(":"):
            name, policy = line[1:].split()[:2]
            policies[table, name] = policy.lower().strip("-")
            rules[table, name] = []
        elif line.startswith("-A "):
            name, _, rest = line[3:].partition(" ")
            rules.setdefault((table, name), []).append(parse_rule(rest))
    return [
        Chain(
            *(tool, family, *key, HOOKS.get(key[1], ""), policies.get(key, "")),
            rules=tuple(chain_rules),
            translates=key[0] == "nat",
        )
        for key, chain_rules in rules.items()
    ]


def parse_rule(text: str) -> Rule:
    """One rule from the text behind `-A CHAIN`."""
    options = list(_split_options(shlex.split(text)))
    action, to = "", ""
    behind: Options = []
    for index, (_, name, words) in enumerate(options):
        if name in ("-j", "-g"):
            to = words[0] if words else ""
            action = RULE_ACTIONS.get(to) or ("" if to in NOT_TERMINAL else "jump")
            action = "goto" if name == "-g" else action
            options, behind = options[:index], options[index + 1 :]
            break
    tests: list[Callable[[Packet], bool | None]] = [
        partial(_option_holds, not_=not_, name=name, words=words) for not_, name, words in options
    ]
    if to in TRANSLATIONS:
        action = "disguise" if to == "SNAT" else "divert"
        tests = [*tests, _translation(to, behind)]
    return Rule(text, lambda packet: all_hold(test(packet) for test in tests), action, to)


def _translation(target: str, options: Options) -> Callable[[Packet], bool | None]:
    """Whether it changes a packet: `--to-destination 10.0.0.2:80`, `--to-source 10.0.0.1`."""
    said = next((" ".join(words) for _, name, words in options if name == TRANSLATIONS[target]), "")
    address, colon, port = said.rpartition(":")
    if target == "REDIRECT":
        return diverts("", said)
    if target == "SNAT":
        return disguises(said)
    if not colon or (said.count(":") > 1 and not address.endswith("]")):
        return diverts(said, "")
    return diverts(address.strip("[]"), port)


def _split_options(words: list[str]) -> Iterator[tuple[bool, str, list[str]]]:
    """(negated, option, its words) of one rule."""
    not_, name, values = False, "", list[str]()
    for word in words:
        if word == "!" or (word.startswith("-") and len(word) > 1 and not word[1:].isdigit()):
            if name:
                yield not_, name, values
                not_, name, values = False, "", []
            if word == "!":
                not_ = True
            else:
                name = word
        else:
            values.append(word)
    if name:
        yield not_, name, values


def _option_holds(packet: Packet, not_: bool, name: str, words: list[str]) -> bool | None:  # noqa: FBT001
    if name in ("-m", "--comment"):
        return True
    test = OPTION_TESTS.get(name)
    answer = test(packet, " ".join(words)) if test else None
    return negate_answer(answer) if not_ else answer


def _in_networks(address: str, networks: str) -> bool | None:
    try:
        nets = [ipaddress.ip_network(network, strict=False) for network in networks.split(",")]
    except ValueError:
        return None
    return any_holds(ipaddress.ip_address(address) in net for net in nets)


def _port_matches(port: int | None, ports: str) -> bool | None:
    """Whether a port, or another number, is in spans as `22,80:90`."""
    if port is None:
        return None
    return any_holds(_in_range(port, span) for span in ports.split(","))


def _in_range(port: int, span: str) -> bool | None:
    low, _, high = span.partition(":")
    try:
        return int(low or 0) <= port <= int(high or (low if ":" not in span else 65535))
    except ValueError:
        return None


def _interface_matches(name: str, *, used: bool) -> bool | None:
    """Whether it comes by that interface: never by loopback; else only the node's routes know."""
    return False if name == "lo" or not used else None


def _is_local_address(packet: Packet, kind: str, *, target: bool) -> bool | None:
    """Whether the address is one of this node's own."""
    if kind not in ("LOCAL", "UNICAST", "BROADCAST", "MULTICAST", "ANYCAST"):
        return None
    return kind == ("LOCAL" if packet.inbound is target else "UNICAST")


OPTION_TESTS: dict[str, Callable[[Packet, str], bool | None]] = {
    "-s": lambda packet, value: _in_networks(packet.source, value),
    "-d": lambda packet, value: _in_networks(packet.target, value),
    "-i": lambda packet, value: _interface_matches(value, used=packet.inbound),
    "-o": lambda packet, value: _interface_matches(value, used=not packet.inbound),
    "-p": lambda _, value: value in ("tcp", "all", "6"),
    "--dport": lambda packet, value: _port_matches(packet.dport, value),
    "--dports": lambda packet, value: _port_matches(packet.dport, value),
    "--sport": lambda packet, value: _port_matches(packet.sport, value),
    "--sports": lambda packet, value: _port_matches(packet.sport, value),
    "--ctstate": lambda packet, value: packet.state.upper() in value.split(","),
    "--state": lambda packet, value: packet.state.upper() in value.split(","),
    "--dst-type": lambda packet, value: _is_local_address(packet, value, target=True),
    "--src-type": lambda packet, value: _is_local_address(packet, value, target=False),
    "--syn": lambda packet, _: packet.known_flags == SYN,
    "--tcp-flags": lambda packet, value: (
        packet.known_flags == SYN if value.endswith(" SYN") else None
    ),
    "--length": lambda packet, value: _port_matches(packet.length, value),
    "--mss": lambda packet, value: _port_matches(packet.maxseg, value),
    "--dscp": lambda packet, value: None if packet.dscp is None else packet.dscp == int(value, 0),
}
