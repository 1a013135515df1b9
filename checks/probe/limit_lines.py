"""Where limits of a login are set: the lines of a shell's start-up files and of limits.conf."""

import glob
import grp
import os
import pwd
import re

from checks.probe.core import read
from checks.probe.environment import SHELL_FILES

ITEMS = {"t": "cpu", "f": "fsize", "v": "as", "d": "data"}
"""limits.conf's name for what each letter of `ulimit` sets."""
ULIMIT = re.compile(r"(?<!: )\bulimit\s+([^;&|)#]*)")
PAM = re.compile(r"\s*(\S+)\s+(?:soft|hard|-)\s+(cpu|fsize|as|data)\s+(\S+)")
NO_LIMIT = ("unlimited", "infinity", "-1")


def by_ulimit(line):
    """Names of what a line of a shell limits; `ulimit 100` is the size of files."""
    found = []
    for words in (match.split() for match in ULIMIT.findall(line.partition("#")[0])):
        letters = "".join(word for word in words if word.startswith("-"))
        values = [word for word in words if not word.startswith("-")]
        if values and not set(values) & set(NO_LIMIT):
            found += [ITEMS[one] for one in letters.strip("-SH") or "f" if one in ITEMS]
    return found


def concerns(domain):
    """Whether a line of limits.conf is about this account; `*` is not about root."""
    if domain.startswith("@"):
        try:
            return grp.getgrnam(domain[1:]).gr_gid in [os.getgid(), *os.getgroups()]
        except KeyError:
            return False
    user = pwd.getpwuid(os.getuid()).pw_name
    return domain == user or (domain == "*" and os.getuid() != 0)


def by_pam(line):
    """The name of what a line of limits.conf limits for this account, in a list."""
    match = PAM.match(line)
    if match is None or match.group(3) in NO_LIMIT or not concerns(match.group(1)):
        return []
    return [match.group(2)]


def set_in():
    """{item: ["path:line", ...]} of the lines that limit this account's CPU time, files or memory.

    Items are limits.conf's: cpu, fsize, as and data.
    """
    shells = [os.path.expanduser(path) for path in SHELL_FILES]
    files = [(path, by_ulimit) for path in shells + sorted(glob.glob("/etc/profile.d/*"))]
    pam = ["/etc/security/limits.conf", *sorted(glob.glob("/etc/security/limits.d/*.conf"))]
    files += [(path, by_pam) for path in pam]
    found = {}
    for path, names in files:
        for number, line in enumerate((read(path, "") or "").splitlines(), 1):
            for item in names(line):
                found.setdefault(item, []).append("%s:%d" % (path, number))
    return found
