"""Whether /etc/hosts.allow and /etc/hosts.deny keep an address from sshd, and by which line.

hosts_access(5) and hosts_options(5): the first line of hosts.allow that fits lets in, then the
first of hosts.deny keeps out; a line of either may end in `allow` or `deny`, which then decides.
What cannot be decided here, a netgroup or a name that only the target resolves, accuses no line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network

from checks.facts.sshd import AccessLine
from checks.knowledge.first_lines import put_first_command

DAEMON = "sshd"
FIELDS = re.compile(r":(?![^\[]*\])")
"""A colon between fields: not one of an IPv6 address, which stands in brackets."""


def refusing_line(
    lines: Sequence[AccessLine], address: str, names: Collection[str]
) -> AccessLine | None:
    """The line that keeps sshd's caller out; None where none does or an earlier one may let it in.

    `names` are what the target may call the caller.
    """
    if not address:
        return None
    for line in lines:
        fits = _line_fits(line.text, address, names)
        if fits is None:
            return None
        if fits:
            return line if _keeps_out(line) else None
    return None


def _line_fits(text: str, address: str, names: Collection[str]) -> bool | None:
    daemons, clients = [field.strip() for field in (*FIELDS.split(text), "")[:2]]
    if not _list_fits(daemons, lambda word: word.partition("@")[0] in ("ALL", DAEMON)):
        return False
    return _list_fits(clients, lambda word: _client_fits(word, address, names))


def _list_fits(text: str, fits: Callable[[str], bool | None]) -> bool | None:
    """Whether a list takes it: one word fits, and none of those after EXCEPT."""
    wanted, _, rest = re.sub(r"[\s,]+", " ", text).partition(" EXCEPT ")
    found = _any_true(fits(word) for word in wanted.split())
    if not rest or found is False:
        return found
    excepted = _list_fits(rest, fits)
    return False if excepted else None if excepted is None else found


def _any_true(answers: Iterable[bool | None]) -> bool | None:
    known = list(answers)
    return True if True in known else (None if None in known else False)


def _client_fits(word: str, address: str, names: Collection[str]) -> bool | None:
    word = word.rpartition("@")[2] if not word.startswith("@") else word
    if word == "ALL":
        return True
    if word.startswith(("@", "/")) or word in ("KNOWN", "UNKNOWN", "PARANOID"):
        return None
    if word == "LOCAL":
        return any("." not in name for name in names) or None
    if word.startswith("."):
        return any(name.lower().endswith(word.lower()) for name in names) or None
    return _address_fits(word, address, names)


def _address_fits(word: str, address: str, names: Collection[str]) -> bool | None:
    plain = word.replace("[", "").replace("]", "")
    try:
        return ip_address(address) in ip_network(plain, strict=False)
    except ValueError:
        pass
    if word.endswith(".") and word.replace(".", "").isdecimal():
        return f"{address}.".startswith(word)
    if set(word) <= set("0123456789.*?"):
        return fnmatchcase(address, word)
    return any(fnmatchcase(name, word) for name in names) or None


def _keeps_out(line: AccessLine) -> bool:
    options = {field.strip().partition(" ")[0].lower() for field in FIELDS.split(line.text)[2:]}
    if options & {"deny", "twist"}:
        return True
    return "allow" not in options and line.denies


def admit_command(networks: Collection[str]) -> str:
    """Lets these networks in before any other line is read."""
    found = [ip_network(text) for text in networks]
    words = [
        net.with_netmask if net.version == 4 else f"[{net.network_address}]/{net.prefixlen}"
        for net in found
    ]
    return put_first_command(f"{DAEMON}: {' '.join(words)}", "/etc/hosts.allow")
