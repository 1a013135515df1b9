"""Whether ranks may create files in /dev/shm at all; shell_limits.py has how large it must be."""

from __future__ import annotations

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.limits import Limits
from checks.model import Verdict, block, ok, skip


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
        f"until the next boot; to keep it, take `{option}` out of the /dev/shm line of /etc/fstab"
    )
