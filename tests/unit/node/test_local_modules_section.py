"""Which of the user's own modules an import reaches, on this machine."""

from __future__ import annotations

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
