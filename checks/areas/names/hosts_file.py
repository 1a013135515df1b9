"""The fix of a name on one node: the right line in its /etc/hosts, and no other line with it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from checks.areas.names.addresses import is_loopback
from checks.facts import NodeView
from checks.facts.names import Names
from checks.facts.surroundings import Surroundings
from checks.knowledge.nccl_variables import GLOO_IFNAME
from checks.model import Fix

ASK_HOSTS_FILE = (
    "sed -i -E --follow-symlinks '/^hosts:[[:space:]]*files\\b/!{"
    "s/^(hosts:.*)[[:space:]]files\\b/\\1/;s/^hosts:[[:space:]]*/&files /}' /etc/nsswitch.conf"
)
"""Names it first; typed again it changes nothing."""
SYSTEM_FILES = "files.system-is-as-programs-expect"


def own_name_fix(node: NodeView, hostname: str, address: str) -> Fix:
    """Makes the node's own host name mean that address there."""
    note = f"or set {GLOO_IFNAME} in [env] of launch.toml"
    return node.fix(_mend_command(node, [f"{address} {hostname}"]), note, root=True)


def hosts_file_fix(node: NodeView, names: Sequence[str], lines: Sequence[str]) -> Fix:
    """Makes the names mean what `lines` of /etc/hosts say; a note where there are none."""
    if not lines:
        return node.fix("", f"give {', '.join(names)} an address in /etc/hosts or DNS")
    note = "" if is_hosts_file_ignored(node) else "or correct them in DNS"
    return node.fix(_mend_command(node, lines), note, root=True)


def is_hosts_file_unreadable(node: NodeView) -> bool:
    """Whether the login may not read /etc/hosts, for which another check has the fix."""
    return node.has(Surroundings) and bool(node.read(Surroundings).seen.get("/etc/hosts"))


def is_hosts_file_ignored(node: NodeView) -> bool:
    """Whether lines of /etc/hosts mean nothing there, as nsswitch.conf does not name it."""
    return node.has(Names) and not node.read(Names).uses_hosts_file


def ignores_all_names(node: NodeView) -> bool:
    """The same where names of other nodes are unknown there for it, which their check tells."""
    if not is_hosts_file_ignored(node):
        return False
    return any(not peer.addresses for peer in node.read(Names).peers.values())


def why_hosts_file_ignored(node: NodeView) -> str:
    """Why lines of /etc/hosts mean nothing there, as the end of a sentence; '' where they do."""
    if not is_hosts_file_ignored(node):
        return ""
    sources = ", ".join(node.read(Names).sources)
    return f"; /etc/nsswitch.conf names {sources} and not /etc/hosts"


def is_listed(node: NodeView, line: str) -> bool:
    """Whether /etc/hosts says that of the name already, and nothing else."""
    address, name = line.split()
    listed = node.read(Names).listed.get(name, ()) if node.has(Names) else ()
    return address in listed and (len(listed) == 1 or all(map(is_loopback, listed)))


def _mend_command(node: NodeView, lines: Sequence[str]) -> str:
    """Writes the lines that are not there, and has /etc/hosts asked, first if that is all."""
    wrong = [line for line in lines if not is_listed(node, line)]
    sources = node.read(Names).sources if node.has(Names) else ()
    late = not wrong and sources and sources[0] not in ("files", "resolve")
    ask = [ASK_HOSTS_FILE] if late or is_hosts_file_ignored(node) else []
    if not wrong and not ask:
        wrong = list(lines)
    return "; ".join([*([_rewrite_hosts_file(wrong)] if wrong else []), *ask])


def _rewrite_hosts_file(lines: Sequence[str]) -> str:
    """Takes the names off every line of /etc/hosts and appends the right lines.

    Written through, not renamed into place: in containers /etc/hosts is a mount. `::1 localhost`
    is right beside 127.0.0.1.
    """
    names = [line.split()[1] for line in lines]
    any_of = "|".join(re.escape(name) for name in names)
    keep = "/^[[:space:]]*::1[[:space:]]/b;" if names == ["localhost"] else ""
    name_off = f"{keep}:a;s/^([^#]*[[:space:]])({any_of})([[:space:]]|$)/\\1\\3/;ta"
    sed = f"sed -E '{name_off};/^[^#[:space:]]+[[:space:]]*$/d' /etc/hosts"
    added = "".join(f"{line}\\n" for line in lines)
    return f"new=$({sed}; printf {shlex.quote(added)}); printf '%s\\n' \"$new\" > /etc/hosts"
