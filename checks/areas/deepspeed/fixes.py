"""What is wrong with a DeepSpeed config, said in one verdict, and the command that fixes it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable

from checks.areas.deepspeed.config_access import config_path
from checks.areas.deepspeed.lint import ConfigProblem
from checks.facts import NodeView
from checks.knowledge.deepspeed_config import ParsedConfig
from checks.model import Fix, Verdict, block, ok, warn

_TO_ALL_NODES = (
    "where this machine has the file too, do it here, then `launcher sync`; else copy the file to "
    "the nodes that do not share it"
)


def edit_fix(node: NodeView, path: str, config: ParsedConfig, edit: str, note: str = "") -> Fix:
    """Runs `edit`, Python that changes `c`, on the config at `path`; without it only the note.

    A file of Hjson is left to a person: rewriting it as JSON would lose its comments.
    """
    by_hand = "edit it by hand, which keeps its comments" if edit and config.json_error else ""
    others = "" if len(node.job.nodes) == 1 else _TO_ALL_NODES
    notes = "; ".join(part for part in (by_hand, note, others) if part)
    if by_hand or not edit:
        return node.fix("", f"in {path}: {notes or 'correct it'}")
    file = json.dumps(path)
    code = f'import json; c=json.load(open({file})); {edit}; json.dump(c,open({file},"w"),indent=2)'
    return node.fix(f"python3 -c {shlex.quote(code)}", notes)


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
