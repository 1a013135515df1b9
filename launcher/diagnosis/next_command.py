"""The line to type once a known failure is mended: the start again, or the checks concerned."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from checks.check import Over
from checks.declared import find_check
from checks.knowledge.misspelt_options import Corrected, correct_words
from checks.knowledge.trainer_options import TRAINER_OPTIONS
from checks.next_line import next_line, same_line, without_allowances
from launcher.diagnosis.evidence import Evidence
from launcher.diagnosis.sightings import Sighting
from launcher.record import RecordedRun

LONGEST_SCRIPT = 1 << 20
_REFUSED = ("arguments", "what")
"""Groups of a known failure that have the words that a program refused."""
_FIELD = re.compile(r"^\s+([a-z]\w*)\s*:", re.MULTILINE)
_OF_VALUE = re.compile(r"-[^\s:]*(: | could match )")
"""argparse knows the option, and does not take what it is given."""
_ADDED = re.compile(r"--[A-Za-z][\w-]*")


def next_command(cause: Sighting, evidence: Evidence) -> str:
    """The start again, or the checks on the node concerned if it is known; '' where none applies.

    What the job runs is checked by the start itself: of a recorded run that is typed again, without
    what the program refused.
    """
    run = _recorded_run(evidence)
    typed = run.read("plan.json").get("typed", ()) if run else ()
    if run and typed and cause.known.of_usage:
        own, corrected = _corrected_words(cause, run, typed)
        known = corrected.words or (_ADDED.search(_refused(cause)) and "--" not in typed)
        return same_line("launcher", (*own, *corrected.words)) if known else ""
    checks = [*filter(None, map(find_check, cause.known.checks))]
    if not checks:
        return ""
    if run and typed and any(check.of_command for check in checks):
        return without_allowances(same_line("launcher", typed), _settled(cause, run))
    chosen = " or ".join(check.claim for check in checks)
    node = cause.line.place.node
    if node and all(check.over is not Over.CLUSTER for check in checks):
        chosen = f"({chosen}) and {node}" if len(checks) > 1 else f"{chosen} and {node}"
    hosts = () if Path("launch.toml").exists() else ("--hosts", "hosts.txt")
    return next_line("preflight", None, *hosts, "-k", chosen)


def _recorded_run(evidence: Evidence) -> RecordedRun | None:
    """The run that is diagnosed; None for other logs."""
    logs = (source.path for source in evidence.sources if source.of_run and source.path)
    return next((RecordedRun(path.parent.parent) for path in logs), None)


def _settled(cause: Sighting, run: RecordedRun) -> set[str]:
    """The checks that the fix settles, and their areas where nothing else of these failed."""
    checks = set(cause.known.checks)
    failed = {
        finding["check"]
        for finding in run.read("preflight.json").get("findings", ())
        if finding.get("outcome") in ("fail", "unknown")
    }
    open_areas = {name.partition(".")[0] for name in failed - checks}
    return checks | {name.partition(".")[0] for name in checks} - open_areas


def left_out_words(cause: Sighting, evidence: Evidence) -> Sequence[str]:
    """The words of the command that `next_command` leaves out, as no option is like them."""
    run = _recorded_run(evidence)
    typed = run.read("plan.json").get("typed", ()) if run else ()
    known = run and typed and cause.known.of_usage
    return _corrected_words(cause, run, typed)[1].left_out if run and known else ()


def _corrected_words(
    cause: Sighting, run: RecordedRun, typed: Sequence[str]
) -> tuple[Sequence[str], Corrected]:
    """The words before the program, and from `--` on what was typed, its refused options corrected
    or left out; none of these where they are not known to be wrong. Where the words of the program
    stand elsewhere, they are corrected there.
    """
    at = typed.index("--") if "--" in typed else len(typed)
    own, training = typed[:at], typed[at:]
    refused = _refused(cause)
    if not _ADDED.search(refused) or _OF_VALUE.match(refused):
        return own, Corrected((), ())
    usage = cause.groups.get("usage") or _options_of_trainer(run)
    return own, correct_words(training, refused, usage)


def _refused(cause: Sighting) -> str:
    return next(filter(None, map(cause.groups.get, _REFUSED)), "")


def _options_of_trainer(run: RecordedRun) -> str:
    """The Trainer's options, and those of the script's own data classes where it is here."""
    job = run.read("plan.json").get("job", {})
    script = Path(str(job.get("workdir", "")), *map(str, job.get("command", ())[:1]))
    is_short = script.is_file() and script.stat().st_size < LONGEST_SCRIPT
    text = script.read_text(encoding="utf-8", errors="replace") if is_short else ""
    return " ".join(f"--{name}" for name in (*_FIELD.findall(text), *TRAINER_OPTIONS.split()))
