"""Names, values, files and switches of NCCL's variables, over hand-made facts."""

import json

import pytest

from checks.facts import decode
from checks.facts.env_files import EnvFiles, EnvLine
from checks.facts.environment import Environment
from checks.facts.gpus import Gpu, Gpus
from checks.facts.nccl_files import NcclFiles, Written
from checks.model import Node, Outcome
from checks.nccl.known import FOREIGN, IGNORED, KNOWN, MISTAKEN, RENAMED
from checks.nccl.names import meant_by
from checks.nccl.values import malformed
from checks.probe import env_files, nccl_files
from checks.probe import environment as probe
from tests.networks import cluster
from tests.snapshots import judged, with_fact

GPUS = Gpus(("NVIDIA",), tuple(Gpu(i, "NVIDIA H100", str(i), 1, "550") for i in range(2)))
GEFORCE = Gpus(("NVIDIA",), (Gpu(0, "NVIDIA GeForce RTX 4090", "0", 1, "550"),) * 2)


def everywhere(fact, snap=None, **job):
    snap = snap or cluster(**job)
    for name in ("node1", "node2", "node3"):
        with_fact(snap, name, fact)
    return snap


def shell(**variables):
    return Environment(shell=variables)


def finding(check, snap, node="node2"):
    return judged(snap, f"nccl.{check}")[(node,)]


def names(**variables):
    return finding("variable-names-are-known", with_fact(cluster(), "node2", shell(**variables)))


def test_the_table_contradicts_itself_nowhere():
    assert not KNOWN & (RENAMED.keys() | IGNORED.keys() | MISTAKEN.keys())
    assert {*RENAMED.values(), *MISTAKEN.values()} <= KNOWN
    assert {name for name in KNOWN if meant_by(name)} == set()
    assert not [name for name in RENAMED | MISTAKEN if name.startswith(FOREIGN)]


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
        *("NCCL_TOPO_FILE", "GLOO_LOG_LEVEL"),
    ],
)
def test_names_of_plugins_images_and_others_are_let_be(name):
    assert names(**{name: "1"}).outcome is Outcome.PASS


