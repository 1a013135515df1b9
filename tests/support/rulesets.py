"""A node's packet filter as nft lists it, for tests of judges."""

from __future__ import annotations

import json
from typing import Any

from checks.facts import Snapshot
from checks.facts.firewall import Firewall, FirewallListing
from tests.support.snapshots import with_fact

OTHER_TOOLS = ("iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy")


def match(left: Any, right: Any, op: str = "==") -> dict[str, Any]:
    """One condition of a rule, as `nft -j` prints it."""
    return {"match": {"op": op, "left": left, "right": right}}


def header(protocol: str, field: str) -> dict[str, Any]:
    """A field of a header, as the left side of a condition."""
    return {"payload": {"protocol": protocol, "field": field}}


def with_chain(
    snap: Snapshot,
    node: str,
    *rules: list[dict[str, Any]],
    hook: str = "input",
    policy: str = "accept",
) -> Snapshot:
    """A node whose filter has that one chain."""
    where = {"family": "inet", "table": "t"}
    chain = {**where, "name": "c", "hook": hook, "policy": policy}
    items: list[dict[str, Any]] = [{"chain": chain}]
    items += [{"rule": {**where, "chain": "c", "expr": rule}} for rule in rules]
    nft = FirewallListing(json.dumps({"nftables": items}))
    others = {tool: FirewallListing("", "not installed") for tool in OTHER_TOOLS}
    return with_fact(snap, node, Firewall(listings={"nft": nft, **others}))
