"""Reads what `nft -j list ruleset` prints: see libnftables-json(5)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from checks.errors import FactError
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
from checks.untrusted_json import read_untrusted_json

RULE_ACTIONS = ("accept", "drop", "reject", "return", "jump", "goto")
TRANSLATIONS = ("redirect", "dnat")
HARMLESS_STATEMENTS = ("counter", "log", "comment")
STATES = ("new", "established", "related", "invalid", "untracked")

ALL_FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr")
MAXSEG = {"name": "maxseg", "field": "size"}
DSCP_NUMBERS = {
    **{f"cs{number}": 8 * number for number in range(8)},
    **{f"af{n}{drop}": 8 * n + 2 * drop for n in range(1, 5) for drop in range(1, 4)},
    "ef": 46,
}
DSCP_NAMES = {number: name for name, number in DSCP_NUMBERS.items()}
"""Codepoints as nft names them."""

Sets = Mapping[tuple[str, str, str], Any]


def parse_nftables(text: str) -> list[Chain]:
    """All chains of the ruleset. Raises FactError where the text is incomplete."""
    try:
        items = read_untrusted_json(text.encode())["nftables"]
        return list(_build_chains(items)) if items else []
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise FactError(f"the nftables ruleset is not readable: {error!r}") from error


def _build_chains(items: list[dict[str, Any]]) -> Iterator[Chain]:
    sets: dict[tuple[str, str, str], Any] = {}
    rules: dict[tuple[str, str, str], list[Rule]] = {}
    for item in items:
        for kind, body in item.items():
            if kind in ("set", "map"):
                sets[body["family"], body["table"], body["name"]] = body.get("elem", [])
            elif kind == "rule":
                chain_key = (body["family"], body["table"], body["chain"])
                named = _NamedSets(sets, chain_key[:2])
                rules.setdefault(chain_key, []).extend(_build_rules(body["expr"], named))
    for item in items:
        chain = item.get("chain")
        if chain:
            chain_key = (chain["family"], chain["table"], chain["name"])
            hook, policy = chain.get("hook", ""), chain.get("policy", "")
            own = tuple(rules.get(chain_key, ()))
            yield Chain("nft", *chain_key, hook, policy, own, chain.get("type") == "nat")


class _NamedSets:
    """The named sets that one table's rules can mean."""

    def __init__(self, sets: Sets, table: tuple[str, str]) -> None:
        self.sets, self.table = sets, table

    def elements(self, name: str) -> Any:
        """The elements of `@name`; raises KeyError."""
        return self.sets[(*self.table, name.lstrip("@"))]


def _build_rules(expressions: list[dict[str, Any]], named: _NamedSets) -> Iterator[Rule]:
    """One rule, or one for each element of a verdict map."""
    tests: list[Callable[[Packet], bool | None]] = []
    words: list[str] = []
    for expression in expressions:
        kind, body = next(iter(expression.items()))
        if kind == "vmap":
            yield from _verdict_map_rules(body, tests, words, named)
        elif kind in RULE_ACTIONS:
            to = body["target"] if kind in ("jump", "goto") else ""
            text = " ".join([*words, kind, *([to] if to else [])])
            yield Rule(text, _all_tests(tests), kind, to)
            return
        elif kind in TRANSLATIONS:
            port, address = _translated_to(body)
            text = " ".join([*words, kind, "to", f"{address}:{port}".rstrip(":")])
            yield Rule(text, _all_tests([*tests, diverts(address, port)]), "divert")
            return
        elif kind == "snat":
            _, address = _translated_to(body)
            text = " ".join([*words, kind, "to", address])
            yield Rule(text, _all_tests([*tests, disguises(address)]), "disguise")
            return
        elif kind == "match":
            tests = [*tests, _match_test(body, named)]
            words.append(_describe_match(body))
        elif kind not in HARMLESS_STATEMENTS:
            tests = [*tests, lambda _: None]
            words.append(_describe_limit(kind, body))


def _translated_to(body: Any) -> tuple[str, str]:
    """(port, address), each empty where the packet keeps its own; `?` where it is looked up."""
    body = body or {}
    port, address = (
        value if isinstance(value, (str, int)) else "?"
        for value in (body.get("port", ""), body.get("addr", ""))
    )
    return str(port), str(address)


