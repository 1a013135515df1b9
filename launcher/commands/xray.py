"""`launcher xray`: what each rank of a run does now, and whom the others wait for."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from typing import Any

from checks.errors import PreflightError
from launcher.exit_codes import ExitCode
from launcher.record import RecordedRun, find_run
from launcher.run.xray_requests import ask, read_answer, remove_question

ANSWER_S = 40.0
POLL_S = 0.05


def show_ranks(args: Namespace) -> ExitCode:
    """Have the run's launcher observe its ranks; of a run that has ended, what was seen last."""
    run = find_run(args.runs, args.which)
    if run.ended or run.read("result.json"):
        return _show_ended(run, as_json=args.json)
    answer = _ask_launcher(run)
    print(json.dumps(answer, indent=1) if args.json else answer["said"])
    return ExitCode.DONE


def _show_ended(run: RecordedRun, *, as_json: bool) -> ExitCode:
    """Failed, for there is no rank to observe."""
    hang = run.read("result.json").get("hang", "")
    if as_json:
        print(json.dumps({"run": run.name, "kind": "ended", "said": hang, "odd": [], "nodes": []}))
    else:
        print(f"{run.name} has ended: {run.state}", *([hang] if hang else []), sep="\n")
    return ExitCode.FAILED


def _ask_launcher(run: RecordedRun) -> dict[str, Any]:
    """Its answer. Raises PreflightError where none comes."""
    name = ask(run)
    deadline = time.monotonic() + ANSWER_S
    try:
        while time.monotonic() < deadline and not run.ended:
            if answer := read_answer(run, name):
                return {"run": run.name, **answer}
            time.sleep(POLL_S)
    finally:
        remove_question(run, name)
    raise PreflightError(
        f"{run.name}: its launcher did not answer within {ANSWER_S:g} s: no rank has started yet, "
        "or the run is ending"
    )
