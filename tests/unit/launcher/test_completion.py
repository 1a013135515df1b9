"""What a shell is told when a person types launcher and TAB."""

from __future__ import annotations

import os
import subprocess
import sys

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


def completions(line, cwd):
    """What the shell would offer after `line`."""
    env = {
        **os.environ, "PYTHONPATH": str(ROOT), "_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SHELL": "bash", "COMP_LINE": line, "COMP_POINT": str(len(line)),
        "_ARGCOMPLETE_STDOUT_FILENAME": str(cwd / "offers"),
    }  # fmt: skip
    subprocess.run([sys.executable, "-m", "launcher"], cwd=cwd, env=env, timeout=60, check=False)
    return [word.strip() for word in (cwd / "offers").read_text().splitlines()]


@pytest.mark.parametrize(
    ("line", "offer"),
    [
        ("launcher comp", "completion"),
        ("launcher completion z", "zsh"),
        ("launcher start --stuck", "--stuck-after"),
        ("launcher explain ports.master-port-is-r", "ports.master-port-is-reachable"),
    ],
)
def test_what_was_begun_is_completed(line, offer, tmp_path):
    assert completions(line, tmp_path) == [offer]


def test_a_run_is_completed_by_its_name(tmp_path):
    name = RunRecord(tmp_path / "runs", "train").path.name
    assert completions(f"launcher logs {name[:4]}", tmp_path) == [name]
