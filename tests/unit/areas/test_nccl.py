"""NCCL's and gloo's settings against what each node has."""

import subprocess
import sys

import pytest

from checks.facts.environment import Environment
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.rdma import Rdma
from checks.knowledge.nccl_variables import comment_out_command
from checks.model import Outcome, Severity
from checks.node.probe import environment as probe
from tests.support.networks import ACTIVE, DOWN, LO, ROCE, cluster, interfaces, rdma
from tests.support.snapshots import judged, with_fact

CHECKS = (
    "socket-interface-exists",
    "infiniband-ports-are-active",
    "infiniband-is-usable",
    "all-nodes-agree-on-transport",
    "variables-are-equal",
    "infiniband-is-not-disabled",
)
BAD = (Outcome.FAIL, Outcome.UNKNOWN)


def shell(**variables):
    return Environment(shell=variables)


def with_ib(**of_nodes):
    """Every node with two active InfiniBand ports, unless told otherwise by node."""
    snap = cluster()
    for name in ("node1", "node2", "node3"):
        with_fact(snap, name, of_nodes.get(name, rdma("mlx5_0", "mlx5_1")))
    return snap


def wrong(snap):
    """{check: nodes} of all that is found."""
    found = {check: judged(snap, f"nccl.{check}") for check in CHECKS}
    bad = {
        check: [who[0] for who, finding in findings.items() if finding.outcome in BAD]
        for check, findings in found.items()
    }
    return {check: nodes for check, nodes in bad.items() if nodes}


def finding(check, snap, node="node2"):
    return judged(snap, f"nccl.{check}")[(node,)]


def test_plain_and_infiniband_clusters_are_healthy():
    assert wrong(cluster()) == {}
    assert wrong(with_ib()) == {}


def test_pass_says_the_verdict_and_the_lines():
    found = finding("all-nodes-agree-on-transport", cluster())
    assert "node2 uses sockets (no RDMA device)" in found.message
    assert 'NCCL_SOCKET_IFNAME = "eth0"' in found.message
    assert "InfiniBand" in finding("all-nodes-agree-on-transport", with_ib()).message


@pytest.mark.parametrize("name", ["NCCL_SOCKET_IFNAME", "GLOO_SOCKET_IFNAME"])
def test_interface_that_is_not_there(name):
    snap = with_fact(cluster(), "node2", shell(**{name: "eno7"}))
    found = wrong(snap)
    assert found == {"socket-interface-exists": ["node2"]}
    one = finding("socket-interface-exists", snap)
    assert (one.stops, one.cause) == (True, "interface-missing")
    assert f"{name}=eno7" in one.message
    assert name in one.fix.command


@pytest.mark.parametrize("name", ["NCCL_SOCKET_IFNAME", "GLOO_SOCKET_IFNAME"])
def test_no_name_of_one_node_for_all_where_their_interfaces_differ(name):
    snap = cluster(env={name: "eth0"})
    with_fact(snap, "node2", interfaces(("enp3s0", "10.0.0.2/24")))
    assert wrong(snap) == {"socket-interface-exists": ["node2"]}
    note = finding("socket-interface-exists", snap).fix.note
    assert f"leave {name} out" in note
    assert "differ (eth0, enp3s0)" in note
    assert "=" not in note


def test_interface_from_env_that_no_node_has():
    note = finding("socket-interface-exists", cluster(env={"GLOO_SOCKET_IFNAME": "eno7"})).fix.note
    assert 'GLOO_SOCKET_IFNAME = "eth0", or leave it out' in note


@pytest.mark.parametrize(
    ("value", "cause"),
    [("lo", "interface-local"), ("docker0", "interface-local"), ("eth1", "interface-down"),
     ("eth2", "interface-astray"), ("^docker,lo", ""), ("=eth0", ""), ("eth", ""),
     ("^docker0", "interface-loopback"), ("^docker", "interface-loopback"),
     ("=eth0,lo", "interface-loopback"), ("eth0,docker0", "")],
)  # fmt: skip
def test_interface_that_cannot_be_used(value, cause):
    snap = with_fact(cluster(), "node2", shell(NCCL_SOCKET_IFNAME=value))
    down = Interface("eth1", up=False, ipv4=("10.1.0.2/24",))
    known = interfaces(
        ("docker0", "172.17.0.1/16"), ("eth0", "10.0.0.2/24"), ("eth2", "10.2.0.2/24")
    )
    with_fact(snap, "node2", Interfaces((*known.interfaces, down)))
    assert finding("socket-interface-exists", snap).cause == cause


