"""The lab is real: what ssh and names of its nodes do is what a cluster's would."""

from __future__ import annotations

import shlex
import sys

from launcher.lab import network
from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape, OddNode
from tests.support.contact import connect, log_in, ssh
from tests.support.lab_fixtures import MakeLab
from tests.support.paths import ROOT


def test_controller_logs_in_to_every_node(lab: Lab) -> None:
    names = [node.name for node in lab.nodes]
    assert [ssh(lab, name, "hostname").stdout.strip() for name in names] == names


def test_every_node_logs_in_to_every_node_and_itself(lab: Lab) -> None:
    names = [node.name for node in lab.nodes]
    answers = {(a, b): log_in(lab, a, b) for a in names for b in names}
    assert answers == {(a, b): b for a in names for b in names}


def test_nodes_have_keys_of_their_own(lab: Lab) -> None:
    paths = ("/root/.ssh/id_ed25519.pub", "/etc/ssh/ssh_host_ed25519_key.pub")
    assert len({node.read(path) for node in lab.nodes for path in paths}) == 2 * len(lab.nodes)


def test_hosts_file_is_a_hostfile(lab: Lab) -> None:
    assert lab.hosts.read_text() == "node1 slots=1\nnode2 slots=1\nnode3 slots=1\n"


def test_what_a_node_writes_stays_on_it(lab: Lab) -> None:
    mine = ROOT / "written-by-a-node"
    lab.node("node2").write(str(mine), "here")
    assert lab.node("node2").read(str(mine)) == "here"
    assert not mine.exists()
    assert lab.node("node1").run(["test", "-e", str(mine)]).returncode == 1
    lab.node("node2").run(["rm", str(mine)], check=True)


def test_nodes_have_the_checkout_and_the_interpreter(lab: Lab) -> None:
    script = "import fabric, psutil, checks; print(checks.__file__)"
    done = ssh(lab, "node3", f"cd {ROOT} && {shlex.join((sys.executable, '-c', script))}")
    assert done.stdout.strip() == str(ROOT / "checks/__init__.py"), done.stderr


def test_nodes_reap_what_is_orphaned(lab: Lab) -> None:
    node = lab.node("node1")
    node.run("setsid sh -c 'sleep 0.1 & exec true' & wait; sleep 0.3", check=True)
    assert "defunct" not in node.run(["ps", "-e"], check=True).stdout


def test_nodes_see_nothing_of_the_machine(lab: Lab) -> None:
    node = lab.node("node1")
    assert node.run(["ls", "/var/lib/deepspeed-preflight-lab"]).returncode != 0
    assert set(node.run(["ls", "/sys/class/net"]).stdout.split()) == {"lo", "eth0"}
    assert node.run(["nft", "list", "ruleset"], check=True).stdout == ""


def test_no_node_sets_the_clock_of_the_machine(lab: Lab) -> None:
    done = ssh(lab, "node1", 'date -s "@$(date +%s)"')
    assert done.returncode != 0
    assert "not permitted" in done.stderr


def test_an_odd_lab(odd_lab: MakeLab) -> None:
    odd = {"node2": OddNode(port=2222, sshd=("MaxSessions 4",), shell="/bin/sh")}
    lab = odd_lab(LabShape(nodes=2, slots=2, user="trainer", second_network=True, odd=odd))
    assert lab.hosts.read_text().splitlines()[1] == "node2 slots=2 user=trainer port=2222"
    assert ssh(lab, "node2", "id -un; echo $SHELL").stdout.split() == ["trainer", "/bin/sh"]
    assert log_in(lab, "node1", "node2", "trainer", 2222) == "node2"
    assert log_in(lab, "node2", "node1", "trainer") == "node1"
    assert ssh(lab, "node1", shlex.join((sys.executable, "-c", "print(1)"))).stdout == "1\n"
    second = network.second_address(lab.node("node2").address)
    assert connect(lab, "node1", second, 2222) == "open"


def test_a_lab_by_addresses(odd_lab: MakeLab) -> None:
    lab = odd_lab(LabShape(nodes=2, by_address=True))
    address = lab.node("node2").address
    assert lab.hosts.read_text().splitlines()[1] == f"{address} slots=1"
    assert ssh(lab, address, "hostname").stdout.strip() == "node2"
    assert log_in(lab, "node1", address) == "node2"


def test_more_nodes_than_the_neighbour_table_takes(odd_lab: MakeLab) -> None:
    lab = odd_lab(LabShape(nodes=network.STATIC_NEIGHBOURS_FROM + 1))
    assert log_in(lab, "node1", "node21") == "node21"
    assert "PERMANENT" in lab.node("node1").run(["ip", "neigh"], check=True).stdout
