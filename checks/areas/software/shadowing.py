"""Packages that another folder puts before those of the environment."""

from __future__ import annotations

import posixpath
import shlex

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.software import Software
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn

TRAINING_PACKAGES = ("torch", "deepspeed")


@node_check("software.packages-are-the-environments-own", Software, severity=Severity.WARN)
def packages_are_the_environments_own(node: NodeView) -> Verdict:
    """No package of another folder, such as ~/.local or PYTHONPATH's, is imported instead.

    What pip reports about the environment is then not what trains, and reinstalling with pip does
    not help.

    Measured: Packages that are on the path in two versions, the first outside the environment and
    the second in it. torch and DeepSpeed block, others warn. A system's interpreter has no
    environment of its own and is skipped.

    Fix:
        shadowed: moves those in ~/.local aside, or finds the line that sets PYTHONPATH.
        package-shadowed: a file in the working directory has the package's name; renames it.
    """
    software = node.read(Software)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    if file := shadowing_file(node):
        return _judge_shadowing_file(node, file)
    hidden = shadowed_packages(software)
    if not hidden:
        return ok("no package is shadowed by another folder")
    name, (first, *others) = next(iter(hidden.items()))
    message = (
        f"{node.name} imports {name} {first[1]} from {first[0]}, not {others[0][1]} of "
        f"{others[0][0]}"
    )
    further = [package for package in hidden if package != name]
    message += f"; {', '.join(further)} too" if further else ""
    fix = _remove_folder_fix(node, first[0])
    grave = any(package in TRAINING_PACKAGES for package in hidden)
    return (block if grave else warn)("shadowed", message, fix, copies=dict(hidden))


def shadowing_file(node: NodeView) -> str:
    """A file of the working directory that is imported for a package, "" where there is none."""
    modules = node.read(Software).modules.items()
    beside = [file for name, file in modules if file == f"{node.job.workdir.rstrip('/')}/{name}.py"]
    return beside[0] if beside else ""


def shadowed_packages(software: Software) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Packages of the environment before which stands another version from outside it.

    A system's interpreter has no environment of its own: there, ~/.local is where things belong.
    """
    if software.prefix in ("", "/usr", "/usr/local"):
        return {}
    return {
        name: copies
        for name, copies in software.copies.items()
        if not _is_in_environment(copies[0], software)
        and _is_in_environment(copies[1], software)
        and copies[0][1] != copies[1][1]
    }


def _is_in_environment(copy: tuple[str, ...], software: Software) -> bool:
    return copy[0].startswith(software.prefix.rstrip("/") + "/")


def _judge_shadowing_file(node: NodeView, file: str) -> Verdict:
    name = posixpath.basename(file).removesuffix(".py")
    message = (
        f"{file} on {node.name} is imported instead of the package {name}, which has the same name"
    )
    renamed = posixpath.join(posixpath.dirname(file), f"own_{name}.py")
    fix = node.fix(
        shlex.join(["mv", file, renamed]), "then correct what imports it by its old name"
    )
    return block("package-shadowed", message, fix)


def _remove_folder_fix(node: NodeView, folder: str) -> Fix:
    if "/.local/" in folder:
        # pip of a venv refuses to touch what is outside of it
        note = 'moves all of it away; or PYTHONNOUSERSITE = "1" under [env] in launch.toml'
        return node.fix(shlex.join(["mv", folder, f"{folder}.away"]), note)
    find = "grep -nsE 'PYTHONPATH' ~/.[a-z]* /etc/environment /etc/profile.d/*"
    return node.fix(find, f"shows the line that puts {folder} on the path; take it out")
