"""What mends a name on one node: the right line in its /etc/hosts, and no other line with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from checks.facts import NodeView
from checks.model import Fix
from checks.variables import GLOO_IFNAME


def own_name_fix(node: NodeView, hostname: str, address: str) -> Fix:
    """Makes the node's own host name mean that address there."""
    note = f"or set {GLOO_IFNAME} in [env] of launch.toml"
    command = _rewrite([hostname], [f"{address} {hostname}"])
    return node.fix(command, note, root=True)


def hosts_fix(node: NodeView, names: Sequence[str], lines: Sequence[str]) -> Fix:
    """Makes the names mean what `lines` of /etc/hosts say; asks a person where there are none."""
    if not lines:
        return node.fix("", f"give {', '.join(names)} an address in /etc/hosts or DNS")
    return node.fix(_rewrite(names, lines), "or correct them in DNS", root=True)


def _rewrite(names: Sequence[str], lines: Sequence[str]) -> str:
    """Takes the names off every line of /etc/hosts and appends the right lines.

    Written through, not renamed into place: in containers /etc/hosts is a mount.
    """
    any_of = "|".join(re.escape(name) for name in names)
    name_off = f":a;s/^([^#]*[[:space:]])({any_of})([[:space:]]|$)/\\1\\3/;ta"
    sed = f"sed -E '{name_off};/^[^#[:space:]]+[[:space:]]*$/d' /etc/hosts"
    added = "\\n".join(lines)
    return f"new=$({sed}; printf '{added}\\n'); printf '%s\\n' \"$new\" > /etc/hosts"
