"""Two address families, and addresses that an interface lists before the one that peers reach."""

from __future__ import annotations

from launcher.lab.faults import Fault
from tests.lab.faults.case import (
    ALL,
    EPHEMERAL,
    FROM_3,
    HEAD,
    NODE3,
    SSH,
    TO_3,
    Case,
    Subjects,
    custom,
    warned,
)

OWN = "names.own-name-is-not-loopback"
LISTED = "names.first-listed-address-is-reachable"
FIRST_OF_HEAD: Subjects = (("node2", "node1"), ("node3", "node1"))
NUMBER = "n=$(hostname | tr -dc 0-9); ip -6 addr add fd77::$n/64 dev eth0 nodad"
HAVE_IPV6 = custom("have-ipv6", NUMBER)
HAVE_BOTH = custom(
    "have-both-families",
    f'{NUMBER}\nfor n in 1 2 3; do sed -i "1i fd77::$n node$n" /etc/hosts; done',
)
IN_FILTER = "nft add table inet f; nft 'add chain inet f c { type filter hook %s priority 0; }'; "
SSH_DROPPED = custom(
    "ssh-over-ipv6-dropped",
    f"{IN_FILTER % 'input'}nft add rule inet f c meta nfproto ipv6 tcp dport 22 drop",
)
ALL_DROPPED = custom(
    "all-over-ipv6-dropped", f"{IN_FILTER % 'output'}nft add rule inet f c meta nfproto ipv6 drop"
)
OWN_NAME = "sed -i '/ node3$/d' /etc/hosts; echo 'fd77::3 node3' >>/etc/hosts"


def first_address(name: str, place: str) -> Fault:
    """Another address before the one that peers reach, on the same interface."""
    return custom(
        name,
        "a=$(ip -4 -o addr show dev eth0 | awk '{print $4; exit}'); ip -4 addr flush dev eth0\n"
        f"for i in {place} $a; do ip addr add $i brd + dev eth0; done\n"
        "ip route add default via ${a%.*}.254",
    )


CASES = [
    *(
        warned(fault, SSH, subjects, "dead-address", first=((HAVE_BOTH, ALL),))
        for fault, subjects in (
            (SSH_DROPPED, (*TO_3, ("node3", "node3"))),
            (ALL_DROPPED, FROM_3),
        )
    ),
    warned(
        custom("own-name-of-ipv6-alone", OWN_NAME),
        *(OWN, NODE3, "own-name-other-family"),
        first=((HAVE_IPV6, ALL),),
    ),
    warned(
        custom("own-name-of-ipv6-first", "sed -i '1i fd77::3 node3' /etc/hosts"),
        *(OWN, NODE3, "own-name-other-family"),
        first=((HAVE_IPV6, ALL),),
    ),
    warned(
        custom("ipv6-of-one-gone", "ip -6 addr flush dev eth0"),
        *(OWN, NODE3, "own-name-other-family"),
        first=((HAVE_BOTH, ALL),),
        fixable=False,
    ),
    *(
        Case(
            first_address(name, place),
            blocks=((EPHEMERAL, FIRST_OF_HEAD, "first-address"),),
            warns=((LISTED, HEAD, "first-address-unreachable"),),
            on=("node1",),
        )
        for name, place in (
            ("first-address-elsewhere", "10.9.9.9/24"),
            ("first-address-link-local", "169.254.7.7/16"),
        )
    ),
    Case(
        first_address("first-address-of-a-peer", "10.9.9.9/24"),
        blocks=((EPHEMERAL, TO_3, "first-address"),),
    ),
]
