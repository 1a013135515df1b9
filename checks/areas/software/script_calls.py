"""What the training script itself says of where its ranks meet, and which of them save."""

from __future__ import annotations

import posixpath
import shlex

from checks.check import Over, node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.facts.script_calls import ScriptCall, ScriptCalls
from checks.model import Severity, Verdict, ok, skip, warn

FAULTS = {
    "own-address": (
        "own-address",
        "sets MASTER_ADDR to {words}: the ranks of each node look for rank 0 on their own node",
        "keep the one that the launcher gives: os.environ.setdefault(…), or no such line",
    ),
    "own-method": (
        "own-address",
        "meets at {words}: the ranks of each node look for rank 0 on their own node",
        'leave init_method out, or give "env://", which takes what the launcher gives',
    ),
    "one-rank-saves": (
        "one-rank-saves",
        "calls {words}() on rank 0 alone: it waits there for all ranks, which do not call it",
        "call it on every rank, outside of that `if`",
    ),
}
"""By kind of call: cause, what the script does, and what it should do."""


@node_check(
    "software.script-meets-all-ranks",
    ScriptCalls,
    over=Over.HEAD,
    severity=Severity.WARN,
    optional=(Gpus,),
)
def script_meets_all_ranks(node: NodeView) -> Verdict:
    """The script leaves the meeting to the launcher, and lets every rank save DeepSpeed's shards.

    Scripts of one machine set `MASTER_ADDR` to localhost, or `init_method` to `tcp://localhost`: on
    several nodes the ranks of each wait for others that never come. `save_checkpoint` of an engine
    under `if rank == 0` hangs at the first save: every rank writes its own shard there.

    Measured: The script is parsed, not run. Only calls that nothing decides about count: not those
    under another `if`, in a `try`, or in a function that nobody names. Warns.

    Fix:
        own-address, one-rank-saves: opens the script at that line, and says what to write.
    """
    job, calls = node.job, node.read(ScriptCalls).calls
    if not job.command or not job.command[0].endswith(".py"):
        return skip("the command is no .py file")
    ranks = sum(peer.slots or 1 for peer in node.cluster.nodes)
    wrong = [call for call in calls if _matters(call, len(job.nodes), ranks)]
    if not wrong:
        return ok(f"{job.command[0]} leaves it to the launcher")
    path = posixpath.normpath(posixpath.join(job.workdir, job.command[0]))
    call = wrong[0]
    cause, does, instead = FAULTS[call.kind]
    message = f"{path}, line {call.line}, {does.format(words=call.words)}"
    fix = node.fix(f"${{EDITOR:-vi}} +{call.line} {shlex.quote(path)}", instead)
    return warn(cause, message, fix, lines=[each.line for each in wrong])


def _matters(call: ScriptCall, nodes: int, ranks: int) -> bool:
    return call.kind in FAULTS and (ranks > 1 if call.kind == "one-rank-saves" else nodes > 1)
