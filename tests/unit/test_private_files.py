"""What we write of a cluster is for this user alone, whatever the umask."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from checks.private_files import make_private_folder, writable_by_others, write_private_file


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=oct)
def umask(request, tmp_path):
    """Set once `tmp_path` is there, which under 0777 none but root could enter."""
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_files_and_folders_are_private_under_any_umask(tmp_path):
    folder = tmp_path / "a" / "b"
    make_private_folder(folder)
    write_private_file(folder / "facts.json", "\ud800 half a pair")
    assert [path.stat().st_mode & 0o777 for path in (folder.parent, folder)] == [0o700, 0o700]
    assert (folder / "facts.json").stat().st_mode & 0o777 == 0o600
    assert (folder / "facts.json").read_text() == "\\ud800 half a pair"
    assert os.listdir(folder) == ["facts.json"]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path):
    (tmp_path / "report").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_private_file(tmp_path / "report", "text")
    assert os.listdir(tmp_path) == ["report"]
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FileExistsError):
        make_private_folder(tmp_path / "file")


@pytest.mark.parametrize(
    ("folder_mode", "mode", "why"),
    [
        (0o700, 0o600, ""),
        (0o755, 0o644, ""),
        (0o755, 0o664, "may be written by others (mode 0664)"),
        (0o777, 0o600, "may be written by others (mode 0777)"),
        (0o1777, 0o600, "may be written by others (mode 1777)"),
    ],
)
def test_who_else_could_have_changed_a_file_is_said(tmp_path, folder_mode, mode, why):
    folder = tmp_path / ".preflight"
    folder.mkdir()
    write_private_file(folder / "last.json", "{}")
    folder.chmod(folder_mode)
    (folder / "last.json").chmod(mode)
    said = writable_by_others(folder / "last.json")
    assert said.endswith(why) if why else said == ""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project two folders below a home; the file that its preflight left."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "ann" / "project" / ".preflight"
    make_private_folder(folder)
    write_private_file(folder / "last.json", "{}")
    return folder / "last.json"


@pytest.mark.parametrize("above", ["home/ann/project", "home/ann", "home"])
@pytest.mark.parametrize(("mode", "trusted"), [(0o755, True), (0o757, False), (0o1777, True)])
def test_who_may_rename_a_folder_above_could_have_changed_the_file(
    tmp_path, project, above, mode, trusted
):
    (tmp_path / above).chmod(mode)
    said = f"{tmp_path / above} may be written by others (mode {mode:04o})"
    assert writable_by_others(project) == ("" if trusted else said)


def test_what_is_above_the_home_is_the_administrators(tmp_path, project):
    tmp_path.chmod(0o777)
    assert writable_by_others(project) == ""


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives a folder away")
def test_a_folder_above_that_is_another_users_is_not_trusted(tmp_path, project):
    os.chown(tmp_path / "home/ann", 4321, -1)
    assert writable_by_others(project) == f"{tmp_path / 'home/ann'} belongs to uid 4321"


@pytest.mark.parametrize(
    ("members", "trusted"), [([], True), (["own"], True), (["own", "other"], False)]
)
def test_a_group_of_this_user_alone_may_write_above(
    tmp_path, project, monkeypatch, members, trusted
):
    users = [
        SimpleNamespace(pw_name="own", pw_gid=os.getgid()),
        SimpleNamespace(pw_name="x", pw_gid=-1),
    ]
    monkeypatch.setattr("pwd.getpwall", lambda: users)
    monkeypatch.setattr("pwd.getpwuid", lambda _: users[0])
    monkeypatch.setattr("grp.getgrgid", lambda _: SimpleNamespace(gr_mem=members))
    (tmp_path / "home/ann").chmod(0o775)
    assert (writable_by_others(project) == "") is trusted
    monkeypatch.setattr("os.listxattr", lambda _: ["system.posix_acl_access"])
    assert "may be written by others (mode 0775)" in writable_by_others(project)


def test_a_file_of_another_user_is_not_ours(tmp_path, monkeypatch):
    write_private_file(tmp_path / "last.json", "{}")
    own = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: own + 1)
    assert writable_by_others(tmp_path / "last.json").endswith(f"belongs to uid {own}")


@pytest.mark.parametrize(
    ("linked", "said"),
    [(".preflight/last.json", "is no regular file"), (".preflight", "is no directory")],
)
def test_a_link_is_trusted_nowhere(tmp_path, linked, said):
    (tmp_path / ".preflight").mkdir()
    write_private_file(tmp_path / ".preflight/last.json", "{}")
    (tmp_path / linked).rename(tmp_path / "own")
    (tmp_path / linked).symlink_to(tmp_path / "own")
    assert writable_by_others(tmp_path / ".preflight/last.json") == f"{tmp_path / linked} {said}"


def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "last.json", 0o600)
    assert writable_by_others(tmp_path / "last.json").endswith("is no regular file")


def test_a_link_that_waits_beside_a_file_is_not_written_through(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("own")
    for name in ("report", f"report.{os.getpid()}.new"):
        (tmp_path / name).symlink_to(victim)
    write_private_file(tmp_path / "report", "text")
    assert victim.read_text() == "own"
    assert (tmp_path / "report").read_text() == "text"
