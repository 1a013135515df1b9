"""A training interpreter that does not answer, as a folder that it looks into does not."""

from __future__ import annotations

import shlex

from checks.areas.software.shadowing import PATH_VARIABLE, is_named_path, shorten_path_fix
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.software import HungFolder, Software
from checks.model import Fix, Verdict, block

AGAIN = "mount it again when its server answers"


def judge_hanging_python(node: NodeView, software: Software) -> Verdict:
    """The verdict on one that gave no answer in time, with the folder that does not either."""
    message = f"{software.path} on {node.name} starts but does not answer within 8 s"
    if not software.hung:
        find = f"strace -f -o /dev/stdout {shlex.quote(software.path)} -c pass | tail"
        return block("python-hangs", message, node.fix(find, "its last line is what it waits for"))
    folder = software.hung[0]
    message += f": {_named_by(node, folder)} {folder.path}, which does not answer"
    if folder.mount != "/":
        source = f" of {folder.source}" if folder.source else ""
        message += f" ({folder.mount}, {folder.filesystem}{source})"
    return block("python-hangs", message, _fix(node, folder))


def _named_by(node: NodeView, folder: HungFolder) -> str:
    """Who has Python look there: `PYTHONPATH (/root/.bashrc:1) leads to`."""
    if folder.by != PATH_VARIABLE:
        return f"{folder.by} leads to" if folder.by else "it looks into"
    if PATH_VARIABLE in node.job.env:
        return f"{PATH_VARIABLE} ([env] of launch.toml) leads to"
    places = node.read(Environment).set_in.get(PATH_VARIABLE, ()) if node.has(Environment) else ()
    return f"{PATH_VARIABLE} ({', '.join(places) or 'its login shell'}) leads to"


def _fix(node: NodeView, folder: HungFolder) -> Fix:
    """Takes the folder out of what names it here alone; else the mount away that hangs."""
    others = [peer for peer in node.cluster.nodes_with(Environment) if peer is not node]
    path = shlex.quote(folder.path)
    if folder.by == PATH_VARIABLE and not (
        PATH_VARIABLE in node.job.env or any(is_named_path(peer, folder.path) for peer in others)
    ):
        return shorten_path_fix(node, folder.path)
    if folder.mount == "/":
        return node.fix(f"stat {path}", "does not end: find out what it waits for")
    note = f"unmounts it; {AGAIN}"
    if folder.by and folder.by != PATH_VARIABLE:
        file, _, line = folder.by.rpartition(":")
        note += f", or take out line {line} of {file}"
    return node.fix(f"umount -l {shlex.quote(folder.mount)}", note, root=True)
