"""Limits that end a rank which goes on for long or grows large, as login nodes have them."""

from __future__ import annotations

from collections.abc import Sequence

from checks.areas.limits.limit_fixes import comment_out_fix, describe_setting_lines, limit_fix
from checks.areas.limits.shell_limits import starts_too_few
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.gpus import Gpus
from checks.facts.limits import Limits
from checks.model import Fix, Verdict, block, ok, unknown, warn
from checks.quick_dataclass import dataclass
from checks.units import GIB, format_memory

HOUR_S = 3600
DAY_S = 24 * HOUR_S
CPU_NEEDED_S, CPU_WANTED_S = DAY_S, 30 * DAY_S
"""A rank uses several processors at once: a day of CPU time is used up within hours."""
FILE_NEEDED, FILE_WANTED = 16 * GIB, 1024 * GIB
"""From a checkpoint of a small model to one with all states of a large one."""
ADDRESSES_FOR_GPUS, DATA_FOR_GPUS, MEMORY_NEEDED = 64 * GIB, 8 * GIB, 4 * GIB
"""CUDA gives each process addresses for far more than it fills; without it torch needs about 1."""


@dataclass(frozen=True)
class FatalLimit:
    """One limit: limits.conf's name, systemd's, `ulimit`'s letter, and what it does to a rank."""

    item: str
    directive: str
    letter: str
    cause: str
    grants: str
    ends: str


FATAL_LIMITS = (
    FatalLimit(
        *("cpu", "LimitCPU", "t", "cpu-time-limited"),
        "limits each process to {} of CPU time",
        "the kernel then ends it with SIGXCPU or SIGKILL",
    ),
    FatalLimit(
        *("as", "LimitAS", "v", "address-space-limited"),
        "limits each process to {} of address space",
        '"Cannot allocate memory" then comes while memory is free',
    ),
    FatalLimit(
        *("data", "LimitDATA", "d", "data-limited"),
        "limits each process to {} of data",
        '"Cannot allocate memory" then comes while memory is free',
    ),
    FatalLimit(
        *("fsize", "LimitFSIZE", "f", "file-size-limited"),
        "lets files grow to {}",
        'a larger checkpoint ends in SIGXFSZ or "File too large"',
    ),
)


@node_check("limits.no-limit-cuts-a-rank-off", Limits, Account, Gpus)
def no_limit_cuts_a_rank_off(node: NodeView) -> Verdict:
    """No limit of the login ends a rank because of its CPU time, its memory or the size of its
    files.

    Limits that keep people from computing on a login node end a training hours after a good start:
    at its first checkpoint, with "Cannot allocate memory" while memory is free, or by a signal
    without any message. Slurm passes on the limits of the submitting shell.

    Measured: The soft limits of the probe's own process, which neither torch nor a launcher raises.
    All four are unlimited by default. These amounts block, then warn:

    - CPU time (`ulimit -t`): less than 24 h, less than 30 days; a rank keeps several processors
      busy at once.
    - Size of a file (`-f`): less than 16 GiB, less than 1 TiB; a checkpoint may hold all states of
      a model in one file.
    - Address space (`-v`): less than 64 GiB with GPUs, else 4 GiB; less than the memory of the node
      and its GPUs. CUDA takes far more addresses than it fills.
    - Data (`-d`): less than 8 GiB with GPUs, else 4 GiB; less than the memory of the node.

    The lines that set a limit are searched in the shell's start-up files and in limits.conf. Where
    it blocks, `training.smoke-trains` is skipped on that node, and an interpreter that dies is not
    reported again. The stack is not checked: torch trains with 128 KiB, and without a limit, as
    many sites have it.

    Fix:
        cpu-time-limited, file-size-limited, address-space-limited, data-limited: turns the `ulimit`
            that was found into a command that does nothing, or the line of limits.conf into a
            comment; where none was found, writes both files. Several limits are one finding, under
            the worst one's cause.
    """
    unknown_items = [
        limit.item for limit in FATAL_LIMITS if limit.item not in node.read(Limits).cutting
    ]
    if unknown_items:
        return unknown(f"{node.name} did not report its limits {', '.join(unknown_items)}")
    low = [
        limit
        for limit in FATAL_LIMITS
        if _soft_limit(node, limit) < _needed_and_enough(node, limit)[1]
    ]
    if not low:
        return ok(f"no limit on {node.name} ends a rank because of its CPU time, memory or files")
    low.sort(key=lambda limit: not _ends_every_rank(node, limit))
    lines = describe_setting_lines(node, *(limit.item for limit in low))
    effects = "; it ".join(_describe_limit(node, limit) for limit in low)
    message = f"a login to {node.name} {effects}; expected no such limit{lines}"
    verdict = block if _ends_every_rank(node, low[0]) else warn
    evidence = {limit.item: _soft_limit(node, limit) for limit in low}
    return verdict(low[0].cause, message, _fatal_limits_fix(node, low), **evidence)


