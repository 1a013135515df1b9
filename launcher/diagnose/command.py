"""`launcher diagnose`: which failure a log shows, on which node, why, and what mends it."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Sequence
from pathlib import Path

from launcher.diagnose.evidence import Evidence
from launcher.diagnose.lines import Place
from launcher.diagnose.show import diagnosis_json, render_diagnosis
from launcher.diagnose.sources import find_sources
from launcher.diagnose.verdict import LogVerdict, judge
from launcher.runs import RecordedRun, find_run

FOUND, NOTHING_KNOWN = 0, 1


def add_parser(commands: _SubParsersAction[ArgumentParser]) -> None:
    """The command and its options."""
    text = "say which known failure a log or a run shows, where, why, and what mends it"
    one = commands.add_parser("diagnose", help=text, description=text)
    one.add_argument(
        "logs", nargs="*", type=Path, metavar="LOG",
        help="a log, also gzipped; a directory of logs; a run; - for standard input "
        "(default: the newest run)",
    )  # fmt: skip
    one.add_argument("--json", action="store_true", help="as JSON")
    one.add_argument(
        "--runs", type=Path, default=Path("runs"), metavar="DIR", help="where runs are recorded"
    )
    one.set_defaults(run=print_diagnosis)


def print_diagnosis(args: Namespace) -> int:
    """Prints the diagnosis; 0 where a known failure was found, 1 where none was."""
    paths = [_log_path(path, args.runs) for path in args.logs] or [find_run(args.runs, None).path]
    evidence, verdict = diagnose_logs(paths)
    if args.json:
        print(json.dumps(diagnosis_json(verdict, evidence), indent=1))
    else:
        print(render_diagnosis(verdict, evidence))
    return FOUND if verdict.known else NOTHING_KNOWN


def _log_path(path: Path, runs: Path) -> Path:
    """The path itself, or the run of that name."""
    if str(path) == "-" or path.exists() or not runs.is_dir() or "/" in str(path):
        return path
    return find_run(runs, str(path)).path


def diagnose_logs(paths: Sequence[Path], first: Place | None = None) -> tuple[Evidence, LogVerdict]:
    """Reads all of it once. Raises UsageError where there is nothing to read."""
    evidence = Evidence()
    for source in find_sources(list(paths)):
        evidence.read(source)
    return evidence, judge(evidence, first or _first_failed(paths))


def _first_failed(paths: Sequence[Path]) -> Place | None:
    """Whom the record of a run tells as the first that ended badly."""
    for path in paths:
        for event in RecordedRun(path).rank_events() if path.is_dir() else ():
            if event["kind"] == "rank-ended" and event["code"]:
                return Place("", event["node"], event["rank"])
    return None
