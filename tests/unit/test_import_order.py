"""Files of the job that are called like modules of Python's library do not stop this program."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from checks import import_order
from tests.support.paths import ROOT

HIDING = ("random", "token", "types", "queue", "select", "copy", "selectors")


@pytest.mark.parametrize("words", [("launcher", "help"), ("preflight", "--help")], ids=" ".join)
def test_both_faces_run_beside_such_files(words, tmp_path):
    for name in HIDING:
        (tmp_path / f"{name}.py").write_text("x = 1")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    argv = [sys.executable, "-m", *words]
    done = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "--hosts" in done.stdout or "start" in done.stdout


def test_the_working_directory_comes_behind_the_library_and_before_packages(monkeypatch):
    library, packages = "/lib/python3.11", "/env/lib/python3.11/site-packages"
    monkeypatch.setattr(sys, "path", [os.getcwd(), library, packages])
    import_order.put_library_first()
    assert sys.path == [library, os.getcwd(), packages]
    import_order.put_library_first()
    assert sys.path == [library, os.getcwd(), packages]
    monkeypatch.setattr(sys, "path", ["", library])
    import_order.put_library_first()
    assert sys.path == [library, ""]
