"""Links that are slower than they should be: of one node, one way, of one pair, of all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checks.catalogue import CATALOGUE
from checks.facts.pairs import Pairs
from launcher.lab.faults import Fault
from launcher.lab.faults.firewall import firewall_fault
from launcher.lab.shape import LabShape
from tests.lab.faults.case import ALL, HEAD, NODE3, TO_3, case, custom, unlisted, warned

ALIKE, LINKS, CUT, ENOUGH = (
    f"collective.{claim}"
    for claim in (
        "bandwidth-is-alike",
        "links-are-alike",
        "no-group-is-slow-to-reach",
        "bandwidth-is-enough",
    )
)
LOSES = "collective.no-node-loses-packets"
LIMIT = "rate 100mbit burst 64kb latency 50ms"
SLOW_OUT = custom("slow-to-send", f"tc qdisc add dev eth0 root tbf {LIMIT}")
SLOW_IN = custom(
    "slow-to-receive",
    "nft -f - <<END\ntable inet police { chain input { type filter hook input priority 0;\n"
    "meta length > 1000 limit rate over 12 mbytes/second burst 200 kbytes drop; }\n}\nEND",
)
SLOW_BOTH = custom("slow-both-ways", f"{SLOW_OUT.apply}\n{SLOW_IN.apply}")
TWO_WAYS = (
    "tc qdisc add dev eth0 root handle 1: htb default 10\n"
    "tc class add dev eth0 parent 1: classid 1:10 htb rate 40gbit\n"
    "tc class add dev eth0 parent 1: classid 1:20 htb rate 100mbit\n"
)
THIN = "tc filter add dev eth0 parent 1: protocol ip u32 match ip dst {}/32 flowid 1:20"
SLOW_PAIR = custom("slow-pair", TWO_WAYS + THIN.format("$PEER_ADDRESS"))
SLOW_UPLINK = custom(
    "slow-uplink",
    "case $NAME in node[12]) there='node3 node4';; *) there='node1 node2';; esac\n"
    f"{TWO_WAYS}for name in $there; do\n"
    "set -- $(getent ahostsv4 $name)\n"
    f"{THIN.format('$1')}\n"
    "done",
)
CRAWLS = custom("crawls", "tc qdisc add dev eth0 root tbf rate 5mbit burst 16kb latency 50ms")
RACKS = ("node1", "node2", "node3", "node4")
ALL_SLOW = custom("slow-everywhere", SLOW_OUT.apply)

OTHERS = tuple(
    check.id
    for check in CATALOGUE.values()
    if check.area == "collective" and check.id != LOSES and Pairs not in check.needs
)
"""What ranks do together takes longer than all of these, and is tried elsewhere."""
REST: dict[str, Any] = {"fixable": False, "without": OTHERS}


def losing(name: str, percent: int, hook: str = "ingress", match: str = "") -> Fault:
    """Of all packets that way through eth0, so many are dropped by chance, as by a bad cable."""
    rule = f"{match} numgen random mod 100 < {percent} drop".strip()
    chain = f"chain way {{ type filter hook {hook} device eth0 priority 0; {rule}; }}"
    return custom(name, f"nft -f - <<END\ntable netdev lossy {{ {chain}\n}}\nEND")


LOSS = losing("five-percent-lost", 5)
GREAT_LOSS = losing("ten-percent-lost", 10)
TWELFTH_OUT = losing("twelve-percent-lost-on-the-way-out", 12, "egress")
LITTLE_LOSS = losing("three-percent-lost-on-the-way-out", 3, "egress")
THIRD_LOST = losing("thirty-percent-lost", 30)
THIRD_LOST_OUT = losing("thirty-percent-lost-on-the-way-out", 30, "egress")
LOST_FROM_ONE = losing("lost-from-one-node", 12, "ingress", "ip saddr $PEER_ADDRESS")
LOST_TO_ONE = losing("lost-to-one-node", 12, "egress", "ip daddr $PEER_ADDRESS")
LOST_BY_A_CABLE = unlisted(losing("lost-by-a-cable", 12))
LOST_BETWEEN_TWO = unlisted(losing("lost-between-two", 12, "egress", "ip daddr $PEER_ADDRESS"))

HIGH = "tcp dport 1024-65535 ct state new"
FEW_AT_ONCE = firewall_fault(
    "few-at-once", "no more than two are let in", f"{HIGH} ct count over 2 drop"
)
FEW_OF_EACH = firewall_fault(
    "few-of-each-at-once",
    "no more than three of each are let in",
    f"{HIGH} add @sources {{ ip saddr ct count over 3 }} reject",
)
FEW_OF_EACH = replace(
    FEW_OF_EACH,
    apply=FEW_OF_EACH.apply.replace(
        "chain input", "set sources { type ipv4_addr; flags dynamic; }\n  chain input", 1
    ),
)
LIMITED: dict[str, Any] = {"without": OTHERS}
MEET = "collective.ranks-meet"
FEW_TO_THE_MASTER = firewall_fault(
    "few-to-the-master-port",
    "it lets in two",
    "tcp dport 29500 ct state new ct count over 2 reject",
)
FEW_FOR_A_GROUP = firewall_fault(
    "few-for-a-second-group",
    "it lets in the connections of one group of ranks and not of two",
    "tcp dport 32768-60999 ct state new ct count over 11 drop",
)
OF_MEETING = tuple(
    check.id for check in CATALOGUE.values() if check.area == "collective" and check.id != MEET
)
MEETING: dict[str, Any] = {"on": ("node1",), "shape": LabShape(3, slots=2), "without": OF_MEETING}
"""Each rank connects to each: four of others to either rank of the head."""

CASES = [
    warned(FEW_AT_ONCE, LINKS, TO_3, "connections-limited", **LIMITED),
    warned(FEW_OF_EACH, LINKS, TO_3, "connections-limited", **LIMITED),
    case(FEW_TO_THE_MASTER, MEET, HEAD, "connections-limited", **MEETING),
    case(FEW_FOR_A_GROUP, MEET, HEAD, "connections-limited", **MEETING),
    warned(LOSS, LOSES, NODE3, "packets-lost", **LIMITED),
    warned(GREAT_LOSS, LOSES, HEAD, "packets-lost", on=("node1",), **LIMITED),
    *(
        warned(fault, LOSES, NODE3, "packets-lost", **LIMITED)
        for fault in (
            *(TWELFTH_OUT, LITTLE_LOSS, THIRD_LOST, THIRD_LOST_OUT),
            *(LOST_FROM_ONE, LOST_TO_ONE),
        )
    ),
    warned(LOST_BY_A_CABLE, LOSES, NODE3, "packets-lost", **REST),
    warned(LOST_BETWEEN_TWO, LOSES, NODE3, "packets-lost", **REST),
    warned(SLOW_OUT, ALIKE, NODE3, "slow-out", **LIMITED),
    warned(SLOW_IN, ALIKE, NODE3, "slow-in", **REST),
    warned(SLOW_BOTH, ALIKE, NODE3, "slow", **REST),
    warned(SLOW_PAIR, LINKS, (("node3", "node1"),), "slow-pair", **LIMITED),
    warned(SLOW_UPLINK, CUT, ((),), "slow-between-groups", shape=LabShape(4), on=RACKS, **REST),
    case(CRAWLS, ALIKE, NODE3, "crawls", **LIMITED),
    warned(ALL_SLOW, ENOUGH, ((),), "slow-everywhere", on=ALL, **REST),
]
