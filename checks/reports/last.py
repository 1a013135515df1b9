"""What the last full run leaves in its directory: for the launcher to trust, a stop to be compared.

Both faces keep it, so that what changed is told whichever of them said go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from checks.errors import UsageError
from checks.facts import Snapshot
from checks.judge import decide
from checks.model import Finding
from checks.reports.compare import Changed, changed
from checks.reports.report import write

LAST = Path(".preflight", "last.json")
FACTS = Path(".preflight", "last-facts.json")
"""Report and snapshot of the last full preflight: what the launcher trusts."""
GOOD = Path(".preflight", "good-facts.json")
"""The snapshot of the last full run that said go: what a stop is compared with."""


def since_go(here: Path, snapshot: Snapshot, findings: Sequence[Finding]) -> Changed | None:
    """What changed since the last go; None after a go, or where there was none to compare."""
    if decide(findings) == "go" or not (here / GOOD).exists():
        return None
    try:
        return changed(Snapshot.load(here / GOOD), snapshot, findings)
    except UsageError:
        return None


def keep_go(here: Path, snapshot: Snapshot) -> None:
    """Keep what a full run that said go has seen. Raises OSError."""
    (here / GOOD).parent.mkdir(exist_ok=True)
    snapshot.save(here / GOOD)


def keep_last(here: Path, snapshot: Snapshot, report: Mapping[str, Any], digest: str) -> None:
    """Keep a full preflight, of the job of that digest, for the launcher. Raises OSError."""
    (here / LAST).parent.mkdir(exist_ok=True)
    snapshot.save(here / FACTS)
    if report["decision"] == "go":
        keep_go(here, snapshot)
    write({**report, "digest": digest}, here / LAST)
