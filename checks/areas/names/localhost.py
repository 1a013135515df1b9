"""Whether the name localhost means the machine itself."""

from __future__ import annotations

from checks.areas.names.addresses import is_loopback
from checks.areas.names.hosts_file import (
    SYSTEM_FILES,
    hosts_file_fix,
    ignores_all_names,
    is_hosts_file_unreadable,
)
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.names import Names
from checks.facts.surroundings import Surroundings
from checks.model import Severity, Verdict, ok, skip, warn


@node_check(
    "names.localhost-is-this-machine", Surroundings, severity=Severity.WARN, optional=(Names,)
)
def localhost_is_this_machine(node: NodeView) -> Verdict:
    """localhost means 127.0.0.1 or ::1 on every node.

    Launchers, stores and trackers of experiments call their own helpers by that name, and fail or
    wait where it is another machine's or nobody's.

    Measured: What the resolver answers to it.

    Fix:
        localhost-missing, localhost-elsewhere: writes the line into `/etc/hosts`.
    """
    addresses = node.read(Surroundings).localhost
    if addresses and all(map(is_loopback, addresses)):
        return ok(f"localhost is {addresses[0]} on {node.name}")
    if not addresses and is_hosts_file_unreadable(node):
        return skip(f"/etc/hosts cannot be read; see {SYSTEM_FILES}")
    if not addresses and ignores_all_names(node):
        return skip("nor do the nodes' names; see names.every-node-resolves-every-node")
    said = f"means {', '.join(addresses)}" if addresses else "means nothing"
    message = f"localhost {said} on {node.name}; expected 127.0.0.1"
    fix = hosts_file_fix(node, ["localhost"], ["127.0.0.1 localhost"])
    return warn("localhost-elsewhere" if addresses else "localhost-missing", message, fix)
