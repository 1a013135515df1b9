"""Paths as the section looks at them, for real, on this machine."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from checks.facts.decode import decode_fact
from checks.facts.files import Files
from checks.node.probe import files as probe


def seen(folder, **args: Any) -> Files:
    return decode_fact(Files, probe.files({"workdir": str(folder), "exist": [], **args}))


def test_relative_paths_are_below_the_working_directory(tmp_path):
    (tmp_path / "a.json").write_text("{}")
    found = seen(tmp_path, same=["a.json"], exist=["a.json", "no"])
    assert found.same["a.json"].absolute == str(tmp_path / "a.json")
    assert found.exist["a.json"].state == "there"
    assert found.exist["no"].state == "missing"


def test_the_script_and_the_config_must_be_alike_too(tmp_path):
    found = seen(tmp_path, command=["train.py", "--x"], deepspeed_config="ds.json")
    assert set(found.same) == {"train.py", "ds.json"}
    assert set(seen(tmp_path, command=["-m", "axolotl"]).same) == set()


def test_one_byte_makes_another_digest(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 5000)
    (tmp_path / "b").write_bytes(b"x" * 4999 + b"y")
    found = seen(tmp_path, same=["a", "b"]).same
    assert found["a"].digest != found["b"].digest
    assert not found["a"].partial


def test_folders_are_alike_by_names_and_contents(tmp_path):
    for name in ("one", "two", "three"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub/cfg").write_text("same")
        (tmp_path / name / "dangling").symlink_to("nowhere")
    (tmp_path / "two/__pycache__").mkdir()
    (tmp_path / "two/__pycache__/x.pyc").write_text("node's own")
    (tmp_path / "three/sub/cfg").rename(tmp_path / "three/sub/cfg2")
    found = seen(tmp_path, same=["one", "two", "three"]).same
    assert found["one"].digest == found["two"].digest
    assert found["one"].digest != found["three"].digest


def test_a_large_file_is_compared_by_samples(tmp_path, monkeypatch):
    monkeypatch.setattr(probe, "WHOLE_BYTES", 1024)
    monkeypatch.setattr(probe, "CHUNK", 16)
    (tmp_path / "big").write_bytes(os.urandom(5000))
    found = seen(tmp_path, same=["big"]).same["big"]
    assert found.partial
    assert found.digest


def test_a_path_that_hangs_is_told_while_others_answer(tmp_path, monkeypatch):
    release, real = threading.Event(), os.stat

    def stat(path, **options):
        if str(path).endswith("hung"):
            release.wait(30)
        return real(path, **options)

    monkeypatch.setattr(probe.os, "stat", stat)
    monkeypatch.setattr(probe, "LOOK_LIMIT", 2.0)
    try:
        found = seen(tmp_path, exist=["hung", "/etc"])
    finally:
        release.set()
    assert found.exist["hung"].state == "hangs"
    assert found.exist["/etc"].state == "there"
    assert found.workdir.state == "there"


def test_output_looks_at_the_nearest_folder_and_makes_nothing(tmp_path):
    output = seen(tmp_path, output="runs/1/ckpt").output
    assert output
    assert output.nearest == str(tmp_path)
    assert output.writable
    assert output.free_bytes > 0
    assert list(tmp_path.iterdir()) == []


def test_output_below_a_file_is_no_folder(tmp_path):
    (tmp_path / "runs").write_text("")
    output = seen(tmp_path, output="runs/1").output
    assert output
    assert not output.directory


MOUNTS = """\
/dev/sda / ext4 rw 0 0
srv:/data /data nfs4 rw 0 0
tmpfs /data\\040b tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "mount"),
    [
        ("/data/run", ("/data", "nfs4", "srv:/data")),
        ("/database", ("/", "ext4", "/dev/sda")),
        ("/data b/x", ("/data b", "tmpfs", "tmpfs")),
    ],
)
def test_the_innermost_mount_holds_a_path(path, mount):
    assert probe.mount_of(path, MOUNTS) == mount


@pytest.mark.parametrize(
    ("kind", "shared"), [("nfs4", True), ("lustre", True), ("fuse.sshfs", True), ("ext4", False)]
)
def test_shared_file_systems_are_known(kind, shared):
    assert probe.is_remote(kind) is shared


@pytest.mark.parametrize(
    ("typed", "near"),
    [("trian.py", ("train.py",)), ("Train.py", ("train.py",)), ("zeta", ()), ("no/train.py", ())],
)
def test_of_a_missing_file_it_names_what_may_have_been_meant(tmp_path, typed, near):
    (tmp_path / "train.py").touch()
    found = seen(tmp_path, same=[typed]).same[typed]
    assert (found.state, found.near) == ("missing", near)
