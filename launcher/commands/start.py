"""`launcher start`: the job, the gate, the plan, the run."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import posixpath
import secrets
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from checks.catalogue import CATALOGUE
from checks.check import Tag
from checks.contact.kept_sessions import KeptSessions
from checks.facts import ClusterView
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.folded_names import fold_names
from checks.job.value_readers import option_seconds
from checks.masking import mask_job, mask_typed
from checks.model import Job
from checks.next_line import same_line, typed_call, with_option
from checks.quick_dataclass import dataclass
from launcher.commands.attempts import Attempt, run_attempts
from launcher.commands.detach import OnRecord, start_detached
from launcher.commands.dropped_config import describe_dropped_config
from launcher.commands.live_runs import run_with_port
from launcher.commands.run_text import line_for_run
from launcher.commands.without_nodes import add_options as add_without_options
from launcher.commands.without_nodes import confirm_without_nodes
from launcher.exit_codes import ExitCode
from launcher.gate import GateResult, find_or_run_preflight, run_preflight, without_unused_nodes
from launcher.options import job_from_options
from launcher.plan.backends.slurm import slurm_allocation
from launcher.plan.local_rank import refuses_local_rank
from launcher.plan.plan import (
    Plan,
    deepspeed_env_text,
    hostfile_text,
    make_plan,
    require_command,
)
from launcher.plan.plan_inputs import read_plan_inputs
from launcher.plan.programs import PROGRAMS
from launcher.plan.text import dry_run_text, plan_as_json
from launcher.recheck import recheck_nodes
from launcher.record import OUTPUTS, START_END, RunRecord, require_name, run_name
from launcher.run.console import print_line
from launcher.run.controller import RunController
from launcher.run.end_signals import held_end_signals
from launcher.run.notifier import Notifier
from launcher.run.stall.stall_monitor import STUCK_AFTER_S
from launcher.run.state import FailureReport

LOCAL_RANK_FAILURE = "local-rank-arg-unrecognized"
_OF_COPIED_CONFIG = {
    "deepspeed_config": ("deepspeed", "gpu.model-fits-the-memory", "gpu.precision-is-supported"),
    "accelerate_config": ("accelerate",),
}
"""By what names it, the checks and areas that judge a config as a node has it."""


def add_options(parser: ArgumentParser) -> None:
    """Beside those of the job: what is started, how it is watched, and without which nodes."""
    parser.usage = "launcher start [options] [-- train.py ARGS]"
    parser.add_argument("--name", help="name of the run (default: the script's name)")
    parser.add_argument(
        "--stuck-after", type=option_seconds, default=STUCK_AFTER_S, metavar="SECONDS",
        help="look into a run in which no rank printed anything for so long (default: 300)",
    )  # fmt: skip
    parser.add_argument(
        "--restart", type=_restart_count, default=0, metavar="N",
        help="after a failure, check the nodes and start again, at most N times",
    )  # fmt: skip
    parser.add_argument(
        "--detach", action="store_true",
        help="leave the terminal once the checks have passed; see attach",
    )  # fmt: skip
    parser.add_argument(
        "--sync", action="store_true",
        help="first copy the files of the working directory to all nodes, as `sync` does",
    )  # fmt: skip
    add_without_options(parser)
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="run the checks, print all that would be written and run, start nothing",
    )
    parser.add_argument(
        "command",
        nargs="*",
        metavar="-- train.py ARGS",
        help="the training script, or -m MODULE, with its arguments",
    )


def _restart_count(text: str) -> int:
    if not text.isdigit():
        raise ArgumentTypeError(f"expected a number of restarts, 0 or more: {text!r}")
    return int(text)


def start_training(args: Namespace) -> ExitCode:
    """Check, plan, start, watch. Done only if every planned rank reported its own clean end."""
    job = confirm_without_nodes(job_from_options(args), args)
    require_command(job)
    slurm_allocation(job, os.environ)
    name = require_name(args.name) if args.name else run_name(job.command)
    if not args.dry_run and (refusal := refuse_beside_live_run(job, args.runs)):
        _print_progress(refusal)
        return ExitCode.STOPPED_BY_GATE
    job = _without_refused_option(job)
    if args.sync and (copied := _sync_files(job, args)):
        job = dataclasses.replace(job, allow=(*job.allow, *checks_of_copies(job, copied)))
        _print_progress(
            "a dry run copies nothing, and the nodes have other files now: what the checks below "
            "say of them stops nothing"
        )
    for note in filter(None, (*job.notes, describe_dropped_config(job, args.runs))):
        _print_progress(note)
    with closing(KeptSessions()) as sessions:
        return _check_and_run(args, job, name, sessions)


def _check_and_run(args: Namespace, job: Job, name: str, sessions: KeptSessions) -> ExitCode:
    """The gate, and all that follows a go, over its logins: not in another process, though."""
    kept = None if args.dry_run or args.detach else sessions
    found = find_or_run_preflight(
        job, Path.cwd(), _print_progress, dry_run=args.dry_run, sessions=kept
    )
    if not found.go:
        return ExitCode.STOPPED_BY_GATE
    if args.dry_run:
        plan = _plan_run(job, found)
        print(dry_run_text(plan, str(args.runs / f"TIME-{name}" / "hostfile")))
        return ExitCode.DONE

    def check() -> GateResult:
        return run_preflight(job, Path.cwd(), _print_progress, sessions=sessions)

    def run_all(on_record: OnRecord) -> ExitCode:
        with closing(Notifier(job)) as notifier:
            start = _Start(args, job, name, notifier, on_record, sessions)
            code = run_attempts(args.restart, found, start.run_attempt, check, _print_progress)
            start.conclude(code)
            return code

    return start_detached(run_all, args.runs) if args.detach else run_all(lambda _: None)


def refuse_beside_live_run(job: Job, base: Path) -> str:
    """Why not to start: a run from here has the master port still. Empty where there is none."""
    run = run_with_port(job, base)
    if not run:
        return ""
    port = str(job.master_port + 1)
    beside = with_option(mask_typed(typed_call()[1]), "--master-port", port)
    return (
        f"{run.name}, which was started here, runs with port {job.master_port} of "
        f"{job.head}: nothing was copied, asked or started.\n"
        f"Watch it:       {line_for_run('attach', run.name, base)}\n"
        f"End it first:   {line_for_run('stop', run.name, base)}\n"
        f"Or beside it:   {same_line('launcher', beside)}"
    )


def checks_of_copies(job: Job, copied: Collection[str]) -> list[str]:
    """The checks and areas that may fail for want of what `--sync` is about to copy.

    None where the script or a file that must be there is neither here: no copy brings that.
    """
    if _is_missing_here(job):
        return []
    decisive = [name for name, check in CATALOGUE.items() if Tag.DECISIVE in check.tags]
    copies = {posixpath.normpath(posixpath.join(job.workdir, path)) for path in copied}
    configs = {field: getattr(job, field) for field in _OF_COPIED_CONFIG}
    return decisive + [
        check
        for field, path in configs.items()
        if path and posixpath.normpath(posixpath.join(job.workdir, path)) in copies
        for check in _OF_COPIED_CONFIG[field]
    ]


def _is_missing_here(job: Job) -> bool:
    """Whether the folder that is copied lacks what the command begins with, or its config."""
    folder = Path(job.workdir) if Path(job.workdir).is_dir() else Path()
    script = [word for word in job.command[:1] if word.endswith(".py")]
    configs = filter(None, (job.deepspeed_config, job.accelerate_config))
    relative = (path for path in (*script, *configs, *job.same) if not path.startswith(("/", "~")))
    return any(not (folder / path).exists() for path in relative)


def _sync_files(job: Job, args: Namespace) -> set[str]:
    """As `sync_workdir`; what it needs is imported where files are to be copied."""
    from launcher.commands.sync.command import sync_workdir

    return sync_workdir(job, args)


def _without_refused_option(job: Job) -> Job:
    """The same job; a script that is here, and that would end on --local_rank, is not given it."""
    if job.no_local_rank or not PROGRAMS[job.launcher].local_rank:
        return job
    script = next(
        (path for folder in (job.workdir, ".") if (path := Path(folder, job.command[0])).is_file()),
        None,
    )
    if not script or not refuses_local_rank(script.read_text(encoding="utf-8", errors="replace")):
        return job
    _print_progress(
        f"{job.command[0]} has no option --local_rank, which deepspeed passes to scripts: it is "
        "started without, as with --no-local-rank; LOCAL_RANK is set"
    )
    return dataclasses.replace(job, no_local_rank=True)


@dataclass
class _Start:
    """What was asked for, who hears of each run of it, and the last of these."""

    args: Namespace
    job: Job
    name: str
    notifier: Notifier
    on_record: OnRecord
    sessions: KeptSessions
    last: RunController | None = None

    def run_attempt(self, attempt: Attempt, found: GateResult) -> tuple[ExitCode, Path]:
        """One attempt, to the check of its nodes after a failure; its exit code and directory."""
        job, args = self.job, self.args
        plan = _plan_run(job, found)
        began = time.monotonic()
        with held_end_signals() as held:
            record = RunRecord(args.runs, self.name)
            _record_plan(record, job, plan, found)
            if attempt.of > 1:
                record.write_json("attempt.json", dataclasses.asdict(attempt))
            self.on_record(record.path)
            which = f" ({attempt})" if attempt.of > 1 else ""
            where = f"{len(plan.ranks)} ranks on {len(plan.nodes)} nodes"
            print_line(f"{where}, recorded in {record.path}{which}")
            self.last = controller = RunController(
                job, plan, record, self.notifier, args.stuck_after, held, self.sessions
            )
            code = controller.run()
        well = code in (ExitCode.DONE, ExitCode.INTERRUPTED)
        if well or controller.progress.first_step_s is not None:
            _say_outputs(job, controller, found, began, to_resume=code != ExitCode.DONE)
        ending = controller.ending
        if ending and code == ExitCode.FAILED and (ending.report or not ending.separation):
            try:
                why = ending.report
                _recheck_failure(without_unused_nodes(job), why, record, found)
            except KeyboardInterrupt:
                print_line("interrupted; the nodes are not checked again")
                return (code if attempt.last else ExitCode.INTERRUPTED), record.path
        return code, record.path

    def conclude(self, code: ExitCode) -> None:
        """Record what `start` ends with after its last run: not always what that ended with."""
        if not self.last:
            return
        self.last.record.write_json(START_END, {"exit": int(code)})
        if code == ExitCode.STOPPED_BY_GATE:
            self.last.notices.not_restarted(self.last.progress.run_figures)


def _say_outputs(
    job: Job, ended: RunController, found: GateResult, began: float, *, to_resume: bool
) -> None:
    """Print and record where the run's files are, as its nodes have them now."""
    from launcher.commands.outputs import EndedRun, output_lines, written_folders

    head, names = ClusterView(found.snapshot).head, ended.ended_nodes
    script = head.read(DeepspeedConfig).script if head.has(DeepspeedConfig) else None
    run = EndedRun(len(ended.plan.ranks), time.monotonic() - began, script)
    with contextlib.suppress(KeyboardInterrupt):
        if names and (lines := output_lines(job, names, run, to_resume=to_resume)):
            folders = written_folders(job, script)
            ended.record.write_json(OUTPUTS, {"text": "\n".join(lines), "folders": folders})
            print_line("\n".join(lines))


