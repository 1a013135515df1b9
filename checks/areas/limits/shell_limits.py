"""The limits of the very shell that starts the ranks."""

from __future__ import annotations

from checks.areas.limits.limit_fixes import describe_origin, limit_fix
from checks.areas.limits.shm import describe_shm_users, free_shm_fix
from checks.check import Tag, node_check
from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.facts.limits import Limits
from checks.facts.rdma import Rdma
from checks.knowledge.container_limits import (
    MEMLOCK_IN_CONTAINER,
    MOUNT_SHM,
    REMOUNT_SHM,
    SHM_IN_CONTAINER,
)
from checks.knowledge.nccl_transport import is_meant_for_rdma
from checks.model import Fix, Severity, Verdict, block, note, ok, warn
from checks.units import GIB, MIB, format_count, format_memory

MEMLOCK_NEEDED, MEMLOCK_WANTED = 16 * GIB, 32 * GIB
NOFILE_NEEDED, NOFILE_WANTED, NOFILE_WANTED_AT_SCALE, LARGE_JOB_RANKS = 1024, 4096, 65536, 64
NPROC_NEEDED = 64
"""A rank that trains starts more threads than this by itself."""
DOCKER_SHM = 64 * MIB
SHM_PER_GPU, SHM_PER_SLOT, SHM_ENOUGH = GIB, 64 * MIB, 8 * GIB
CORE_WANTED = GIB


@node_check("limits.memlock-is-unlimited", Limits, Rdma, Environment)
def memlock_is_unlimited(node: NodeView) -> Verdict:
    """A rank may lock as much memory as its adapter asks for: unlimited, or at least 32 GiB.

    Over InfiniBand or RoCE every buffer is locked. Too low a limit ends in "ibv_reg_mr failed" or
    "Got completion with error 12" minutes after the start.

    Measured: Soft and hard limit of the probe's own process. Blocks below 16 GiB where training
    uses RDMA, warns where it has active RDMA ports that it does not use, and is only noted, with
    `-v` and in the reports, where there is none.

    Fix:
        memlock-low: raises it where this login has it from, PAM or the sshd that runs, or names
            `docker run --ulimit memlock=-1:-1`.
    """
    soft, hard = node.read(Limits).memlock
    if soft is None or soft >= MEMLOCK_WANTED:
        return ok(f"memlock on {node.name} is {format_memory(soft)}")
    limit = (
        f"a login to {node.name} may lock {format_memory(soft)} of memory (hard limit "
        f"{format_memory(hard)}{describe_origin(node, 'memlock')})"
    )
    rdma = is_meant_for_rdma(node)
    if not rdma and not node.read(Rdma).active:
        message = f"{limit}: enough without RDMA, which would need it unlimited"
        return note("memlock-low", message, _memlock_fix(node), soft=soft, hard=hard)
    needed = "its active RDMA ports need it" if rdma else "though nothing here uses RDMA"
    verdict = block if rdma and soft < MEMLOCK_NEEDED else warn
    message = f"{limit}; expected unlimited, {needed}"
    return verdict("memlock-low", message, _memlock_fix(node), soft=soft, hard=hard)


@node_check("limits.nofile-is-enough", Limits, severity=Severity.WARN, optional=(Gpus,))
def nofile_is_enough(node: NodeView) -> Verdict:
    """A rank may open enough files: 4096, or 65536 from 64 ranks on.

    Sockets to every other rank, data loader workers and checkpoint shards add up, and "Too many
    open files" comes hours into the run. Warns; blocks where even the hard limit, to which NCCL
    raises the soft one by itself, is below 1024.

    Measured: The soft and the hard limit of the probe's own process.

    Fix:
        nofile-low: disables the `ulimit` line of the start-up file that set it; otherwise
            raises it where this login has it from: by a line for PAM, or in the sshd that runs.
    """
    soft, hard = node.read(Limits).nofile
    ranks = sum(peer.slots or 1 for peer in node.job.nodes)
    wanted = NOFILE_WANTED_AT_SCALE if ranks >= LARGE_JOB_RANKS else NOFILE_WANTED
    if soft is None or soft >= wanted:
        return ok(f"nofile on {node.name} is {format_count(soft)}")
    message = (
        f"a login to {node.name} may open {format_count(soft)} files (hard limit "
        f"{format_count(hard)}); "
        f"expected at least {wanted} for {ranks} ranks{describe_origin(node, 'nofile')}"
    )
    reach = NOFILE_WANTED_AT_SCALE if hard is None or hard < wanted else hard
    fix = limit_fix(node, "nofile", "LimitNOFILE", str(min(reach, NOFILE_WANTED_AT_SCALE)))
    verdict = block if hard is not None and hard < NOFILE_NEEDED else warn
    return verdict("nofile-low", message, fix, soft=soft, hard=hard)


