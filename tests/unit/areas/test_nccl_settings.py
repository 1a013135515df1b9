"""What NCCL's settings switch off, leave unheard, look for in vain or write too much of."""

import pytest

from checks.facts.gpus import Gpu, Gpus
from checks.facts.nccl_files import NcclFiles, NcclOutputFile
from checks.model import Node, Outcome
from tests.support.nccl_facts import finding, on_all_nodes, shell_env
from tests.support.networks import cluster
from tests.support.snapshots import with_fact

GPUS = Gpus(("NVIDIA",), tuple(Gpu(i, "NVIDIA H100", str(i), 1, "550") for i in range(2)))
GEFORCE = Gpus(("NVIDIA",), (Gpu(0, "NVIDIA GeForce RTX 4090", "0", 1, "550"),) * 2)


def with_slots(slots, **job):
    hosts = tuple(Node(name, slots=slots) for name in ("node1", "node2", "node3"))
    return cluster(hosts=hosts, **job)


def test_local_transports():
    snap = on_all_nodes(shell_env(NCCL_P2P_DISABLE="1"), on_all_nodes(GPUS, with_slots(2)))
    found = finding("local-transports-are-left-on", snap)
    assert (found.cause, found.warned) == ("switched-off", True)
    on_all_nodes(GEFORCE, snap)
    assert finding("local-transports-are-left-on", snap).outcome is Outcome.PASS
    one = with_fact(on_all_nodes(GPUS, with_slots(2)), "node2", shell_env(NCCL_SHM_DISABLE="1"))
    assert finding("local-transports-are-left-on", one).outcome is Outcome.SKIP
    assert finding("variables-are-equal", one).cause == "variable-differs"
    alone = on_all_nodes(shell_env(NCCL_SHM_DISABLE="1"), on_all_nodes(GPUS))
    assert finding("local-transports-are-left-on", alone).outcome is Outcome.SKIP


def test_ranks_whose_peer_is_gone():
    check = "a-failed-rank-ends-the-others"
    assert finding(check, cluster()).outcome is Outcome.PASS
    off = on_all_nodes(shell_env(TORCH_NCCL_ASYNC_ERROR_HANDLING="0"))
    assert finding(check, off).cause == "errors-unhandled"
    both = on_all_nodes(
        shell_env(TORCH_NCCL_BLOCKING_WAIT="1", TORCH_NCCL_ASYNC_ERROR_HANDLING="1")
    )
    assert finding(check, both).cause == "blocking-wait"
    assert "is then ignored" in finding(check, both).message
    one = with_fact(cluster(), "node2", shell_env(TORCH_NCCL_BLOCKING_WAIT="1"))
    assert finding(check, one).outcome is Outcome.SKIP
    fine = on_all_nodes(shell_env(TORCH_NCCL_ASYNC_ERROR_HANDLING="3"))
    assert finding(check, fine).outcome is Outcome.PASS


def files(**fields):
    return on_all_nodes(NcclFiles(**fields), cluster())


def test_files_that_are_not_there():
    check = "named-files-are-there"
    assert finding(check, files()).outcome is Outcome.PASS
    topo = finding(check, files(missing={"NCCL_TOPO_FILE": "/opt/topo.xml"}))
    assert (topo.cause, topo.warned) == ("file-missing", True)
    assert finding(check, files(missing={"NCCL_GRAPH_FILE": "/opt/graph.xml"})).stops


def test_plugins():
    check = "plugins-are-there"
    assert finding(check, files(plugins={"NCCL_NET_PLUGIN": None})).cause == "plugin-missing"
    there = files(plugins={"NCCL_NET_PLUGIN": "/opt/libnccl-net-ofi.so"})
    assert finding(check, there).outcome is Outcome.PASS
    assert finding(check, files()).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("variables", "written", "cause"),
    [
        ({"NCCL_DEBUG": "TRACE"}, None, "debug-trace"),
        ({"NCCL_DEBUG": "INFO"}, None, ""),
        ({"NCCL_DEBUG_FILE": "/gone/n.log"}, NcclOutputFile("/gone", "missing"), None),
        (
            {"NCCL_DEBUG": "INFO", "NCCL_DEBUG_FILE": "/gone/n.log"},
            NcclOutputFile("/gone", "missing"),
            "debug-file-unwritable",
        ),
        (
            {"NCCL_DEBUG": "INFO", "NCCL_DEBUG_FILE": "/x/n.log"},
            NcclOutputFile("/x", "denied"),
            "debug-file-unwritable",
        ),
        (
            {"NCCL_DEBUG": "INFO", "NCCL_DEBUG_FILE": "/tmp/n.%p"},
            NcclOutputFile("/tmp", "ok", remote=True),
            "debug-file-shared",
        ),
        (
            {"NCCL_DEBUG": "INFO", "NCCL_DEBUG_FILE": "/tmp/n.%h.%p"},
            NcclOutputFile("/tmp", "ok"),
            "",
        ),
        ({"NCCL_DEBUG": "INFO", "NCCL_DEBUG_FILE": "/tmp/n"}, NcclOutputFile("/tmp", "ok"), ""),
    ],
)
def test_debug_output(variables, written, cause):
    snap = on_all_nodes(
        shell_env(**variables), files(written={"NCCL_DEBUG_FILE": written} if written else {})
    )
    found = finding("debug-output-is-affordable", snap)
    if cause is None:
        assert found.outcome is Outcome.SKIP
    else:
        assert found.cause == cause


def test_one_debug_file_of_several_ranks():
    variables = shell_env(NCCL_DEBUG="INFO", NCCL_DEBUG_FILE="/tmp/n")
    snap = on_all_nodes(variables, with_slots(2))
    on_all_nodes(NcclFiles(written={"NCCL_DEBUG_FILE": NcclOutputFile("/tmp", "ok")}), snap)
    assert finding("debug-output-is-affordable", snap).cause == "debug-file-shared"
