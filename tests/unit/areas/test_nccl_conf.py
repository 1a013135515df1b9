"""Lines of nccl.conf and .deepspeed_env: which are read, and which are not as they are meant."""

import json

import pytest

from checks.facts import decode_fact
from checks.facts.env_files import EnvFiles, EnvLine
from checks.facts.environment import Environment
from checks.model import Outcome
from checks.node.probe import env_files, nccl_files
from checks.node.probe import environment as probe
from tests.support.nccl_facts import finding, on_all_nodes
from tests.support.networks import cluster
from tests.support.snapshots import with_fact


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
    snap = on_all_nodes(EnvFiles(nccl={"/etc/nccl.conf": (EnvLine(3, name, value),)}))
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
    fact = tuple(EnvLine(number, *line) for number, line in enumerate(lines, 1))
    snap = cluster(env={"NCCL_DEBUG": "WARN"})
    with_fact(snap, "node1", EnvFiles(deepspeed={"/root/.deepspeed_env": fact}))
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
    seen = decode_fact(
        EnvFiles, json.loads(json.dumps(env_files.env_files({"workdir": str(tmp_path)})))
    )
    (lines,) = seen.deepspeed.values()
    assert [(line.name, line.value) for line in lines] == [
        ("# HF_TOKEN", "***"), ("l", None), ("", None), ("A", "1")
    ]  # fmt: skip
    conf = str(tmp_path / ".nccl.conf")
    assert seen.nccl[conf][0] == EnvLine(1, "NCCL_ALGO ", " Ring")
    fact = probe.environment({})
    assert fact["nccl_conf"][conf]["NCCL_DEBUG"] == "INFO"
    assert fact["set_in"]["NCCL_DEBUG"] == [f"{conf}:2"]
    env = {"NCCL_NET_PLUGIN": "mine", "NCCL_TOPO_FILE": "gone.xml", "NCCL_TUNER_PLUGIN": "none",
           "NCCL_DEBUG_FILE": str(tmp_path / "n.%h"), "LD_LIBRARY_PATH": str(tmp_path)}  # fmt: skip
    found = nccl_files.nccl_files({"env": env, "workdir": "/run"})
    assert found["missing"] == {"NCCL_TOPO_FILE": "/run/gone.xml"}
    assert found["plugins"] == {"NCCL_NET_PLUGIN": str(tmp_path / "libnccl-net-mine.so")}
    assert found["written"]["NCCL_DEBUG_FILE"]["state"] == "ok"


def test_a_line_of_nccl_conf_is_named_and_taken_out():
    conf = {"/etc/nccl.conf": {"NCCL_ALGO": "Ring", "NCCL_PROTO ": "LL"}}
    fact = Environment(set_in={"NCCL_ALGO": ("/etc/nccl.conf:1",)}, nccl_conf=conf)
    found = finding("variables-are-equal", with_fact(cluster(), "node2", fact))
    assert "sed -i '1s/^/# /' /etc/nccl.conf" in found.fix.command
