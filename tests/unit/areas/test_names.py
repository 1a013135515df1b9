"""Names that mean nothing, the wrong machine, or the node itself; and odd ones that are fine."""

import subprocess

import pytest

from checks.areas.names.hosts_file import ASK_HOSTS_FILE
from checks.facts.environment import Environment
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.names import NameLookup, Names
from checks.facts.ports import DialResults, FailedCall, Listeners
from checks.facts.ssh import LoginAttempt, SshRow
from checks.model import Outcome
from checks.node.probe import names as section
from tests.support.networks import LO, cluster, interfaces, nth_account, resolves
from tests.support.snapshots import judged, with_fact

OWN = "names.own-name-is-not-loopback"
LISTED = "names.first-listed-address-is-reachable"
PEERS = "names.every-node-resolves-every-node"
FINE = {
    "node1": ("10.0.0.1", "10.0.0.2"),
    "node2": ("10.0.0.2", "10.0.0.2"),
    "node3": ("10.0.0.3", "10.0.0.2"),
}


def of_node2(check, snap):
    found = judged(snap, check)
    others = [entry for who_, entry in found.items() if who_ != ("node2",)]
    assert all(other.outcome is not Outcome.FAIL for other in others), "a third party was accused"
    return found[("node2",)]


def named(**changes):
    """The cluster with node2's resolver changed; None makes the name unknown."""
    peers = {**FINE, **changes}
    found = {
        name: NameLookup((reported[0],), "", reported[1])
        if reported
        else NameLookup((), "Name not known")
        for name, reported in peers.items()
    }
    return with_fact(cluster(), "node2", Names("node2", None, ("10.0.0.2",), found))


def test_healthy_names():
    snap = cluster()
    for check in (OWN, PEERS, "names.hostnames-are-unique", "names.machines-are-distinct"):
        assert {finding.outcome for finding in judged(snap, check).values()} == {Outcome.PASS}


def test_own_name_as_debian_writes_it():
    snap = with_fact(cluster(), "node2", Names("node2", "node2", ("127.0.1.1",), named_peers()))
    found = of_node2(OWN, snap)
    assert (found.stops, found.cause) == (True, "own-name-loopback")
    assert (
        "node2's own host name node2 resolves to 127.0.1.1 there; expected 10.0.0.2"
        in found.message
    )
    assert "10.0.0.2 node2" in found.fix.command
    with_fact(snap, "node2", Environment(shell={"GLOO_SOCKET_IFNAME": "eth0"}))
    assert of_node2(OWN, snap).outcome is Outcome.PASS


def named_peers():
    return {name: NameLookup((reported[0],), "", reported[1]) for name, reported in FINE.items()}


def test_own_name_unknown_or_somebody_elses():
    for own, cause in (((), "own-name-unresolved"), (("10.9.9.9",), "own-name-elsewhere")):
        snap = with_fact(cluster(), "node2", Names("node2", None, own, named_peers()))
        assert of_node2(OWN, snap).cause == cause


def test_an_own_name_that_is_the_bridge_of_docker_leads_nobody_there():
    docker = Interface("docker0", kind="docker", ipv4=("172.17.0.1/16",))
    eth0 = Interface("eth0", ipv4=("10.0.0.2/24",))
    for links in ((docker, eth0), (eth0, docker)):
        snap = with_fact(cluster(), "node2", Names("node2", None, ("172.17.0.1",), named_peers()))
        with_fact(snap, "node2", Interfaces(links))
        found = of_node2(OWN, snap)
        assert (found.stops, found.cause) == (True, "own-name-elsewhere")
        assert "resolves to 172.17.0.1 there; expected 10.0.0.2" in found.message
        with_fact(snap, "node2", Names("node2", None, ("172.17.0.1", "10.0.0.2"), named_peers()))
        assert of_node2(OWN, snap).outcome is Outcome.PASS


