"""Variables without which the interpreter does what it fails at with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.knowledge.nccl_variables import comment_out_fix, setting_in_force
from checks.model import Fix, Verdict, block

CAUSE = "variable-in-the-way"


SUCCEEDS = "without it succeeds"


def judge_guilty_variables(
    node: NodeView, names: Sequence[str], failure: str, why: str = SUCCEEDS, **evidence: Any
) -> Verdict:
    """The verdict on variables that were found by leaving them out, or for the reason in `why`."""
    known = node.has(Environment)
    words = [str((known and setting_in_force(node, name)) or name) for name in names]
    message = f"{failure}: with {' and '.join(words)}; {why}"
    of_job = [name for name in names if name in node.job.env]
    if of_job:
        fix = Fix("", "", f"take {' and '.join(of_job)} out of [env] of launch.toml")
    else:
        fix = comment_out_fix(node, *names)
    return block(CAUSE, message, fix, **evidence)
