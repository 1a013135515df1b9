"""Fixes for an import that failed in a rank: a package, or a library that came before its own."""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import replace

from checks.areas.software.backends import stray_fix
from checks.areas.software.pip_commands import install_command, package_of_module
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.software import Software
from checks.knowledge.nccl_variables import comment_out_fix, setting_in_force
from checks.model import Fix

MISSING_MODULE = re.compile(r"No module named '(\w+)((?:\.\w+)*)'")
NAME_NOT_FOUND = re.compile(
    r"cannot import name '\w+' from '(\w+)|module '(\w+)[\w.]*' has no attr"
)
BROKEN_LIBRARY = re.compile(r"(/\S+): (?:file too short|invalid ELF header|cannot read file data)")
ODD_LIBRARY = re.compile(
    r"([^\s:]+\.so[\w.]*): (?:cannot dynamically load|version [`']\S+' not found|undefined symbol"
    r"|wrong ELF class)"
)
BROKEN_SOURCE = re.compile(r"\b(?:SyntaxError|IndentationError|EOFError|null bytes|bad marshal)")
INSTALLED_PACKAGE = re.compile(r"/(?:site|dist)-packages/(\w+)")
LIBRARY_PATH = "LD_LIBRARY_PATH"


def import_fix(node: NodeView, stage: str, words: str, *, works_elsewhere: bool = False) -> Fix:
    """For what Python said of `import NAME`; where it does not say, the command that shows it.

    `works_elsewhere` is whether another node with the same releases imports it.
    """
    if stray := _stray_fix(node, words):
        return stray
    if missing := MISSING_MODULE.search(words):
        return _missing_module_fix(node, missing[1])
    if library := BROKEN_LIBRARY.search(words):
        return _broken_library_fix(node, stage, library[1])
    setting = setting_in_force(node, LIBRARY_PATH) if node.has(Environment) else None
    if setting and (odd := ODD_LIBRARY.search(words)):
        note = f"{setting} has a {posixpath.basename(odd[1])} that the package cannot use"
        return replace(comment_out_fix(node, LIBRARY_PATH), note=note)
    if BROKEN_SOURCE.search(words):
        files = INSTALLED_PACKAGE.findall(words) or [stage.removeprefix("import ")]
        return node.fix(_reinstall_command(node, files[-1]), "a file of it is damaged")
    if works_elsewhere and (package := _accused_package(words)):
        note = f"the same releases work on other nodes: a file of {package} is damaged"
        return node.fix(_reinstall_command(node, package), note)
    command = f"cd {shlex.quote(node.job.workdir)} && {shlex.join([node.job.python, '-c', stage])}"
    return node.fix(command, "shows the import error; install what it names in that environment")


def _stray_fix(node: NodeView, words: str) -> Fix | None:
    """For a package in whose files it failed, and which this node alone has."""
    files = dict.fromkeys(reversed(INSTALLED_PACKAGE.findall(words)))
    return next((fix for package in files if (fix := stray_fix(node, package))), None)


def _missing_module_fix(node: NodeView, module: str) -> Fix:
    """Installs its package; again, where that is there and has lost the module."""
    package = package_of_module(module)
    if node.has(Software) and package in node.read(Software).packages:
        note = f"{package} is installed, and files of it are gone"
        return node.fix(_reinstall_command(node, module), note)
    versions = {package: _version_elsewhere(node, package)}
    return node.fix(install_command(_interpreter(node), versions))


def _accused_package(words: str) -> str:
    """The package that lacks a name which another imports, or else that in which it failed."""
    if lacking := NAME_NOT_FOUND.search(words):
        return lacking[1] or lacking[2]
    files = INSTALLED_PACKAGE.findall(words)
    return files[-1] if files else ""


def truncated_file_fix(node: NodeView, stage: str) -> Fix:
    """For a package of which a file ends too early."""
    return node.fix(
        _reinstall_command(node, stage.removeprefix("import ")), "and see whether its disk is full"
    )


def _broken_library_fix(node: NodeView, stage: str, library: str) -> Fix:
    if inside := INSTALLED_PACKAGE.search(library):
        package = inside[1].partition(".")[0]
        module = stage.removeprefix("import ") if package == "nvidia" else package
        return node.fix(_reinstall_command(node, module), f"{library} is damaged")
    setting = setting_in_force(node, LIBRARY_PATH) if node.has(Environment) else None
    folders = setting.value.split(":") if setting else []
    if posixpath.dirname(library) in map(posixpath.normpath, filter(None, folders)):
        command = shlex.join(["mv", library, f"{library}.damaged"])
        note = f"{setting} leads there: the next library of that name is loaded then"
        return node.fix(command, note, root=not library.startswith(("/home/", "/root/")))
    return node.fix(f"ls -l {shlex.quote(library)}", "it is damaged: reinstall its package")


def _reinstall_command(node: NodeView, module: str) -> str:
    package = package_of_module(module)
    version = node.read(Software).packages.get(package, "") if node.has(Software) else ""
    version = version or _version_elsewhere(node, package)
    return install_command(_interpreter(node), {package: version}, "--force-reinstall", "--no-deps")


def _version_elsewhere(node: NodeView, package: str) -> str:
    """The version of it on another node, where one reports it."""
    peers = node.cluster.facts_by_node(Software).values()
    return next((version for peer in peers if (version := peer.packages.get(package, ""))), "")


def _interpreter(node: NodeView) -> Software:
    return node.read(Software) if node.has(Software) else Software(node.job.python, "ok")