def test_own_name_of_a_single_node_is_let_be():
    snap = with_fact(cluster(("node1",)), "node1", Names("node1", None, ("127.0.1.1",), {}))
    assert judged(snap, OWN)[("node1",)].outcome is Outcome.SKIP


def test_the_fix_takes_the_name_off_loopback_and_keeps_localhost(tmp_path):
    snap = with_fact(cluster(), "node2", Names("node2", None, ("127.0.0.1",), named_peers()))
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost node2\n127.0.1.1\tnode2 node2.lan\n10.0.0.22 node22\n")
    command = of_node2(OWN, snap).fix.command.replace("/etc/hosts", str(hosts))
    subprocess.run(["sh", "-ec", command], check=True, timeout=10)
    lines = [line.split() for line in hosts.read_text().splitlines()]
    assert lines == [
        ["127.0.0.1", "localhost"],
        ["127.0.1.1", "node2.lan"],
        ["10.0.0.22", "node22"],
        ["10.0.0.2", "node2"],
    ]


def test_peer_that_does_not_resolve_blocks():
    found = of_node2(PEERS, named(node3=None))
    assert (found.stops, found.cause) == (True, "unresolved")
    assert "node2 cannot resolve node3 (Name not known)" in found.message
    assert "10.0.0.3 node3" in found.fix.command


def test_a_hosts_file_that_nobody_asks_is_fixed_with_the_name():
    unknown = {name: NameLookup((), "Name not known") for name in FINE}
    snap = with_fact(cluster(), "node2", Names("node2", None, (), unknown, ("dns",)))
    found = of_node2(PEERS, snap)
    assert found.cause == "hosts-file-not-asked"
    assert found.message.endswith("/etc/nsswitch.conf names dns and not /etc/hosts")
    assert "10.0.0.1 node1" in found.fix.command
    assert found.fix.command.endswith(ASK_HOSTS_FILE)
    right = {name: (f"10.0.0.{number}",) for number, name in enumerate(FINE, 1)}
    with_fact(snap, "node2", Names("node2", None, (), unknown, ("dns",), right))
    found = of_node2(PEERS, snap)
    assert found.fix.command == ASK_HOSTS_FILE, "what is right stays untouched"
    assert "which has them right" in found.message and not found.fix.note
    half = {**right, "node1": ("10.9.9.9",)}
    with_fact(snap, "node2", Names("node2", None, (), unknown, ("dns",), half))
    fix = of_node2(PEERS, snap).fix.command
    assert "10.0.0.1 node1" in fix and "node3" not in fix and fix.endswith(ASK_HOSTS_FILE)
    own = of_node2(OWN, snap)
    assert (own.outcome, own.message.endswith(PEERS)) == (Outcome.SKIP, True)
    for sources in ((), ("files", "dns"), ("resolve", "dns")):
        with_fact(snap, "node2", Names("node2", None, (), unknown, sources))
        assert of_node2(PEERS, snap).cause == "unresolved"
        assert of_node2(OWN, snap).cause == "own-name-unresolved"


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("hosts:          dns", "hosts:          files dns"),
        ("hosts:\tdns files", "hosts:\tfiles dns"),
        ("hosts: files dns", "hosts: files dns"),
        ("passwd: dns", "passwd: dns"),
    ],
)
def test_the_hosts_file_is_asked_first_however_often_that_is_typed(line, after, tmp_path):
    switch = tmp_path / "nsswitch.conf"
    switch.write_text(f"{line}\n")
    command = ASK_HOSTS_FILE.replace("/etc/nsswitch.conf", str(switch))
    for _ in range(2):
        subprocess.run(["sh", "-c", command], check=True)
        assert switch.read_text() == f"{after}\n"


