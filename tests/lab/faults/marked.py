"""Rules about a packet's own fields: the codepoint that ssh marks sessions by, segment sizes."""

from __future__ import annotations

from launcher.lab.faults.model import Fault
from tests.lab.faults.case import (
    EPHEMERAL,
    NODE3,
    REACH,
    SSH,
    TO_3,
    Case,
    case,
    custom,
)


def marked(name: str, hook: str, rule: str) -> Fault:
    """One rule of node3 for what comes in, or for what goes out."""
    chain = f"chain c {{ type filter hook {hook} priority 0; {rule};\n}}"
    return custom(name, f"nft -f - <<END\ntable inet marks {{ {chain}\n}}\nEND")


UNFINISHED = ("sshd: ",)
"""sshd keeps a session whose packets do not arrive for as long as the kernel sends them again."""
WITH_1 = (("node1", "node3"), ("node3", "node1"))
WITH_3 = (*TO_3, ("node3", "node1"), ("node3", "node2"))
MARKED_OUT = marked("marked-sessions-dropped-on-the-way-out", "output", "ip dscp != cs0 drop")
MARKED_IN = marked("marked-packets-dropped", "input", "iifname eth0 ip dscp != cs0 drop")
MARKED_OF_ONE = marked(
    "marked-sessions-of-one-dropped",
    "input",
    "ip saddr $PEER_ADDRESS ip dscp {cs1, af21, 2, 4} drop",
)
SEGMENTS = marked(
    "large-segment-sizes-dropped",
    "input",
    "iifname eth0 tcp dport 32768-60999 tcp flags & (syn|ack) == syn "
    "tcp option maxseg size > 1000 drop",
)
SEGMENTS_OF_ALL = marked(
    "large-segment-sizes-of-all-dropped", "input", "tcp option maxseg size > 1000 drop"
)
CASES: list[Case] = [
    case(MARKED_OUT, REACH, NODE3, "timeout", leaves=UNFINISHED),
    case(MARKED_IN, SSH, WITH_3, "dropped", leaves=UNFINISHED),
    case(MARKED_OF_ONE, SSH, WITH_1, "dropped", leaves=UNFINISHED),
    case(SEGMENTS, EPHEMERAL, TO_3, "dropped"),
    case(SEGMENTS_OF_ALL, REACH, NODE3, "dropped"),
]
