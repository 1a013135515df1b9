"""Fixes for an import that failed in a rank: a package, or a library that came before its own."""

from __future__ import annotations

import posixpath
import re
import shlex

from checks.areas.software.pip_commands import install_command, package_of_module
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.software import Software
from checks.knowledge.nccl_variables import setting_in_force
from checks.model import Fix

MISSING_MODULE = re.compile(r"No module named '(\w+)'")
BROKEN_LIBRARY = re.compile(r"(/\S+): (?:file too short|invalid ELF header|cannot read file data)")
BROKEN_SOURCE = re.compile(r"\b(?:SyntaxError|IndentationError|EOFError|null bytes|bad marshal)")
INSTALLED_PACKAGE = re.compile(r"/(?:site|dist)-packages/(\w+)")
LIBRARY_PATH = "LD_LIBRARY_PATH"


def import_fix(node: NodeView, stage: str, words: str) -> Fix:
    """For what Python said of `import NAME`; where it does not say, the command that shows it."""
    if missing := MISSING_MODULE.search(words):
        package = package_of_module(missing[1])
        return node.fix(
            install_command(_interpreter(node), {package: _version_elsewhere(node, package)})
        )
    if library := BROKEN_LIBRARY.search(words):
        return _broken_library_fix(node, stage, library[1])
    if BROKEN_SOURCE.search(words):
        files = INSTALLED_PACKAGE.findall(words) or [stage.removeprefix("import ")]
        return node.fix(_reinstall_command(node, files[-1]), "a file of it is damaged")
    command = f"cd {shlex.quote(node.job.workdir)} && {shlex.join([node.job.python, '-c', stage])}"
    return node.fix(command, "shows the import error; install what it names in that environment")


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
    return install_command(_interpreter(node), {package: version}, "--force-reinstall", "--no-deps")


def _version_elsewhere(node: NodeView, package: str) -> str:
    """The version of it on another node, where one reports it."""
    peers = node.cluster.facts_by_node(Software).values()
    return next((version for peer in peers if (version := peer.packages.get(package, ""))), "")


def _interpreter(node: NodeView) -> Software:
    return node.read(Software) if node.has(Software) else Software(node.job.python, "ok")
