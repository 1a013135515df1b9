"""Why nothing can be written to a folder, and what makes it a folder that can be."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from checks.facts import NodeView
from checks.facts.files import FolderSpace, KeptFile
from checks.knowledge.denials import (
    denial_words,
    is_taken_at_home,
    opening_fix,
    other_number_words,
    renumber_fix,
    unlock_fix,
)
from checks.model import Fix

SYSTEM = ("/dev/", "/proc/", "/sys/")
"""What lies there is nobody's to move."""
LOCKED = {
    "i": ("immutable", "nothing can be made, replaced or removed there, not even by root"),
    "a": ("append-only", "nothing can be replaced or removed there, not even by root"),
}
"""Cause and words of lsattr's flags."""


def explain_unwritable(
    node: NodeView, folder: FolderSpace, peers: Iterable[FolderSpace], elsewhere: str
) -> tuple[str, str, Fix] | None:
    """Cause, message and fix for a folder that was looked at, or None where it can be written.

    `peers` are the same path on all nodes, `elsewhere` says how the job gets another one.
    """
    place = f"{folder.absolute} on {node.name}"
    if folder.target:
        message = f"{place} cannot be a folder: {folder.nearest} is a link to {folder.target}, "
        note = f"or mount what belongs there, or {elsewhere}"
        fix = node.fix(f"mkdir -p {shlex.quote(folder.target)}", note)
        return "dangling-link", message + "which is not there", fix
    if not folder.directory:
        message = f"{place} cannot be a folder: {folder.nearest} is a file"
        return "not-a-directory", message, _move_file_fix(node, folder, peers, elsewhere)
    if folder.lock and folder.lock.flag:
        cause, words = LOCKED[folder.lock.flag]
        return (
            cause,
            f"{place}: {folder.lock}: {words}",
            unlock_fix(node, folder.lock, f"or {elsewhere}"),
        )
    if folder.read_only:
        message = f"{place} is on {folder.mount} ({folder.filesystem}), which is mounted read-only"
        command = f"mount -o remount,rw {shlex.quote(folder.mount)}"
        return "read-only", message, node.fix(command, f"or {elsewhere}", root=True)
    if not folder.writable:
        return "not-writable", *_explain_denied(node, folder, elsewhere)
    return _explain_kept(node, folder.kept, elsewhere) if folder.kept else None


def _explain_denied(node: NodeView, folder: FolderSpace, elsewhere: str) -> tuple[str, Fix]:
    """Message and fix for a folder that its mode or owner denies to the login."""
    denied, place = folder.denied, f"{folder.absolute} on {node.name}"
    number = other_number_words(node, denied) if denied else ""
    if denied and (
        "w" not in denied.need
        or denied.who == "u"
        or (is_taken_at_home(node, denied) and not folder.shared)
    ):
        message = f"{place} cannot be written: {denial_words(denied)}{number}"
        return message, opening_fix(node, denied, f"or {elsewhere}")
    login = "the login" if folder.state == "there" else f"the login (in {folder.nearest})"
    message = f"{place} cannot be written by {login}{number}"
    if folder.shared and denied and number:
        return message, renumber_fix(node, denied, f"or {elsewhere}")
    if folder.state == "there" and folder.shared:
        return message, node.fix("", f"ask its owner, or {elsewhere}")
    return message, node.owning_fix(shlex.quote(folder.absolute), f"or {elsewhere}", make=True)


def _explain_kept(node: NodeView, kept: KeptFile, elsewhere: str) -> tuple[str, str, Fix] | None:
    """For what an earlier run left in a folder that can be written, and a checkpoint replaces."""
    replaced = "a checkpoint replaces it"
    if kept.lock:
        cause = LOCKED[kept.lock.flag][0]
        message = f"{kept.lock.path} on {node.name}: {kept.lock}: {replaced}"
        return cause, message, unlock_fix(node, kept.lock, f"or {elsewhere}")
    if kept.denied:
        number = other_number_words(node, kept.denied)
        message = f"on {node.name}, {denial_words(kept.denied)}{number}: {replaced}"
        return "not-writable", message, opening_fix(node, kept.denied, f"or {elsewhere}")
    return None


def _move_file_fix(
    node: NodeView, folder: FolderSpace, peers: Iterable[FolderSpace], elsewhere: str
) -> Fix:
    """The file goes aside where it is here alone; where all nodes have it, the path is wrong."""
    usual = all(peer.nearest == folder.nearest and not peer.directory for peer in peers)
    if (usual and len(node.job.nodes) > 1) or folder.nearest.startswith(SYSTEM):
        return node.fix("", elsewhere)
    file, path = shlex.quote(folder.nearest), shlex.quote(folder.absolute)
    moved = shlex.quote(f"{folder.nearest}.moved")
    return node.fix(f"mv -nT {file} {moved} && mkdir -p {path}", f"keeps the file; or {elsewhere}")
