"""How a limit of a login is lifted: where its files, PAM or the sshd that runs set it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.limits import Limits, Pair
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


def describe_origin(node: NodeView, item: str) -> str:
    """The lines that set a limit, or the sshd that hands it on, for a message; '' for neither."""
    limits = node.read(Limits)
    server, own = limits.server, getattr(limits, item)
    if item in limits.set_in or not server.limits or server.limits.get(item) != own:
        return describe_setting_lines(node, item)
    pam = "" if server.pam else ", and it asks no pam_limits"
    return f": the sshd that runs has no more itself (process {server.pid}){pam}"


def limit_fix(
    node: NodeView, item: str, directive: str, value: str, kinds: tuple[str, ...] = ("soft", "hard")
) -> Fix:
    """Takes out the lines that set it, else raises it where this very login has it from.

    That is PAM where sshd asks it, else the sshd that runs. No limit is lowered on the way, and no
    file loses a line.
    """
    known = comment_out_fix(node, item)
    if known:
        return known
    server = node.read(Limits).server
    if server.pam:
        return _pam_fix(node, item, value, kinds)
    if _allows(server.limits.get(item), value, kinds):
        where = "~/.[a-z]* /etc/profile /etc/profile.d /etc/bash.bashrc /etc/bashrc /etc/zshenv"
        note = "sshd itself allows more: remove the line of a start-up file that lowers it"
        return node.fix(f"grep -rsnE 'u(sr)?limit|prlimit' {where}", note)
    return _server_fix(node, item, directive, value, kinds)


def _pam_fix(node: NodeView, item: str, value: str, kinds: tuple[str, ...]) -> Fix:
    """Later lines about an account win, and win over those about everybody."""
    _, hard = _own_limit(node, item)
    low = [kind for kind in kinds if kind == "soft" or not _reaches(hard, value)]
    user = node.read(Account).user if node.has(Account) else "root"
    lines = "".join(f"{user} {kind} {item} {value}\\n" for kind in low or kinds)
    command = f"printf '{lines}' >> /etc/security/limits.d/zz-{item}.conf"
    return node.fix(command, "for the next login", root=True)


def _server_fix(
    node: NodeView, item: str, directive: str, value: str, kinds: tuple[str, ...]
) -> Fix:
    server = node.read(Limits).server
    _, hard = server.limits.get(item) or _own_limit(node, item)
    ceiling = _raised(hard, value)
    if kinds == ("soft",):
        ceiling = "unlimited" if hard is None else str(hard)
    process = str(server.pid) if server.pid else '"$(pgrep -o -x sshd)"'
    steps = [f"prlimit --pid {process} --{item}={value}:{ceiling}"]
    note = (
        "in force for the next login, until that sshd is started again; start it as the service, "
        "not from a shell with such a limit"
    )
    if server.unit:
        folder = f"/etc/systemd/system/{server.unit}.d"
        pair = f"{value}:{ceiling}".replace("unlimited", "infinity")
        file = shlex.quote(f"{folder}/zz-{item}.conf")
        drop_in = f"printf '[Service]\\n{directive}={pair}\\n' >> {file}"
        steps = [f"mkdir -p {shlex.quote(folder)}", drop_in, *steps]
        note = (
            "in force for the next login; the drop-in keeps it from the next boot on: no "
            "daemon-reload of systemd, which can take the GPUs from running containers"
        )
    return node.fix(" && ".join(steps), note, root=True)


def _own_limit(node: NodeView, item: str) -> Pair:
    limits = node.read(Limits)
    own: Pair = limits.cutting.get(item) or getattr(limits, item)
    return own


def _allows(pair: Pair | None, value: str, kinds: tuple[str, ...]) -> bool:
    """Whether a limit is at least that, or, where only the soft one is meant, that very one."""
    if pair is None:
        return False
    if kinds == ("soft",):
        return str(pair[0]) == value
    return all(_reaches(limit, value) for limit in pair)


def _reaches(limit: int | None, value: str) -> bool:
    return limit is None or (value != "unlimited" and limit >= int(value))


def _raised(limit: int | None, value: str) -> str:
    """The larger of both, as prlimit reads it."""
    if limit is None:
        return "unlimited"
    return str(limit) if _reaches(limit, value) else value


def _setting_lines(node: NodeView, items: Iterable[str]) -> list[str]:
    set_in = node.read(Limits).set_in
    return list(dict.fromkeys(place for item in items for place in set_in.get(item, ())))


def _comment_out_command(place: str) -> str:
    """`:` ignores what follows it, so that a shell's block stays complete."""
    path, _, line = place.rpartition(":")
    edit = "s/^/# /" if path.startswith(PAM_FILES) else "s/\\bulimit\\b/: &/g"
    return f"sed -i '{line}{edit}' {shlex.quote(path)}"