@node_check("limits.nproc-is-enough", Limits, Account, severity=Severity.WARN, optional=(Gpus,))
def nproc_is_enough(node: NodeView) -> Verdict:
    """The account may start the processes and threads that its ranks will need.

    Each rank starts threads for every core and more for data and communication; beyond the limit
    "Resource temporarily unavailable" kills whichever comes last. Warns; below 64 for each slot it
    blocks. The limit does not apply to root.

    Measured: The soft limit against 512 plus, for each slot, 64 and two for each core.

    Fix:
        nproc-low: as for `limits.nofile-is-enough`.
    """
    soft, hard = node.read(Limits).nproc
    account, slots = node.read(Account), node.node.slots or 1
    wanted = 512 + slots * (64 + 2 * account.cpus)
    if account.uid == 0 or soft is None or soft >= wanted:
        return ok(f"{account.user} on {node.name} may run {format_count(soft)} processes")
    message = (
        f"{account.user} on {node.name} may run {soft} processes and threads (hard limit "
        f"{format_count(hard)}); expected at least {wanted} for {slots} ranks on {account.cpus} "
        f"cores{describe_origin(node, 'nproc')}"
    )
    fix = limit_fix(node, "nproc", "LimitNPROC", "unlimited")
    verdict = block if starts_too_few(node) else warn
    return verdict("nproc-low", message, fix, soft=soft, hard=hard)


def starts_too_few(node: NodeView) -> bool:
    """Whether the account may start fewer threads than any training has."""
    if not (node.has(Limits) and node.has(Account)) or node.read(Account).uid == 0:
        return False
    soft = node.read(Limits).nproc[0]
    return soft is not None and soft < NPROC_NEEDED * (node.slots or 1)


@node_check("limits.shm-is-large-enough", Limits, Gpus, Account, tags=(Tag.AFTER_FAILURE,))
def shm_is_large_enough(node: NodeView) -> Verdict:
    """/dev/shm is large enough for what ranks of one node and their data loaders hand to each
    other.

    Docker gives a container 64 MiB: NCCL then says "failed to extend /dev/shm", or a data loader
    worker dies of a bus error.

    Measured: Size and free bytes of the file system. 64 MiB or less blocks, in all or free; less
    than 1 GiB for each GPU (8 GiB for all) warns. Without GPUs it is 64 MiB for each slot and 64
    MiB more.

    Fix:
        shm-small: remounts it larger, or `docker run --shm-size=16g`.
        shm-full: removes the files that no process has open or mapped any longer, such as those of
            a crashed run; where there are none, remounts it larger, or shows the processes.
    """
    limits = node.read(Limits)
    total, free, wanted = limits.shm_bytes, limits.shm_free_bytes, _shm_wanted(node)
    evidence = {"bytes": total, "free_bytes": free, "wanted_bytes": wanted}
    if total <= DOCKER_SHM:
        message = (
            f"/dev/shm on {node.name} holds {format_memory(total)}; expected at least "
            f"{format_memory(wanted)}"
        )
        return block("shm-small", message, _shm_fix(node), **evidence)
    if free <= DOCKER_SHM:
        message = (
            f"/dev/shm on {node.name} is full: {format_memory(free)} of {format_memory(total)} "
            f"are free{describe_shm_users(node)}"
        )
        return block("shm-full", message, free_shm_fix(node, wanted), **evidence)
    if total < wanted:
        message = (
            f"/dev/shm on {node.name} holds {format_memory(total)}; {format_memory(wanted)} are "
            "advised"
        )
        return warn("shm-small", message, _shm_fix(node), **evidence)
    return ok(f"/dev/shm on {node.name} has {format_memory(free)} free of {format_memory(total)}")


@node_check("limits.core-dumps-are-bounded", Limits, severity=Severity.WARN)
def core_dumps_are_bounded(node: NodeView) -> Verdict:
    """A rank that crashes does not fill the disk with its memory.

    One crash ends all ranks, and without a limit each of them writes its memory, its share of the
    model and the data, to the working directory.

    Measured: The soft limit and `/proc/sys/kernel/core_pattern`; a crash handler there has a limit
    of its own and passes.

    Fix:
        core-unbounded: the same, with a limit of 0.
    """
    limits = node.read(Limits)
    soft = limits.core[0]
    if limits.core_pattern.startswith("|"):
        return ok(f"core dumps on {node.name} go to {limits.core_pattern[1:].split()[0]}")
    if soft is not None and soft <= CORE_WANTED:
        return ok(f"core dumps on {node.name} are cut at {format_memory(soft)}")
    message = (
        f"a rank that crashes on {node.name} writes up to {format_memory(soft)} of its memory to "
        f"{limits.core_pattern or 'core'}; expected a limit of {format_memory(CORE_WANTED)} or less"
    )
    fix = limit_fix(node, "core", "LimitCORE", "0", kinds=("soft",))
    return warn("core-unbounded", message, fix, soft=soft)


def _shm_wanted(node: NodeView) -> int:
    gpus = node.read(Gpus).count
    slots = node.node.slots or gpus or 1
    return min(SHM_ENOUGH, SHM_PER_GPU * min(slots, gpus) if gpus else SHM_PER_SLOT * (slots + 1))


def _shm_fix(node: NodeView) -> Fix:
    if node.read(Limits).container:
        return node.fix("", SHM_IN_CONTAINER)
    note = "until the next boot; to keep it, set the same size= in the /dev/shm line of /etc/fstab"
    mount = REMOUNT_SHM if node.read(Limits).shm_bytes else MOUNT_SHM
    return node.fix(mount, note, root=True)


def _memlock_fix(node: NodeView) -> Fix:
    if node.read(Limits).container:
        return node.fix("", MEMLOCK_IN_CONTAINER)
    return limit_fix(node, "memlock", "LimitMEMLOCK", "unlimited")
