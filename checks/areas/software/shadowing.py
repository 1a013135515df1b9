"""Packages that another folder puts before those of the environment."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Sequence
from typing import Any

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.software import Software
from checks.knowledge.library_modules import NEEDED_BY_TRAINING
from checks.knowledge.nccl_variables import setting_in_force
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn

TRAINING_PACKAGES = ("torch", "deepspeed")
PATH_VARIABLE = "PYTHONPATH"


@node_check(
    "software.packages-are-the-environments-own",
    Software,
    severity=Severity.WARN,
    optional=(Environment,),
)
def packages_are_the_environments_own(node: NodeView) -> Verdict:
    """No package of another folder, such as ~/.local or PYTHONPATH's, is imported instead.

    What pip reports about the environment is then not what trains, and reinstalling with pip does
    not help.

    Measured: Where the interpreter finds a package, and where it finds it without PYTHONPATH,
    ~/.local and what code puts first at Python's start: the environment's own, or that of one which
    it borrows from by a .pth file. Two copies of one version are let be. torch and DeepSpeed block,
    others warn, and so does a copy without a version that all nodes have alike. Modules beside the
    script, in the working directory and in PYTHONPATH, against the library that torch and DeepSpeed
    import. A system's interpreter has no environment of its own and is skipped.

    Fix:
        shadowed: moves those in ~/.local and in the working directory aside, takes the folder out
            of the line that sets PYTHONPATH, or shows the file that puts it first.
        package-shadowed: a file of the job has the name of a package, or of a module of Python's
            library that torch or DeepSpeed needs; takes its folder out of the line that sets
            PYTHONPATH, where that is this node's alone, else renames the file.
    """
    software = node.read(Software)
    if files := shadowing_files(node):
        return judge_shadowing_files(node, files)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    hidden = shadowed_packages(software)
    if not hidden:
        return ok("no package is shadowed by another folder")
    name, (first, own) = next(iter(hidden.items()))
    message = (
        f"{node.name} imports {name}{_version_words(first)} from {first[0]}, "
        f"not{_version_words(own)} of {own[0]}"
    )
    further = [package for package in hidden if package != name]
    message += f"; {', '.join(further)} too" if further else ""
    fix = _remove_folder_fix(node, name, first[0])
    grave = has_foreign_training_package(node)
    return (block if grave else warn)("shadowed", message, fix, copies=dict(hidden))


def has_foreign_training_package(node: NodeView) -> bool:
    """Whether torch or DeepSpeed is another folder's, and not a checkout that all nodes have."""
    hidden = shadowed_packages(node.read(Software))
    grave = {name: hidden[name] for name in TRAINING_PACKAGES if name in hidden}
    everywhere = [software.copies for software in node.cluster.facts_by_node(Software).values()]
    meant = all(
        not both[0][1] and all(copies.get(name) == both for copies in everywhere)
        for name, both in grave.items()
    )
    return bool(grave) and not meant


def _version_words(copy: tuple[str, ...]) -> str:
    return f" {copy[1]}" if copy[1] else " of no version"


def shadowing_files(node: NodeView) -> list[str]:
    """Files of the job's that are imported for modules which torch or DeepSpeed need.

    That of a name for which the interpreter itself fails goes before others.
    """
    software, folder = node.read(Software), node.job.workdir.rstrip("/")
    shadows, modules = software.shadows.items(), software.modules.items()
    named = [file for name, file in shadows if is_named(software.detail, name, file)]
    library = [file for name, file in shadows if name in NEEDED_BY_TRAINING]
    beside = [file for name, file in modules if file == f"{folder}/{name}.py"]
    return list(dict.fromkeys([*named, *library, *beside]))


def is_named(words: str, name: str, file: str) -> bool:
    """Whether what Python printed of a failure blames that module."""
    return any(mark in words for mark in (file, f"module '{name}'", f"from '{name}'"))