def test_a_hosts_file_is_read_name_by_name():
    text = "127.0.0.1 localhost\n::1 localhost ip6 # node1\n10.0.0.1\tnode1 n1\n#10.0.0.2 node2\n"
    listed = section.listed_addresses(text, ["node1", "node2", "localhost"])
    assert listed == {"localhost": ["127.0.0.1", "::1"], "node1": ["10.0.0.1"]}


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("passwd: files\nhosts:  files mdns4_minimal [NOTFOUND=return] dns # both\n",
         ["files", "mdns4_minimal", "dns"]),
        ("hosts: resolve [!UNAVAIL=return] files", ["resolve", "files"]),
        ("", []),
        ("#hosts: dns", []),
    ],
)  # fmt: skip
def test_section_reads_where_names_are_looked_up(text, sources):
    assert section.lookup_sources(text) == sources


def test_name_that_only_ssh_knows_warns():
    row = SshRow({"node3": LoginAttempt(code=0, hostname="node3", authenticated=True)})
    found = of_node2(PEERS, with_fact(named(node3=None), "node2", row))
    assert (found.warned, found.cause) == (True, "ssh-alias")


def test_peer_at_an_address_that_is_not_its_own_blocks():
    for address in ("10.0.0.253", "10.0.0.1"):
        found = of_node2(PEERS, named(node3=(address, "10.0.0.2")))
        assert (found.stops, found.cause) == (True, "wrong-address")
        belief = f"node2 thinks node3 is {address}; node3 really is 10.0.0.3"
        assert found.message == belief
        assert "10.0.0.3 node3" in found.fix.command


def test_peer_that_is_another_machine_too_blocks_where_that_comes_first():
    for other, owner in (("10.0.0.1", "node1"), ("127.0.0.1", "node2"), ("10.0.0.2", "node2")):
        for addresses in ((other, "10.0.0.3"), ("10.0.0.3", other)):
            peers = {**named_peers(), "node3": NameLookup(addresses, "", "10.0.0.2")}
            names = Names("node2", None, ("10.0.0.2",), peers)
            found = of_node2(PEERS, with_fact(cluster(), "node2", names))
            assert (found.outcome, found.cause) == (Outcome.FAIL, "two-machines")
            assert found.stops is (addresses[0] == other)
            assert f"; {other} really is {owner}" in found.message
            assert "10.0.0.3 node3" in found.fix.command


def test_peer_that_is_the_node_itself_blocks():
    assert of_node2(PEERS, named(node3=("127.0.0.1", "127.0.0.1"))).cause == "loopback"


def test_translated_address_that_all_use_and_that_works_only_warns():
    snap = cluster(("node1", "node2"))
    public = {"node1": ("10.0.0.1", "10.0.0.1"), "node2": ("54.1.2.3", "10.0.0.1")}
    with_fact(snap, "node1", resolves("node1", **public))
    found = judged(snap, PEERS)[("node1",)]
    assert found.stops, "nothing shows yet that it leads there"
    with_fact(snap, "node1", SshRow({"node2": LoginAttempt(code=0, hostname="node2")}))
    found = judged(snap, PEERS)[("node1",)]
    assert (found.warned, found.cause) == (True, "translated")


def test_second_address_of_a_peer_is_worth_a_warning():
    two = Interface("eth1", ipv4=("10.1.0.3/24",))
    snap = named(node3=("10.1.0.3", "10.0.0.2"))
    nodes = (LO, Interface("eth0", ipv4=("10.0.0.3/24",)), two)
    found = of_node2(PEERS, with_fact(snap, "node3", Interfaces(nodes)))
    assert (found.warned, found.cause) == (True, "different")


def test_addresses_instead_of_names():
    nodes = ("10.0.0.1", "10.0.0.2")
    snap = cluster(nodes)
    for index, name in enumerate(nodes, 1):
        with_fact(snap, name, nth_account(index))
        peers = {node: NameLookup((node,), "", name) for node in nodes}
        with_fact(snap, name, Names(f"host{index}", None, (name,), peers))
    for check in (OWN, PEERS):
        assert all(finding.outcome is Outcome.PASS for finding in judged(snap, check).values())


