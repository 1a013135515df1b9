"""What to do about a full file system: by what fills it, where that is known."""

from __future__ import annotations

import shlex

from checks.facts import NodeView
from checks.facts.files import FolderSpace, SpaceUser
from checks.model import Fix
from checks.units import format_file_size

ENOUGH_BYTES = 500 * 1000**2
TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm")
"""Where files may go when nobody needs them any longer."""


def main_user(room: FolderSpace) -> SpaceUser | None:
    """What takes most of it: of the bytes, or of the files where no more can be made."""
    if room.free_inodes == 0:
        return next((user for user in room.users if user.entries), None)
    first = next((user for user in room.users if not user.entries), None)
    return first if first and 2 * first.bytes > room.used_bytes else None


def describe_user(room: FolderSpace) -> str:
    """As the end of a sentence; '' where nothing is known."""
    user = main_user(room)
    if user is None:
        return ""
    if user.entries:
        return f"; {user.path} has {user.entries} entries"
    size = f"{format_file_size(user.bytes)} of {format_file_size(room.used_bytes)}"
    if user.pid:
        return f"; {size} are {user.path}, deleted but held open by pid {user.pid} ({user.command})"
    if user.holder:
        return f"; {size} are {user.path}, which pid {user.holder} ({user.command}) has open"
    return f"; {size} are {user.path}"


def freeing_fix(node: NodeView, room: FolderSpace) -> Fix:
    """Frees it of what fills it, where that may go; else shows the largest files and folders."""
    user, mount = main_user(room), shlex.quote(room.mount)
    if room.filesystem == "tmpfs" and room.used_bytes + room.free_bytes < ENOUGH_BYTES:
        command = f"mount -o remount,size=50% {mount}"
        note = "it is too small when empty, too; until the next boot: /etc/fstab or tmp.mount"
        return node.fix(command, note, root=True)
    if user and user.pid:
        note = f"empties it; pid {user.pid} still has it open, and may go on without it or not"
        return node.fix(f": > /proc/{user.pid}/fd/{user.fd}", note, root=True)
    if user and user.holder:
        note = f"shows who has it open: once that has ended, `rm {shlex.quote(user.path)}`"
        return node.fix(f"ps -o pid,user,lstart,args -p {user.holder}", note)
    if user and room.mount in TEMPORARY and user.path != room.mount:
        remove = "rm -r" if user.entries else "rm"
        note = "if nobody needs it any longer"
        return node.fix(f"{remove} {shlex.quote(user.path)}", note, root=True)
    if room.free_inodes == 0:
        command = f"find {mount} -xdev -printf '%h\\n' | sort | uniq -c | sort -n | tail"
        return node.fix(command, "shows the folders with most entries", root=True)
    return node.fix(f"du -xah {mount} | sort -h | tail -n 20", "shows what fills it", root=True)
