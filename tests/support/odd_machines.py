"""Sites that are odd in their machines: networks, ports, programs, paths, and how many nodes."""

from __future__ import annotations

from launcher.lab.shape import LabShape
from tests.support.lab_preflight import UNFIXABLE
from tests.support.odd_clusters import (
    BRIDGED,
    BRIDGES,
    OTHER_WORK,
    PARTS,
    RENAMED,
    WRAPPER,
    bashrc,
    firewall,
    hosts,
    on,
    on_all,
    rdma,
)
from tests.support.odd_site import THREE, TWO, Site

HARMLESS_NAMES = """
mkdir -p /srv/job/email /srv/job/json /opt/private; cd /srv/job
echo 'import torch' >train.py; touch test.py code.py calendar.py email/log.txt helpers.py
chmod 700 /opt/private; chmod 600 code.py
sed -i '1i export PYTHONPATH=/opt/private TORCH_LOGS=+dynamo' /home/trainer/.bashrc
"""
"""Modules that hide what nothing imports, and a folder of PYTHONPATH that is another's."""
GENEROUS = (
    "ct state established,related accept\niif lo accept\n"
    "ct state new ct count over 500 drop\nct state new limit rate over 900/second drop\n"
    "ip saddr $NET.0/24 accept"
)
"""Limits that no job of this size reaches."""
ALLOWED = {"allow": (UNFIXABLE,)}
SITES = [
    Site(
        "firewall-with-port-ranges",
        THREE,
        (
            firewall(
                "ct state established,related accept\niif lo accept\ntcp dport 22 accept\n"
                "ip saddr $NET.0/24 tcp dport { 29500, 32768-60999 } accept"
            ),
        ),
    ),
    Site(
        "firewall-both-ways",
        TWO,
        (
            firewall("iif lo accept\nip saddr $NET.0/24 accept\nreject with icmp admin-prohibited"),
            firewall("oif lo accept\nip daddr $NET.0/24 accept", hook="output"),
        ),
    ),
    Site(
        "bridges-and-a-spare-card",
        TWO,
        (on_all(BRIDGES), bashrc("export NCCL_SOCKET_IFNAME=^docker0,lo,br-,virbr0,enx1")),
    ),
    Site("bridges-unmentioned", TWO, (on_all(BRIDGES),)),
    Site(
        "dead-second-network",
        LabShape(nodes=2, second_network=True),
        (on(["node2"], "ip link set eth1 down; sleep 1"),),
    ),
    Site(
        "training-network-of-its-own",
        LabShape(nodes=2, second_network=True),
        (
            bashrc("export NCCL_SOCKET_IFNAME=eth1 GLOO_SOCKET_IFNAME=eth1"),
            firewall("iif { lo, eth1 } accept\ntcp dport 22 accept\nct state established accept"),
        ),
    ),
    Site("trains-over-a-bridge", TWO, (on_all(BRIDGED),)),
    Site(
        "interfaces-named-apart",
        TWO,
        (on(["node2"], RENAMED), bashrc("export NCCL_SOCKET_IFNAME=ens1,eth0 NCCL_DEBUG=INFO")),
    ),
    Site("interfaces-named-apart-unset", TWO, (on(["node1"], RENAMED),)),
    Site(
        "other-ephemeral-ports",
        TWO,
        (
            on(["node1"], "echo 1024 65535 >/proc/sys/net/ipv4/ip_local_port_range"),
            on(["node2"], "echo 40000 50000 >/proc/sys/net/ipv4/ip_local_port_range"),
        ),
    ),
    Site(
        "system-python-gone-or-wrapped",
        TWO,
        (
            on_all("rm -f /usr/local/bin/python3"),
            on(["node1"], "rm /usr/bin/python3"),
            on(["node2"], WRAPPER),
        ),
    ),
    Site(
        "paths-with-spaces",
        TWO,
        (on_all("mkdir -p '/data/my runs/the models'; echo {} >'/data/my runs/zero 3.json'"),),
        {
            "workdir": "/data/my runs",
            "same": ("zero 3.json",),
            "exist": ("the models",),
            "output": "the output/of today",
        },
        trains=True,
    ),
    Site(
        "a-hosts-file-from-elsewhere",
        THREE,
        (hosts("# ours\r\nnode[1-2]\tslots=1 type=CPU\r\n\r\nnode3 slots=2 port=22\r\n"),),
        {"head": "node3"},
    ),
    Site(
        "other-work-of-the-same-user",
        TWO,
        (on_all(OTHER_WORK),),
        {"workdir": "/srv/job", "command": ("train.py",)},
    ),
    Site(
        "data-in-parts-and-old-files-of-accelerate",
        TWO,
        (on_all(PARTS),),
        {
            "workdir": "/srv/job",
            "command": ("train.py", "--data_path", "/srv/data", "--output_dir", "out"),
        },
    ),
    Site(
        "files-named-as-nothing-that-torch-needs",
        LabShape(nodes=2, user="trainer"),
        (on_all(HARMLESS_NAMES), firewall(GENEROUS)),
        {"workdir": "/srv/job", "command": ("train.py",)},
        trains=True,
    ),
    Site("one-node", LabShape(nodes=1, slots=2), trains=True),
    Site("eight-nodes", LabShape(nodes=8)),
    Site("infiniband-with-a-port-unused", TWO, (rdma("mlx5_0", "1: DOWN"),), ALLOWED),
    Site("omni-path", TWO, (rdma("hfi1_0"),), ALLOWED),
    Site("pdsh-on-the-head-alone", TWO, (on(["node2"], "rm /usr/bin/pdsh"),)),
    Site("started-by-ssh", TWO, (on_all("rm /usr/bin/pdsh"),), {"backend": "ssh"}),
]
