"""Ctrl-C while a program is still being imported: one line, no traceback."""

from __future__ import annotations

import importlib.metadata
import runpy
import sys

import pytest

import launcher.__main__
import preflight.__main__
from tests.support.paths import ROOT


def load_conftest():
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "conftest.py"))
    return ended.value.code


@pytest.mark.parametrize(
    ("call", "module", "code"),
    [
        (launcher.__main__.main, "launcher.cli", 130),
        (lambda: preflight.__main__.main([]), "pytest", 2),
        (load_conftest, "preflight.session", 2),
    ],
    ids=["launcher", "preflight", "conftest"],
)
def test_it_is_one_line(call, module, code, monkeypatch, capsys):
    class Interrupted:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name == module:
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupted, *sys.meta_path])
    assert call() == code
    (line,) = capsys.readouterr().err.splitlines()
    assert "interrupted" in line


@pytest.mark.parametrize("name", ["launcher", "preflight"])
def test_the_console_script_calls_what_is_there(name):
    (script,) = importlib.metadata.entry_points(group="console_scripts", name=name)
    assert script.load() is vars(sys.modules[f"{name}.__main__"])["main"]
