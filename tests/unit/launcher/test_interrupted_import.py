"""Ctrl-C while a program is still being imported: one line, no traceback."""

from __future__ import annotations

import sys

import pytest

from launcher.__main__ import run
from preflight.__main__ import main


@pytest.mark.parametrize(
    ("call", "module", "code"),
    [(run, "launcher.cli", 130), (lambda: main([]), "pytest", 2)],
    ids=["launcher", "preflight"],
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
