"""Whether PAM's account stage turns an accepted login away, and by which line: access.conf(5).

The first line of access.conf whose users and origins fit decides; where none does, the login is
let in. What cannot be decided here, a netgroup or a name that only the target resolves, accuses no
line.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network

from checks.facts.sshd import AccessLine, Sshd, SshdSetting
from checks.knowledge.logins.denial import Denial
from checks.knowledge.logins.sshd_access import effective_setting
from checks.knowledge.logins.sshd_refusals import Refusal

LETS_ALL_IN = frozenset(
    ("pam_unix.so", "pam_permit.so", "pam_deny.so", "pam_sss.so", "pam_localuser.so")
)
"""Modules of nearly every stack; they name their refusal themselves, or are jumped over."""
SHOW_LOG = (
    "journalctl -q --no-pager -n 20 -u ssh -u sshd 2>/dev/null; "
    "tail -n 20 /var/log/auth.log /var/log/secure 2>/dev/null"
)


def why_account_refused(
    server: Sshd, account: str, address: str, admitted: Collection[str]
) -> Denial | None:
    """The line of access.conf that keeps the login out, else the modules that may; None without.

    `admitted` are the networks of all nodes, which the fix lets in.
    """
    setting = effective_setting(server, "usepam", account, address)
    if not setting or setting.value.lower() != "yes":
        return None
    line = refusing_line(server.pam_access, account, server.groups, address)
    if line:
        return _access_denial(line, account, admitted)
    asked = [module for module in server.pam_account if module.split()[0] not in LETS_ALL_IN]
    if not asked:
        return None
    detail = f"PAM is asked there, and may refuse: {', '.join(asked[:4])}"
    note = "the last lines of sshd's own log name the module that refuses"
    refusal = Refusal(SshdSetting(""), detail, note=note, command=SHOW_LOG)
    return Denial("shell-refuses", detail, refusal=refusal)


def _access_denial(line: AccessLine, account: str, admitted: Collection[str]) -> Denial:
    file, _, number = line.where.rpartition(":")
    detail = f"{line.where}: pam_access refuses {account} by `{line.text}`"
    text = f"+ : {account} : {' '.join(admitted)}"
    command = shlex.join(["sed", "-i", f"{number}i {text}", file])
    refusal = Refusal(
        SshdSetting(line.text, line.where),
        detail,
        note="lets the nodes in before that line, which keeps out all others as before",
        command=command,
    )
    return Denial("shell-refuses", detail, setting=refusal.setting, refusal=refusal)


def refusing_line(
    lines: Collection[AccessLine], account: str, groups: Collection[str], address: str
) -> AccessLine | None:
    """The line that decides, where it refuses; None where it lets in or may."""
    for line in lines:
        _, users, origins = [field.strip() for field in line.text.split(":", 2)]
        fits = _all_true(
            _list_fits(users, lambda word: _user_fits(word, account, groups)),
            _list_fits(origins, lambda word: _origin_fits(word, address)),
        )
        if fits is None:
            return None
        if fits:
            return line if line.denies else None
    return None


def _all_true(*answers: bool | None) -> bool | None:
    return False if False in answers else None if None in answers else True


def _list_fits(text: str, fits: Callable[[str], bool | None]) -> bool | None:
    """Whether a list takes it: one word fits, and none of those after EXCEPT."""
    wanted, _, rest = f" {text} ".partition(" EXCEPT ")
    answers = [fits(word) for word in wanted.split()]
    found = True if True in answers else None if None in answers else False
    if not rest or not found:
        return found
    excepted = _list_fits(rest.strip(), fits)
    return False if excepted else None if excepted is None else True


def _user_fits(word: str, account: str, groups: Collection[str]) -> bool | None:
    if word == "ALL":
        return True
    if word.startswith("(") and word.endswith(")"):
        return word[1:-1] in groups if groups else None
    if word.startswith("@") or "@" in word:
        return None
    return word == account or word in groups


def _origin_fits(word: str, address: str) -> bool | None:
    """Of what is no address: `cron` and terminals are no login over the network."""
    if word == "ALL":
        return True
    if word in ("LOCAL", "NONE") or word.startswith(("tty", ":", "cron", "pts/")):
        return False
    if word.endswith(".") and word.replace(".", "").isdecimal():
        return f"{address}.".startswith(word)
    if set(word) & set("*?") and set(word) <= set("0123456789.*?"):
        return fnmatchcase(address, word)
    try:
        return ip_address(address) in ip_network(word, strict=False)
    except ValueError:
        return None
