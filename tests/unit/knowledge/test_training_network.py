"""The interface, address and variables that training will use, from hand-made facts."""

import pytest

from checks.errors import FactError
from checks.facts import ClusterView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interface, Interfaces
from checks.knowledge.nccl_variables import matches_nccl_list
from checks.knowledge.training_network import (
    has_wrong_interface_setting,
    master_address,
    network_env,
    training_address,
    training_interface,
)
from tests.support.networks import LO, ROCE, cluster, interfaces, rdma, resolves
from tests.support.snapshots import with_fact


def test_kernel_route_decides_without_variables():
    snap = cluster()
    with_fact(snap, "node1", interfaces(("docker0", "172.17.0.1/16"), ("eth7", "10.0.0.1/24")))
    view = ClusterView(snap)
    assert training_interface(view["node1"]).name == "eth7"
    assert master_address(view) == "10.0.0.1"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("eth", "eth0"),
        ("eth1", "eth1"),
        ("=eth1", "eth1"),
        ("^eth0,lo", "eth1"),
        ("ib,eth1", "eth1"),
        ("^=eth1", "eth0"),
    ],
)
def test_nccl_variable_wins_over_route(value, name):
    snap = cluster(env={"NCCL_SOCKET_IFNAME": value})
    for node in (1, 2):
        both = ("eth0", f"10.0.0.{node}/24"), ("eth1", f"10.1.0.{node}/24")
        with_fact(snap, f"node{node}", interfaces(*both))
    assert training_interface(ClusterView(snap)["node1"]).name == name


@pytest.mark.parametrize("address", ["172.17.0.1/16", "10.88.0.1/16", "10.9.0.{}/24"])
def test_a_variable_that_leads_to_no_peer_leaves_the_route(address):
    snap = cluster(env={"GLOO_SOCKET_IFNAME": "cni0"})
    for node in (1, 2, 3):
        own = ("cni0", address.format(node)), ("eth0", f"10.0.0.{node}/24")
        with_fact(snap, f"node{node}", interfaces(*own))
    leads = "{}" in address
    node = ClusterView(snap)["node1"]
    assert training_interface(node).name == ("cni0" if leads else "eth0")
    assert has_wrong_interface_setting(node) is not leads


def test_gloo_takes_whole_names_only():
    snap = cluster(env={"GLOO_SOCKET_IFNAME": "eth"})
    assert training_interface(ClusterView(snap)["node1"]).name == "eth0"
    assert training_address(ClusterView(snap)["node1"]) == "10.0.0.1"


def test_shell_and_nccl_conf_count_where_env_is_silent():
    snap = cluster()
    for node in (1, 2):
        both = ("eth0", f"10.0.0.{node}/24"), ("eth1", f"10.1.0.{node}/24")
        with_fact(snap, f"node{node}", interfaces(*both))
    with_fact(snap, "node1", Environment(shell={"NCCL_SOCKET_IFNAME": "eth1"}))
    conf = {"/etc/nccl.conf": {"NCCL_SOCKET_IFNAME": "eth1"}}
    with_fact(snap, "node2", Environment(nccl_conf=conf))
    view = ClusterView(snap)
    assert training_interface(view["node1"]).name == "eth1"
    assert training_interface(view["node2"]).name == "eth1"


def test_variable_that_names_nothing_leaves_the_route():
    snap = cluster(env={"NCCL_SOCKET_IFNAME": "ethX"})
    assert training_interface(ClusterView(snap)["node1"]).name == "eth0"


def test_single_node_takes_what_leads_out_else_loopback():
    snap = cluster(("node1",))
    with_fact(snap, "node1", interfaces(("docker0", "172.17.0.1/16"), ("eno1", "10.0.0.1/24")))
    assert training_interface(ClusterView(snap)["node1"]).name == "eno1"
    with_fact(snap, "node1", Interfaces((LO,)))
    assert master_address(ClusterView(snap)) == "127.0.0.1"


def test_no_interface_is_no_answer():
    snap = with_fact(cluster(), "node2", Interfaces(()))
    with pytest.raises(FactError, match="node2 has no interface"):
        training_interface(ClusterView(snap)["node2"])


def test_ipv6_only_node():
    snap = cluster(("node1", "node2"))
    six = Interface("eth0", ipv6=("fe80::1/64", "fd00::1/64"))
    with_fact(snap, "node1", Interfaces((LO, six)))
    with_fact(snap, "node1", resolves(node1=("fd00::1", ""), node2=("fd00::2", "fd00::1")))
    assert master_address(ClusterView(snap)) == "fd00::1"


def test_the_networks_variables_follow_names_that_differ_per_node():
    snap = cluster()
    with_fact(snap, "node2", interfaces(("enp3s0", "10.0.0.2/24"), ("enp3s0.7", "10.7.0.2/24")))
    node1, node2, _ = (network_env(node) for node in ClusterView(snap).nodes)
    assert node1["NCCL_SOCKET_IFNAME"] == node1["GLOO_SOCKET_IFNAME"] == "eth0"
    assert node2["NCCL_SOCKET_IFNAME"] == "=enp3s0"
    assert node2["GLOO_SOCKET_IFNAME"] == "enp3s0"
    assert node1["NCCL_IB_DISABLE"] == "1"


def test_the_networks_variables_keep_the_users_own():
    view = ClusterView(cluster(env={"NCCL_SOCKET_IFNAME": "^lo"}))
    assert network_env(view["node1"])["NCCL_SOCKET_IFNAME"] == "^lo"


def test_the_networks_variables_with_rdma_everywhere_leave_it_on():
    snap = cluster(("node1", "node2"))
    for name in ("node1", "node2"):
        with_fact(snap, name, rdma("mlx5_0"))
    assert "NCCL_IB_DISABLE" not in network_env(ClusterView(snap)["node1"])
    with_fact(snap, "node2", rdma("mlx5_0", "mlx5_1", mlx5_1=ROCE))
    assert network_env(ClusterView(snap)["node2"])["NCCL_IB_HCA"] == "=mlx5_0:1"


def test_list_grammar_of_adapters():
    assert matches_nccl_list("mlx5_0", "mlx5_0", 1)
    assert matches_nccl_list("=mlx5_0:1", "mlx5_0", 1)
    assert not matches_nccl_list("=mlx5_0:2", "mlx5_0", 1)
    assert matches_nccl_list("mlx5_1:1", "mlx5_10", 1)
    assert matches_nccl_list("mlx5_0:1:0:3", "mlx5_0", 1)
    assert not matches_nccl_list("^mlx5_0", "mlx5_0", 1)
    assert not matches_nccl_list("=mlx5", "mlx5_0", 1)
