"""Where limits of a login are set: the lines of a shell's start-up files and of limits.conf."""

import glob
import grp
import os
import re

from checks.node.probe.environment import start_up_files
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import user_name

CUTTING = ("cpu", "fsize", "as", "data")
ITEMS = {
    "t": "cpu",
    "f": "fsize",
    "v": "as",
    "d": "data",
    "n": "nofile",
    "u": "nproc",
    "l": "memlock",
}
"""limits.conf's name for what each letter of `ulimit` sets."""
ULIMIT = re.compile(r"(?<!: )\bulimit\s+([^;&|)#]*)")
PAM = re.compile(r"\s*(\S+)\s+(?:soft|hard|-)\s+(cpu|fsize|as|data)\s+(\S+)")
NO_LIMIT = ("unlimited", "infinity", "-1")


def by_ulimit(line):
    """(name, value) of what a line of a shell limits; `ulimit 100` is the size of files."""
    found = []
    for words in (match.split() for match in ULIMIT.findall(line.partition("#")[0])):
        letters = "".join(word for word in words if word.startswith("-"))
        values = [word for word in words if not word.startswith("-")]
        if values and not set(values) & set(NO_LIMIT):
            items = [ITEMS[letter] for letter in letters.strip("-SH") or "f" if letter in ITEMS]
            found += [(item, values[-1]) for item in items]
    return found


def applies_to_account(domain):
    """Whether a line of limits.conf is about this account; `*` is not about root."""
    if domain.startswith("@"):
        try:
            return grp.getgrnam(domain[1:]).gr_gid in [os.getgid(), *os.getgroups()]
        except KeyError:
            return False
    user = user_name(os.getuid())
    return domain == user or (domain == "*" and os.getuid() != 0)


def by_pam(line):
    """(name, value) of what a line of limits.conf limits for this account, in a list."""
    match = PAM.match(line)
    if match is None or match.group(3) in NO_LIMIT or not applies_to_account(match.group(1)):
        return []
    return [match.group(2, 3)]


def limit_settings(counts):
    """{item: ["path:line", ...]} of the lines that lower a limit of this account.

    Items are limits.conf's. Of those in `counts`, {item: soft limit}, only a start-up file's line
    with that very number counts: others may raise it, and are better left.
    """
    files = [(path, by_ulimit) for path in start_up_files()]
    pam = ["/etc/security/limits.conf", *sorted(glob.glob("/etc/security/limits.d/*.conf"))]
    files += [(path, by_pam) for path in pam]
    found = {}
    for path, limits in files:
        for number, line in enumerate((read_file(path, "") or "").splitlines(), 1):
            for item, value in limits(line):
                if item in CUTTING or value == str(counts.get(item)):
                    found.setdefault(item, []).append("%s:%d" % (path, number))
    return found
