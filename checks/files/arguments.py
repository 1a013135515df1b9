"""The paths among the command's arguments: every rank is given the same ones."""

from __future__ import annotations

import posixpath
import re

from checks.apart.majority import holders, majority
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.job_paths import Held, JobPaths
from checks.files.fixes import copied, count, unreadable
from checks.files.sharing import everywhere, mounting
from checks.model import Verdict, block, ok, skip, warn

NEEDED = re.compile("train|eval|data|model|tokenizer|config|resume|load|file|vocab|deepspeed")


@node_check("files.paths-in-the-command-are-there", JobPaths)
def paths_in_the_command_are_there(node: NodeView) -> Verdict:
    """What the command's arguments name is on every node, and its small text files are equal.

    Every rank is given the same command line. A path that one node lacks ends its ranks alone; a
    config that differs there has them train something else.
    """
    seen = node.read(JobPaths)
    if not seen.arguments:
        return skip("no path to read among the command's arguments")
    if not seen.workdir.there and any(not posixpath.isabs(path) for path in seen.arguments):
        return skip("the working directory is not there; see files.workdir-is-there")
    for path, option in seen.arguments.items():
        verdict = _wrong(node, path, option, seen.paths[path])
        if verdict is not None:
            return verdict
    return ok(", ".join(seen.arguments))


def _wrong(node: NodeView, path: str, option: str, seen: Held) -> Verdict | None:
    others = {name: one for name, one in everywhere(node, path).items() if one.there}
    what = f"--{option} {path}" if option else path
    if seen.state == "missing" and not others:
        return _nowhere(node, what, option, seen)
    if not seen.there:
        fetch = copied(node, next(iter(others)), seen.absolute) if others else ""
        cause, message, fix = unreadable(node, seen, what, fetch=fetch, elsewhere=len(others))
        return block(cause, message, (cause == "missing" and mounting(node, path)) or fix)
    digests = {name: one.digest for name, one in others.items() if one.digest}
    most = majority(digests, node.job.head) if digests else ""
    if not seen.digest or seen.digest == most:
        return None
    having = holders(digests, most)
    message = f"{what} on {node.name} differs from the one on {count(having)}"
    return block("differs", message, node.fix(copied(node, having[0], seen.absolute)))


def _nowhere(node: NodeView, what: str, option: str, seen: Held) -> Verdict | None:
    """On no node: an error only where nothing makes it first and its name says that it is read."""
    if node.job.before or not NEEDED.search(option.lower()) or not posixpath.isabs(seen.absolute):
        return None
    message = f"{what} is on no node that answered"
    return warn("missing-everywhere", message, node.fix("", "put it there, or correct the path"))
