"""Fixes that would be refused: what they write is locked, for root too, and is unlocked first."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace

from checks.errors import FactError
from checks.facts import ClusterView, NodeView
from checks.facts.account import Account
from checks.facts.files import Files
from checks.facts.view import UndeclaredFactError
from checks.facts.write_locks import WriteLock
from checks.knowledge.denials import SET_BY, unlock_command
from checks.model import Verdict

REWRITES = re.compile(r"\b(sed -\S*i|ssh-keygen -R|scp|mv|cp|rm|chmod|chown)\b")
"""What changes more of a file than to add to its end."""
SHOWS = re.compile(r"(sudo )?(namei|ls|cat|grep|find|findmnt|df|du|stat|getfacl|dmesg|chattr|ps)\b")


def unlock_first(verdict: Verdict, cluster: ClusterView) -> Verdict:
    """The verdict; its fix takes away before what keeps even root from writing the files in it."""
    fix = verdict.fix
    if fix is None or fix.on not in cluster.job.names or SHOWS.match(fix.command):
        return verdict
    node = cluster[fix.on]
    locks = [lock for lock in _locks_on(node) if _is_refused(fix.command, lock, node)]
    if not locks:
        return verdict
    message = "; ".join([verdict.message, *map(str, locks)])
    if not all(lock.removable for lock in locks):
        unlocking = " && ".join(map(unlock_command, locks))
        note = f"first, on the machine that has the file, as no container may: {unlocking}"
        return replace(
            verdict, message=message, fix=replace(fix, note=f"{note}; {fix.note}".rstrip("; "))
        )
    steps = [node.as_root(unlock_command(lock)) for lock in locks]
    note = "; ".join(filter(None, (fix.note, SET_BY)))
    fix = replace(fix, command=" && ".join([*steps, fix.command]), note=note)
    return replace(verdict, message=message, fix=fix)


def _locks_on(node: NodeView) -> list[WriteLock]:
    locks: list[WriteLock] = []
    with contextlib.suppress(FactError, UndeclaredFactError):
        locks += node.read(Account).locks
    with contextlib.suppress(FactError, UndeclaredFactError):
        locks += [path.lock for path in node.read(Files).same.values() if path.lock]
    unlocking = {unlock_command(lock): lock for lock in reversed(locks)}
    return list(unlocking.values())[::-1]


def _is_refused(command: str, lock: WriteLock, node: NodeView) -> bool:
    """Whether a step of the command writes what is locked."""
    if unlock_command(lock) in command:
        return False
    if lock.flag == "a" and not REWRITES.search(command):
        return False
    home = node.read(Account).home if node.has(Account) else "~"
    written = re.sub(r"(?<![\w/])~/", f"{home}/", command)
    return bool(re.search(rf"(?<![\w./-]){re.escape(lock.path)}(?![\w.-])", written))
