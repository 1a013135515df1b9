"""What a shell is told when a person types launcher and TAB."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.cli import main
from launcher.commands.completion import SHELLS
from launcher.record import RunRecord
from tests.support.paths import ROOT


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_its_code(shell, capsys):
    assert main(["completion", shell]) == 0
    code = capsys.readouterr().out
    assert "launcher" in code
    assert "_ARGCOMPLETE" in code


BEGUN = {
    "launcher comp": "completion",
    "launcher completion z": "zsh",
    "launcher start --stuck-a": "--stuck-after",
    "launcher explain ports.master-port-is-r": "ports.master-port-is-reachable",
    "launcher help comp": "completion",
    "launcher lab fault master-port-dr": "master-port-dropped",
    "launcher logs --rank 1": "13",
    "launcher logs --node no": "node7",
    "launcher logs --runs elsewhere --rank ": None,
}
COMPLETED_ONE_BY_ONE = """
import os, sys
from launcher.cli import main
shell, *lines = sys.argv[1:]
os.environ.update(_ARGCOMPLETE="1", _ARGCOMPLETE_IFS="\\n", _ARGCOMPLETE_SHELL=shell)
if shell == "fish":
    os.environ["_ARGCOMPLETE_DFS"] = "\\t"
for number, line in enumerate(lines):
    if not os.fork():
        os.environ.update(COMP_LINE=line, COMP_POINT=str(len(line)))
        os.environ["_ARGCOMPLETE_STDOUT_FILENAME"] = f"{shell}{number}"
        main([])
    os.wait()
"""


@pytest.fixture(scope="module")
def recorded_run(tmp_path_factory):
    """A run recorded in the directory where the shell stands."""
    record = RunRecord(tmp_path_factory.mktemp("shell") / "runs", "train")
    ranks = [{"rank": 2, "node": "gpu1"}, {"rank": 13, "node": "node7"}]
    (record.path / "plan.json").write_text(json.dumps({"ranks": ranks}))
    return record.path


@pytest.fixture(scope="module", params=["bash", "fish"])
def offers(request, recorded_run):
    """What the shell would offer after each line."""
    shell, cwd = request.param, recorded_run.parent.parent
    lines = [*BEGUN, f"launcher logs {recorded_run.name[:4]}"]
    argv = [sys.executable, "-c", COMPLETED_ONE_BY_ONE, shell, *lines]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(argv, cwd=cwd, env=env, timeout=300, check=True)
    return [
        [
            word.partition("\t")[0].strip()
            for word in (cwd / f"{shell}{at}").read_text().splitlines()
        ]
        for at in range(len(lines))
    ]


def test_what_was_begun_is_completed(offers):
    assert offers[:-1] == [[offer] if offer else [] for offer in BEGUN.values()]


def test_a_run_is_completed_by_its_name(offers, recorded_run):
    assert offers[-1] == [recorded_run.name]


def test_where_there_is_no_launcher_on_the_path_the_shell_gets_one(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.chdir(Path(sys.executable).parent)
    monkeypatch.setattr("sys.orig_argv", ["./python", "-m", "launcher", "completion", "bash"])
    main(["completion", "bash"])
    code = capsys.readouterr().out
    line = "launcher completion zs"
    begun = f"COMP_LINE='{line}' COMP_POINT={len(line)}; _python_argcomplete launcher"
    script = f"{code}\n{begun}; echo $COMPREPLY; launcher --version"
    argv = ["bash", "--norc", "-c", script]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
    assert done.stdout.split()[:2] == ["zsh", "deepspeed-preflight"]
