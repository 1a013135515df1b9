"""Access lists of the kernel on what the gate trusts: whom they let write, nobody trusts it."""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
from pathlib import Path

import pytest

from checks.private_files import make_private_folder, writable_by_others, write_private_file

STRANGER = 4321
OWNER, USER, OWN_GROUP, GROUP, MASK, OTHERS = 1, 2, 4, 8, 16, 32
"""Tags of an entry, as linux/posix_acl.h has them."""
NOBODY = 0xFFFFFFFF
ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"


def access_list(named, mask, *, own_group=0, others=0):
    """As setfacl writes it: the owner may all, a named one what `named` says, within the mask."""
    tag, may = named
    entries = (
        [(OWNER, 7, NOBODY), (USER, may, STRANGER), (OWN_GROUP, own_group, NOBODY)]
        if tag == USER
        else [(OWNER, 7, NOBODY), (OWN_GROUP, own_group, NOBODY), (GROUP, may, STRANGER)]
    )
    entries += [(MASK, mask, NOBODY), (OTHERS, others, NOBODY)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.fixture
def project(monkeypatch):
    """A home that anybody may enter, in it a project, in that what its preflight left."""
    with tempfile.TemporaryDirectory(prefix="access-") as name:
        home = Path(name)
        home.chmod(0o755)
        monkeypatch.setenv("HOME", name)
        folder = home / "project" / ".preflight"
        make_private_folder(folder)
        folder.parent.chmod(0o755)
        write_private_file(folder / "last.json", "{}")
        yield home / "project"


def can_write(path):
    """Whether the other user, with a group of that number, really may."""
    who = ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"]
    return subprocess.run([*who, "test", "-w", path], check=False).returncode == 0


@pytest.mark.skipif(os.getuid() != 0, reason="only root asks as another user")
@pytest.mark.parametrize("part", [".preflight/last.json", ".preflight", "."])
@pytest.mark.parametrize("named", [(USER, 7), (GROUP, 7), (USER, 5), (USER, 2)], ids=str)
@pytest.mark.parametrize("mask", [0, 5, 7])
def test_whom_an_access_list_lets_write_could_have_changed_it(project, part, named, mask):
    (project / ".preflight").chmod(0o711)
    os.setxattr(project / part, ACCESS, access_list(named, mask, others=1))
    trusted = writable_by_others(project / ".preflight/last.json") == ""
    writes = can_write(project / part)
    assert not (trusted and writes)
    assert writes == bool(named[1] & mask & 2)
    assert trusted == (not mask & 2)


def test_a_list_that_a_folder_hands_on_opens_nothing_that_is_written_there(project):
    for folder in (project, project / ".preflight"):
        os.setxattr(folder, DEFAULT, access_list((USER, 7), 7))
    write_private_file(project / ".preflight/last.json", "{}")
    write_private_file(project / ".preflight/new.json", "{}")
    make_private_folder(project / "runs")
    for name in ("last.json", "new.json"):
        assert writable_by_others(project / ".preflight" / name) == ""
        assert not can_write(project / ".preflight" / name)
    assert (project / "runs").stat().st_mode & 0o777 == 0o700
    assert not can_write(project / "runs")


def test_a_list_on_a_folder_above_that_only_its_own_group_writes_is_not_trusted(project):
    project.chmod(0o775)
    os.setxattr(project, ACCESS, access_list((USER, 7), 7, own_group=7, others=5))
    said = f"{project} may be written by others (mode 0775)"
    assert writable_by_others(project / ".preflight/last.json") == said
