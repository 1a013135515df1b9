"""What the last full run leaves in its directory: for the launcher to trust, a stop to be compared.

Both faces save it, so a stop is compared with the last go of either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from checks.errors import UsageError
from checks.facts import Snapshot
from checks.judge import decide
from checks.model import Finding
from checks.private_files import make_private_folder
from checks.reports.changes import ChangesSinceGo, changes_since
from checks.reports.json_report import write_report

LAST_REPORT = Path(".preflight", "last.json")
LAST_FACTS = Path(".preflight", "last-facts.json")
"""Report and snapshot of the last full preflight: what the launcher trusts."""
GOOD_FACTS = Path(".preflight", "good-facts.json")
"""The snapshot of the last full run that said go: what a stop is compared with."""


def changes_since_go(
    here: Path, snapshot: Snapshot, findings: Sequence[Finding]
) -> ChangesSinceGo | None:
    """What changed since the last go; None after a go, or where there was none to compare."""
    if decide(findings) == "go" or not (here / GOOD_FACTS).exists():
        return None
    try:
        return changes_since(Snapshot.load(here / GOOD_FACTS), snapshot, findings)
    except UsageError:
        return None


def save_good_run(here: Path, snapshot: Snapshot) -> None:
    """Keep what a full run that said go has seen. Raises OSError."""
    make_private_folder((here / GOOD_FACTS).parent)
    snapshot.save(here / GOOD_FACTS)


def save_last_run(
    here: Path, snapshot: Snapshot, report: Mapping[str, Any], *, started: bool = True
) -> None:
    """Keep a full preflight for the launcher; after a dry run nothing `started`. Raises OSError.

    The report's `origins` say of each check when it was asked and what its verdict depends on.
    """
    make_private_folder((here / LAST_REPORT).parent)
    snapshot.save(here / LAST_FACTS)
    if report["decision"] == "go" and started:
        save_good_run(here, snapshot)
    write_report(dict(report), here / LAST_REPORT)
