"""hosts.txt and launch.toml as `init` writes them: nodes that answer, one that does not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from checks.facts import ClusterView, Login
from checks.facts.gpus import Gpu, Gpus
from checks.job.hosts import read_hosts
from checks.job.launch_file import KEYS, parse_launch_file
from checks.model import Job, Node, Ssh
from launcher.commands.init import found_lines, hosts_text, launch_text, shown_lines
from launcher.lab.cluster import Lab
from tests.support.paths import ROOT
from tests.support.snapshots import snapshot, with_fact


def init(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "launcher", "init", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "SLURM_JOB_NODELIST": ""},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_it_writes_is_read_by_both_faces(lab: Lab, tmp_path: Path):
    words = ("--nodes", "node[1-3]", "--ssh-config", str(lab.ssh_config), "--ssh-user", "root")
    done = init(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    hosts = read_hosts((tmp_path / "hosts.txt").read_text(), "hosts.txt")
    assert [(node.name, node.slots) for node in hosts] == [(f"node{n}", 1) for n in (1, 2, 3)]
    launch = parse_launch_file((tmp_path / "launch.toml").read_text(), "launch.toml")
    assert launch.get("hosts") == "hosts.txt"
    assert f"starts), with your own script in place of train.py: {sys.executable}" in done.stdout
    assert done.stdout.endswith(" -m launcher start --sync -- train.py\n")
    again = init(tmp_path, *words)
    assert again.returncode == 2
    assert "--force" in again.stderr
    (tmp_path / "hosts.txt").write_text("mine\n")
    assert init(tmp_path, *words, "--force").returncode == 0
    assert "mine" not in (tmp_path / "hosts.txt").read_text()


def test_another_hosts_file_gives_its_nodes_and_the_logins_beside_it(lab: Lab, tmp_path: Path):
    done = init(tmp_path, "--hosts", str(lab.hosts))
    assert done.returncode == 0, done.stderr
    hosts = read_hosts((tmp_path / "hosts.txt").read_text(), "hosts.txt")
    assert [(node.name, node.slots) for node in hosts] == [(f"node{n}", 1) for n in (1, 2, 3)]
    launch = parse_launch_file((tmp_path / "launch.toml").read_text(), "launch.toml")
    assert (launch.get("hosts"), launch.get("ssh_config")) == ("hosts.txt", str(lab.ssh_config))
    again = init(tmp_path, "--hosts", "hosts.txt")
    assert again.returncode == 0, again.stderr
    assert "kept hosts.txt, which was there" in again.stdout


def test_a_launch_file_that_is_there_is_kept(lab: Lab, tmp_path: Path):
    (tmp_path / "launch.toml").write_text('[ssh]\nuser = "root"\n[start]\ncommand = ["t.py"]\n')
    before = (tmp_path / "launch.toml").read_text()
    done = init(tmp_path, "--nodes", "node1,node2", "--ssh-config", str(lab.ssh_config))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "launch.toml").read_text() == before
    assert 'hosts = "hosts.txt"' in done.stdout
    assert f'config = "{lab.ssh_config}"' in done.stdout
    assert 'user = "root"' not in done.stdout
    assert len(read_hosts((tmp_path / "hosts.txt").read_text(), "hosts.txt")) == 2
    line = f"start --ssh-config {lab.ssh_config} --hosts hosts.txt --sync\n"
    assert done.stdout.endswith(line), "its command stands in that file"


def test_a_hosts_file_that_is_there_is_kept_and_the_interpreter_written(lab: Lab, tmp_path: Path):
    (tmp_path / "hosts.txt").write_text("node2 slots=3\nnode1\n")
    done = init(tmp_path, "--ssh-config", str(lab.ssh_config), "--python", "/data/venv/bin/python")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "hosts.txt").read_text() == "node2 slots=3\nnode1\n"
    launch = parse_launch_file((tmp_path / "launch.toml").read_text(), "launch.toml")
    assert (launch.get("hosts"), launch.get("python")) == ("hosts.txt", "/data/venv/bin/python")
    assert (
        "kept hosts.txt, which was there, as it is.\n  node2: no GPU\n  node1: no GPU: one CPU"
        in done.stdout
    )


@pytest.mark.parametrize("names", ["no-such-node", "node1,no-such-node"])
def test_a_name_without_an_address_writes_nothing(lab: Lab, tmp_path: Path, names: str):
    done = init(tmp_path, "--nodes", names, "--ssh-config", str(lab.ssh_config))
    assert done.returncode == 2
    assert "no address for no-such-node; nothing was written" in done.stderr
    assert "next:" not in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_node_that_trust_cannot_help_is_looked_into(lab: Lab, tmp_path: Path):
    lab.fault("sshd-stopped", on=["node3"])
    done = init(tmp_path, "--nodes", "node2,node3", "--ssh-config", str(lab.ssh_config))
    assert done.returncode == 0, done.stderr
    assert "cannot log in to node3 yet (refused); its GPUs are counted at the start" in done.stdout
    assert done.stdout.endswith("-m preflight -k controller-logs-in\n")


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        ("private-key-missing", "next: {python} -m launcher trust\n"),
        ("known-host-missing", "next: {python} -m launcher trust\n"),
        ("peer-dropped", "node1 does not log in to node2: dropped\nnext: {python} -m preflight\n"),
        (
            "peer-name-missing",
            "names.every-node-resolves-every-node\nnext: {python} -m preflight\n",
        ),
    ],
    ids=["no-key", "no-host-key", "firewall", "no-name"],
)
def test_the_next_line_is_trust_only_where_nodes_lack_it(
    lab: Lab, tmp_path: Path, fault: str, line: str
):
    lab.fault(fault, on=["node2"])
    done = init(tmp_path, "--nodes", "node[1-3]", "--ssh-config", str(lab.ssh_config))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(line.format(python=sys.executable)), done.stdout


def test_a_node_without_trust_is_listed_and_said(lab: Lab, tmp_path: Path):
    lab.fault("pubkey-off", on=["node3"])
    done = init(tmp_path, "--nodes", "node2,node3", "--ssh-config", str(lab.ssh_config))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("-m launcher trust --ask-password\n")
    assert "next (logins between all nodes and from here, by their password): " in done.stdout
    text = (tmp_path / "hosts.txt").read_text()
    assert [node.slots for node in read_hosts(text, "hosts.txt")] == [1, None]
    assert "public-key-auth-off" in done.stdout
    assert "public-key-auth-off" not in text, "it will not be true for long"


def test_no_nodes_is_a_usage_error(tmp_path: Path):
    done = init(tmp_path)
    assert done.returncode == 2
    assert "--nodes" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("model", ["NVIDIA H100 80GB HBM3", "NVIDIA A10G"])
def test_slots_are_the_gpus_that_there_are(model: str):
    snap = snapshot(("node1", "node2"), hosts=(Node("node1"), Node("node2")))
    gpus = tuple(Gpu(index, model, f"GPU-{index}", 80 << 30, "550.1") for index in range(8))
    with_fact(snap, "node1", Gpus(vendors=("NVIDIA",), gpus=gpus))
    with_fact(snap, "node2", Login(reached=False, cause="refused"))
    text = hosts_text(ClusterView(snap))
    assert [node.slots for node in read_hosts(text, "hosts.txt")] == [8, None]
    assert f"8 x {model}" in text


def test_of_many_nodes_those_alike_are_shown_once():
    names = tuple(f"gpu{number:02}" for number in range(1, 65))
    snap = snapshot(names, hosts=tuple(map(Node, names)))
    for name in names:
        with_fact(snap, name, Gpus(("NVIDIA",), (Gpu(0, "H100", "GPU-0", 80 << 30, "550.1"),)))
    snap.sections["gpu07"] = {}
    with_fact(snap, "gpu07", Login(reached=False, cause="refused"))
    assert shown_lines(ClusterView(snap)) == [
        "  gpu[01-06,08-64] slots=1  # 1 x H100",
        "  gpu07  # slots: counted at each start",
    ]
    assert shown_lines(
        ClusterView(snapshot(names[:2], hosts=(Node("gpu01", 2), Node("gpu02"))))
    ) == (
        hosts_text(
            ClusterView(snapshot(names[:2], hosts=(Node("gpu01", 2), Node("gpu02"))))
        ).splitlines()
    )


def test_what_a_hosts_file_says_of_its_nodes_is_written_again():
    hosts = (
        Node("node1", 4, "ubuntu", 2222),
        Node("node2", 3, None, None, "NVIDIA"),
        Node("node3"),
    )
    snap = snapshot(("node1", "node2", "node3"), hosts=hosts)
    gpus = tuple(Gpu(index, "H100", f"GPU-{index}", 80 << 30, "550.1") for index in range(8))
    with_fact(snap, "node1", Gpus(vendors=("NVIDIA",), gpus=gpus))
    for name in ("node2", "node3"):
        snap.sections[name] = {}
        with_fact(snap, name, Login(reached=False, cause="host-key-unknown"))
    cluster = ClusterView(snap)
    assert read_hosts(hosts_text(cluster), "hosts.txt") == hosts
    assert "host-key-unknown" not in hosts_text(cluster)
    assert found_lines(cluster) == ["  node1: 8 x H100, and slots=4"]


def test_every_key_stands_in_the_file_and_is_valid_without_its_comment():
    text = launch_text(
        Job((Node("node1"),), "node1", Ssh(user="root"), python="/venv/bin/python", workdir="/data")
    )
    assert parse_launch_file(text, "launch.toml").values == {
        "hosts": "hosts.txt",
        "ssh_user": "root",
    }
    launch = parse_launch_file(re.sub("^#(?! )", "", text, flags=re.MULTILINE), "launch.toml")
    assert KEYS.keys() - launch.values.keys() == {"exclude"}
    assert launch.get("python") == "/venv/bin/python"
    assert launch.get("command") == ("train.py", "--steps", "200")
    assert launch.get("env") == {"NCCL_DEBUG": "INFO"}