def test_the_loopback_that_nccl_is_left_stops_where_the_job_says_so():
    one = finding("socket-interface-exists", cluster(env={"NCCL_SOCKET_IFNAME": "^docker0"}))
    assert (one.stops, one.cause) == (True, "interface-loopback")
    snap = with_fact(cluster(), "node2", shell(NCCL_SOCKET_IFNAME="^docker0"))
    assert not finding("socket-interface-exists", snap).stops
    both = shell(NCCL_SOCKET_IFNAME="^docker0", GLOO_SOCKET_IFNAME="eno7")
    one = finding("socket-interface-exists", with_fact(cluster(), "node2", both))
    assert (one.stops, one.cause) == (True, "interface-missing")


@pytest.mark.parametrize(
    ("value", "cause", "named"),
    [
        ("docker0,eth0", "interface-local", "names docker0,"),
        ("eth0,docker0", "interface-local", "names docker0,"),
        ("eth0,eno7", "interface-missing", "none of the interfaces"),
        ("eth0,eth2", "interface-astray", "names eth2,"),
        ("eth0,eth1", "", "eth0"),
        ("eth0,", "", "eth0"),
    ],
)
def test_gloo_uses_each_interface_of_its_list(value, cause, named):
    snap = cluster(env={"GLOO_SOCKET_IFNAME": value})
    for index in (1, 2, 3):
        own = (("eth0", f"10.0.0.{index}/24"), ("eth1", f"10.1.0.{index}/24"))
        bridge = (("docker0", "172.17.0.1/16"), ("eth2", f"10.{index + 2}.0.1/24"))
        with_fact(snap, f"node{index}", interfaces(*own, *bridge))
    found = finding("socket-interface-exists", snap)
    assert (found.cause, named in found.message) == (cause, True), found.message
    if cause:
        assert f"GLOO_SOCKET_IFNAME={value} " in found.message


def test_second_fabric_named_on_all_nodes_is_fine():
    snap = cluster(env={"NCCL_SOCKET_IFNAME": "eth1"})
    for index in (1, 2, 3):
        two = interfaces(("eth0", f"10.0.0.{index}/24"), ("eth1", f"10.1.0.{index}/24"))
        with_fact(snap, f"node{index}", two)
    assert wrong(snap) == {}


def test_interface_without_an_address():
    snap = with_fact(cluster(), "node2", shell(GLOO_SOCKET_IFNAME="eth1"))
    with_fact(snap, "node2", Interfaces((LO, *interfaces(("eth0", "10.0.0.2/24")).interfaces[1:],
                                         Interface("eth1"))))  # fmt: skip
    assert finding("socket-interface-exists", snap).cause == "interface-down"


def test_one_rail_down():
    snap = with_ib(node2=rdma("mlx5_0", "mlx5_1", mlx5_1=DOWN))
    assert wrong(snap) == {"infiniband-ports-are-active": ["node2"]}
    one = finding("infiniband-ports-are-active", snap)
    assert (one.stops, one.cause) == (True, "port-down")
    assert "mlx5_1:1 of node2 is DOWN" in one.message


def test_all_ports_of_one_node_down_is_one_finding():
    snap = with_ib(node2=rdma("mlx5_0", "mlx5_1", mlx5_0=DOWN, mlx5_1=DOWN))
    assert wrong(snap) == {"infiniband-ports-are-active": ["node2"]}


def test_port_that_is_unused_everywhere_is_let_be():
    same = rdma("mlx5_0", "mlx5_1", mlx5_1=DOWN)
    assert wrong(with_ib(node1=same, node2=same, node3=same)) == {}
    none = rdma("mlx5_0", mlx5_0=DOWN)
    assert wrong(with_ib(node1=none, node2=none, node3=none)) == {}


def test_adapter_that_is_missing():
    assert finding("infiniband-ports-are-active", with_ib(node2=rdma("mlx5_0"))).cause == (
        "port-missing"
    )


def test_no_subnet_manager():
    port = type(ACTIVE)(1, "2: INIT", "5: LinkUp", "100 Gb/sec", "InfiniBand")
    every = rdma("mlx5_0", mlx5_0=port)
    snap = with_ib(node1=every, node2=every, node3=every)
    assert finding("infiniband-ports-are-active", snap).cause == "no-subnet-manager"