def test_host_name_twice_warns():
    snap = with_fact(cluster(), "node3", Names("node2", None, ("10.0.0.3",), {}))
    found = judged(snap, "names.hostnames-are-unique")[()]
    assert found.warned
    assert "node[2-3] have the same host name node2" in found.message


def test_each_machine_that_has_not_its_own_name_is_renamed():
    snap = with_fact(cluster(), "node3", Names("node2", None, ("10.0.0.3",), {}))
    fix = judged(snap, "names.hostnames-are-unique")[()].fix
    assert fix.on == "node3"
    assert fix.command.startswith("hostnamectl set-hostname node3 ")
    for name in ("node1", "node2", "node3"):
        with_fact(snap, name, Names("image", None, ("10.0.0.3",), {}))
    fix = judged(snap, "names.hostnames-are-unique")[()].fix
    assert fix.on == "this machine"
    assert fix.command.startswith("for node in node1 node2 node3; do ssh ")
    assert "set-hostname $node " in fix.command


def test_machines_without_names_are_called_by_their_addresses():
    nodes = ("10.0.0.1", "10.0.0.2")
    snap = cluster(nodes)
    for name in nodes:
        with_fact(snap, name, Names("image", None, (), {}))
    found = judged(snap, OWN)[nodes[:1]]
    assert found.fix.command.startswith("hostnamectl set-hostname ip-10-0-0-1 ")
    together = judged(snap, "names.hostnames-are-unique")[()].fix
    assert "set-hostname ip-$(echo $node | tr -s .: -) " in together.command


def test_localhost_keeps_its_line():
    snap = with_fact(cluster(), "node2", Names("localhost", None, ("127.0.0.1",), {}))
    found = of_node2(OWN, snap)
    assert (found.cause, found.fix.on) == ("own-name-loopback", "node2")
    assert "/etc/hosts" not in found.fix.command


def test_one_machine_under_two_names_blocks():
    snap = cluster()
    for name in ("node2", "node3"):
        with_fact(snap, name, nth_account(2))
        with_fact(snap, name, interfaces(("eth0", "10.0.0.2/24")))
    found = judged(snap, "names.machines-are-distinct")[()]
    assert (found.stops, found.cause) == (True, "same-machine")
    assert judged(snap, "names.hostnames-are-unique")[()].outcome is not Outcome.UNKNOWN


def test_clones_warn_and_containers_of_one_host_are_let_be():
    snap = cluster()
    for index, name in enumerate(("node1", "node2", "node3"), 1):
        with_fact(snap, name, nth_account(index, machine_id="image"))
    assert judged(snap, "names.machines-are-distinct")[()].cause == "cloned"
    for index, name in enumerate(("node1", "node2", "node3"), 1):
        with_fact(snap, name, nth_account(index, machine_id="image", boot_id="host"))
    assert judged(snap, "names.machines-are-distinct")[()].outcome is Outcome.PASS


def test_section_answers_for_names_that_hang(monkeypatch):
    real = section.resolve_addresses

    def addresses(name):
        if name == "hangs":
            threading_wait.wait(30)
        return real(name)

    import threading

    threading_wait = threading.Event()
    monkeypatch.setattr(section, "resolve_addresses", addresses)
    monkeypatch.setattr(section, "LIMIT", 2.0)
    peers = section.names({"names": ["hangs", "localhost", "127.0.0.9"]})["peers"]
    threading_wait.set()
    assert "no answer from the resolver" in peers["hangs"]["error"]
    assert peers["localhost"]["addresses"]
    assert peers["127.0.0.9"]["source"].startswith("127.")


def test_section_gives_the_reason_for_a_name_that_is_not_there():
    peers = section.names({"names": ["no-such-name.invalid"]})["peers"]
    assert peers["no-such-name.invalid"]["addresses"] == []
    assert peers["no-such-name.invalid"]["error"]