def test_a_misspelt_name_is_one_finding_and_is_mended_in_its_line():
    told = Environment({"NCCL_ALGOS": "Ring"}, {"NCCL_ALGOS": ("/etc/profile.d/a.sh:4",)})
    snap = with_fact(cluster(), "node2", told)
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
    assert malformed(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NCCL_IB_DISABLE", ""),
        ("NCCL_IB_DISABLE", "1"),
        ("NCCL_IB_PKEY", "0x7fff"),
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
    assert malformed(name, value) == ""


def test_a_malformed_value_is_one_finding_and_blocks_where_it_ends_the_start():
    snap = with_fact(cluster(), "node2", shell(NCCL_IB_DISABLE="true"))
    found = finding("variable-values-are-valid", snap)
    assert (found.cause, found.warned) == ("malformed", True)
    assert "reads it as 0" in found.message
    assert finding("variables-are-equal", snap).outcome is Outcome.PASS
    assert finding("variable-values-are-valid", snap, "node1").outcome is Outcome.PASS
    raises = with_fact(cluster(), "node2", shell(TORCH_NCCL_BLOCKING_WAIT="on"))
    assert finding("variable-values-are-valid", raises).stops
    nothing = with_fact(cluster(), "node2", shell(NCCL_SOCKET_IFNAME="ib[0-3]"))
    assert finding("variable-values-are-valid", nothing).outcome is Outcome.PASS
    assert finding("socket-interface-exists", nothing).stops


def with_slots(slots, **job):
    hosts = tuple(Node(name, slots=slots) for name in ("node1", "node2", "node3"))
    return cluster(hosts=hosts, **job)


def test_local_transports():
    snap = everywhere(shell(NCCL_P2P_DISABLE="1"), everywhere(GPUS, with_slots(2)))
    found = finding("local-transports-are-left-on", snap)
    assert (found.cause, found.warned) == ("switched-off", True)
    everywhere(GEFORCE, snap)
    assert finding("local-transports-are-left-on", snap).outcome is Outcome.PASS
    one = with_fact(everywhere(GPUS, with_slots(2)), "node2", shell(NCCL_SHM_DISABLE="1"))
    assert finding("local-transports-are-left-on", one).outcome is Outcome.SKIP
    assert finding("variables-are-equal", one).cause == "variable-differs"
    alone = everywhere(shell(NCCL_SHM_DISABLE="1"), everywhere(GPUS))
    assert finding("local-transports-are-left-on", alone).outcome is Outcome.SKIP


def test_ranks_whose_peer_is_gone():
    check = "a-failed-rank-ends-the-others"
    assert finding(check, cluster()).outcome is Outcome.PASS
    off = everywhere(shell(TORCH_NCCL_ASYNC_ERROR_HANDLING="0"))
    assert finding(check, off).cause == "errors-unhandled"
    both = everywhere(shell(TORCH_NCCL_BLOCKING_WAIT="1", TORCH_NCCL_ASYNC_ERROR_HANDLING="1"))
    assert finding(check, both).cause == "blocking-wait"
    assert "is then passed over" in finding(check, both).message
    one = with_fact(cluster(), "node2", shell(TORCH_NCCL_BLOCKING_WAIT="1"))
    assert finding(check, one).outcome is Outcome.SKIP
    fine = everywhere(shell(TORCH_NCCL_ASYNC_ERROR_HANDLING="3"))
    assert finding(check, fine).outcome is Outcome.PASS


def files(**fields):
    return everywhere(NcclFiles(**fields), cluster())


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
        ({"NCCL_DEBUG_FILE": "/gone/n.log"}, Written("/gone", "missing"), None),
        (
            {"NCCL_DEBUG": "INFO", "NCCL_DEBUG_FILE": "/gone/n.log"},
            Written("/gone", "missing"),
            "debug-file-unwritable",
        ),
        (
            {"NCCL_DEBUG": "INFO", "NCCL_DEBUG_FILE": "/x/n.log"},
            Written("/x", "denied"),
            "debug-file-unwritable",
        ),
        (
            {"NCCL_DEBUG": "INFO", "NCCL_DEBUG_FILE": "/tmp/n.%p"},
            Written("/tmp", "ok", remote=True),
            "debug-file-shared",
        ),
        ({"NCCL_DEBUG": "INFO", "NCCL_DEBUG_FILE": "/tmp/n.%h.%p"}, Written("/tmp", "ok"), ""),
        ({"NCCL_DEBUG": "INFO", "NCCL_DEBUG_FILE": "/tmp/n"}, Written("/tmp", "ok"), ""),
    ],
)
def test_debug_output(variables, written, cause):
    snap = everywhere(
        shell(**variables), files(written={"NCCL_DEBUG_FILE": written} if written else {})
    )
    found = finding("debug-output-is-affordable", snap)
    if cause is None:
        assert found.outcome is Outcome.SKIP
    else:
        assert found.cause == cause


def test_one_debug_file_of_several_ranks():
    variables = shell(NCCL_DEBUG="INFO", NCCL_DEBUG_FILE="/tmp/n")
    snap = everywhere(variables, with_slots(2))
    everywhere(NcclFiles(written={"NCCL_DEBUG_FILE": Written("/tmp", "ok")}), snap)
    assert finding("debug-output-is-affordable", snap).cause == "debug-file-shared"


