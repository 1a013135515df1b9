"""torchrun, deepspeed and accelerate as a rank's PATH finds them: whose packages they would run."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections import Counter

from checks.areas.software.pip_commands import install_command
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.software import Software
from checks.model import Fix, Severity, Verdict, ok, skip, warn

MODULES = {
    "torchrun": ("torch", "torch.distributed.run"),
    "deepspeed": ("deepspeed", "deepspeed.launcher.runner"),
    "accelerate": ("accelerate", "accelerate.commands.accelerate_cli"),
}
"""Of each command the package that brings it, and the module that is the same."""
PLAIN_PATH = re.compile(r"[\w./+-]+")
"""What sed takes as it stands."""


@node_check("software.commands-are-the-environments-own", Software, severity=Severity.WARN)
def commands_are_the_environments_own(node: NodeView) -> Verdict:
    """torchrun, deepspeed and accelerate on a rank's PATH belong to the training interpreter.

    `start` calls modules and needs none of them. A script that calls one, or a person who types it,
    runs the packages of another environment, or gets "bad interpreter" where the environment was
    moved or copied.

    Measured: The first lines of each command that a rank's PATH finds, the interpreter's folder
    before the login's, against the interpreter and its prefix. A command that is no Python script,
    such as a site's own wrapper, is accepted.

    Fix:
        command-astray: has the command of a moved environment name its interpreter, or installs the
            package's commands into the environment; or names the module to call.
    """
    software = node.read(Software)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    astray = {
        name: found
        for name, found in software.astray.items()
        if software.modules.get(MODULES[name][0]) is not None
    }
    if not astray:
        return ok(f"the PATH leads to no command of another Python than {software.path}")
    listed = ", ".join(f"{name} is {path} of {python}" for name, (path, python) in astray.items())
    message = f"{listed} on the PATH of a rank on {node.name}, which runs {software.path}"
    return warn("command-astray", message, _command_fix(node, software, list(astray)))


def python_of_commands(node: NodeView) -> str:
    """The Python to which torchrun or deepspeed lead on most nodes; "" where there is none."""
    peers = node.cluster.facts_by_node(Software).values()
    found = Counter(
        peer.astray[name][1]
        for peer in peers
        for name in ("torchrun", "deepspeed")
        if name in peer.astray
    )
    return next((python for python, _ in found.most_common(1)), "")


def _command_fix(node: NodeView, software: Software, names: list[str]) -> Fix:
    called = " and ".join(f"{software.path} -m {MODULES[name][1]} for {name}" for name in names)
    moved = [name for name in names if _is_in_environment(software, name)]
    if moved:
        command = " && ".join(_name_python_command(software, name) for name in moved)
        return node.fix(command, f"or call {called}")
    packages = [MODULES[name][0] for name in names if name != "torchrun"]
    if not packages:
        return node.fix("", f"call {called}")
    wanted = {package: software.packages.get(package, "") for package in packages}
    command = install_command(software, wanted, "--force-reinstall", "--no-deps")
    return node.fix(command, f"or call {called}")


def _is_in_environment(software: Software, name: str) -> bool:
    path, python = software.astray[name]
    own = (posixpath.dirname(software.path), f"{software.prefix}/bin")
    plain = PLAIN_PATH.fullmatch(python) and PLAIN_PATH.fullmatch(software.path)
    return bool(plain) and posixpath.dirname(path) in own


def _name_python_command(software: Software, name: str) -> str:
    """Puts this interpreter into the first lines, in place of the one that they name."""
    path, python = software.astray[name]
    return shlex.join(["sed", "-i", f"1,2s,{python},{software.path},", path])