QUICK = "names.resolution-is-quick"


def test_a_resolver_that_takes_seconds_is_helped_by_lines_in_its_hosts_file():
    slow = {"node1": 0.01, "node3": 5.02}
    peers = {
        name: NameLookup((FINE[name][0],), "", FINE[name][1], seconds)
        for name, seconds in slow.items()
    }
    found = of_node2(QUICK, with_fact(cluster(), "node2", Names("node2", None, (), peers)))
    assert (found.warned, found.cause) == (True, "slow")
    assert "takes up to 5.0 s to resolve node3;" in found.message
    assert "10.0.0.3 node3" in found.fix.command and "node1" not in found.fix.command


def test_a_quick_resolver_and_one_that_knows_nobody():
    assert of_node2(QUICK, cluster()).outcome is Outcome.PASS
    nobody = Names("node2", None, (), {"node1": NameLookup((), "Name not known")})
    assert of_node2(QUICK, with_fact(cluster(), "node2", nobody)).outcome is Outcome.SKIP


def test_names_that_mean_a_link_local_address():
    found = of_node2(PEERS, named(node3=("fe80::3%eth0", "fe80::2")))
    assert (found.stops, found.cause) == (True, "link-local")
    assert "10.0.0.3 node3" in found.fix.command
    own = Names("node2", None, ("fe80::2%eth0",), named_peers())
    assert of_node2(OWN, with_fact(cluster(), "node2", own)).cause == "own-name-link-local"


def test_machines_that_train_over_ipv4_link_local_addresses_are_let_be():
    snap = with_fact(cluster(), "node2", interfaces(("eth0", "169.254.9.2/16")))
    own = Names("node2", None, ("169.254.9.2",), named_peers())
    assert of_node2(OWN, with_fact(snap, "node2", own)).outcome is Outcome.PASS


def test_an_own_name_of_another_family_than_most_warns():
    snap = cluster()
    for index, name in enumerate(("node1", "node2", "node3"), 1):
        both = Interface("eth0", ipv4=(f"10.0.0.{index}/24",), ipv6=(f"fd77::{index}/64",))
        with_fact(snap, name, Interfaces((LO, both)))
    with_fact(snap, "node2", Names("node2", None, ("fd77::2", "10.0.0.2"), named_peers()))
    found = of_node2(OWN, snap)
    assert (found.stops, found.cause) == (False, "own-name-other-family")
    assert "10.0.0.2 node2" in found.fix.command
    with_fact(snap, "node2", Environment(shell={"GLOO_SOCKET_IFNAME": "eth0"}))
    assert of_node2(OWN, snap).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("addresses", "cut_off", "chosen", "outcome"),
    [
        (("10.0.0.1/24",), False, {}, Outcome.PASS),
        (("10.9.9.9/24", "10.0.0.1/24"), False, {}, Outcome.PASS),
        (("10.9.9.9/24", "10.0.0.1/24"), True, {}, Outcome.FAIL),
        (("10.9.9.9/24", "10.0.0.1/24"), True, {"NCCL_SOCKET_IFNAME": "eth0"}, Outcome.PASS),
    ],
)
def test_the_address_that_plain_deepspeed_takes(addresses, cut_off, chosen, outcome):
    snap = cluster()
    with_fact(snap, "node1", Environment(shell=chosen))
    with_fact(snap, "node1", Interfaces((LO, Interface("eth0", ipv4=addresses))))
    with_fact(snap, "node1", Listeners("10.0.0.1", (40000,), ""))
    failed = (FailedCall("node1", "10.9.9.9", 29500, "dropped", 2.6),) if cut_off else ()
    with_fact(snap, "node2", DialResults({"node1": (29500,)}, failed))
    found = judged(snap, LISTED)[("node1",)]
    assert found.outcome is outcome
    assert not cut_off or "--master_addr 10.0.0.1" in found.fix.note