def shadowed_packages(software: Software) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Packages of the environment before which stands another version from outside it.

    A system's interpreter has no environment of its own: there, ~/.local is where things belong.
    """
    if software.prefix in ("", "/usr", "/usr/local"):
        return {}
    return {
        name: (first, own)
        for name, (first, own) in software.copies.items()
        if not first[1] or first[1] != own[1]
    }


def judge_shadowing_files(
    node: NodeView, files: Sequence[str], failure: str = "", **evidence: Any
) -> Verdict:
    """The verdict on modules that have the names of others: they are renamed.

    Where PYTHONPATH brings them, that is said, and their folder is taken out of it, unless other
    nodes have it as well.
    """
    places = [file.removesuffix("/__init__.py") for file in files]
    name = posixpath.basename(places[0]).removesuffix(".py")
    own = name in NEEDED_BY_TRAINING
    what = f"Python's own module {name}" if own else f"the package {name}"
    message = f"{failure}{places[0]} on {node.name} is imported instead of {what}"
    message += f", which has the same name; so are {', '.join(places[1:])}" if places[1:] else ""
    folder = posixpath.dirname(places[0])
    if all(posixpath.dirname(place) == folder for place in places) and is_named_path(node, folder):
        lines = node.read(Environment).set_in.get(PATH_VARIABLE, ())
        message += f": {PATH_VARIABLE} has {folder} ({', '.join(lines) or 'its login shell'})"
        peers = [peer for peer in node.cluster.nodes_with(Environment) if peer is not node]
        if not any(is_named_path(peer, folder) for peer in peers):
            fix = shorten_path_fix(node, folder)
            return block("package-shadowed", message, fix, **evidence)
    moves = [shlex.join(["mv", place, _own_name(place)]) for place in places]
    note = "then correct what imports or starts it by its old name"
    return block("package-shadowed", message, node.fix(" && ".join(moves), note), **evidence)


def is_named_path(node: NodeView, folder: str) -> bool:
    """Whether PYTHONPATH of a login there names that folder."""
    value = node.read(Environment).shell.get(PATH_VARIABLE, "") if node.has(Environment) else ""
    return folder.rstrip("/") in [part.rstrip("/") for part in value.split(":") if part]


def _own_name(place: str) -> str:
    return posixpath.join(posixpath.dirname(place), f"own_{posixpath.basename(place)}")


def _remove_folder_fix(node: NodeView, package: str, folder: str) -> Fix:
    if "/.local/" in folder:
        # pip of a venv refuses to touch what is outside of it
        note = 'moves all of it away; or PYTHONNOUSERSITE = "1" under [env] in launch.toml'
        return node.fix(shlex.join(["mv", folder, f"{folder}.away"]), note)
    if folder.rstrip("/") == node.job.workdir.rstrip("/"):
        copy = posixpath.join(folder, package.replace("-", "_"))
        note = "the working directory comes first; or start from another one"
        return node.fix(shlex.join(["mv", copy, f"{copy}.away"]), note)
    setting = setting_in_force(node, PATH_VARIABLE) if node.has(Environment) else None
    if setting and "launch.toml" in setting.where:
        return Fix("", "", f"take {folder} out of {PATH_VARIABLE} in [env] of launch.toml")
    if node.has(Environment) and not _is_on_path(node, folder):
        return _start_file_fix(node, folder)
    return shorten_path_fix(node, folder)


def _is_on_path(node: NodeView, folder: str) -> bool:
    """Whether a login's PYTHONPATH names the folder, or is set where it cannot be read."""
    environment = node.read(Environment)
    value = environment.shell.get(PATH_VARIABLE)
    if value is None:
        return bool(environment.set_in.get(PATH_VARIABLE))
    return folder.rstrip("/") in [part.rstrip("/") for part in value.split(":")]


def _start_file_fix(node: NodeView, folder: str) -> Fix:
    """Shows what code of the environment, run at Python's start, puts the folder first."""
    sites = f"{shlex.quote(node.read(Software).prefix)}/lib*/python3*/site-packages"
    find = f"grep -ls {shlex.quote(folder)} {sites}/*.pth {sites}/sitecustomize.py"
    note = f"shows the file by which Python puts {folder} first at its start; take that line out"
    return node.fix(find, note)


def shorten_path_fix(node: NodeView, folder: str) -> Fix:
    """Takes the folder out of the lines that set PYTHONPATH; one without it becomes a comment."""
    places = node.read(Environment).set_in.get(PATH_VARIABLE, ()) if node.has(Environment) else ()
    if not places:
        find = f"grep -nsE {PATH_VARIABLE} ~/.[a-z]* /etc/environment /etc/profile.d/*"
        return node.fix(find, f"shows the line that puts {folder} on the path; take it out")
    commands = [_shorten_command(place, folder) for place in places]
    note = f"takes {folder} out of {PATH_VARIABLE}, for the next login"
    return node.fix(" && ".join(commands), note, root=any("/etc/" in place for place in places))


def _shorten_command(place: str, folder: str) -> str:
    path, _, line = place.rpartition(":")
    comment = "#" if path == "/etc/environment" else ": #"
    pattern = re.sub(r"([.*\[\]^$|\\])", r"\\\1", folder.rstrip("/"))
    edit = f"{line}{{s|{pattern}/*:\\{{0,1\\}}||;t;s/^/{comment} /}}"
    return f"sed -i {shlex.quote(edit)} {shlex.quote(path)}"
