"""What is wrong with a DeepSpeed config, said in one verdict, and the command that fixes it."""

from __future__ import annotations

import json
import posixpath
import shlex
from collections.abc import Iterable

from checks.areas.deepspeed.config_access import config_path, config_text
from checks.areas.deepspeed.lint import ConfigProblem
from checks.areas.deepspeed.text_edits import sed_expressions
from checks.areas.files.fixes import copies_here
from checks.facts import NodeView
from checks.facts.deepspeed_config import ConfigText
from checks.knowledge.deepspeed_config import ParsedConfig
from checks.model import HERE, Fix, Verdict, block, ok, warn

_TO_ALL_NODES = "then copy the file to the other nodes, unless they share it"


def edit_fix(node: NodeView, path: str, config: ParsedConfig, edit: str, note: str = "") -> Fix:
    """Runs `edit`, Python that changes `c`, on the config at `path`; without it only the note.

    By sed where that is certain to do it, which keeps layout and comments; else the file is written
    again as JSON, and one of Hjson is left to a person. Where this machine has the file that a sync
    copies to the nodes, it is edited here and copied again.
    """
    own, copied = _copy_here(node, path)
    text = config_text(node)
    seen = text.text if isinstance(text, ConfigText) else ""
    expressions = sed_expressions(seen, config, edit) if edit else []
    by_hand = edit and config.json_error and not expressions
    others = "" if own or len(node.job.nodes) == 1 else _TO_ALL_NODES
    if by_hand or not edit:
        hand = "edit it by hand, which keeps its comments" if by_hand else ""
        notes = "; ".join(filter(None, (hand, note, others))) or "correct it"
        what = f"in {own or path}: {notes}"
        return (
            Fix(copied, HERE, f"first, {what}" if copied else what) if own else node.fix("", what)
        )
    if expressions:
        command, how = sed_command(expressions, own or path), ""
    else:
        command, how = _rewriting_command(own or path, edit), "writes the file with another layout"
    if own and copied:
        how = f"{how or 'changes it here'} and copies it to all nodes"
    after = ", ".join(filter(None, (how, others)))
    return _on_copy(node, own, command, copied, "; ".join(filter(None, (after, note))))


def sed_command(expressions: Iterable[str], path: str) -> str:
    """sed that changes the file in place."""
    words = (word for expression in expressions for word in ("-e", expression))
    return shlex.join(["sed", "-i", *words, path])


def commas_fix(node: NodeView, path: str, lines: Iterable[int]) -> Fix:
    """Ends these lines of the config with a comma, here and copied, or on the node."""
    own, copied = _copy_here(node, path)
    command = sed_command((rf"{line}s/[[:space:]]*$/,/" for line in lines), own or path)
    others = "" if own or len(node.job.nodes) == 1 else _TO_ALL_NODES
    return _on_copy(node, own, command, copied, others)


def _rewriting_command(path: str, edit: str) -> str:
    """Python that reads the config, edits it and writes it again."""
    file = json.dumps(path)
    code = f'import json; c=json.load(open({file})); {edit}; json.dump(c,open({file},"w"),indent=2)'
    return f"python3 -c {shlex.quote(code)}"


def open_fix(node: NodeView, path: str, line: int) -> Fix:
    """Opens the config at that line, where that is known: here and copied, or on the node."""
    own, copied = _copy_here(node, path)
    place = f" +{line}" if line else ""
    command = f"${{EDITOR:-vi}}{place} {shlex.quote(own or path)}"
    then = "; it is copied to all nodes after that" if own and copied else ""
    return _on_copy(node, own, command, copied, f"correct it there{then}")


def _on_copy(node: NodeView, own: str, command: str, copied: str, note: str) -> Fix:
    """The command on this machine's own copy, and what brings that to the nodes; else there."""
    if not own:
        return node.fix(command, note)
    return Fix(f"{command} && {copied}" if copied else command, HERE, note)


def _copy_here(node: NodeView, path: str) -> tuple[str, str]:
    """This machine's copy of the config, and the line that copies it to the nodes; else nothing.

    No line where the start that was typed copies it first.
    """
    copies = copies_here(node)
    inner = posixpath.relpath(path, posixpath.normpath(node.job.workdir))
    if not copies or not copies.source or inner.startswith(".."):
        return "", ""
    if node.job.deepspeed_config not in copies.copied:
        return "", ""
    return posixpath.join(copies.source, inner), "" if copies.start_copies else copies.sync_line


def problems_verdict(
    node: NodeView, config: ParsedConfig, problems: Iterable[ConfigProblem], fine: str
) -> Verdict:
    """All problems as one verdict, the blocking ones first."""
    ordered = sorted(problems, key=lambda problem: not problem.blocks)
    if not ordered:
        return ok(fine)
    path = config_path(node)
    edits = [problem.edit for problem in ordered]
    left = "; ".join(problem.why for problem in ordered if not problem.edit)
    note = f"correct this by hand: {left}" if left else ""
    fix = edit_fix(node, path, config, "; ".join(filter(None, edits)), note)
    message = f"{path}: {'; '.join(problem.why for problem in ordered)}"
    return (block if ordered[0].blocks else warn)(ordered[0].cause, message, fix)
