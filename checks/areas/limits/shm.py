"""Whether ranks may create files in /dev/shm at all; shell_limits.py has how large it must be."""

from __future__ import annotations

import shlex

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.limits import Limits
from checks.knowledge.container_limits import REMOUNT_SHM, SHM_IN_CONTAINER
from checks.model import Fix, Verdict, block, ok, skip
from checks.units import format_memory


@node_check("limits.shm-is-writable", Limits)
def shm_is_writable(node: NodeView) -> Verdict:
    """Ranks can create files in /dev/shm: it is mounted writable, and open to all accounts.

    NCCL and data loaders' workers hand data to each other through files there. Without that, the
    first of them ends in "Read-only file system" or "Permission denied", after the model was
    loaded.

    Measured: Whether the login may write there, the mount's options, and the folder's mode. Nothing
    is written.

    Fix:
        shm-read-only: mounts it writable again.
        shm-not-writable: gives it mode 1777, which every system starts with.
    """
    limits = node.read(Limits)
    if not limits.shm_bytes:
        return skip("there is no /dev/shm; see limits.shm-is-large-enough")
    if limits.shm_read_only:
        message = f"/dev/shm on {node.name} is mounted read-only; expected a writable one"
        fix = node.fix("mount -o remount,rw /dev/shm", _remount_note(limits, "ro"), root=True)
        return block("shm-read-only", message, fix)
    if not limits.shm_writable:
        message = (
            f"the login to {node.name} cannot create files in /dev/shm, whose mode is "
            f"{limits.shm_mode}; expected 1777"
        )
        fix = node.fix("chmod 1777 /dev/shm", _remount_note(limits, "mode="), root=True)
        return block("shm-not-writable", message, fix, mode=limits.shm_mode)
    return ok(f"ranks on {node.name} can create files in /dev/shm")


def is_shm_unusable(node: NodeView) -> bool:
    """Whether ranks there can make no files in /dev/shm."""
    if not node.has(Limits):
        return False
    limits = node.read(Limits)
    return limits.shm_bytes > 0 and (limits.shm_read_only or not limits.shm_writable)


def _remount_note(limits: Limits, option: str) -> str:
    if limits.container:
        return "where the container cannot: start it with a writable one"
    return (
        "until the next boot; to keep it, take what set it out of where it was set: "
        f"`{option}` in a /dev/shm line of /etc/fstab, where it has one, or a start-up script"
    )


def describe_shm_users(node: NodeView) -> str:
    """What fills /dev/shm, as the end of a sentence; '' where nothing is known."""
    users = node.read(Limits).shm_users
    words = []
    if users.orphans:
        first, count = users.orphans[0], len(users.orphans)
        more = f" and {count - 1} more files" if count > 1 else ""
        size = format_memory(sum(file.bytes for file in users.orphans))
        words.append(f"{size} are {first.path}{more}, which no process has any longer")
    if users.holders:
        holder = users.holders[0]
        what = f"{holder.command} (pid {holder.pid}, of {holder.user})"
        words.append(f"{format_memory(holder.bytes)} belong to {what}")
    return "".join(f"; {word}" for word in words)


def free_shm_fix(node: NodeView, wanted: int) -> Fix:
    """Removes what nobody has any longer, if that is enough for `wanted` bytes; else enlarges it.

    A container may share /dev/shm with processes that it does not see: nothing is removed there.
    """
    limits, users = node.read(Limits), node.read(Limits).shm_users
    if limits.container:
        return node.fix("", SHM_IN_CONTAINER)
    removed, freed = [], limits.shm_free_bytes
    for file in users.orphans:
        if freed < wanted:
            removed.append(file.path)
            freed += file.bytes
    if removed and freed >= wanted:
        return node.fix(shlex.join(["rm", "-f", *removed]), "no process has them open or mapped")
    if limits.shm_bytes < 0.45 * node.read(Account).memory_bytes:
        return node.fix(REMOUNT_SHM, "until the next boot: /etc/fstab", root=True)
    if users.holders:
        pids = ",".join(str(holder.pid) for holder in users.holders)
        note = "shows who has files there: end what nobody needs any longer"
        return node.fix(f"ps -o pid,user,lstart,args -p {pids}", note)
    return node.fix("ls -lS /dev/shm", "then delete what no running job uses")