def _recheck_failure(
    job: Job, why: FailureReport | None, record: RunRecord, found: GateResult
) -> None:
    """Check the nodes concerned again, print and record it; all nodes where no login was open.

    Not where the program refused what was typed: no node can mend that.
    """
    if why and why.of_usage:
        print_line("the program refused what was typed; the nodes are not checked again")
        print_line(why.cause)
    else:
        _recheck_nodes(job, why, record, found)
    if why and why.failure == LOCAL_RANK_FAILURE:
        print_line(f"type   {line_with_option('--no-local-rank')}")


def _recheck_nodes(
    job: Job, why: FailureReport | None, record: RunRecord, found: GateResult
) -> None:
    nodes = (why.nodes if why else ()) or job.names
    print_line(f"checking {fold_names(nodes)} again for related problems")
    again = recheck_nodes(job, nodes, why.checks if why else (), found.report)
    record.write_json("recheck.json", {**again.report, "text": again.text})
    print_line("\n".join([again.text, *([why.cause] if why else [])]))


def line_with_option(option: str) -> str:
    """The very line that was typed, with one more option; secrets are masked."""
    return same_line("launcher", with_option(mask_typed(typed_call()[1]), option))


def _print_progress(text: str) -> None:
    """Progress goes to standard error, what `--dry-run` prints to standard output."""
    print_line(text, sys.stderr)


def _plan_run(job: Job, found: GateResult) -> Plan:
    inputs = read_plan_inputs(found.snapshot, slurm_allocation(job, os.environ))
    return make_plan(job, inputs, secrets.token_hex(8))


def _record_plan(record: RunRecord, job: Job, plan: Plan, found: GateResult) -> None:
    """Write down what is to be started, before it is."""
    typed = {"job": dataclasses.asdict(mask_job(job)), "typed": mask_typed(typed_call()[1])}
    record.write_json("plan.json", {**plan_as_json(plan), **typed})
    record.write("hostfile", hostfile_text(plan))
    record.write("environment", deepspeed_env_text(plan))
    record.write_json("preflight.json", found.report)
