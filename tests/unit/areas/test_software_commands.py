"""torchrun, deepspeed and accelerate that lead to another Python than the training interpreter."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from checks.node.probe.software import astray_commands
from tests.support.installed import FOUND, cluster, outcomes, software
from tests.support.snapshots import judged

CLAIM = "software.commands-are-the-environments-own"
OTHER = "/opt/conda/bin/python"


def finding(**fields):
    return judged(cluster(software=software(**fields)), CLAIM)["node2",]


@pytest.mark.parametrize(
    ("astray", "modules", "expected"),
    [
        ({}, FOUND, "pass"),
        ({"torchrun": ("/usr/local/bin/torchrun", OTHER)}, FOUND, "command-astray"),
        ({"deepspeed": ("/opt/conda/bin/deepspeed", OTHER)}, FOUND, "command-astray"),
        ({"accelerate": ("/usr/bin/accelerate", OTHER)}, FOUND, "pass"),
        ({"torchrun": ("/venv/bin/torchrun", "/old/bin/python")}, FOUND, "command-astray"),
    ],
)
def test_commands_of_another_python_are_reported(astray, modules, expected):
    given = {"software": software(astray=astray, modules=modules)}
    assert set(outcomes(CLAIM.partition(".")[2], cluster(base=given)).values()) == {expected}


def test_a_moved_environment_gets_its_interpreter_into_its_commands():
    fix = finding(astray={"torchrun": ("/venv/bin/torchrun", "/old/bin/python")}).fix
    assert fix.command == "sed -i 1,2s,/old/bin/python,/venv/bin/python, /venv/bin/torchrun"


@pytest.mark.parametrize(
    ("name", "python", "command", "note"),
    [
        ("deepspeed", OTHER, "install --force-reinstall --no-deps deepspeed==0.16.0", "or call"),
        ("torchrun", OTHER, "", "call /venv/bin/python -m torch.distributed.run for torchrun"),
        ("torchrun", "/x,e touch${IFS}y,/python", "", "call /venv/bin/python -m torch"),
    ],
)
def test_a_command_outside_of_the_environment(name, python, command, note):
    fix = finding(astray={name: (f"/usr/local/bin/{name}", python)}).fix
    assert (command in fix.command) if command else not fix.command
    assert note in fix.note


def test_where_no_node_has_torch_the_python_of_torchrun_is_named():
    bare = software(
        modules={}, packages={}, astray={"torchrun": ("/opt/conda/bin/torchrun", OTHER)}
    )
    found = judged(cluster(base={"software": bare}), "software.deepspeed-is-installed")["node1",]
    assert found.cause == "torch-missing" and not found.fix.command
    assert f"--python {OTHER}" in found.fix.note


@pytest.mark.parametrize(
    ("head", "astray"),
    [
        ("#!{env}/python3\nimport torch\n", False),
        ('#!/bin/sh\n\'\'\'exec\' "{env}/python3.11" "$0" "$@"\n', False),
        ("#!/bin/sh\n'''exec' /opt/conda/bin/python3.11 \"$0\" \"$@\"\n", True),
        ("#!/opt/conda/bin/python\n", True),
        ("#!/usr/bin/env python3\n", False),
        ("#!/bin/bash\nexec torchrun-of-the-site\n", False),
        ("\x7fELF", False),
    ],
)
def test_whose_python_a_command_runs_under(tmp_path: Path, head: str, astray: bool):
    env = tmp_path / "env" / "bin"
    env.mkdir(parents=True)
    for name, text in {"python3": "", "torchrun": head.format(env=env)}.items():
        (env / name).write_text(text)
        (env / name).chmod(stat.S_IRWXU)
    assert bool(astray_commands(str(env), [str(env)])) is astray
