"""Which of Python's folders does not answer, what names it, and on which mount it lies."""

from __future__ import annotations

import os
import threading

import pytest

from checks.node.probe import hung_folders as probe


@pytest.fixture
def hung(monkeypatch: pytest.MonkeyPatch):
    """Paths at which whoever looks waits, until the test ends."""
    paths, over, lstat = set(), threading.Event(), os.lstat

    def look(path: str) -> os.stat_result:
        if path in paths:
            over.wait()
        return lstat(path)

    monkeypatch.setattr(probe.os, "lstat", look)
    monkeypatch.setattr(probe, "LIMIT_S", 0.3)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    yield paths
    over.set()


def named(found):
    return {each["path"]: each["by"] for each in found}


def test_the_folder_of_the_variable_is_named(tmp_path, monkeypatch, hung):
    prefix, far, near = tmp_path / "venv", tmp_path / "far/lib", tmp_path / "near"
    for folder in (prefix, far, near):
        folder.mkdir(parents=True)
    hung.add(str(far.parent))
    monkeypatch.setenv("PYTHONPATH", f"{near}:{far}:relative:")
    python = str(prefix / "bin/python")
    assert named(probe.hung_folders(python, {}, str(near))) == {str(far): "PYTHONPATH"}
    assert probe.hung_folders(python, {"PYTHONPATH": str(near)}, None) == []


def test_a_link_is_followed_to_where_it_hangs(tmp_path, monkeypatch, hung):
    (tmp_path / "link").symlink_to("/mnt/shared/lib")
    hung.add("/mnt/shared")
    monkeypatch.setattr(probe, "mount_of", lambda place: (place, "nfs4", "nas:/x"))
    monkeypatch.setattr(probe, "way_to", lambda path: [path, "/mnt/shared"])
    found = probe.find_hung({str(tmp_path / "link"): "PYTHONPATH"})
    assert [(each["mount"], each["source"]) for each in found] == [("/mnt/shared", "nas:/x")]


def test_the_way_goes_through_links(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "to").symlink_to("a")
    (tmp_path / "round").symlink_to("round")
    root = str(tmp_path)
    ways = [path[len(root) :] for path in probe.way_to(f"{root}/to/b") if path.startswith(root)]
    assert ways == ["", "/to", "/a", "/a/b"]
    assert len(list(probe.way_to(f"{root}/round"))) < 100


def test_the_line_of_a_pth_file_is_named(tmp_path, hung):
    site = tmp_path / "lib/python3.11/site-packages"
    site.mkdir(parents=True)
    far = tmp_path / "far"
    far.mkdir()
    (site / "own.pth").write_text(f"import sys\n{tmp_path}\n{far}\n")
    hung.add(str(far))
    found = probe.hung_folders(str(tmp_path / "bin/python"), {}, "/")
    assert named(found) == {str(far): f"{site}/own.pth:3"}


def test_an_environment_that_does_not_answer_is_not_read(tmp_path, hung):
    hung.add(str(tmp_path))
    assert named(probe.hung_folders(str(tmp_path / "bin/python"), {}, "/")) == {str(tmp_path): ""}
