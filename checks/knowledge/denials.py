"""What lets a login through where the mode or the owner of one file or folder denies it."""

from __future__ import annotations

import shlex

from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.denial import Denial
from checks.facts.write_locks import WriteLock
from checks.folded_names import fold_names
from checks.model import Fix

SET_BY = "somebody, or a hardening, set it: set it again afterwards if it must stay"


def opening_fix(node: NodeView, denial: Denial, note: str = "") -> Fix:
    """Gives the login what it lacks of that file or folder, and nobody more than its kind.

    What another owns in the login's own home becomes the login's, with all below it. Where the
    mode grants it, an access list or the mount denies: that is shown.
    """
    if denial.noexec:
        where = "and take noexec out of its line in /etc/fstab, or it comes back"
        return node.fix(f"mount -o remount,exec {shlex.quote(denial.noexec)}", where, root=True)
    path, own = shlex.quote(denial.path), denial.who == "u"
    if not denial.by_mode:
        return node.fix(f"namei -l {path}; getfacl -p {path}", "an access list or its mount denies")
    if is_taken_at_home(node, denial):
        top = shlex.quote(denial.root or denial.path)
        return node.owning_fix(top, note, whole=denial.folder or denial.more > 0)
    if "w" in denial.need and not own:
        return node.owning_fix(path, note)
    whole = denial.more or (denial.folder and denial.root)
    command = f"-R {denial.who}+rX {shlex.quote(denial.root)}" if whole else ""
    command = command or f"{denial.who}+{denial.need} {path}"
    return node.fix(f"chmod {command}", note, root=not own)


def is_taken_at_home(node: NodeView, denial: Denial) -> bool:
    """Whether another owns it in the login's own home, as after a run by sudo."""
    home = node.read(Account).home.rstrip("/") if node.has(Account) else ""
    return bool(home) and denial.who != "u" and denial.path.startswith(f"{home}/")


def other_number_words(node: NodeView, denial: Denial) -> str:
    """`; ubuntu is user 1501 there, and 1500, the owner, on node[1-2]`; '' where that is not so."""
    login = node.read(Account) if node.has(Account) else None
    if login is None or denial.uid in (None, login.uid):
        return ""
    logins = node.cluster.facts_by_node(Account).items()
    owners = [name for name, at in logins if (at.user, at.uid) == (login.user, denial.uid)]
    if not owners:
        return ""
    owner = f"{denial.uid}, the owner, on {fold_names(owners)}"
    return f"; {login.user} is user {login.uid} on {node.name}, and {owner}"


def renumber_fix(node: NodeView, denial: Denial, note: str) -> Fix:
    """Gives the login the number that it has on the others, and its home with it."""
    login = node.read(Account)
    command = shlex.join(["usermod", "-u", str(denial.uid), login.user])
    return node.fix(command, f"while nothing of {login.user} runs there; {note}", root=True)


def denial_words(denial: Denial) -> str:
    """For example: /opt/env (mode 0700, of root:root) does not let the login in."""
    if denial.noexec:
        return f"{denial.path} is on {denial.noexec}, mounted noexec: nothing there can be run"
    kind = "enter" if denial.folder and "w" not in denial.need else {"x": "run"}.get(denial.need)
    kind = kind or ("write" if "w" in denial.need else "read")
    more = f", and {denial.more} more below {denial.root}" if denial.more else ""
    return f"{denial} does not let the login {kind} it{more}"


def unlock_command(lock: WriteLock) -> str:
    """What root types to take the lock away."""
    if lock.flag:
        return f"chattr -{lock.flag} {shlex.quote(lock.path)}"
    return f"mount -o remount,rw {shlex.quote(lock.mount)}"


def unlock_fix(node: NodeView, lock: WriteLock, note: str = "") -> Fix:
    """Takes the lock away; says where, if nobody may in this container."""
    if not lock.removable:
        outside = f"on the machine that has the file, `{unlock_command(lock)}`: no container may"
        return node.fix("", "; ".join(filter(None, (outside, note))))
    return node.fix(unlock_command(lock), "; ".join(filter(None, (SET_BY, note))), root=True)
