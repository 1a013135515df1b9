"""Whether what the job runs is found by the interpreter of each node."""

from __future__ import annotations

import difflib

from checks.areas.software.denied_modules import denied_module
from checks.areas.software.pip_commands import install_command, package_of_module, published_package
from checks.check import Tag, node_check
from checks.facts import NodeView
from checks.facts.controller_files import ControllerFiles
from checks.facts.software import Software
from checks.facts.view import ClusterView
from checks.knowledge.denials import denial_words, opening_fix
from checks.model import HERE, Fix, Verdict, block, ok, skip

TRAINING_PACKAGES = ("torch", "deepspeed")


HEADERS = {
    "_lzma": "liblzma-dev (xz-devel)",
    "_bz2": "libbz2-dev (bzip2-devel)",
    "_sqlite3": "libsqlite3-dev (sqlite-devel)",
    "_ctypes": "libffi-dev (libffi-devel)",
    "_ssl": "libssl-dev (openssl-devel)",
    "zlib": "zlib1g-dev (zlib-devel)",
    "_curses": "libncurses-dev (ncurses-devel)",
    "_tkinter": "tk-dev (tk-devel)",
}
"""What must be there when Python is built, by the part of its library that is left out without."""


@node_check(
    "software.program-is-importable",
    Software,
    optional=(ControllerFiles,),
    tags=(Tag.DECISIVE,),
)
def program_is_importable(node: NodeView) -> Verdict:
    """Every node finds the module that the command names, and what its script imports at the top.

    A script that is newer than the interpreter, or has a mistake, ends all ranks at once. A package
    that one node lacks ends its ranks at the import, while the others wait for them until the
    rendezvous times out.

    Measured: The interpreter looks for `-m MODULE`, and for what the script imports outside of `if`
    and `try`, and parses the script; nothing is imported or run. What a script that changes
    `sys.path` imports is not looked for.

    Fix:
        syntax-error: correct that line, or name an interpreter that reads it, with its version.
        library-incomplete: Python was built without a part of its library. Names the headers.
        own-module-missing: this machine has it beside the script. The line of `launcher sync`.
        module-missing, import-missing: the name that was meant; for a package that is known, or
            that a node has, the `pip install` line with that node's version. No other name is
            installed: a stranger may have published it.
        package-denied: a file or folder on the way to it does not let the login in. Opens that one.
    """
    software = node.read(Software)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    command = node.job.command
    if not command:
        return skip("no command in launch.toml")
    if command[0] != "-m" and not command[0].endswith(".py"):
        return skip("the command is neither a module nor a .py file")
    if software.misread:
        return _judge_misread_script(node, software)
    reported = [name for name in TRAINING_PACKAGES if software.modules.get(name) is None]
    unfound = [name for name in software.unfound if name.partition(".")[0] not in reported]
    if not unfound and software.unfound:
        return skip(f"{software.unfound[0]} is not there; see software.deepspeed-is-installed")
    if not unfound:
        return ok(f"what {command[1] if command[0] == '-m' else command[0]} needs is found")
    return _judge_unfound_modules(node, software, unfound)


def _judge_misread_script(node: NodeView, software: Software) -> Verdict:
    """The file differs where the same Python reads it elsewhere; else this one is too old."""
    script = node.job.command[0]
    others = node.cluster.facts_by_node(Software).values()
    reading = [other for other in others if other.ok and not other.misread]
    if any(other.version == software.version for other in reading):
        return skip(f"{script} differs between the nodes; see files.same-files-are-equal")
    newer = sorted(other.python for other in reading)
    note = "correct that line, or name an interpreter that reads it with --python"
    if newer:
        note = f"Python {newer[-1]} of other nodes reads it: name one like it with --python"
    message = (
        f"{script} is no program to Python {software.python} on {node.name} ({software.path}): "
        f"{software.misread}"
    )
    return block("syntax-error", message, Fix("", HERE, note))


