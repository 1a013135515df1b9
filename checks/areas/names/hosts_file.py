"""The fix of a name on one node: the right line in its /etc/hosts, and no other line with it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from checks.facts import NodeView
from checks.facts.names import Names
from checks.facts.surroundings import Surroundings
from checks.knowledge.nccl_variables import GLOO_IFNAME
from checks.model import Fix

SYSTEM_FILES = "files.system-is-as-programs-expect"


def own_name_fix(node: NodeView, hostname: str, address: str) -> Fix:
    """Makes the node's own host name mean that address there."""
    note = f"or set {GLOO_IFNAME} in [env] of launch.toml"
    command = _rewrite_hosts_file([hostname], [f"{address} {hostname}"]) + _enable_hosts_file(node)
    return node.fix(command, note, root=True)


def hosts_file_fix(node: NodeView, names: Sequence[str], lines: Sequence[str]) -> Fix:
    """Makes the names mean what `lines` of /etc/hosts say; a note where there are none."""
    if not lines:
        return node.fix("", f"give {', '.join(names)} an address in /etc/hosts or DNS")
    command = _rewrite_hosts_file(names, lines) + _enable_hosts_file(node)
    return node.fix(command, "or correct them in DNS", root=True)


def is_hosts_file_unreadable(node: NodeView) -> bool:
    """Whether the login may not read /etc/hosts, for which another check has the fix."""
    return node.has(Surroundings) and bool(node.read(Surroundings).seen.get("/etc/hosts"))


def why_hosts_file_ignored(node: NodeView) -> str:
    """Why lines of /etc/hosts mean nothing there, as the end of a sentence; '' where they do."""
    names = node.read(Names)
    if names.uses_hosts_file:
        return ""
    return f"; /etc/nsswitch.conf names {', '.join(names.sources)} and not /etc/hosts"


def _enable_hosts_file(node: NodeView) -> str:
    sed = "sed -i --follow-symlinks 's/^hosts:/hosts: files/' /etc/nsswitch.conf"
    return f"; {sed}" if why_hosts_file_ignored(node) else ""


def _rewrite_hosts_file(names: Sequence[str], lines: Sequence[str]) -> str:
    """Takes the names off every line of /etc/hosts and appends the right lines.

    Written through, not renamed into place: in containers /etc/hosts is a mount.
    """
    any_of = "|".join(re.escape(name) for name in names)
    name_off = f":a;s/^([^#]*[[:space:]])({any_of})([[:space:]]|$)/\\1\\3/;ta"
    sed = f"sed -E '{name_off};/^[^#[:space:]]+[[:space:]]*$/d' /etc/hosts"
    added = "".join(f"{line}\\n" for line in lines)
    return f"new=$({sed}; printf {shlex.quote(added)}); printf '%s\\n' \"$new\" > /etc/hosts"
