"""Whether a table in the same log shows a member that does not run, for which the others wait.

An error that a name is unknown, that nobody answers or that a peer is gone says what a rank met. A
row of `kubectl get pods`, `sinfo` or `docker ps` that shows that member down says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from checks.folded_names import expand_names
from checks.knowledge.failures import FailureKind
from launcher.diagnosis.sightings import Sighting

TABLES = "cluster_tables"
"""The layer of such rows."""
_OF_OTHERS = frozenset(
    {
        "collective.ranks-meet",
        "names.every-node-resolves-every-node",
        "ports.master-port-is-reachable",
        "reach.controller-logs-in",
        "ssh.every-node-logs-in-to-every-node",
    }
)
"""Checks of a failure that a member which does not run would explain."""
_GROUPS = ("node", "host", "address", "peer", "name", "worker", "target")


def absent_member(cause: Sighting, seen: Iterable[Sighting]) -> Sighting | None:
    """The row of the member that the cause names; where it names none, the first row of a pod."""
    if not (cause.known.peer or _OF_OTHERS & set(cause.known.checks)):
        return None
    rows = [each for each in seen if each.known.layer == TABLES and each is not cause]
    rows = [row for row in rows if row.known.kind is not FailureKind.STALL]
    named = {_label(cause.groups[key]) for key in _GROUPS if cause.groups.get(key)}
    named = {name for name in named if not re.fullmatch(r"[\d.]+", name)}
    row = next((row for row in rows if named & _members(row)), None)
    if not row and not named:
        row = next((row for row in rows if row.known.kind is FailureKind.ROOT), None)
    return replace(row, known=replace(row.known, kind=FailureKind.ROOT)) if row else None


def _members(row: Sighting) -> set[str]:
    return {_label(name) for name in expand_names(row.groups.get("node", ""))}


def _label(name: str) -> str:
    """The name without domain and port; an address as it is."""
    host = re.sub(r"[<:]\d+.*$", "", name).strip("[]()")
    return host if re.fullmatch(r"[\d.]+", host) else host.partition(".")[0]
