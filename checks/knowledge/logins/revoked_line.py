"""A line of known_hosts that marks a host's key as revoked: `@revoked`."""

from __future__ import annotations

import re
import shlex

PLACE = re.compile(r"revoked by (?P<place>.+:\d+)$")


def remove_line_command(place: str) -> str:
    """Deletes the line at `file:line`, if it is such a one still."""
    path, _, number = place.rpartition(":")
    return f"sed -i '{int(number)}{{/^[[:space:]]*@revoked/d;}}' {shlex.quote(path)}"


def caution(name: str) -> str:
    """What to ask before, of the host of that name."""
    return (
        "only if nobody knows why it was put there: a stolen key has to be replaced on "
        f"{name} instead (rm /etc/ssh/ssh_host_*_key*; ssh-keygen -A; restart its sshd)"
    )


def revoked_by(detail: str) -> str:
    """The `file:line` that the detail of a refused login names; '' where it names none."""
    found = PLACE.search(detail)
    return found.group("place") if found else ""
