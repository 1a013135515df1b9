"""Names, interfaces, adapters, variables and limits of one node that differ from its peers'."""

from __future__ import annotations

from launcher.lab.faults import Fault
from launcher.lab.shape import LabShape
from tests.lab.faults.case import (
    ALL,
    EVERY_NODE,
    NAMES,
    NODE3,
    SSH,
    USABLE,
    Case,
    case,
    custom,
    warned,
)
from tests.support.lab_preflight import UNFIXABLE

INTERFACE_DOWN = custom("interface-down", "ip link set eth1 down")
NCCL_IFNAME_WRONG = custom(
    "nccl-ifname-in-bashrc", "sed -i '1i export NCCL_SOCKET_IFNAME=ib9' $HOME/.bashrc"
)
GLOO_LOOPBACK = custom("gloo-on-loopback", "sed -i '1i export GLOO_SOCKET_IFNAME=lo' $HOME/.bashrc")

NCCL_LOOPBACK = custom(
    "nccl-left-the-loopback", "sed -i '1i export NCCL_SOCKET_IFNAME=^docker0' $HOME/.bashrc"
)


def bridge_for_gloo(name: str, address: str, value: str = "") -> Fault:
    """gloo is held to a bridge for containers, which leads to none of the nodes.

    `value` is what the variable says, where that is more than the bridge.
    """
    return custom(
        f"gloo-on-{value or name}",
        f"ip link add {name} type bridge; ip addr add {address} dev {name}; ip link set {name} up; "
        f"sed -i '1i export GLOO_SOCKET_IFNAME={value or name}' $HOME/.bashrc",
    )


OTHER_NAME = custom(
    "interface-of-another-name",
    "ip link set eth0 down && ip link set eth0 name ens5 && ip link set ens5 up",
)
HOSTS_NOT_ASKED = custom(
    "hosts-file-not-asked", "sed -i 's/^hosts:.*/hosts: dns/' /etc/nsswitch.conf"
)
HOSTS_NEITHER_ASKED_NOR_RIGHT = custom(
    "hosts-file-neither-asked-nor-right",
    f"{HOSTS_NOT_ASKED.apply}\nsed 's/.* node1$/10.9.9.9 node1/' /etc/hosts >$SAVED/h\n"
    "cat $SAVED/h >/etc/hosts",
)
TWO_MACHINES = custom(
    "name-of-two-machines", "echo \"$(getent hosts node1 | cut -d' ' -f1) node2\" >>/etc/hosts"
)
OTHER_FIRST = custom(
    "name-of-another-first", "echo \"$(getent hosts node3 | cut -d' ' -f1) node1\" >>/etc/hosts"
)
"""The resolver sorts by nearness: on node2, node3 is nearer than node1."""
NCCL_VARIABLE = custom("nccl-algo-in-bashrc", "sed -i '1i export NCCL_ALGO=Ring' $HOME/.bashrc")
SHM_FULL = custom(
    "shm-full",
    "mount -o remount,size=100m /dev/shm; fallocate -l 60M /dev/shm/nccl-lost",
)
SHM_FULL_OF_MANY = custom(
    "shm-full-of-many",
    "mount -o remount,size=400m /dev/shm; "
    "for n in 1 2 3 4 5 6; do fallocate -l 60M /dev/shm/torch_$n; done",
)
SHM_HOLDER = "sleep 3604"
SHM_HELD = custom(
    "shm-held-by-a-process",
    "mount -o remount,size=200m /dev/shm; fallocate -l 180M /dev/shm/nccl-lives\n"
    f"setsid {SHM_HOLDER} 9>>/dev/shm/nccl-lives </dev/null >/dev/null 2>&1 & sleep 0.2",
)
WITH_LIBRARY = custom("infiniband-library", "touch /usr/lib/libibverbs.so.1")
"""The machine below may have it or not: with it, no device node is what is missing."""

