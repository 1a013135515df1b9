"""What is wrong with a DeepSpeed config, said in one verdict, and the command that mends it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable

from checks.areas.deepspeed.config import ParsedConfig
from checks.areas.deepspeed.config_access import config_path
from checks.areas.deepspeed.lint import ConfigProblem
from checks.facts import NodeView
from checks.model import Fix, Verdict, block, ok, warn


def edit_fix(node: NodeView, path: str, config: ParsedConfig, edit: str, note: str = "") -> Fix:
    """Runs `edit`, Python that changes `c`, on the config at `path`; without it only the note.

    A file with Hjson's comments is left to a person: rewriting it as JSON would lose them.
    """
    others = (
        "" if len(node.job.nodes) == 1 else "then copy the file to the nodes that do not share it"
    )
    said = "; ".join(part for part in (note, others) if part)
    if not edit or config.strict:
        return node.fix("", f"in {path}: {said or 'correct it'}")
    where = json.dumps(path)
    code = (
        f'import json; c=json.load(open({where})); {edit}; json.dump(c,open({where},"w"),indent=2)'
    )
    return node.fix(f"python3 -c {shlex.quote(code)}", said)


def problems_verdict(
    node: NodeView, config: ParsedConfig, problems: Iterable[ConfigProblem], fine: str
) -> Verdict:
    """All problems as one verdict, the blocking ones first."""
    found = sorted(problems, key=lambda problem: not problem.blocks)
    if not found:
        return ok(fine)
    path = config_path(node)
    edits = [problem.edit for problem in found]
    note = "" if all(edits) else "; ".join(problem.why for problem in found if not problem.edit)
    fix = edit_fix(node, path, config, "; ".join(filter(None, edits)), note)
    message = f"{path}: {'; '.join(problem.why for problem in found)}"
    return (block if found[0].blocks else warn)(found[0].cause, message, fix)
