"""Free space where programs write by default: temporary files, the home, caches."""

from __future__ import annotations

import shlex
from dataclasses import replace

from checks.areas.files.folders import LOCKED
from checks.areas.files.space_users import describe_user, freeing_fix
from checks.check import Tag, node_check
from checks.facts import NodeView
from checks.facts.files import Files, FolderSpace
from checks.facts.free_space import FreeSpace
from checks.knowledge.denials import denial_words, opening_fix, unlock_fix
from checks.model import Severity, Verdict, block, ok, skip, warn
from checks.units import format_file_size

LEAST_BYTES = 16 * 1000**2
"""With less the compiler, torch's worker processes and pdsh itself fail."""
MODEST_BYTES = 500 * 1000**2
USUAL_STATES = ("there", "missing")


@node_check("files.temporary-folder-is-usable", FreeSpace, Files)
def temporary_folder_is_usable(node: NodeView) -> Verdict:
    """Temporary files can be written on every node, and there is space for them.

    Compilers, worker processes of data loaders, Triton and the preflight's own training use it, and
    none of them names it in the error.

    Measured: `TMPDIR` of the ranks, else `/tmp`: permission, mount, free bytes and inodes. Nothing
    is written. `noexec` there is common and harmless.

    Fix:
        no-space, no-inodes: less than 16 MB. Removes the file that fills it, or the folder with
            most entries; empties a file that is deleted but held open; else shows what fills it.
        little-space: less than 500 MB; warns. As for no-space.
        read-only: remounts it.
        immutable, append-only: a flag keeps even root from it. Takes the flag away.
        not-writable: restores its usual mode.
        missing: creates it; warns.
        unreadable: opens the folder that is in the way, or shows it.
    """
    space = node.read(FreeSpace)
    room, where = space.temporary, f"{space.temporary.absolute} on {node.name}"
    variable = "TMPDIR, " if space.by_variable else ""
    if room.state not in USUAL_STATES:
        note = f"shows what is wrong with it; {variable}the folder for temporary files"
        fix = node.fix(f"namei -l {shlex.quote(room.absolute)}", note)
        return block("unreadable", f"{where}: {room.detail or room.state}", fix)
    if room.denied and "w" not in room.denied.need:
        message = f"{where}: {denial_words(room.denied)}"
        return block("unreadable", message, opening_fix(node, room.denied))
    if room.state == "missing" or not room.directory:
        return _no_folder_verdict(node, room, where)
    if room.read_only:
        command = f"mount -o remount,rw {shlex.quote(room.mount)}"
        message = f"{where} ({variable}temporary files) is mounted read-only"
        return block("read-only", message, node.fix(command, root=True))
    if room.lock and room.lock.flag:
        cause, words = LOCKED[room.lock.flag]
        return block(cause, f"{where}: {room.lock}: {words}", unlock_fix(node, room.lock))
    if not room.writable:
        message = f"{where} ({variable}temporary files) cannot be written by the login"
        fix = node.fix(f"chmod 1777 {shlex.quote(room.absolute)}", root=True)
        return block("not-writable", message, fix)
    if _is_full_output(node, room):
        return skip("the same file system is full; see files.output-is-writable")
    return _space_verdict(node, room, f"{where} ({variable}temporary files)") or ok(
        f"{room.absolute}: {format_file_size(room.free_bytes)} free", mount=room.mount
    )


def _no_folder_verdict(node: NodeView, room: FolderSpace, where: str) -> Verdict:
    command = f"mkdir -p {shlex.quote(room.absolute)}"
    message = f"{where} should hold temporary files but is not a folder"
    return warn("missing", message, node.fix(command, "or set TMPDIR to an existing folder"))


def _is_full_output(node: NodeView, room: FolderSpace) -> bool:
    output = node.read(Files).output if node.has(Files) else None
    return output is not None and output.mount == room.mount and is_full(output)


def is_unusable(room: FolderSpace) -> bool:
    """Whether no program can work with its temporary files there."""
    flag = room.lock.flag if room.lock else ""
    closed = (
        room.state != "there" or room.read_only or flag or not (room.writable and room.directory)
    )
    return bool(closed) or room.free_inodes == 0 or room.free_bytes < LEAST_BYTES


def is_full(room: FolderSpace) -> bool:
    """Whether there is too little room for anything large."""
    return room.free_inodes == 0 or room.free_bytes < MODEST_BYTES


def _space_verdict(node: NodeView, room: FolderSpace, what: str) -> Verdict | None:
    if not is_full(room):
        return None
    fix, by = freeing_fix(node, room), describe_user(room)
    if room.free_inodes == 0:
        return block("no-inodes", f"{what}: {room.mount} has no free inodes{by}", fix)
    message = f"{what}: only {format_file_size(room.free_bytes)} are free on {room.mount}{by}"
    if room.free_bytes < LEAST_BYTES:
        return block("no-space", message, fix)
    return warn("little-space", message, fix)


@node_check(
    "files.home-and-caches-have-room",
    FreeSpace,
    Files,
    severity=Severity.WARN,
    tags=(Tag.AFTER_FAILURE,),
)
def home_and_caches_have_room(node: NodeView) -> Verdict:
    """The home directory and Hugging Face's cache have free space.

    Downloads of models, compiled kernels and logs go there; with a full quota or disk nothing is
    stored.

    Measured: Free bytes and inodes of the home directory and of `HF_HUB_CACHE`, `HF_HOME` or its
    usual place. A quota is seen where the file system counts it into its free space. A disk that
    another check names is not named again.

    Fix:
        little-space: shows what fills it.
    """
    space = node.read(FreeSpace)
    judged_elsewhere = [
        room.mount for room in (space.temporary, node.read(Files).output) if room and is_full(room)
    ]
    rooms = {"the home": space.home, "Hugging Face's cache": space.hub}
    for what, room in rooms.items():
        if room.state not in USUAL_STATES or room.mount in judged_elsewhere:
            continue
        if is_full(room):
            where = f"{what}, {room.absolute} on {node.name}"
            free = (
                "no more files"
                if room.free_inodes == 0
                else f"{format_file_size(room.free_bytes)} more"
            )
            fix = freeing_fix(node, room)
            note = f"{fix.note}; HF_HOME under [env] moves the cache"
            message = f"{where}, can take {free} ({room.mount}){describe_user(room)}"
            return warn("little-space", message, replace(fix, note=note))
    return ok(
        ", ".join(
            f"{room.absolute}: {format_file_size(room.free_bytes)} free" for room in rooms.values()
        )
    )