def _all_tests(tests: list[Callable[[Packet], bool | None]]) -> Callable[[Packet], bool | None]:
    return lambda packet: all_hold(test(packet) for test in tests)


def _verdict_map_rules(
    body: dict[str, Any],
    tests: list[Callable[[Packet], bool | None]],
    words: list[str],
    named: _NamedSets,
) -> Iterator[Rule]:
    data = body["data"]
    elements = data["set"] if isinstance(data, dict) else named.elements(data)
    for key, verdict in elements:
        kind, target = next(iter(verdict.items()))
        if kind in RULE_ACTIONS:
            match = {"op": "==", "left": body["key"], "right": key}
            to = target["target"] if kind in ("jump", "goto") else ""
            text = " ".join([*words, _describe_match(match), kind, to]).strip()
            yield Rule(text, _all_tests([*tests, _match_test(match, named)]), kind, to)


def _match_test(body: dict[str, Any], named: _NamedSets) -> Callable[[Packet], bool | None]:
    left, right, op = body["left"], body["right"], body.get("op", "==")
    mask = _flag_mask(left)

    def applies(packet: Packet) -> bool | None:
        if mask is not None:
            return _flags_match(packet.known_flags, mask, right, op)
        applicable, value = _packet_field(packet, left, right)
        if not applicable:
            return False
        if value is None:
            return None
        if op in ("<", ">", "<=", ">="):
            return _compare_order(op, value, right)
        answer = _contains_value(right, value, named)
        return negate_answer(answer) if op == "!=" else answer

    return applies


def _flag_mask(left: Any) -> frozenset[str] | None:
    """The TCP flags that a match looks at; None where it looks at something else."""
    field, mask = left, list(ALL_FLAGS)
    if isinstance(left, dict) and "&" in left:
        field, mask = left["&"]
    if field != {"payload": {"protocol": "tcp", "field": "flags"}}:
        return None
    return _flag_names(mask)


def _flag_names(value: Any) -> frozenset[str]:
    """Flags as nft lists them: one, a list, or several joined by |."""
    if isinstance(value, dict):
        (value,) = value.values()
    return frozenset([value] if isinstance(value, str) else map(str, value))


def _flags_match(
    flags: frozenset[str] | None, mask: frozenset[str], right: Any, op: str
) -> bool | None:
    if flags is None:
        return None
    looked, wanted = flags & mask, _flag_names(right)
    if op in ("in", "!"):
        return bool(looked & wanted) is (op == "in")
    return (looked == wanted) is (op == "==")


def _packet_field(packet: Packet, left: Any, right: Any) -> tuple[bool, str | int | None]:
    """Whether the packet has that field at all, and its value (None: not known)."""
    kind, body = next(iter(left.items())) if isinstance(left, dict) else ("", {})
    if kind == "payload" and "protocol" in body:
        return _header_field(packet, body["protocol"], body["field"])
    key = body.get("key", "") if isinstance(body, dict) else ""
    if kind == "ct":
        return True, {"state": packet.state, "status": "confirmed"}.get(key)
    if kind == "meta" and key in ("iifname", "iif", "oifname", "oif"):
        other = "not lo" if right == "lo" else None  # a packet between nodes is never on it
        return (key[0] == "i") is packet.inbound, other
    if kind == "meta":
        family = "ipv6" if packet.family == "ip6" else "ipv4"
        known = {"l4proto": "tcp", "nfproto": family, "protocol": packet.family}
        return True, packet.length if key == "length" else known.get(key)
    if kind == "tcp option":
        return packet.known_flags in (SYN, None), packet.maxseg if body == MAXSEG else None
    if kind == "fib" and body.get("result") == "type" and body.get("flags") == ["daddr"]:
        return True, "local" if packet.inbound else "unicast"
    return True, None


