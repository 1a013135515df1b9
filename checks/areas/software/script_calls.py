"""What the training script itself says of where its ranks meet, and which of them save."""

from __future__ import annotations

import posixpath
import shlex

from checks.areas.files.fixes import copies_here
from checks.check import Over, node_check
from checks.facts import NodeView
from checks.facts.controller_files import ControllerFiles
from checks.facts.gpus import Gpus
from checks.facts.script_calls import ScriptCall, ScriptCalls
from checks.model import HERE, Fix, Severity, Verdict, block, ok, skip, warn

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
    optional=(Gpus, ControllerFiles),
)
def script_meets_all_ranks(node: NodeView) -> Verdict:
    """The script leaves the meeting to the launcher, and lets every rank save DeepSpeed's shards.

    Scripts of one machine set `MASTER_ADDR` to localhost, or `init_method` to `tcp://localhost`: on
    several nodes the ranks of each wait for others that never come. `save_checkpoint` of an engine
    under `if rank == 0` hangs at the first save: every rank writes its own shard there.

    Measured: The script is parsed, not run. Only calls that nothing decides about count: not those
    under another `if`, in a `try`, or in a function that nobody names. An address of its own
    blocks; the rest warns.

    Fix:
        own-address, one-rank-saves: opens the script at that line, and says what to write. Where
            this machine has the script that a sync copies to the nodes, there, and copies it.
    """
    job, calls = node.job, node.read(ScriptCalls).calls
    if not job.command or not job.command[0].endswith(".py"):
        return skip("the command is no .py file")
    ranks = sum(peer.slots or 1 for peer in node.cluster.nodes)
    wrong = [call for call in calls if _matters(call, len(job.nodes), ranks)]
    if not wrong:
        return ok(f"{job.command[0]} leaves it to the launcher")
    path = posixpath.normpath(posixpath.join(job.workdir, job.command[0]))
    call = min(wrong, key=lambda call: call.kind == "one-rank-saves")
    lines = [each.line for each in wrong]
    cause, does, instead = FAULTS[call.kind]
    message = f"{path}, line {call.line}, {does.format(words=call.words)}"
    verdict = block if cause == "own-address" else warn
    return verdict(cause, message, _open_fix(node, path, call.line, instead), lines=lines)


def _open_fix(node: NodeView, path: str, line: int, instead: str) -> Fix:
    """Opens the script at that line: here, where a sync has it from, else on every node."""
    copies, written = copies_here(node), node.job.command[0]
    if copies and copies.source and written in copies.copied and not posixpath.isabs(written):
        own = posixpath.normpath(posixpath.join(copies.source, written))
        command = f"${{EDITOR:-vi}} +{line} {shlex.quote(own)}"
        if copies.start_copies:
            return Fix(command, HERE, instead)
        return Fix(f"{command} && {copies.sync_line}", HERE, f"{instead}; then copies it to all")
    note = f"{instead}; on every node alike, unless they share it"
    return node.fix(f"${{EDITOR:-vi}} +{line} {shlex.quote(path)}", note)


def _matters(call: ScriptCall, nodes: int, ranks: int) -> bool:
    return call.kind in FAULTS and (ranks > 1 if call.kind == "one-rank-saves" else nodes > 1)
