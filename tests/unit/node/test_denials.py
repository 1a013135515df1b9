"""What keeps a login from a path, looked at for real as somebody who is not root."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from checks.facts import ClusterView
from checks.facts.denial import Denial
from checks.knowledge.denials import denial_words, opening_fix
from checks.node.probe import denials
from tests.support.snapshots import snapshot

NOBODY = 65534


@pytest.fixture
def opt() -> Iterator[Path]:
    """A folder that everybody can enter, as pytest's own are not."""
    folder = Path(tempfile.mkdtemp()).resolve()
    folder.chmod(0o755)
    (folder / "env/lib").mkdir(parents=True)
    (folder / "env/lib/mod.py").write_text("")
    yield folder
    for place in ("env", "env/lib"):
        (folder / place).chmod(0o755)
    shutil.rmtree(folder)


def as_nobody(look: Callable[[], Any]) -> Any:
    """What the function returns to a login without root's rights."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        os.write(writing, json.dumps(look()).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading) as answer:
        return json.load(answer)


def own() -> str:
    """Root's files are others' to nobody, and a test's own where it is not run by root."""
    return "o" if os.geteuid() == 0 else "u"


@pytest.mark.parametrize(
    ("closed", "mode", "need"),
    [
        ("env", 0o600, "x"),
        ("env/lib", 0o644, "x"),
        ("env/lib/mod.py", 0o200, "r"),
        ("env", 0o755, None),
    ],
)
def test_the_first_that_denies_is_named(opt, closed, mode, need):
    (opt / closed).chmod(mode if own() == "o" else mode & 0o677 if need == "x" else mode)
    found = as_nobody(lambda: denials.first_denied(str(opt / "env/lib/mod.py")))
    assert (found and found["path"], found and found["need"]) == (
        (str(opt / closed), need) if need else (None, None)
    )


def test_a_link_is_followed_to_what_denies(opt):
    (opt / "link").symlink_to("env/../env/lib")
    (opt / "env/lib").chmod(0o600)
    found = as_nobody(lambda: denials.first_denied(str(opt / "link")))
    assert (found["path"], found["who"], found["need"]) == (str(opt / "env/lib"), own(), "rx")


def test_what_is_not_there_is_denied_by_nothing(opt):
    (opt / "loop").symlink_to("loop")
    assert as_nobody(lambda: denials.first_denied(str(opt / "none/x"))) is None
    assert as_nobody(lambda: denials.first_denied(str(opt / "loop"))) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="needs files that another one owns")
@pytest.mark.parametrize(
    ("words", "closed", "more"),
    [
        ("PermissionError: [Errno 13] Permission denied: '{0}/pkg/a.py'", ["a.py"], 0),
        ("ImportError: cannot import name 'a' from 'pkg' ({0}/pkg/__init__.py)", ["a.py"], 0),
        ("ImportError: cannot import name 'a' from 'pkg' ({0}/pkg/b.py)", ["a.py", "b.py"], 1),
        ("No module named 'dep'\n  File \"{0}/pkg/b.py\"", ["../dep"], 0),
        ('ValueError: bad\n  File "{0}/pkg/b.py"', ["a.py"], None),
        ("No module named 'dep'\n  File \"{0}/pkg/b.py\"", [], None),
        ("cannot import name 'A' from 'dep' (unknown location) {0}/pkg/b.py", ["../dep"], 0),
        ("cannot import name 'A' from 'dep' (unknown location) {0}/pkg/b.py", [], None),
        ("module 'dep' has no attribute 'A'\n  File \"{0}/pkg/b.py\"", ["../dep"], 0),
        ("module 'pkg.sub' has no attribute 'A'\n  File \"{0}/pkg/b.py\"", ["sub"], 0),
    ],
)
def test_an_import_is_denied_by_what_its_words_lead_to(opt, words, closed, more):
    site = opt / "lib/site-packages"
    for name in ("pkg/__init__.py", "pkg/a.py", "pkg/b.py", "pkg/sub/c.py", "dep/__init__.py"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text("")
    for name in closed:
        (site / "pkg" / name).chmod(0)
    found = as_nobody(lambda: denials.denied_import(words.format(site)))
    assert (found and found.get("more", 0)) == more
    assert not found or found["path"] == str((site / "pkg" / closed[0]).resolve())


def test_a_program_that_may_not_be_run_is_found_in_the_search_path(opt):
    (opt / "tool").write_text("")
    search = f"{opt}/none:{opt}"
    found = as_nobody(lambda: denials.denied_program("tool", search))
    assert (found["path"], found["need"]) == (str(opt / "tool"), "x")
    assert as_nobody(lambda: denials.denied_program("other", search)) is None
    assert denials.denied_program(sys.executable, "") is None


def test_a_file_on_a_noexec_mount_may_not_be_run_whatever_its_mode(opt, monkeypatch):
    library = opt / "env/lib/mod.so"
    library.write_text("")
    library.chmod(0o755)
    words = f"ImportError: {library}: failed to map segment from shared object"
    assert denials.denied_import(words) is None
    flags = SimpleNamespace(f_flag=os.ST_NOEXEC)
    monkeypatch.setattr(denials.os, "statvfs", lambda path: flags)
    monkeypatch.setattr(denials, "mount_of", lambda path: ("/data env", "ext4", "/dev/sdb"))
    found = denials.denied_import(words)
    assert (found["path"], found["noexec"]) == (str(library), "/data env")
    assert denials.describe_denial(str(opt / "env"), os.X_OK)["noexec"] == "", "a folder"
    node = ClusterView(snapshot(("node1",)))["node1"]
    denial = Denial(**found)
    assert opening_fix(node, denial).command == "mount -o remount,exec '/data env'"
    assert "is on /data env, mounted noexec" in denial_words(denial)
