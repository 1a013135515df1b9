"""Idle connections that the kernel forgets, where a filter then drops what they carry."""

from __future__ import annotations

from launcher.lab.faults.model import Fault
from tests.lab.faults.case import NODE3, case, custom, warned

KEPT = "ports.idle-connections-are-kept"


def forgotten(name: str, seconds: int, rules: str, policy: str = "accept", more: str = "") -> Fault:
    """The node forgets what was idle for so long, and has these rules for what comes in."""
    set_time = f"echo {seconds} >/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established"
    chain = f"chain input {{ type filter hook input priority 0; policy {policy};\n{rules}\n}}"
    return custom(
        name, f"nft -f - <<END\ntable inet strict {{\n{chain}\n}}\nEND\n{set_time}\n{more}"
    )


NOT_A_SYN = forgotten(
    "idle-connections-are-no-new-ones",
    20,
    "iifname != lo tcp flags & (fin|syn|rst|ack) != syn ct state new drop",
)
INVALID = forgotten(
    "idle-connections-are-invalid",
    20,
    "iifname != lo ct state invalid drop",
    more="echo 0 >/proc/sys/net/netfilter/nf_conntrack_tcp_loose",
)
FIRST_PACKETS_ALONE = forgotten(
    "first-packets-alone-are-let-in",
    600,
    "iifname lo accept\nct state established,related accept\nicmp type echo-request accept\n"
    "tcp flags & (fin|syn|rst|ack) == syn accept",
    "drop",
)
CASES = [
    case(NOT_A_SYN, KEPT, NODE3, "idle-forgotten"),
    case(INVALID, KEPT, NODE3, "idle-forgotten"),
    warned(FIRST_PACKETS_ALONE, KEPT, NODE3, "idle-forgotten"),
]
