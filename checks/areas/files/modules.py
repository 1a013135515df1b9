"""The user's own modules: the same on every node, and what an import of them takes."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping

from checks.areas.files.fixes import abbreviate_nodes, copy_command
from checks.facts import NodeView
from checks.facts.local_modules import LocalModules
from checks.model import Verdict, block
from checks.outliers.consensus import majority_value, nodes_with_value

PACKAGE_FILE = "__init__.py"


def module_verdict(node: NodeView) -> Verdict | None:
    """A module that differs from the one on most nodes, or that they have and this one has not."""
    answered = node.cluster.facts_by_node(LocalModules)
    if node.name not in answered:
        return None
    for path in dict.fromkeys(path for modules in answered.values() for path in modules.files):
        digests = {name: modules.files.get(path, "") for name, modules in answered.items()}
        most = majority_value(digests, node.job.head)
        if most and digests[node.name] != most:
            return _unequal_module_verdict(node, path, digests, most)
    return _shadowed_verdict(node, answered) or _stale_verdict(node)


def _shadowed_verdict(node: NodeView, answered: Mapping[str, LocalModules]) -> Verdict | None:
    """A package here whose module is a plain file on most nodes: an import takes the package."""
    here = answered[node.name].files
    for path in here:
        folder, name = posixpath.split(path)
        plain = [peer for peer, modules in answered.items() if f"{folder}.py" in modules.files]
        alone = [peer for peer in plain if path not in answered[peer].files]
        if name != PACKAGE_FILE or 2 * len(alone) <= len(answered):
            continue
        place = posixpath.normpath(posixpath.join(node.job.workdir, folder))
        module = posixpath.basename(folder)
        message = (
            f"`import {module}` takes the folder {place} on {node.name}, and {place}.py on "
            f"{abbreviate_nodes(alone)}, which have no such folder"
        )
        there = shlex.quote(place)
        return block("shadowed", message, node.fix(f"mv {there} {there}.aside"))
    return None


def _stale_verdict(node: NodeView) -> Verdict | None:
    stale = node.read(LocalModules).stale
    if not stale:
        return None
    cache = posixpath.join(posixpath.dirname(stale[0]), "__pycache__")
    message = (
        f"{stale[0]} is not what Python runs on {node.name}: the compiled form in {cache} is of "
        "another source, and is trusted, as it notes this file's size and time"
    )
    return block("stale-bytecode", message, node.fix(f"rm -r {shlex.quote(cache)}"))


def _unequal_module_verdict(
    node: NodeView, path: str, digests: Mapping[str, str], most: str
) -> Verdict:
    having = nodes_with_value(digests, most)
    file = posixpath.normpath(posixpath.join(node.job.workdir, path))
    fix, others = node.fix(copy_command(node, having[0], file)), abbreviate_nodes(having)
    if digests[node.name]:
        return block("differs", f"{file} on {node.name} differs from the one on {others}", fix)
    return block("missing", f"{file} is missing on {node.name}; {others} has it", fix)