def limit_skip_reason(node: NodeView) -> str:
    """Why no rank there lives, and which check says so; empty where limits let it."""
    if starts_too_few(node):
        return "the account may start too few processes; see limits.nproc-is-enough"
    known = node.has(Limits) and node.has(Gpus) and node.has(Account)
    if known and any(_ends_every_rank(node, limit) for limit in FATAL_LIMITS):
        return "a limit of the login ends ranks; see limits.no-limit-cuts-a-rank-off"
    return ""


def _ends_every_rank(node: NodeView, limit: FatalLimit) -> bool:
    return _soft_limit(node, limit) < _needed_and_enough(node, limit)[0]


def _soft_limit(node: NodeView, limit: FatalLimit) -> float:
    """The limit that holds: a process may raise it up to the hard one, but none of a rank does."""
    soft = node.read(Limits).cutting.get(limit.item, (None,))[0]
    return float("inf") if soft is None else soft


def _needed_and_enough(node: NodeView, limit: FatalLimit) -> tuple[int, int]:
    """What every rank needs, and what is plainly enough."""
    memory = node.read(Account).memory_bytes
    gpus = node.read(Gpus)
    of_gpus = sum(gpu.memory_bytes or 0 for gpu in gpus.gpus)
    return {
        "cpu": (CPU_NEEDED_S, CPU_WANTED_S),
        "fsize": (FILE_NEEDED, FILE_WANTED),
        "as": (ADDRESSES_FOR_GPUS if gpus.count else MEMORY_NEEDED, memory + of_gpus),
        "data": (DATA_FOR_GPUS if gpus.count else MEMORY_NEEDED, memory),
    }[limit.item]


def _describe_limit(node: NodeView, limit: FatalLimit) -> str:
    soft = _soft_limit(node, limit)
    hours = f"{soft / HOUR_S:.4g} h" if soft >= HOUR_S else f"{soft:.0f} s"
    amount = hours if limit.item == "cpu" else format_memory(soft)
    return f"{limit.grants.format(amount)}: {limit.ends}"


def _fatal_limits_fix(node: NodeView, low: Sequence[FatalLimit]) -> Fix:
    """Takes out the lines that are known; where none is, lifts the limit for all logins."""
    known = comment_out_fix(node, *(limit.item for limit in low))
    if known:
        return known
    letters = "".join(limit.letter for limit in low)
    find = f"grep -rsnE 'ulimit.* -[SH]*[{letters}]' ~/.[a-z]* /etc/profile.d"
    if node.read(Limits).container:
        options = " ".join(f"--ulimit {limit.item}=-1" for limit in low if limit.item != "as")
        again = f", or start the container again with `docker run {options} …`" if options else ""
        return node.fix(find, f"remove the line that it finds{again}")
    steps = (limit_fix(node, limit.item, limit.directive, "unlimited").command for limit in low)
    return node.fix(" && ".join(steps), f"log in again after it; if it stays: {find}")
