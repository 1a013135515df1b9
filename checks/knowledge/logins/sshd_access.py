"""Which of sshd's settings hold for one login, and whether its lists keep that login out.

sshd_config(5): what stands in the first Match block that fits the login holds, else what stands
outside of all. What cannot be decided here, a host by its name, accuses no setting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network

from checks.facts.sshd import Sshd, SshdSetting

ACCESS_LISTS = (
    ("denyusers", True),
    ("allowusers", False),
    ("denygroups", True),
    ("allowgroups", False),
)
"""In the order in which sshd asks them, and whether being named keeps out."""


def effective_setting(server: Sshd, keyword: str, account: str, address: str) -> SshdSetting | None:
    """The setting that holds for a login as `account` from `address`.

    What sshd itself says of that address decides, where it was asked.
    """
    listed = server.settings.get(keyword, ())
    fitting = [
        setting
        for setting in listed
        if setting.match and _match_holds(setting.match, server, account, address)
    ]
    own = server.by_address.get(address, {}).get(keyword)
    if own is None or account not in ("", server.user):
        return next(iter(fitting), None) or server.setting(keyword)
    same = next((known for known in listed if known.value.lower() == own.lower()), None)
    return same or replace(next(iter(fitting), SshdSetting("")), value=own)


def barring_setting(server: Sshd, account: str, address: str) -> tuple[str, SshdSetting] | None:
    """The keyword that keeps that login out, and its setting."""
    root = effective_setting(server, "permitrootlogin", account, address)
    if account == "root" and root and root.value.lower() == "no":
        return "permitrootlogin", root
    for keyword, keeps_out in ACCESS_LISTS:
        setting = effective_setting(server, keyword, account, address)
        if (
            setting
            and account
            and list_names_login(setting, keyword, server, account, address) is keeps_out
        ):
            return keyword, setting
    return None


def list_names_login(
    setting: SshdSetting, keyword: str, server: Sshd, account: str, address: str = ""
) -> bool | None:
    """Whether such a list names the login; None where that is not known."""
    if keyword.endswith("groups"):
        return _in_group(setting.value.split(), server, account)
    return _any_true(_word_names_login(word, account, address) for word in setting.value.split())


def _word_names_login(word: str, account: str, address: str) -> bool | None:
    user, _, host = word.partition("@")
    if not fnmatchcase(account, user):
        return False
    return address_fits(host, address) if host else True


def _any_true(answers: Iterable[bool | None]) -> bool | None:
    known = list(answers)
    return True if True in known else (None if None in known else False)


def _in_group(patterns: list[str], server: Sshd, account: str) -> bool | None:
    if account != server.user or not server.groups:
        return None
    return any(fnmatchcase(group, pattern) for group in server.groups for pattern in patterns)


def _match_holds(match: str, server: Sshd, account: str, address: str) -> bool:
    """Whether all criteria of a Match line are known to fit."""
    words = match.replace("=", " ").split()
    if len(words) % 2:
        return False
    pairs = zip(words[::2], words[1::2], strict=True)
    return all(
        _criterion_fits(key.lower(), value, server, account, address) for key, value in pairs
    )


def _criterion_fits(key: str, value: str, server: Sshd, account: str, address: str) -> bool:
    if key == "user":
        return _list_fits(value, lambda pattern: fnmatchcase(account, pattern)) is True
    if key == "group":
        return _list_fits(value, lambda pattern: _in_group([pattern], server, account)) is True
    if key in ("address", "host"):
        return _list_fits(value, lambda pattern: address_fits(pattern, address)) is True
    return False


def _list_fits(value: str, fits: Callable[[str], bool | None]) -> bool | None:
    """Whether a list by comma takes it: one pattern fits, and none of those after `!`."""
    words = value.split(",")
    if _any_true(fits(word[1:]) for word in words if word.startswith("!")) is not False:
        return False
    return _any_true(fits(word) for word in words if not word.startswith("!"))


def address_fits(pattern: str, address: str) -> bool | None:
    """Whether the address is of that pattern, a network or one with wildcards; None for a name."""
    if not address or not set(pattern) <= set("0123456789abcdefABCDEF.:/*?"):
        return None
    try:
        return ip_address(address) in ip_network(pattern, strict=False)
    except ValueError:
        return fnmatchcase(address, pattern)
