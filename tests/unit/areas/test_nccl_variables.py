"""Names and values of NCCL's variables, over hand-made facts."""

import pytest

from checks.areas.nccl.known_variables import (
    FOREIGN_PREFIXES,
    IGNORED_VARIABLES,
    KNOWN_VARIABLES,
    MISTAKEN_VARIABLES,
    RENAMED_VARIABLES,
)
from checks.areas.nccl.value_rules import value_fault
from checks.areas.nccl.variable_names import intended_variable
from checks.facts.environment import Environment
from checks.model import Outcome
from tests.support.nccl_facts import finding, shell_env
from tests.support.networks import cluster
from tests.support.snapshots import with_fact


def names(**variables):
    return finding(
        "variable-names-are-known", with_fact(cluster(), "node2", shell_env(**variables))
    )


def test_the_table_contradicts_itself_nowhere():
    assert not KNOWN_VARIABLES & (
        RENAMED_VARIABLES.keys() | IGNORED_VARIABLES.keys() | MISTAKEN_VARIABLES.keys()
    )
    assert {*RENAMED_VARIABLES.values(), *MISTAKEN_VARIABLES.values()} <= KNOWN_VARIABLES
    assert {name for name in KNOWN_VARIABLES if intended_variable(name)} == set()
    assert not [
        name for name in RENAMED_VARIABLES | MISTAKEN_VARIABLES if name.startswith(FOREIGN_PREFIXES)
    ]


@pytest.mark.parametrize(
    ("name", "cause", "meant"),
    [
        ("NCCL_SOCKET_IFNAMES", "misspelt", "NCCL_SOCKET_IFNAME"),
        ("NCCL_IB_HCAS", "misspelt", "NCCL_IB_HCA"),
        ("NCCL_P2P_DISABLED", "misspelt", "NCCL_P2P_DISABLE"),
        ("nccl_debug", "misspelt", "NCCL_DEBUG"),
        ("NCLL_DEBUG", "misspelt", "NCCL_DEBUG"),
        ("NCCL_IFNAME", "misspelt", "NCCL_SOCKET_IFNAME"),
        ("GLOO_SOCKET_IFNAM", "misspelt", "GLOO_SOCKET_IFNAME"),
        ("NCCL_ASYNC_ERROR_HANDLING", "renamed", "TORCH_NCCL_ASYNC_ERROR_HANDLING"),
        ("NCCL_BLOCKING_WAIT", "renamed", "TORCH_NCCL_BLOCKING_WAIT"),
        ("NCCL_TIMEOUT", "ignored", "ddp_timeout"),
        ("NCCL_LL_THRESHOLD", "ignored", "2.5"),
    ],
)
def test_names_that_nobody_reads(name, cause, meant):
    found = names(**{name: "1"})
    assert (found.cause, found.warned) == (cause, True)
    assert meant in found.message
    assert name in found.fix.command


@pytest.mark.parametrize(
    "name",
    [
        *("NCCL_VERSION", "NCCL_IBEXT_DISABLE", "NCCL_OFI_NCCL_PLUGIN", "NCCL_FASTRAK_CTRL_DEV"),
        *("NCCL_GPUDIRECTTCPX_SOCKET_IFNAME", "NCCL_TUNER_CONFIG_PATH", "NCCL_GDRCOPY_ENABLE"),
        *("NCCL_ROOT_DIR", "NCCL_PLUGIN_P2P", "NCCL_UCX_RNDV_THRESH", "NCCL_IB_CC", "NCCL_LIB_DIR"),
        *("NCCL_SHARP_DISABLE", "TORCH_NCCL_HEARTBEAT_TIMEOUT_SEC", "NCCL_OF_SOME_SITE"),
        *("NCCL_TOPO_FILE", "GLOO_LOG_LEVEL", "NCCL_CFT_ENABLE", "NCCL_IB_RAIL_POLICY"),
        *("NCCL_RUN_DIAGNOSTICS", "NCCL_PROGRESS_COUNTER_MONITOR_STALE_MS", "TORCH_FR_BUFFER_SIZE"),
    ],
)
def test_names_of_plugins_images_and_others_are_let_be(name):
    assert names(**{name: "1"}).outcome is Outcome.PASS


