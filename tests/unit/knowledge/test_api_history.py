"""The script that writes the tables: what differs between two releases that it reads."""

from __future__ import annotations

import importlib
import runpy
import zipfile
from types import SimpleNamespace

import pytest

from checks.knowledge.api_history import tables
from tests.support.paths import ROOT

OTHER = SimpleNamespace(changed={"tools:helper": 1}, classes_with_news=frozenset())
"""The history of the library from which this one imports."""
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
    """What the script finds in two releases of a library."""
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


def test_what_is_written_is_read_as_it_was(history, monkeypatch, tmp_path):
    script = runpy.run_path(str(ROOT / "scripts/api_history/__main__.py"))
    library = importlib.import_module("release").Library("my-tool", "1.0", "tool", shallow="core")
    text = script["table_text"](library, history, {"other": OTHER}, {"tool.parts"})
    (tmp_path / "tool.txt").write_text(text)
    monkeypatch.setattr(tables, "_FOLDER", tmp_path)
    monkeypatch.setattr(tables, "LIBRARIES", {"tool"})
    table = tables.table_of.__wrapped__("tool")
    read = {f"{module}:{name}": each.span.text for (module, name), each in table.symbols.items()}
    members = {
        "core:run(hosts)",
        "core:Engine.volume",
        "core:Engine.size",
        "core:Engine.step(factor)",
    }
    assert read == {
        name: "-1.0" if mask == 0b01 else "+1.1"
        for name, mask in history.changed.items()
        if name not in members
    }
    assert (table.project, table.library) == ("my-tool", "tool")
    assert [(key, use.span.text) for key, use in table.uses.items()] == [
        (("other.tools", "helper"), "-1.0")
    ]
    assert [symbol.where for symbol in table.symbols.named("gone")] == ["tool", "tool.core"]
