"""Which of the user's own modules an import reaches, on this machine."""

from __future__ import annotations

import os
import py_compile
import sys

import pytest

from checks.node.probe.local_modules import local_modules

SCRIPT = """
import os, torch
import helpers as h, pkg.deep.inner
from pkg import part
from pkg.more import (one,
    two)
if True:
    from lazy import late  # when it is needed
"""
FILES = {
    "train.py": SCRIPT, "helpers.py": "", "unused.py": "", "lazy.py": "import second\n",
    "second.py": "from . import train\nimport helpers\n", "torch.txt": "",
    "pkg/__init__.py": "from .core import x\n", "pkg/core.py": "from ..outside import y\n",
    "pkg/part.py": "", "pkg/more/__init__.py": "", "pkg/more/one.py": "", "outside.py": "",
    "pkg/deep/__init__.py": "", "pkg/deep/inner.py": "from ... import helpers\n",
    "jobs/run.py": "import near\nimport helpers\n", "jobs/near.py": "", "pkg/__main__.py": "",
}  # fmt: skip


@pytest.fixture
def found(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def of(*command):
        return local_modules({"command": command, "workdir": str(tmp_path)})["files"]

    return of


def test_a_script_reaches_what_it_and_its_modules_import(found):
    assert set(found("train.py", "--x")) == {
        "helpers.py", "lazy.py", "second.py", "outside.py", "pkg/__init__.py", "pkg/core.py",
        "pkg/part.py", "pkg/more/__init__.py", "pkg/more/one.py", "pkg/deep/__init__.py",
        "pkg/deep/inner.py",
    }  # fmt: skip


def test_modules_lie_beside_the_script_or_in_the_working_directory(found):
    assert set(found("jobs/run.py")) == {"jobs/near.py", "helpers.py"}


def test_a_module_of_the_users_own_starts_too(found):
    assert set(found("-m", "pkg")) >= {"pkg/core.py", "outside.py"}
    assert found("-m", "axolotl.cli.train") == {}
    assert found("missing.py") == found() == {}


def test_an_edit_changes_the_digest(found, tmp_path):
    before = found("train.py")["lazy.py"]
    (tmp_path / "lazy.py").write_text("import second\n\n")
    assert found("train.py")["lazy.py"] != before


@pytest.mark.parametrize(
    ("compiled", "source", "same_time", "stale"),
    [
        ("WIDTH = 64", "WIDTH = 96", True, True),
        ("WIDTH = 96", "WIDTH = 96", True, False),
        ("WIDTH = 64", "WIDTH = 96", False, False),
        ("WIDTH = 6", "WIDTH = 96", True, False),
        ("def f():\n    return {1, 'a'}", "def f():\n    return {1, 'b'}", True, True),
        ("def f():\n    return {1, 'a'}", "def f():\n    return {1, 'a'}", True, False),
        ("WIDTH = 64", "WIDTH = (((", True, False),
    ],
)
def test_a_compiled_form_of_another_source_is_seen(tmp_path, compiled, source, same_time, stale):
    module = tmp_path / "model.py"
    (tmp_path / "train.py").write_text("import model")
    module.write_text(compiled)
    os.utime(module, (10**9, 10**9))
    py_compile.compile(str(module))
    module.write_text(source)
    os.utime(module, (10**9, 10**9 + 5 * (not same_time)))
    args = {"command": ["train.py"], "workdir": str(tmp_path), "python": sys.executable}
    assert local_modules(args)["stale"] == [str(module)] * stale
    assert local_modules({**args, "python": "/nowhere/python"})["stale"] == []