def test_node_without_adapters_among_others():
    snap = with_ib(node2=Rdma())
    assert wrong(snap) == {"all-nodes-agree-on-transport": ["node2"]}
    one = finding("all-nodes-agree-on-transport", snap)
    assert (one.stops, one.cause) == (True, "transport-differs")
    snap = with_ib(node2=rdma("mlx5_0", "mlx5_1", mlx5_0=ROCE, mlx5_1=ROCE))
    assert wrong(snap) == {"all-nodes-agree-on-transport": ["node2"]}


@pytest.mark.parametrize(
    ("library", "uverbs", "cause"),
    [(None, {"/dev/infiniband/uverbs0": True}, "no-library"), ("/usr/lib/x", {}, "no-uverbs"),
     ("/usr/lib/x", {"/dev/infiniband/uverbs0": False}, "no-access")],
)  # fmt: skip
def test_adapters_that_a_rank_cannot_open(library, uverbs, cause):
    closed = Rdma(rdma("mlx5_0", "mlx5_1").devices, library, uverbs)
    snap = with_ib(node2=closed)
    assert wrong(snap) == {"infiniband-is-usable": ["node2"]}
    one = finding("infiniband-is-usable", snap)
    assert (one.stops, one.cause) == (True, cause)
    everywhere = with_ib(node1=closed, node2=closed, node3=closed)
    assert finding("infiniband-is-usable", everywhere).warned


def test_hca_that_is_not_there():
    snap = with_fact(with_ib(), "node2", shell(NCCL_IB_HCA="mlx4"))
    assert wrong(snap) == {"infiniband-is-usable": ["node2"]}
    assert finding("infiniband-is-usable", snap).cause == "hca-unknown"


def test_variable_of_one_node():
    snap = with_fact(cluster(), "node2", shell(NCCL_ALGO="Ring"))
    one = finding("variables-are-equal", snap)
    assert (one.severity, one.cause) == (Severity.BLOCK, "variable-differs")
    assert wrong(snap) == {"variables-are-equal": ["node2"]}
    mild = with_fact(cluster(), "node2", shell(NCCL_MIN_NCHANNELS="4", NCCL_DEBUG="INFO"))
    assert finding("variables-are-equal", mild).warned
    conf = Environment(nccl_conf={"/etc/nccl.conf": {"NCCL_ALGO": "Ring"}})
    assert wrong(with_fact(cluster(), "node2", conf)) == {"variables-are-equal": ["node2"]}


def test_variable_of_all_nodes_or_of_env_is_fine():
    snap = cluster()
    for name in ("node1", "node2", "node3"):
        with_fact(snap, name, shell(NCCL_ALGO="Ring"))
    assert wrong(snap) == {}
    held = cluster(env={"NCCL_ALGO": "Tree"})
    assert wrong(with_fact(held, "node2", shell(NCCL_ALGO="Ring"))) == {}


def test_infiniband_disabled_on_one_node_and_on_all():
    snap = with_fact(with_ib(), "node2", shell(NCCL_IB_DISABLE="1"))
    assert wrong(snap) == {"variables-are-equal": ["node2"]}
    assert finding("variables-are-equal", snap).stops
    for name in ("node1", "node3"):
        with_fact(snap, name, shell(NCCL_IB_DISABLE="1"))
    assert set(wrong(snap)) == {"infiniband-is-not-disabled"}
    assert finding("infiniband-is-not-disabled", snap).warned
    with_fact(snap, "node2", shell())
    assert "all-nodes-agree-on-transport" not in wrong(snap)
    assert "infiniband-is-not-disabled" in wrong(
        with_fact(cluster(env={"NCCL_IB_DISABLE": "1"}), "node2", rdma("mlx5_0"))
    )


def test_the_line_that_sets_a_variable_is_named_and_taken_out_without_breaking_its_block():
    fact = Environment(
        {"NCCL_SOCKET_IFNAME": "ib9"}, {"NCCL_SOCKET_IFNAME": ("/home/a b/.bashrc:3",)}
    )
    one = finding("socket-interface-exists", with_fact(cluster(), "node2", fact))
    assert "(/home/a b/.bashrc:3 of node2)" in one.message
    assert one.fix.command == "sed -i '3s/^/: # /' '/home/a b/.bashrc'"


SITE = "/venv/lib/python3.11/site-packages"


