"""What a lab decides before it makes anything: tools, names, networks, overlays, its record."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from checks.errors import UsageError
from launcher.cli import build_parser
from launcher.command_line import parse_words
from launcher.lab import filesystem, network, record
from launcher.lab import requirements as machine
from launcher.lab.cli import lab_line, take_lab_options
from launcher.lab.cluster import Lab, default_name, require_name
from launcher.lab.filesystem import Mount
from launcher.lab.gpus import driver_mounts
from launcher.lab.shape import LabShape


def test_root_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(UsageError, match=r"needs root(.|\n)*sudo"):
        machine.require_root()


def test_missing_tools_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "SYSTEM_PATH", "/nowhere")
    with pytest.raises(UsageError, match=r"nft, .*(.|\n)*apt-get install.* nftables .*pdsh"):
        machine.require_tools()


@pytest.mark.parametrize(
    ("directory", "name", "words"),
    [
        (".lab", "", ""),
        ("other", "", " --dir other"),
        (".lab", "mine", " --name mine"),
        ("other", "mine", " --name mine"),
    ],
)
def test_a_line_to_type_means_the_same_lab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, directory: str, name: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / directory
    lab = Lab(record.LabRecord(name or default_name(path), "token", str(path), "root", 3))
    assert lab_line(lab, "down").endswith(f" lab down{words}")


@pytest.mark.parametrize("nodes", [0, 251])
def test_a_number_of_nodes_that_cannot_be(nodes: int) -> None:
    with pytest.raises(UsageError, match="1 to 250"):
        LabShape(nodes=nodes)


@pytest.mark.parametrize("name", ["", "../x", "a b", "x" * 41])
def test_a_name_that_cannot_be(name: str) -> None:
    with pytest.raises(UsageError, match="name"):
        require_name(name)


def test_names_differ_with_the_directory(tmp_path: Path) -> None:
    one, other = tmp_path / "a" / ".lab", tmp_path / "b" / ".lab"
    assert default_name(one) != default_name(other)
    assert require_name(default_name(one)) == default_name(one)


def test_networks_that_are_in_use_are_not_taken() -> None:
    name, chosen = next(network.free_networks([network.Network("10.77.0.0/31")]))
    assert (name, str(chosen)) == ("pflab1", "10.77.1.0/24")
    _, chosen = next(network.free_networks([network.Network("10.0.0.0/8")]))
    assert str(chosen) == "198.18.0.0/24"


TABLE = [
    Mount("/", "ext4"),
    Mount("/proc", "proc"),
    Mount("/home", "xfs"),
    Mount("/mnt/share", "nfs4"),
    Mount("/data", "nfs4"),
    Mount("/tmp", "tmpfs"),
]


def test_what_gets_an_overlay_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "isdir", lambda path: True)
    paths = ["/home/me/checkout", "/data/venv", "/tmp/run", "/tmp/run/sub", "/usr", "/root/.pyenv"]
    tops = filesystem.overlay_tops(TABLE, paths)
    assert tops == ("/data", "/home", "/root/.pyenv", "/tmp/run")


def test_mountinfo_is_read_with_its_escapes() -> None:
    line = r"36 35 98:0 /m /mnt\040a rw,noatime master:1 - ext3 /dev/root rw,errors=continue"
    assert filesystem.parse_mount(line) == Mount("/mnt a", "ext3")


def test_a_record_is_read_back_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "LABS", tmp_path)
    made = record.LabRecord(
        "x", "t", "/d", "root", 1, "pflab0", (record.Place("node1", "10.77.0.1", 22, 1),)
    )
    made.home.mkdir()
    saved = made.changed(faults=(("mtu-1400", "node1"),))
    assert record.read_record(tmp_path / "x") == saved
    assert json.loads((tmp_path / "x/lab.json").read_text())["token"] == "t"


BY_RUNTIME = [
    *(Mount("/", "overlay"), Mount("/dev/nvidia0", "devtmpfs"), Mount("/data", "ext4")),
    *(Mount("/proc/driver/nvidia", "tmpfs"), Mount("/run/nvidia-persistenced/socket", "tmpfs")),
    Mount("/usr/bin/nvidia-smi", "ext4"),
    Mount("/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.15", "ext4"),
    Mount("/usr/lib/firmware/nvidia/550.54.15/gsp_ga10x.bin", "ext4"),
]
AS_FOLDERS = [
    *(Mount("/", "ext4"), Mount("/usr/local/nvidia", "squashfs"), Mount("/data", "xfs")),
    *(Mount("/opt/driver", "squashfs"), Mount("/snap/core", "squashfs")),
]


@pytest.mark.parametrize(
    ("table", "files", "found"),
    [
        (BY_RUNTIME, [], {mount.point for mount in BY_RUNTIME[5:]}),
        (AS_FOLDERS, [], {"/usr/local/nvidia"}),
        (AS_FOLDERS, ["/opt/driver/bin/nvidia-smi"], {"/usr/local/nvidia", "/opt/driver"}),
        (AS_FOLDERS, ["/data/nvidia-smi", "/usr/bin/nvidia-smi"], {"/usr/local/nvidia"}),
        ([Mount("/", "ext4")], ["/usr/bin/nvidia-smi"], set()),
    ],
    ids=["by a container's runtime", "named", "elsewhere", "already shown", "on the root"],
)
def test_which_mounts_hold_a_driver(table: list[Mount], files: list[str], found: set[str]) -> None:
    assert set(driver_mounts(table, {"/", "/data"}, files)) == found


@pytest.mark.parametrize(
    ("typed", "command", "name"),
    [
        ("node2 -- ip -brief address", "ip -brief address", None),
        ("node2 --name X -- ls --name Y", "ls --name Y", "X"),
        ("node2 --name=X ls -la", "ls -la", "X"),
        ("--name X node2 ls", "ls", "X"),
        ("node2 --name X", "", "X"),
    ],
)
def test_which_lab_may_stand_on_either_side_of_the_node(typed, command, name):
    args = parse_words(build_parser("lab"), ["lab", "shell", *typed.split()])
    assert (take_lab_options(args), args.node, args.name) == (command.split(), "node2", name)


def test_the_directory_of_a_lab_may_stand_behind_the_node():
    args = parse_words(build_parser("lab"), ["lab", "shell", "node2", "--dir", "d", "--", "ls"])
    assert (take_lab_options(args), args.dir) == (["ls"], Path("d"))
    args = parse_words(build_parser("lab"), ["lab", "shell", "node2", "--name"])
    with pytest.raises(UsageError, match="--name: expected one argument"):
        take_lab_options(args)
