"""The script that writes the tables: what differs between two releases that it reads."""

from __future__ import annotations

import importlib
import zipfile

import pytest

from tests.support.paths import ROOT

OLD = {
    "__init__.py": "from .core import *\nfrom .core import Engine, run\n",
    "core.py": """
from other.tools import helper
try:
    from other import optional
except ImportError:
    optional = None

class Base:
    def __init__(self):
        self.size = 1

class Engine(Base):
    def step(self, loss, scale): ...

def run(script): ...
def anything(**options): ...
def gone(): ...
""",
}
NEW = {
    "__init__.py": "from .core import *\nfrom .core import Engine, run, anything\n",
    "core.py": """
from .parts import Base, helper

class Engine(Base):
    @deprecate_kwarg("scale")
    def step(self, loss, factor): ...

def run(script, hosts): ...
def anything(name): ...
""",
    "parts.py": """
class Base:
    def __init__(self):
        self.volume = 1

def helper(): ...
""",
}


@pytest.fixture
def history(monkeypatch, tmp_path):
    """What the script finds in two releases."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts/api_history"))
    release, history = map(importlib.import_module, ("release", "history"))
    library = release.Library("tool", "1.0")
    read = []
    for minor, files in (("1.0", OLD), ("1.1", NEW)):
        wheel = tmp_path / f"tool-{minor}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, text in files.items():
                archive.writestr(f"tool/{name}", text)
        read.append((minor, release.Release(library, [wheel], tmp_path)))
    return history.History(library, read)


def test_what_came_or_went_is_kept(history):
    assert {name for name, mask in history.changed.items() if mask == 0b10} == {
        "parts:",
        ":helper",
        "core:helper",
        "core:run(hosts)",
        "core:Engine.volume",
        "core:Engine.step(factor)",
    }
    assert {name for name, mask in history.changed.items() if mask == 0b01} == {
        ":gone",
        "core:gone",
        ":optional",
        "core:optional",
        "core:Engine.size",
    }


def test_only_imports_that_nothing_guards_are_uses(history):
    assert dict(history.uses) == {"other.tools helper": 0b01}
