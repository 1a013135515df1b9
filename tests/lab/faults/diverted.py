"""Routes and rules by which packets for the other nodes leave through another interface."""

from __future__ import annotations

from launcher.lab.faults import Fault
from tests.lab.faults.case import SSH, Case, custom

TUNNEL = (
    "ip link add tun0 type veth peer name far; ip addr add 10.8.0.2/24 dev tun0\n"
    "ip link set tun0 up; ip link set far up"
)
"""Of an interface that leads nowhere."""
FROM_3 = (("node3", "node1"), ("node3", "node2"))
TO_3 = (("node1", "node3"), ("node2", "node3"))


def diverted(name: str, *commands: str) -> Fault:
    """Another way for what is for the other nodes, and not for what is for the controller."""
    return custom(name, "\n".join((TUNNEL, *commands)))


ROUTE = diverted("route-of-a-vpn", "ip route add ${ADDRESS%.*}.0/25 dev tun0")
RULE = diverted(
    "rule-of-a-vpn",
    "ip route add default dev tun0 table 100",
    "ip rule add to ${ADDRESS%.*}.0/25 lookup 100 priority 100",
)
HOST_ROUTE = diverted(
    "route-to-one-by-a-vpn", "ip route add $PEER_ADDRESS/32 via 10.8.0.1 dev tun0 onlink"
)

SOURCE_RULE = custom(
    "rule-by-source-to-a-dead-gateway",
    "ip rule add from $ADDRESS lookup 100 priority 1000\n"
    "ip route add ${ADDRESS%.*}.254 dev eth0 table 100\n"
    "ip route add default via ${ADDRESS%.*}.253 dev eth0 table 100",
)
PROHIBITED = custom("rule-that-prohibits", "ip rule add to $PEER_ADDRESS prohibit priority 50")
GATEWAY = custom(
    "route-to-one-by-a-dead-gateway",
    "ip route add $PEER_ADDRESS/32 via ${ADDRESS%.*}.253 dev eth0",
)

CASES = [
    Case(SOURCE_RULE, blocks=((SSH, FROM_3, "no-route"), (SSH, TO_3, "dropped"))),
    Case(PROHIBITED, blocks=((SSH, FROM_3[:1], "no-route"), (SSH, TO_3[:1], "dropped"))),
    Case(GATEWAY, blocks=((SSH, FROM_3[:1], "no-route"), (SSH, TO_3[:1], "dropped"))),
    Case(ROUTE, blocks=((SSH, FROM_3, "no-route"), (SSH, TO_3, "dropped"))),
    Case(RULE, blocks=((SSH, FROM_3, "no-route"), (SSH, TO_3, "dropped"))),
    Case(HOST_ROUTE, blocks=((SSH, FROM_3[:1], "no-route"), (SSH, TO_3[:1], "dropped"))),
]
