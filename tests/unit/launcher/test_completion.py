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


BEGUN = {
    "launcher comp": "completion",
    "launcher completion z": "zsh",
    "launcher start --stuck-a": "--stuck-after",
    "launcher explain ports.master-port-is-r": "ports.master-port-is-reachable",
}
COMPLETED_ONE_BY_ONE = """
import os, sys
from launcher.cli import main
for number, line in enumerate(sys.argv[1:]):
    if not os.fork():
        os.environ.update(COMP_LINE=line, COMP_POINT=str(len(line)))
        os.environ["_ARGCOMPLETE_STDOUT_FILENAME"] = f"offers{number}"
        main([])
    os.wait()
"""


@pytest.fixture(scope="module")
def recorded_run(tmp_path_factory):
    """A run recorded in the directory where the shell stands."""
    return RunRecord(tmp_path_factory.mktemp("shell") / "runs", "train").path


@pytest.fixture(scope="module")
def offers(recorded_run):
    """What the shell would offer after each line."""
    cwd, lines = recorded_run.parent.parent, [*BEGUN, f"launcher logs {recorded_run.name[:4]}"]
    env = {
        **os.environ, "PYTHONPATH": str(ROOT),
        "_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_SHELL": "bash",
    }  # fmt: skip
    argv = [sys.executable, "-c", COMPLETED_ONE_BY_ONE, *lines]
    subprocess.run(argv, cwd=cwd, env=env, timeout=300, check=True)
    return [
        [word.strip() for word in (cwd / f"offers{number}").read_text().splitlines()]
        for number in range(len(lines))
    ]


def test_what_was_begun_is_completed(offers):
    assert offers[:-1] == [[offer] for offer in BEGUN.values()]


def test_a_run_is_completed_by_its_name(offers, recorded_run):
    assert offers[-1] == [recorded_run.name]
