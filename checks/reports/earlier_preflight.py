"""The last preflight of this directory: which of its verdicts still hold for a job, and why not."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from checks.catalogue import CATALOGUE
from checks.errors import UsageError
from checks.facts import Snapshot
from checks.facts.snapshot import OtherVersionError
from checks.job.build import inputs_digest
from checks.model import Job
from checks.private_files import writable_by_others
from checks.quick_dataclass import dataclass
from checks.reports.last_run import LAST_FACTS, LAST_REPORT
from checks.units import format_duration
from checks.untrusted_json import read_untrusted_json


@dataclass(frozen=True)
class EarlierPreflight:
    """The report, and the facts that it stands on."""

    report: Mapping[str, Any]
    snapshot: Snapshot

    def reasons_to_ask(self, job: Job, now: datetime.datetime) -> dict[str, str]:
        """The checks whose verdicts do not hold for this job any more, and why.

        A verdict holds while it is young enough and nothing that it depends on has changed, unless
        it stops the start: what stops is asked again. So is what was skipped beside it, such as all
        claims on a node that was not reached; what the job runs stops no other check.
        """
        digest = functools.cache(functools.partial(inputs_digest, job))
        stopping = set(stopping_checks(self.report, job.allow))
        skipped = {each["check"] for each in self.report["findings"] if each["outcome"] == "skip"}
        if all(CATALOGUE[name].of_command for name in stopping & CATALOGUE.keys()):
            skipped = set()
        reasons = {}
        for name, check in CATALOGUE.items():
            origin = self.report["origins"].get(name)
            if origin is None or origin["inputs"] != digest(check.inputs):
                reasons[name] = "the last one was for other nodes or settings"
            elif why := _age_reason(origin["asked"], now, job.max_age_s):
                reasons[name] = why
            elif name in stopping:
                reasons[name] = "the last one did not pass"
            elif name in skipped:
                reasons[name] = "the last one skipped them, and did not pass"
        return reasons

    def oldest_of(self, checks: Collection[str]) -> str:
        """When the first of these was asked."""
        return str(min(self.report["origins"][name]["asked"] for name in checks))

    def completed(self, report: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
        """A report of now with what it does not ask: the findings here of those nodes."""
        held = [
            finding
            for finding in self.report["findings"]
            if finding["check"] in CATALOGUE.keys() - report["origins"].keys()
            and set(finding["subject"]) <= set(names)
        ]
        order = {name: place for place, name in enumerate(CATALOGUE)}
        findings = sorted([*report["findings"], *held], key=lambda each: order[each["check"]])
        origins = {**self.report["origins"], **report["origins"]}
        return {**report, "findings": findings, "origins": origins}


def read_earlier_preflight(cwd: Path) -> EarlierPreflight:
    """What the last full preflight of this directory left. Raises UsageError that says why not."""
    for path in (LAST_REPORT, LAST_FACTS):
        _require_own(cwd / path)
    report = _read_report(cwd / LAST_REPORT)
    try:
        snapshot = Snapshot.load(cwd / LAST_FACTS)
    except OtherVersionError:
        why = "another version of this program saved the facts of the last one"
        raise UsageError(why) from None
    except UsageError:
        there = (cwd / LAST_FACTS).exists()
        why = "are damaged or cannot be read" if there else "are not there"
        raise UsageError(f"the facts of the last one, {LAST_FACTS}, {why}") from None
    if snapshot.started != report["started"]:
        raise UsageError("the saved facts of the last one are from another run")
    return EarlierPreflight(report, snapshot)


def _require_own(path: Path) -> None:
    """Returns where nobody but this user can have written the file, or where there is none."""
    try:
        why = writable_by_others(path)
    except FileNotFoundError:
        return
    except OSError as error:
        why = f"{error.filename}: {error.strerror}"
    if why:
        raise UsageError(f"the last one cannot be trusted: {why}")


def stopping_checks(report: Mapping[str, Any], allow: Collection[str]) -> list[str]:
    """The checks in a report that stop the start under these allowances."""
    return [
        finding["check"]
        for finding in report["findings"]
        if finding["outcome"] in ("fail", "unknown")
        and finding["severity"] == "block"
        and not {finding["check"], finding["area"]} & set(allow)
    ]


def _read_report(path: Path) -> dict[str, Any]:
    try:
        report = read_untrusted_json(path.read_bytes())
    except OSError:
        raise UsageError("no run of all checks is kept in this directory yet") from None
    except ValueError:
        raise UsageError(f"{path} is not a preflight report") from None
    whole = isinstance(report, dict) and {"started", "findings", "origins"} <= report.keys()
    if not whole:
        raise UsageError(f"{path} is not a preflight report of this version")
    return dict(report)


def _age_reason(asked: object, now: datetime.datetime, limit_s: float) -> str:
    """Why a verdict of that time cannot be used; '' where it can."""
    try:
        began = datetime.datetime.strptime(str(asked), "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007 - the Z is read as text
    except ValueError:
        return "the last one does not say when it ran"
    age_s = (now - began.replace(tzinfo=datetime.timezone.utc)).total_seconds()
    if age_s < 0:
        return "the last one began later than now: a clock was set back"
    return f"the last one is {format_duration(age_s)} old" if age_s > limit_s else ""