def _header_field(packet: Packet, protocol: str, name: str) -> tuple[bool, str | int | None]:
    if protocol in ("ip", "ip6"):
        values = {"saddr": packet.source, "daddr": packet.target, "protocol": "tcp"}
        lengths = {"length": packet.length} if protocol == "ip" else {}
        marks = (
            {"dscp": DSCP_NAMES.get(packet.dscp, packet.dscp)} if packet.dscp is not None else {}
        )
        return protocol == packet.family, {**values, **lengths, **marks, "nexthdr": "tcp"}.get(name)
    if protocol in ("tcp", "th"):
        return True, {"sport": packet.sport, "dport": packet.dport}.get(name)
    return protocol not in ("udp", "udplite", "icmp", "icmpv6", "igmp", "sctp", "dccp"), None


def _contains_value(right: Any, value: str | int, named: _NamedSets) -> bool | None:
    if isinstance(right, str) and right.startswith("@"):
        try:
            return _contains_value(named.elements(right), value, named)
        except KeyError:
            return None
    if isinstance(right, list):
        return any_holds(_contains_value(element, value, named) for element in right)
    if isinstance(right, dict):
        return _expression_contains(right, value, named)
    if isinstance(right, int) and not isinstance(value, int):
        return {6: value == "tcp"}.get(right, False)
    return bool(right == value)


def _expression_contains(right: dict[str, Any], value: str | int, named: _NamedSets) -> bool | None:
    kind, body = next(iter(right.items()))
    if kind == "set":
        return _contains_value(body, value, named)
    if kind == "elem":
        return _contains_value(body["val"], value, named)
    if kind == "range":
        return all_hold(
            (_compare_order(">=", value, body[0]), _compare_order("<=", value, body[1]))
        )
    if kind == "prefix":
        network = ipaddress.ip_network(f"{body['addr']}/{body['len']}", strict=False)
        return ipaddress.ip_address(value) in network
    return None


def _compare_order(op: str, value: str | int, bound: Any) -> bool | None:
    if value not in DSCP_NUMBERS and isinstance(bound, int) != isinstance(value, int):
        return None
    a, b = _order_number(value), _order_number(bound)
    answers: dict[str, bool] = {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}
    return answers[op]


def _order_number(value: Any) -> int:
    """What a number, a named codepoint or an address counts as."""
    if isinstance(value, int):
        return value
    return DSCP_NUMBERS[value] if value in DSCP_NUMBERS else int(ipaddress.ip_address(value))


def _describe_match(body: dict[str, Any]) -> str:
    op = body.get("op", "==")
    left, right = _describe_expression(body["left"]), _describe_expression(body["right"])
    return f"{left} {right}" if op in ("==", "in") else f"{left} {op} {right}"


def _describe_limit(kind: str, body: Any) -> str:
    """A statement that depends on what came before: `ct count over 3`, `limit rate over 2/minute`.

    One that counts by source, in a set or a meter, is described as what it counts.
    """
    if kind in ("set", "meter") and isinstance(body, dict) and body.get("stmt"):
        inside = body["stmt"][0] if isinstance(body["stmt"], list) else body["stmt"]
        return f"by {kind} {_describe_limit(*next(iter(inside.items())))}"
    over = "over " if isinstance(body, dict) and body.get("inv") else ""
    if kind == "ct count" and isinstance(body, dict):
        return f"ct count {over}{body.get('val')}"
    if kind == "limit" and isinstance(body, dict):
        return f"limit rate {over}{body.get('rate')}/{body.get('per')}"
    return kind


def _describe_expression(value: Any) -> str:
    """An expression roughly as nft writes it."""
    if isinstance(value, list):
        return ",".join(_describe_expression(part) for part in value)
    if not isinstance(value, dict):
        return str(value)
    kind, body = next(iter(value.items()))
    if kind == "payload":
        return f"{body.get('protocol', 'payload')} {body.get('field', '')}".strip()
    if kind == "numgen":
        return f"numgen {body.get('mode')} mod {body.get('mod')}"
    if kind in ("meta", "ct"):
        return body["key"] if kind == "meta" else f"ct {body['key']}"
    if kind == "tcp option":
        return f"tcp option {body.get('name')} {body.get('field', '')}".strip()
    if kind == "&":
        return " & ".join(_describe_expression(part) for part in body)
    if kind == "set":
        return "{ " + ", ".join(_describe_expression(part) for part in body) + " }"
    if kind == "prefix":
        return f"{body['addr']}/{body['len']}"
    return f"{body[0]}-{body[1]}" if kind == "range" else kind
