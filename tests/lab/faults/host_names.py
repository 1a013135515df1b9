"""Machines that call themselves like others, or like every machine."""

from __future__ import annotations

from tests.lab.faults.case import ALL, EVERY_NODE, NODE3, Case, case, custom

OWN = "names.own-name-is-not-loopback"
ALIKE = ("names.hostnames-are-unique", ((),), "hostname-twice")
OWN_ADDRESS = "$(ip -o -4 address show dev eth0 | awk '{print $4}' | cut -d/ -f1)"
IMAGE = custom("host-names-of-an-image", "hostname ubuntu")
IMAGE_WITH_LINES = custom(
    "host-names-of-an-image-with-lines", f'hostname box; echo "{OWN_ADDRESS} box" >>/etc/hosts'
)
OF_A_PEER = custom("host-name-of-a-peer", "hostname node1")
LOCALHOST = custom("host-name-localhost", "hostname localhost.localdomain")
BRIDGE = "ip link add {0} type bridge; ip addr add 172.17.0.1/16 dev {0}; ip link set {0} up\n"
OF_A_BRIDGE = "sed -i '/ node3$/d' /etc/hosts; echo 172.17.0.1 node3 >>/etc/hosts"
DOCKER = custom("own-name-of-docker0", BRIDGE.format("docker0") + OF_A_BRIDGE)
VIRTUAL = custom("own-name-of-virbr0", BRIDGE.format("virbr0") + OF_A_BRIDGE)
COMPOSE = custom("own-name-of-compose", BRIDGE.format("br-0123456789ab") + OF_A_BRIDGE)

CASES = [
    case(DOCKER, OWN, NODE3, "own-name-elsewhere"),
    case(VIRTUAL, OWN, NODE3, "own-name-elsewhere"),
    case(COMPOSE, OWN, NODE3, "own-name-elsewhere"),
    Case(
        IMAGE,
        blocks=((OWN, EVERY_NODE, "own-name-unresolved"),),
        warns=(ALIKE,),
        on=ALL,
    ),
    Case(IMAGE_WITH_LINES, warns=(ALIKE,), on=ALL),
    Case(OF_A_PEER, blocks=((OWN, NODE3, "own-name-elsewhere"),), warns=(ALIKE,)),
    case(LOCALHOST, OWN, NODE3, "own-name-unresolved"),
]
