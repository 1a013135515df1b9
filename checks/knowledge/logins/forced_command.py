"""A command that the target runs in place of every command that a login asks for.

sshd(8): `command="…"` before a key of authorized_keys; sshd_config(5): ForceCommand, which wins.
"""

from __future__ import annotations

import re

from checks.facts.sshd import AuthorizedKey, Sshd
from checks.facts.trust import Trust
from checks.knowledge.logins.denial import Denial
from checks.knowledge.logins.sshd_access import effective_setting
from checks.knowledge.logins.sshd_refusals import ServerSide, why_session_ends

COMMAND_OPTION = re.compile(r'command="((?:\\.|[^"\\])*)"', re.IGNORECASE)
KEY_TYPE = r"\(\(ssh-\|ecdsa-\|sk-\)[^ ]* AAAA\)"
"""How a key begins, for sed."""


def why_forced(client: Trust | None, server: Sshd, account: str, address: str) -> Denial | None:
    """What makes the target run another command; None where neither of its files does.

    `account` is who logs in there; authorized_keys are known of the probe's own account only.
    """
    setting = effective_setting(server, "forcecommand", account, address)
    if setting and setting.value.lower() != "none":
        within = f", for {setting.match}" if setting.match else ""
        detail = f"{setting.where or 'sshd'}: ForceCommand {setting.value}{within}"
        return Denial("forced-command", detail, setting=setting)
    if account != server.user:
        return None
    offered = {key.fingerprint for key in client.keys} | set(client.agent) if client else set()
    for line in server.authorized:
        option = COMMAND_OPTION.search(line.options) if line.fingerprint in offered else None
        if option:
            return Denial("forced-command", f"{line.where} gives its key {option[0]}", line=line)
    refusal = why_session_ends(ServerSide(server, account, address))
    if refusal is None:
        return None
    return Denial("shell-refuses", refusal.detail, setting=refusal.setting, refusal=refusal)


def drop_command_edit(line: AuthorizedKey) -> str:
    """The sed that leaves this line its key and its other options."""
    _, _, number = line.where.rpartition(":")
    return f"{number}s/^.* {KEY_TYPE}/{_kept_options(line.options)}\\1/"


def _kept_options(options: str) -> str:
    """Options for the right side of sed's `s`, a blank behind them."""
    kept = re.sub(r",{2,}", ",", COMMAND_OPTION.sub("", options)).strip(", ")
    return escape_sed(f"{kept} ") if kept else ""


def escape_sed(text: str) -> str:
    """The text for the right side of sed's `s///`."""
    return re.sub(r"([\\&/])", r"\\\1", text)