@pytest.mark.parametrize(
    ("name", "value", "bad"),
    [
        ("NCCL_ALGO ", " Ring", True),
        ("export NCCL_ALGO", "Ring", True),
        ("NCCL_ALGO", '"Ring"', True),
        ("NCCL_ALGO", "Ring", False),
        ("# NCCL_ALGO", "Ring", False),
        ("", None, False),
        ("n", None, False),
    ],
)
def test_lines_of_nccl_conf(name, value, bad):
    snap = everywhere(EnvFiles(nccl={"/etc/nccl.conf": (EnvLine(3, name, value),)}))
    found = finding("conf-file-is-read-as-meant", snap)
    assert (found.cause == "line-misread") is bad
    assert not bad or "/etc/nccl.conf:3" in found.message


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ([("# HF_TOKEN", "x")], "comment-runs"),
        ([("#", None)], "line-unreadable"),
        ([("", None)], "line-unreadable"),
        ([("BAR", '"c d"')], "quotes-cut"),
        ([("BAR", '"c"'), ("export X", "1"), ("Y", "a b")], ""),
        ([("NCCL_IB_HCA", "mlx5_0")], "not-in-env"),
        ([("NCCL_DEBUG", "WARN\n")], ""),
    ],
)
def test_lines_of_deepspeed_env(lines, cause):
    told = tuple(EnvLine(number, *line) for number, line in enumerate(lines, 1))
    snap = cluster(env={"NCCL_DEBUG": "WARN"})
    with_fact(snap, "node1", EnvFiles(deepspeed={"/root/.deepspeed_env": told}))
    found = finding("deepspeed-env-file-is-sound", snap, "node1")
    assert found.cause == cause
    assert (found.outcome is Outcome.PASS) is (not cause)


def test_no_deepspeed_env_is_no_finding():
    snap = with_fact(cluster(), "node1", EnvFiles())
    assert finding("deepspeed-env-file-is-sound", snap, "node1").outcome is Outcome.SKIP


def test_the_sections_read_what_is_there(tmp_path, monkeypatch):
    (tmp_path / ".nccl.conf").write_text("NCCL_ALGO = Ring\nNCCL_DEBUG=INFO\n# a\n")
    (tmp_path / ".deepspeed_env").write_text("# HF_TOKEN=hf_secret\nlonely-secret\n\nA=1")
    (tmp_path / "libnccl-net-mine.so").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("NCCL_CONF_FILE", "DS_ENV_FILE"):
        monkeypatch.delenv(name, raising=False)
    seen = decode(EnvFiles, json.loads(json.dumps(env_files.env_files({"workdir": str(tmp_path)}))))
    (lines,) = seen.deepspeed.values()
    assert [(one.name, one.value) for one in lines] == [
        ("# HF_TOKEN", "***"), ("l", None), ("", None), ("A", "1")
    ]  # fmt: skip
    conf = str(tmp_path / ".nccl.conf")
    assert seen.nccl[conf][0] == EnvLine(1, "NCCL_ALGO ", " Ring")
    told = probe.environment({})
    assert told["nccl_conf"][conf]["NCCL_DEBUG"] == "INFO"
    assert told["set_in"]["NCCL_DEBUG"] == [f"{conf}:2"]
    env = {"NCCL_NET_PLUGIN": "mine", "NCCL_TOPO_FILE": "gone.xml", "NCCL_TUNER_PLUGIN": "none",
           "NCCL_DEBUG_FILE": str(tmp_path / "n.%h"), "LD_LIBRARY_PATH": str(tmp_path)}  # fmt: skip
    found = nccl_files.nccl_files({"env": env, "workdir": "/run"})
    assert found["missing"] == {"NCCL_TOPO_FILE": "/run/gone.xml"}
    assert found["plugins"] == {"NCCL_NET_PLUGIN": str(tmp_path / "libnccl-net-mine.so")}
    assert found["written"]["NCCL_DEBUG_FILE"]["state"] == "ok"


def test_a_line_of_nccl_conf_is_named_and_taken_out():
    conf = {"/etc/nccl.conf": {"NCCL_ALGO": "Ring", "NCCL_PROTO ": "LL"}}
    told = Environment(set_in={"NCCL_ALGO": ("/etc/nccl.conf:1",)}, nccl_conf=conf)
    found = finding("variables-are-equal", with_fact(cluster(), "node2", told))
    assert "sed -i '1s/^/# /' /etc/nccl.conf" in found.fix.command
