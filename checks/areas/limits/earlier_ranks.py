"""Ranks of an earlier start that still run, and may meet those of the next one."""

from __future__ import annotations

from collections.abc import Sequence

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.earlier_ranks import EarlierRank, EarlierRanks, OwnRanks, OwnRun
from checks.facts.interfaces import Interfaces
from checks.model import HERE, Fix, Severity, Verdict, block, ok, skip, warn
from checks.units import format_duration

STOPPED = ", stopped (as by ctrl-Z), so that only kill -9 ends it"


@node_check(
    "limits.no-earlier-rank-runs",
    EarlierRanks,
    severity=Severity.WARN,
    optional=(OwnRanks, Interfaces),
    reads=("master_port",),
)
def no_earlier_rank_runs(node: NodeView) -> Verdict:
    """Nothing that an earlier start of the same script left behind runs on the node.

    A rank whose run was ended elsewhere goes on waiting, and holds its GPU's memory, its port and
    its files: the next start dies of it, or meets it in place of a rank of its own.

    Measured: Python processes whose script or module is the job's own, by their command line and
    working directory, started by anybody. Blocks where such a process was given the master port of
    this job; else it may be another run of the same script that is meant to go on, and warns. On
    the head, rank 0 of any other run with that master port blocks too, where somebody listens at
    it: every start asks. So does, on any node, a process of another script that was told the head
    and this port, by its environment or its options, or is connected to it: it would join.

    Fix:
        another-run-on-the-port: another master port, or that run is stopped first.
        earlier-rank: the line of `launcher stop` for a run that was started in this folder; else
            the line that ends those of the login's own account, each by its number; for those of
            another account, whom to ask.
        earlier-rank-on-the-port: the same.
        rank-of-another-run: the same; or another master port.
    """
    found = node.read(EarlierRanks)
    own = node.read(OwnRanks) if node.has(OwnRanks) else OwnRanks()
    if found.others and node.name == node.job.head:
        return _judge_other_run(node, found.others[0], own.run_of(found.others[:1]))
    if comers := _comers_to_the_head(node, found):
        return _judge_comers(node, comers, own.run_of(comers))
    if not found.program:
        return skip("the job names no script or module")
    if not found.ranks:
        return ok(f"nothing runs {found.program} on {node.name}")
    port = str(node.job.master_port)
    meeting = [rank for rank in found.ranks if rank.port == port]
    run = own.run_of(found.ranks)
    ranks = f"it is of {run}" if run else _describe_ranks(found.ranks)
    message = f"{found.program} runs already on {node.name}: {ranks}"
    pids = [rank.pid for rank in found.ranks]
    fix = stop_fix(run) if run else _end_fix(node, found.ranks)
    if meeting:
        message += f"; with master port {port}, which this job is to use"
        return block("earlier-rank-on-the-port", message, fix, pids=pids)
    return warn("earlier-rank", message, fix, pids=pids)


def _judge_other_run(node: NodeView, first: EarlierRank, run: OwnRun | None) -> Verdict:
    port = node.job.master_port
    whose = f"of {run}" if run else describe_rank(first)
    message = f"another run has master port {port} of {node.name}: {first.program}, {whose}"
    if run:
        return block("another-run-on-the-port", message, stop_fix(run), pids=[first.pid])
    note = (
        "choose another --master-port, or [master] port in launch.toml; or stop that run first: "
        "where it was started here, `python -m launcher stop` in its folder"
    )
    return block("another-run-on-the-port", message, Fix(note=note), pids=[first.pid])


def stop_fix(run: OwnRun) -> Fix:
    """One line for all of its nodes."""
    note = "ends it on every node; or another --master-port, where it is meant to go on"
    return Fix(run.stop_line, HERE, note)


def _comers_to_the_head(node: NodeView, found: EarlierRanks) -> list[EarlierRank]:
    """What looks for its rank 0 at the head of this job; a loopback is the head's on itself."""
    head = node.cluster.head
    addresses = head.read(Interfaces).addresses if head.has(Interfaces) else frozenset()
    loopback = {"127.0.0.1", "::1"}
    places = {head.name} | (addresses - loopback)
    places |= loopback if node.name == head.name else set()
    return [comer for comer in found.comers if places & {*comer.targets}]


def _judge_comers(node: NodeView, comers: list[EarlierRank], run: OwnRun | None) -> Verdict:
    """One that waits for its rank 0 takes the one of this job for it."""
    where = f"{node.job.head}:{node.job.master_port}"
    program = comers[0].program or "a process"
    whose = f"it is of {run}" if run else _describe_ranks(comers)
    message = (
        f"{program} on {node.name} looks for its rank 0 at {where}, where this job is to meet, "
        f"and would join it: {whose}"
    )
    pids = [comer.pid for comer in comers]
    fix = stop_fix(run) if run else _end_fix(node, comers, "; or another --master-port")
    return block("rank-of-another-run", message, fix, pids=pids)


def _describe_ranks(found: Sequence[EarlierRank]) -> str:
    ranks = "; ".join(describe_rank(rank) for rank in found[:4])
    return f"{ranks}; and {len(found) - 4} more" if len(found) > 4 else ranks


def describe_rank(rank: EarlierRank) -> str:
    """Its process, whose it is, its rank, since when it runs, in which folder, and if it can."""
    which = f", rank {rank.rank}" if rank.rank else ""
    where = f" in {rank.folder}" if rank.folder else ""
    lasts = f"for {format_duration(rank.seconds)}"
    stopped = STOPPED if rank.stopped else ""
    return f"process {rank.pid} of {rank.user}{which}, {lasts}{where}{stopped}"


def _end_fix(node: NodeView, ranks: Sequence[EarlierRank], else_: str = "") -> Fix:
    own = [rank for rank in ranks if rank.own]
    others = sorted({rank.user for rank in ranks if not rank.own})
    asked = f"ask {' and '.join(others)} about the others" if others and own else ""
    note = asked or (f"ask {' and '.join(others)} to end it" if others else "")
    if not own:
        return node.fix("", f"{note}{else_}")
    meant = f"if it is not meant to go on{else_}"
    return node.fix(end_command(own), f"{meant}; {note}" if note else meant)


def end_command(ranks: Sequence[EarlierRank]) -> str:
    """Ends them, those at once that are stopped and take no other signal."""
    pids = " ".join(str(rank.pid) for rank in ranks)
    if all(rank.stopped for rank in ranks):
        return f"kill -9 {pids}"
    wait = f"for i in 1 2 3 4 5; do kill -0 {pids} 2>/dev/null || break; sleep 1; done"
    return f"kill {pids}; {wait}; kill -9 {pids} 2>/dev/null; true"