@pytest.mark.parametrize(
    ("origin", "places", "command"),
    [
        (f"{SITE}/sitecustomize.py", (4,), f"sed -i '4s/[^ \t]/pass # &/' {SITE}/sitecustomize.py"),
        (f"{SITE}/fabric.pth", (1,), f"sed -i '1s/^/# /' {SITE}/fabric.pth"),
        (f"{SITE}/sitecustomize.py", (), f"-e GLOO_SOCKET_IFNAME {SITE}/sitecustomize.py"),
        ("/venv", (), "-e GLOO_SOCKET_IFNAME /venv"),
    ],
)
@pytest.mark.parametrize("env", [{}, {"GLOO_SOCKET_IFNAME": "eth0"}])
def test_what_python_sets_at_its_start_is_over_all_else(origin, places, command, env):
    lines = {"GLOO_SOCKET_IFNAME": tuple(f"{origin}:{line}" for line in places)}
    shell = {"GLOO_SOCKET_IFNAME": "ib0"}
    fact = Environment(shell, lines, by_python={"GLOO_SOCKET_IFNAME": origin})
    one = finding("socket-interface-exists", with_fact(cluster(env=env), "node2", fact))
    assert one.cause == "interface-missing"
    assert "of node2, which Python runs at its start) matches none" in one.message
    assert origin in one.message
    assert command in one.fix.command


def asked(folder, **env):
    args = {"python": sys.executable, "workdir": str(folder), "env": env}
    return probe.environment(args)


def test_the_section_asks_the_interpreter_what_it_sets(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import os\nif True:\n    os.environ['NCCL_ALGO'] = 'Ring'\n"
        "os.environ.setdefault('GLOO_SOCKET_IFNAME', 'ib0')\n"
        "os.environ.update(\n    NCCL_PROTO='LL',\n)\n"
        "os.environ['PATH'] = os.environ['MY_OWN'] = '/nowhere'\n"
        "os.environ['NCCL_DEBUG'] = 'INFO'\n"
    )
    found = asked(tmp_path, NCCL_DEBUG="INFO")
    file = str(tmp_path / "sitecustomize.py")
    assert found["by_python"] == {"NCCL_ALGO": file, "NCCL_PROTO": file}
    assert [found["shell"][name] for name in ("NCCL_ALGO", "NCCL_PROTO")] == ["Ring", "LL"]
    assert found["set_in"]["NCCL_ALGO"] == [f"{file}:3"]
    assert found["set_in"]["NCCL_PROTO"] == []
    assert found["shell"].get("PATH") != "/nowhere"


@pytest.mark.parametrize(
    "text", ["raise SystemExit(3)", "print('hello')", "import os; os._exit(1)"]
)
def test_an_interpreter_that_sets_nothing_changes_nothing(tmp_path, text):
    (tmp_path / "sitecustomize.py").write_text(text)
    assert asked(tmp_path)["by_python"] == {}


@pytest.mark.parametrize("indent", ["", "if True:\n    "])
def test_a_statement_that_becomes_a_comment_leaves_a_program(tmp_path, indent):
    file = tmp_path / "sitecustomize.py"
    file.write_text(f"import os\n{indent}os.environ['NCCL_ALGO'] = 'Ring'\n")
    (place,) = asked(tmp_path)["set_in"]["NCCL_ALGO"]
    subprocess.run(comment_out_command(place), shell=True, check=True)
    assert asked(tmp_path)["by_python"] == {}
    compile(file.read_text(), str(file), "exec")


def test_a_line_in_a_file_that_is_no_shells_becomes_a_comment_by_root():
    fact = Environment({"NCCL_ALGO": "Ring"}, {"NCCL_ALGO": ("/etc/environment:2",)})
    one = finding("variables-are-equal", with_fact(cluster(), "node2", fact))
    assert "sed -i '2s/^/# /' /etc/environment" in one.fix.command


def test_a_named_interface_that_is_down_is_brought_up():
    snap = with_fact(cluster(), "node2", shell(NCCL_SOCKET_IFNAME="eth1"))
    down = Interface("eth1", up=False, ipv4=("10.1.0.2/24",))
    with_fact(snap, "node2", Interfaces((Interface("eth0", ipv4=("10.0.0.2/24",)), down)))
    assert "ip link set dev eth1 up" in finding("socket-interface-exists", snap).fix.command


def test_the_section_finds_the_line(tmp_path, monkeypatch):
    (tmp_path / ".bashrc").write_text("# NCCL_A=1\nif true; then\n  export GLOO_B=2\nfi\n")
    monkeypatch.setattr(probe, "SHELL_FILES", ("~/.bashrc",))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert probe.variable_settings()["GLOO_B"] == [f"{tmp_path}/.bashrc:3"]
    assert "NCCL_A" not in probe.variable_settings()
