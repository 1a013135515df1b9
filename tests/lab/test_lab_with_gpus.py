"""`lab up --gpus`: each node has the machine's GPUs and its driver, wherever that is mounted."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from launcher.lab.cluster import Lab
from tests.support.contact import ssh
from tests.support.lab_fixtures import down_and_gone
from tests.support.paths import NVML, ROOT

MACHINE = ROOT / "tests/support/machine_with_gpus.sh"


def lab_up(folder, *options):
    return [sys.executable, "-m", "launcher", "lab", "up", "-n", "2", "--dir", folder, *options]


def typed(*argv):
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("gpus") / ".lab"


@pytest.fixture(scope="module")
def gpu_lab(folder):
    """On a machine with two GPUs, whose driver is on mounts of its own."""
    library = folder.parent / "libnvidia-ml.so.1"
    compiler = ("cc", "-shared", "-fPIC", "-o", str(library), f"{NVML}/nvml.c")
    subprocess.run(compiler, check=True)
    machine = ("unshare", "--mount", "bash", str(MACHINE), str(library))
    done = typed(*machine, *lab_up(folder, "--gpus"))
    assert done.returncode == 0, done.stderr
    lab = Lab.find(folder)
    yield lab
    down_and_gone(lab)


def test_each_node_has_the_devices_and_a_slot_for_each_gpu(gpu_lab):
    for node in gpu_lab.nodes:
        names = node.run("cd /dev && find . -name '*nvidia*' -type c", check=True).stdout.split()
        expected = ["./nvidia-caps/nvidia-cap1", "./nvidia0", "./nvidia1", "./nvidiactl"]
        assert sorted(names) == expected
        assert node.run("echo opened >/dev/nvidia0").returncode == 0
    assert gpu_lab.hosts.read_text() == "node1 slots=2\nnode2 slots=2\n"


def test_a_login_finds_the_driver_that_is_mounted_and_cannot_change_it(gpu_lab):
    node = gpu_lab.node("node2")
    assert ssh(gpu_lab, "node2", "nvidia-smi").stdout == "stand-in of a driver\n"
    assert node.read("/usr/local/lib/libcuda.so.1") == "mounted alone\n"
    for path in ("/usr/local/nvidia/lib64/new", "/usr/local/lib/libcuda.so.1"):
        assert "Read-only" in node.run(f"echo >{path}").stderr


def test_a_preflight_finds_that_the_driver_answers(gpu_lab):
    for node in gpu_lab.nodes:
        node.write("/etc/nvml.values", (NVML / "h100.values").read_text())
    check = ("-k", "driver-answers and not time", "-rA", "--hosts", str(gpu_lab.hosts))
    done = typed(sys.executable, "-m", "preflight", *check)
    assert done.returncode == 0, done.stdout
    assert "GO: 2 checks passed" in done.stdout


def test_a_lab_that_is_up_is_taken_for_one_with_gpus_only_where_it_is(gpu_lab, folder, tmp_path):
    again = typed(*lab_up(folder, "--gpus"))
    assert "is already up" in again.stdout
    plain = tmp_path / ".lab"
    try:
        assert typed(*lab_up(plain)).returncode == 0
        refused = typed(*lab_up(plain, "--gpus"))
        assert refused.returncode == 2
        assert "is up with 2 nodes without GPUs, not 2 with GPUs" in refused.stderr
    finally:
        down_and_gone(Lab.find(plain))


@pytest.mark.skipif(os.path.exists("/dev/nvidia0"), reason="this machine has a GPU")
def test_a_machine_without_gpus_is_refused_and_nothing_is_left(tmp_path):
    done = typed(*lab_up(tmp_path / ".lab", "--gpus"))
    assert done.returncode == 2
    assert "this machine has no GPU" in done.stderr
    assert Lab.find(tmp_path / ".lab") is None
