"""How a limit of a login is lifted: where its own files set it there, else for all logins."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.limits import Limits
from checks.model import Fix

PAM_FILES = "/etc/security/"


def describe_setting_lines(node: NodeView, *items: str) -> str:
    """The lines that set these limits, for a message; empty where none was seen."""
    places = _setting_lines(node, items)
    return f", set in {', '.join(places)}" if places else ""


def comment_out_fix(node: NodeView, *items: str) -> Fix | None:
    """Takes out the lines that set these limits; None where none was seen."""
    places = _setting_lines(node, items)
    if not places:
        return None
    own = node.has(Account) and all(
        place.startswith(node.read(Account).home.rstrip("/") + "/") for place in places
    )
    command = " && ".join(map(_comment_out_command, places))
    return node.fix(command, "for the next login", root=not own)


def limit_fix(
    node: NodeView, item: str, directive: str, value: str, kinds: tuple[str, ...] = ("soft", "hard")
) -> Fix:
    """Takes out the lines that set it, else both ways in which a login can get its limit.

    Through PAM, and from systemd without it.
    """
    return comment_out_fix(node, item) or _all_logins_fix(node, item, directive, value, kinds)


def _all_logins_fix(
    node: NodeView, item: str, directive: str, value: str, kinds: tuple[str, ...]
) -> Fix:
    lines = "".join(
        f"{domain} {kind} {item} {value}\\n" for domain in ("*", "root") for kind in kinds
    )
    unlimited = "infinity" if value == "unlimited" else value
    both = f"{unlimited if 'hard' in kinds else value + ':infinity'}"
    steps = (
        f"printf '{lines}' > /etc/security/limits.d/90-{item}.conf",
        "for u in ssh sshd; do mkdir -p /etc/systemd/system/$u.service.d",
        f"printf '[Service]\\n{directive}={both}\\n' > "
        f"/etc/systemd/system/$u.service.d/90-{item}.conf",
        "done",
        f'prlimit --pid "$(pgrep -o -x sshd)" --{item}={value}{":" if len(kinds) == 1 else ""}',
    )
    note = (
        "limits.d applies where sshd uses PAM; elsewhere the sshd that runs is given the limit, "
        "and the drop-in keeps it from the next boot on: no daemon-reload of systemd, which can "
        "take the GPUs from running containers; log in again afterwards"
    )
    return node.fix("; ".join(steps), note, root=True)


def _setting_lines(node: NodeView, items: Iterable[str]) -> list[str]:
    set_in = node.read(Limits).set_in
    return list(dict.fromkeys(place for item in items for place in set_in.get(item, ())))


def _comment_out_command(place: str) -> str:
    """`:` ignores what follows it, so that a shell's block stays complete."""
    path, _, line = place.rpartition(":")
    edit = "s/^/# /" if path.startswith(PAM_FILES) else "s/\\bulimit\\b/: &/g"
    return f"sed -i '{line}{edit}' {shlex.quote(path)}"