CASES = [
    case("own-name-loopback", "names.own-name-is-not-loopback", NODE3, "own-name-loopback"),
    case("peer-name-wrong", NAMES, NODE3, "wrong-address"),
    case("peer-name-missing", NAMES, NODE3, "unresolved"),
    case("gloo-interface-wrong", "nccl.socket-interface-exists", NODE3, "interface-missing"),
    case(NCCL_IFNAME_WRONG, "nccl.socket-interface-exists", NODE3, "interface-missing"),
    case(
        OTHER_NAME,
        *("nccl.socket-interface-exists", NODE3, "interface-missing"),
        job={"env": {"GLOO_SOCKET_IFNAME": "eth0"}},
        fixable=False,
    ),
    case(GLOO_LOOPBACK, "nccl.socket-interface-exists", NODE3, "interface-local"),
    case(
        bridge_for_gloo("docker0", "172.17.0.1/16"),
        *("nccl.socket-interface-exists", NODE3, "interface-local"),
    ),
    case(
        bridge_for_gloo("docker0", "172.17.0.1/16", "eth0,docker0"),
        *("nccl.socket-interface-exists", NODE3, "interface-local"),
    ),
    warned(NCCL_LOOPBACK, "nccl.socket-interface-exists", NODE3, "interface-loopback"),
    case(
        bridge_for_gloo("virbr0", "192.168.122.1/24"),
        *("nccl.socket-interface-exists", EVERY_NODE, "interface-local"),
        on=ALL,
    ),
    case(
        bridge_for_gloo("podman1", "10.88.0.1/16"),
        *("nccl.socket-interface-exists", EVERY_NODE, "interface-astray"),
        on=ALL,
    ),
    case(
        bridge_for_gloo("wg0", "10.99.0.3/24"),
        *("nccl.socket-interface-exists", NODE3, "interface-astray"),
    ),
    case(HOSTS_NOT_ASKED, NAMES, NODE3, "hosts-file-not-asked"),
    case(HOSTS_NEITHER_ASKED_NOR_RIGHT, NAMES, NODE3, "hosts-file-not-asked"),
    warned(TWO_MACHINES, NAMES, NODE3, "two-machines"),
    Case(
        OTHER_FIRST,
        blocks=(
            (NAMES, (("node2",),), "two-machines"),
            (SSH, (("node2", "node1"),), "wrong-host"),
        ),
        on=("node2",),
    ),
    case(NCCL_VARIABLE, "nccl.variables-are-equal", NODE3, "variable-differs"),
    case(
        INTERFACE_DOWN,
        "nccl.socket-interface-exists",
        NODE3,
        "interface-down",
        shape=LabShape(nodes=3, second_network=True),
        job={"env": {"NCCL_SOCKET_IFNAME": "eth1", "GLOO_SOCKET_IFNAME": "eth1"}},
    ),
    warned("mtu-1400", "network.mtu-is-equal", NODE3, "mtu-differs"),
    warned(
        "infiniband-active",
        *(USABLE, NODE3, "no-uverbs"),
        first=((WITH_LIBRARY, ALL),),
        fixable=False,
    ),
    Case(
        "infiniband-down",
        blocks=(("nccl.infiniband-ports-are-active", NODE3, "port-down"),),
        warns=((USABLE, (("node1",), ("node2",)), "no-uverbs"),),
        first=((WITH_LIBRARY, ALL), ("infiniband-active", ("node1", "node2"))),
        fixable=False,
    ),
    case("shm-64m", "limits.shm-is-large-enough", NODE3, "shm-small"),
    *(
        case(fault, "limits.shm-is-large-enough", NODE3, "shm-full", leaves=(SHM_HOLDER,))
        for fault in (SHM_FULL, SHM_FULL_OF_MANY, SHM_HELD)
    ),
    case("nofile-256", "limits.nofile-is-enough", NODE3, "nofile-low", fixable=False),
    Case(
        "memlock-64k",
        blocks=((UNFIXABLE, tuple((name,) for name in ALL), "memlock-low"),),
        warns=((USABLE, tuple((name,) for name in ALL), "no-uverbs"),),
        first=(
            (WITH_LIBRARY, ALL),
            ("infiniband-active", ALL),
            ("memlock-64k", ("node1", "node2")),
        ),
        fixable=False,
    ),
]
