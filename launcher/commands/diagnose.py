"""`launcher diagnose`: which failure a log shows, on which node, why, and how to fix it."""

from __future__ import annotations

import dataclasses
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from launcher.commands.run_text import line_for_run
from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.render import diagnosis_json, render_diagnosis
from launcher.diagnosis.run_end import (
    counts_ranks,
    describe_death,
    describe_separation,
    read_run_end,
    without_consequences,
)
from launcher.exit_codes import ExitCode
from launcher.record import RecordedRun, find_run
from launcher.run.stall.flight_dumps import describe_dumps, read_dumps
from launcher.run.stragglers import NOBODY


def add_options(parser: ArgumentParser) -> None:
    """What is read, by whose libraries, and for whom."""
    parser.add_argument(
        "logs", nargs="*", type=Path, metavar="LOG",
        help="a log, also gzipped; a directory of logs; a run; - for standard input "
        "(default: the newest run)",
    )  # fmt: skip
    parser.add_argument(
        "--python", type=Path, metavar="PATH",
        help="an interpreter here with the training's packages, whose source says when a library "
        "raises an unknown error (default: the one running this)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="as JSON")


def print_diagnosis(args: Namespace) -> ExitCode:
    """Prints the diagnosis; failed where it ended and no known failure was found."""
    paths = [_log_path(path, args.runs) for path in args.logs] or [find_run(args.runs, None).path]
    evidence, verdict = diagnose_logs(paths)
    end = read_run_end(paths)
    if not end.hang:
        dumps = [dump for path in paths for dump in read_dumps(path)]
        end = dataclasses.replace(end, hang=describe_dumps(dumps))
    death, verdict = describe_death(end.first, verdict), without_consequences(verdict, end)
    runs_on = _running(paths)
    explained = bool(verdict.known or end.hang or end.separation or death or runs_on)
    if args.json:
        print(
            json.dumps({**diagnosis_json(verdict, evidence), **dataclasses.asdict(end)}, indent=1)
        )
        return ExitCode.DONE if explained else ExitCode.FAILED
    if runs_on:
        print(
            f"{runs_on.name} still runs: its ranks may say more. What they do now, by their stacks:"
        )
        print(f"  {line_for_run('xray', runs_on.name, runs_on.path.parent)}")
        if not verdict.cause:
            return ExitCode.DONE
    if end.separation and counts_ranks(verdict):
        print(describe_separation(end.separation, verdict))
        return ExitCode.DONE
    late = "" if end.stragglers.startswith(NOBODY) else end.stragglers
    for text in filter(None, (end.separation, end.hang or late, death)):
        print(text)
    if end.ended_by_launcher:
        why = f", as {end.first}" if "--stuck-kill" in end.first else ""
        follows = "what its ranks printed at the end follows from that"
        print(f"The launcher ended the run{why}; {follows}.")
    if verdict.cause or not (end.ended_by_launcher or end.hang or death):
        print(render_diagnosis(verdict, evidence, args.python))
    return ExitCode.DONE if explained else ExitCode.FAILED


def _running(paths: Sequence[Path]) -> RecordedRun | None:
    """The one run that is diagnosed, where it has not ended."""
    run = RecordedRun(paths[0])
    alone = len(paths) == 1 and bool(run.read("controller.json"))
    return run if alone and not run.ended and not run.read("result.json") else None


def _log_path(path: Path, runs: Path) -> Path:
    """The path itself, or the run of that name."""
    if str(path) == "-" or path.exists() or not runs.is_dir() or "/" in str(path):
        return path
    return find_run(runs, str(path)).path