def _judge_unfound_modules(node: NodeView, software: Software, unfound: list[str]) -> Verdict:
    module = node.job.command[1] if node.job.command[0] == "-m" else ""
    for name in unfound:
        if denial := denied_module(node, name):
            message = f"{software.path} on {node.name} finds no module {name}"
            message += f": {denial_words(denial)}"
            return block("package-denied", message, opening_fix(node, denial))
    if incomplete := next((name for name in unfound if name in HEADERS), ""):
        return _judge_incomplete_library(node, software, incomplete)
    names = [module] if module in unfound else unfound
    cause, fix = _fix_of_unfound(node, software, names)
    having = _nodes_having_modules(node.cluster, names)
    elsewhere = f"; {having[0]} has it" if having else ""
    if module in unfound:
        message = f"{software.path} on {node.name} finds no module {module}, the command's own"
        return block(
            cause or "module-missing", f"{message}{elsewhere or _meant(node, module)}", fix
        )
    message = (
        f"{node.job.command[0]} imports {', '.join(names)}, which {software.path} on {node.name} "
        f"does not find{elsewhere or _meant(node, names[0])}"
    )
    return block(cause or "import-missing", message, fix)


def _judge_incomplete_library(node: NodeView, software: Software, name: str) -> Verdict:
    """A module of Python's own library that was left out when this Python was built, or is lost."""
    having = _nodes_having_modules(node.cluster, [name])
    elsewhere = f"; {having[0]} has it" if having else ""
    message = (
        f"what {node.job.command[0]} imports needs {name}, which Python {software.version} of "
        f"{software.path} on {node.name} does not have{elsewhere}"
    )
    note = (
        f"install {HEADERS[name]} and build that Python again (`pyenv install -f "
        f"{software.version}` where pyenv made it); one of the system: install it whole"
    )
    return block("library-incomplete", message, node.fix("", note))


def _fix_of_unfound(node: NodeView, software: Software, names: list[str]) -> tuple[str, Fix]:
    """The fix, and its cause where that is not that a package is missing."""
    copies = node.read(ControllerFiles) if node.has(ControllerFiles) else ControllerFiles()
    if own := [name for name in names if _is_own(name, copies)]:
        note = f"{copies.source} of this machine has {', '.join(own)}: copies it to every node"
        return "own-module-missing", Fix(copies.sync_line, HERE, note)
    having = _nodes_having_modules(node.cluster, names)
    similar = {} if having else {name: _similar_module(name, copies) for name in names}
    if meant := [f"{near} in place of {name}" for name, near in similar.items() if near]:
        return "", Fix("", HERE, f"type {', '.join(meant)}")
    versions = node.cluster[having[0]].read(Software).packages if having else {}
    wanted = {package: versions.get(package, "") for package in map(package_of_module, names)}
    published = [package for name in names if (package := published_package(name))]
    known = {package: at for package, at in wanted.items() if at or package in published}
    if len(known) == len(wanted):
        return "", node.fix(install_command(software, wanted))
    unknown = ", ".join(package for package in wanted if package not in known)
    command = install_command(software, known) if known else ""
    note = (
        f"not known as published: {unknown}; a module of your own belongs beside the script, or on "
        "PYTHONPATH of every node; a package is installed under the name that its documentation has"
    )
    if having:
        return "", node.fix(command, f"what {having[0]} has, copy or install here: {unknown}")
    return "", node.fix(command, note) if command else Fix("", HERE, note)


def _is_own(name: str, copies: ControllerFiles) -> bool:
    """Whether this machine has it among the files that are copied to the nodes."""
    return bool(copies.source) and name in copies.modules


def _similar_module(name: str, copies: ControllerFiles) -> str:
    """A module of this machine's whose name is one letter or two away."""
    if published_package(name):
        return ""
    return "".join(difflib.get_close_matches(name, copies.modules, n=1, cutoff=0.75))


def _meant(node: NodeView, name: str) -> str:
    copies = node.read(ControllerFiles) if node.has(ControllerFiles) else ControllerFiles()
    near = "" if _is_own(name, copies) else _similar_module(name, copies)
    return f"; did you mean {near}?" if near else ""


def _nodes_having_modules(cluster: ClusterView, names: list[str]) -> list[str]:
    """The nodes on which all of these are found."""
    answered = [node for node in cluster.nodes_with(Software) if node.read(Software).ok]
    return [node.name for node in answered if not set(names) & set(node.read(Software).unfound)]
