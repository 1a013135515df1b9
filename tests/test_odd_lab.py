"""Healthy clusters that are odd as real sites are: a preflight of them must have nothing to say.

Each oddity is one that a stricter reading of "as it should be" would call a fault; training starts
on all of them. What truly warns is listed, and nothing else may.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from checks.judge import decide
from checks.model import Outcome
from launcher.lab.cluster import Lab
from launcher.lab.shape import Odd, Shape
from tests.flights import HEAVY, UNMENDABLE, fly, job_of, told
from tests.labs import assert_nothing_left, down_and_gone, leavings
from tests.oddities import (
    BRIDGED,
    BRIDGES,
    CLOUD_ADDRESSES,
    CLOUD_NAMES,
    HOSTBASED,
    RENAMED,
    SIXES,
    STRICT_SHELL,
    STRICT_SSHD,
    VARIABLES,
    WITHOUT_KEYS,
    WRAPPER,
    Step,
    alike,
    bashrc,
    certified,
    each,
    firewall,
    hosts,
    jump,
    keys,
    on,
    ports_in_config,
    rdma,
    shells,
    ssh_config,
)

CHECKOUT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Site:
    """One cluster: its shape, what makes it odd, the job, and the checks that rightly warn."""

    name: str
    shape: Shape
    steps: tuple[Step, ...] = ()
    job: Mapping[str, Any] = field(default_factory=dict)
    warns: frozenset[str] = frozenset()
    trains: bool = False
    """Whether the training smoke is part of it."""


ALLOWED = {"allow": (UNMENDABLE,)}
MINE = "/home/trainer"
TWO, THREE = Shape(nodes=2), Shape(nodes=3)
SITES = [
    Site("login-shells", shells(), (each("command -v fish >/dev/null && fish -c true || true"),)),
    Site(
        "own-user-who-shares-nothing",
        Shape(nodes=2, user="trainer"),
        (each(f"echo umask 077 >>{MINE}/.bashrc; mount -o remount,hidepid=2 /proc"),),
        {"workdir": MINE},
        trains=True,
    ),
    Site("other-port", alike(2, port=2222, sshd=("Port 2022",))),
    Site(
        "ports-that-differ",
        Shape(nodes=3, odd={"node2": Odd(port=2222), "node3": Odd(port=2200)}),
        (ports_in_config,),
    ),
    Site(
        "cloud-by-address",
        Shape(nodes=2, by_address=True),
        (each(CLOUD_NAMES), each(CLOUD_ADDRESSES)),
    ),
    Site(
        "full-names-and-long-hosts-file",
        TWO,
        (
            each("sed -i -E 's/^(10[.].*) (node.)/\\1 \\2.cluster.local \\2 \\2-ib/' /etc/hosts"),
            each("hostname $NAME.cluster.local; sed -i '1i 127.0.1.1 box.local box' /etc/hosts"),
            each(
                'for i in {1..3000}; do echo "172.30.$((i / 250)).$((i % 250)) other$i"; done'
                " >>/etc/hosts"
            ),
        ),
    ),
    Site(
        "names-in-two-families",
        TWO,
        (
            each("ip addr add fd00:77::$N/64 dev eth0 nodad"),
            each('for i in 1 2; do sed -i "1i fd00:77::$i node$i" /etc/hosts; done'),
        ),
    ),
    Site("names-in-the-other-family", TWO, (each(SIXES),)),
    Site(
        "hashed-known-hosts-and-rsa",
        TWO,
        (
            keys("rsa -m PEM", "id_rsa"),
            each("ssh-keygen -q -H -f .ssh/known_hosts; rm .ssh/known_hosts.old"),
            ssh_config("HashKnownHosts yes", "IdentitiesOnly yes", "LogLevel QUIET"),
        ),
    ),
    Site(
        "everything-in-etc-ssh",
        alike(2, sshd=("AuthorizedKeysFile /etc/ssh/keys/%u",)),
        (
            keys("ecdsa", "cluster"),
            ssh_config("IdentityFile ~/.ssh/cluster"),
            each("mkdir /etc/ssh/keys; mv .ssh/authorized_keys /etc/ssh/keys/root"),
            each("mv .ssh/known_hosts /etc/ssh/ssh_known_hosts"),
        ),
    ),
    Site(
        "new-host-keys-accepted",
        TWO,
        (each("rm .ssh/known_hosts"), ssh_config("StrictHostKeyChecking accept-new")),
    ),
    Site(
        "no-host-keys-checked",
        TWO,
        (
            each("rm .ssh/known_hosts"),
            ssh_config(
                "StrictHostKeyChecking no", "UserKnownHostsFile /dev/null", "LogLevel DEBUG"
            ),
        ),
    ),
    Site("host-based-logins", alike(2, sshd=HOSTBASED), (each(WITHOUT_KEYS),)),
    Site("certificates-alone", TWO, (certified,)),
    Site("behind-a-jump-host", TWO, (jump,)),
    Site(
        "shared-connections",
        TWO,
        (
            ssh_config(
                *("ControlMaster auto", "ControlPath ~/.ssh/%r@%h:%p", "ControlPersist 10m"),
                *("RequestTTY force", "ForwardX11 yes", "VisualHostKey yes", "AddKeysToAgent yes"),
            ),
        ),
    ),
    Site(
        "strict-sshd",
        alike(5, sshd=STRICT_SSHD),
        (
            each("echo 'Access denied otherwise. Connection refused.' >/etc/issue.net"),
            each("echo Welcome >/etc/motd"),
            bashrc('case $- in *i*) echo "hello" ;; esac'),
        ),
    ),
    Site("noisy-shell", TWO, (bashrc("echo welcome"),), warns=frozenset({"ssh.shell-is-quiet"})),
    Site("strict-shell", TWO, (bashrc(*STRICT_SHELL),)),
    Site("many-variables", TWO, (bashrc(*VARIABLES),), trains=True),
    Site("slow-shell", TWO, (bashrc("sleep 1.5"),)),
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
        (each(BRIDGES), bashrc("export NCCL_SOCKET_IFNAME=^docker0,lo,br-,virbr0,enx1")),
    ),
    Site("bridges-unmentioned", TWO, (each(BRIDGES),)),
    Site(
        "dead-second-network",
        Shape(nodes=2, second_network=True),
        (on(["node2"], "ip link set eth1 down; sleep 1"),),
    ),
    Site(
        "training-network-of-its-own",
        Shape(nodes=2, second_network=True),
        (
            bashrc("export NCCL_SOCKET_IFNAME=eth1 GLOO_SOCKET_IFNAME=eth1"),
            firewall("iif { lo, eth1 } accept\ntcp dport 22 accept\nct state established accept"),
        ),
    ),
    Site("trains-over-a-bridge", TWO, (each(BRIDGED),)),
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
            each("rm -f /usr/local/bin/python3"),
            on(["node1"], "rm /usr/bin/python3"),
            on(["node2"], WRAPPER),
        ),
    ),
    Site(
        "paths-with-spaces",
        TWO,
        (each("mkdir -p '/data/my runs/the models'; echo {} >'/data/my runs/zero 3.json'"),),
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
    Site("one-node", Shape(nodes=1, slots=2), trains=True),
    Site("eight-nodes", Shape(nodes=8)),
    Site("infiniband-with-a-port-unused", TWO, (rdma("mlx5_0", "1: DOWN"),), ALLOWED),
    Site("omni-path", TWO, (rdma("hfi1_0"),), ALLOWED),
    Site("pdsh-on-the-head-alone", TWO, (on(["node2"], "rm /usr/bin/pdsh"),)),
    Site("started-by-ssh", TWO, (each("rm /usr/bin/pdsh"),), {"backend": "ssh"}),
]


@pytest.fixture
def bring_up(tmp_path: Path) -> Iterator[Callable[[Shape], Lab]]:
    """Brings up a lab that a test may change as it likes; all of it is gone afterwards."""
    labs: list[Lab] = []

    def up(shape: Shape) -> Lab:
        labs.append(Lab.up(shape, tmp_path / ".lab"))
        return labs[-1]

    yield up
    for lab in labs:
        down_and_gone(lab)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_nothing_to_say(site: Site, bring_up: Callable[[Shape], Lab]) -> None:
    lab = bring_up(site.shape)
    for step in site.steps:
        step(lab)
    before = leavings(lab)
    findings = fly(job_of(lab, **site.job), leave_out=() if site.trains else HEAVY)
    assert decide(findings) == "go", told(findings)
    assert not [one for one in findings if one.outcome is Outcome.UNKNOWN], told(findings)
    assert {one.check for one in findings if one.warned} - {UNMENDABLE} == site.warns, told(
        findings
    )
    assert {one.check for one in findings if one.outcome is Outcome.PASS}
    assert_nothing_left(lab, before)


def test_a_node_is_the_controller(bring_up: Callable[[Shape], Lab]) -> None:
    lab = bring_up(TWO)
    before = leavings(lab)
    flight = (
        f"{sys.executable} -m pytest -p no:cacheprovider preflight/ --hosts node1,node2 --quick"
    )
    quiet = {"PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
    done = lab.node("node1").run(f"cd {CHECKOUT} && {flight}", env=quiet)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " failed" not in done.stdout
    assert_nothing_left(lab, before)