def test_a_misspelt_name_is_one_finding_and_is_fixed_in_its_line():
    fact = Environment({"NCCL_ALGOS": "Ring"}, {"NCCL_ALGOS": ("/etc/profile.d/a.sh:4",)})
    snap = with_fact(cluster(), "node2", fact)
    assert finding("variables-are-equal", snap).outcome is Outcome.PASS
    found = finding("variable-names-are-known", snap)
    assert found.fix.command == r"sed -i '4s/\bNCCL_ALGOS\b/NCCL_ALGO/' /etc/profile.d/a.sh"
    held = cluster(env={"NCCL_ALGOS": "Ring"})
    assert 'NCCL_ALGO = "Ring"' in finding("variable-names-are-known", held).fix.note


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NCCL_IB_DISABLE", "true"),
        ("NCCL_BUFFSIZE", "4M"),
        ("NCCL_IB_GID_INDEX", "three"),
        ("NCCL_IB_HCA", "mlx5_[0-7]"),
        ("NCCL_IB_HCA", "=mlx5_0,=mlx5_1"),
        ("NCCL_IB_HCA", "mlx5_0 mlx5_1"),
        ("NCCL_SOCKET_IFNAME", "eth0, eth1"),
        ("GLOO_SOCKET_IFNAME", "^lo,eth0"),
        ("NCCL_P2P_LEVEL", "nvl"),
        ("NCCL_NET_GDR_LEVEL", "PCIE"),
        ("NCCL_DEBUG", "DEBUG"),
        ("NCCL_DEBUG_SUBSYS", "INIT,NETWORK"),
        ("NCCL_SOCKET_FAMILY", "IPv4"),
        ("NCCL_ALGO", "Rings"),
        ("NCCL_ALGO", "allreduced:ring"),
        ("NCCL_PROTO", "LL,Fast"),
        ("TORCH_NCCL_BLOCKING_WAIT", "on"),
        ("TORCH_NCCL_ASYNC_ERROR_HANDLING", "true"),
    ],
)
def test_values_that_are_misread(name, value):
    assert value_fault(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NCCL_IB_DISABLE", ""),
        ("NCCL_IB_DISABLE", "1"),
        ("NCCL_IB_PKEY", "0x7fff"),
        ("NCCL_DEBUG", "ATTN"),
        ("NCCL_DEBUG_SUBSYS", "INIT,DIAG"),
        ("NCCL_IB_RAIL_POLICY", "CX9:FLIP"),
        ("NCCL_IB_TC", "-1"),
        ("NCCL_IB_HCA", "^=mlx5_0:1,mlx5_bond_0"),
        ("NCCL_IB_HCA", "mlx5_0:1:0:3,mlx5_1"),
        ("NCCL_SOCKET_IFNAME", "^docker0,lo,br-,virbr0,enp3s0.100,eth0@if7"),
        ("NCCL_P2P_LEVEL", "NVL"),
        ("NCCL_NET_GDR_LEVEL", "5"),
        ("NCCL_DEBUG", "info"),
        ("NCCL_DEBUG_SUBSYS", "^all,init"),
        ("NCCL_ALGO", "ring,tree"),
        ("NCCL_ALGO", "CollnetDirect"),
        ("NCCL_PROTO", "^LL128;allreduce:LL128"),
        ("TORCH_NCCL_BLOCKING_WAIT", "True"),
        ("NCCL_NET", "AWS Libfabric"),
        ("NCCL_TOPO_FILE", "/opt/ndv4-topo.xml"),
    ],
)
def test_values_that_are_read_as_meant(name, value):
    assert value_fault(name, value) == ""


def test_a_malformed_value_is_one_finding_and_blocks_where_it_ends_the_start():
    snap = with_fact(cluster(), "node2", shell_env(NCCL_IB_DISABLE="true"))
    found = finding("variable-values-are-valid", snap)
    assert (found.cause, found.warned) == ("malformed", True)
    assert "reads it as 0" in found.message
    assert finding("variables-are-equal", snap).outcome is Outcome.PASS
    assert finding("variable-values-are-valid", snap, "node1").outcome is Outcome.PASS
    raises = with_fact(cluster(), "node2", shell_env(TORCH_NCCL_BLOCKING_WAIT="on"))
    assert finding("variable-values-are-valid", raises).stops
    nothing = with_fact(cluster(), "node2", shell_env(NCCL_SOCKET_IFNAME="ib[0-3]"))
    assert finding("variable-values-are-valid", nothing).outcome is Outcome.PASS
    assert finding("socket-interface-exists", nothing).stops
