"""What is wrong with a DeepSpeed config, said in one verdict, and the command that fixes it."""

from __future__ import annotations

import json
import posixpath
import shlex
from collections.abc import Iterable

from checks.areas.deepspeed.config_access import config_path
from checks.areas.deepspeed.lint import ConfigProblem
from checks.areas.files.fixes import copies_here
from checks.facts import NodeView
from checks.knowledge.deepspeed_config import ParsedConfig
from checks.model import HERE, Fix, Verdict, block, ok, warn

_TO_ALL_NODES = "then copy the file to the other nodes, unless they share it"


def edit_fix(node: NodeView, path: str, config: ParsedConfig, edit: str, note: str = "") -> Fix:
    """Runs `edit`, Python that changes `c`, on the config at `path`; without it only the note.

    A file of Hjson is left to a person: rewriting it as JSON would lose its comments. Where this
    machine has the file that a sync copies to the nodes, it is edited here and copied again.
    """
    by_hand = "edit it by hand, which keeps its comments" if edit and config.json_error else ""
    own, copy_line = _copy_here(node, path)
    others = "" if own or len(node.job.nodes) == 1 else _TO_ALL_NODES
    notes = "; ".join(part for part in (by_hand, note, others) if part)
    if by_hand or not edit:
        what = f"in {own or path}: {notes or 'correct it'}"
        return Fix(copy_line, HERE, f"first, {what}") if own else node.fix("", what)
    file = json.dumps(own or path)
    code = f'import json; c=json.load(open({file})); {edit}; json.dump(c,open({file},"w"),indent=2)'
    return _edit_and_copy(node, f"python3 -c {shlex.quote(code)}", copy_line, notes)


def open_fix(node: NodeView, path: str, line: int) -> Fix:
    """Opens the config at that line, where that is known: here and copied, or on the node."""
    own, copy_line = _copy_here(node, path)
    place = f" +{line}" if line else ""
    command = f"${{EDITOR:-vi}}{place} {shlex.quote(own or path)}"
    return _edit_and_copy(node, command, copy_line, "correct it there")


def _edit_and_copy(node: NodeView, command: str, copy_line: str, note: str) -> Fix:
    if not copy_line:
        return node.fix(command, note)
    copied = "then copies it to all nodes"
    return Fix(f"{command} && {copy_line}", HERE, f"{note}; {copied}" if note else copied)


def _copy_here(node: NodeView, path: str) -> tuple[str, str]:
    """This machine's copy of the config, and the line that copies it to the nodes; else nothing."""
    copies = copies_here(node)
    inner = posixpath.relpath(path, posixpath.normpath(node.job.workdir))
    if not copies or not copies.source or inner.startswith(".."):
        return "", ""
    if node.job.deepspeed_config not in copies.copied:
        return "", ""
    return posixpath.join(copies.source, inner), copies.sync_line


def problems_verdict(
    node: NodeView, config: ParsedConfig, problems: Iterable[ConfigProblem], fine: str
) -> Verdict:
    """All problems as one verdict, the blocking ones first."""
    ordered = sorted(problems, key=lambda problem: not problem.blocks)
    if not ordered:
        return ok(fine)
    path = config_path(node)
    edits = [problem.edit for problem in ordered]
    note = "" if all(edits) else "; ".join(problem.why for problem in ordered if not problem.edit)
    fix = edit_fix(node, path, config, "; ".join(filter(None, edits)), note)
    message = f"{path}: {'; '.join(problem.why for problem in ordered)}"
    return (block if ordered[0].blocks else warn)(ordered[0].cause, message, fix)
