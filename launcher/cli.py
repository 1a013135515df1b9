"""The command line: `python -m launcher COMMAND`. Exit codes are those of the contract."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable, Sequence
from pathlib import Path

from checks import __version__
from checks.errors import PreflightError, UsageError
from launcher.commands import hostfile, runs
from launcher.commands import start as start_command
from launcher.commands.diagnose import add_parser as add_diagnose_parser
from launcher.commands.explain import print_explanation
from launcher.commands.init import add_options as add_init_options
from launcher.commands.init import write_job_files
from launcher.commands.trust.command import add_options as add_trust_options
from launcher.commands.trust.command import establish_trust
from launcher.commands.weights.command import add_options as add_weights_options
from launcher.commands.weights.command import merge_weights
from launcher.lab.cli import add_parser as add_lab_parser
from launcher.options import add_job_options
from launcher.run.console import DISK_FULL_ERRNOS
from launcher.run.stall.stall_monitor import STUCK_AFTER_S

USAGE, INTERRUPTED = 2, 130


def build_parser() -> ArgumentParser:
    """Every command; each sets `run`, which takes the arguments and returns the exit code."""
    top = ArgumentParser(
        prog="launcher",
        description="Check a cluster, start multi-node DeepSpeed training on it, watch it, end it.",
    )
    top.add_argument("--version", action="version", version=f"deepspeed-preflight {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _add_start_command(commands)
    _add_file_commands(commands)
    add_init_options(
        _add_command(commands, "init", write_job_files, "write hosts.txt and launch.toml")
    )
    trusting = _add_command(
        commands, "trust", establish_trust, "make ssh trust every node to every node"
    )
    add_job_options(trusting)
    add_trust_options(trusting)
    merging = _add_command(
        commands, "weights", merge_weights, "one file of weights from all nodes' shards"
    )
    add_weights_options(merging)
    add_job_options(merging)
    _add_run_command(commands, "status", runs.show_status, "what became of a run")
    logs = _add_run_command(commands, "logs", runs.show_logs, "what the ranks of a run printed")
    logs.add_argument("-f", "--follow", action="store_true", help="go on until the run ends")
    logs.add_argument("--node", help="of this node only")
    _add_run_command(commands, "stop", runs.stop_run, "end a run on every node")
    _add_runs_option(_add_command(commands, "runs", runs.list_runs, "the runs of this directory"))
    told = _add_command(
        commands, "explain", print_explanation, "what a check asks, why, and how to mend it"
    )
    told.add_argument(
        "check", nargs="?", metavar="CHECK", help="its id, an area or a cause (default: list all)"
    )
    add_diagnose_parser(commands)
    add_lab_parser(commands)
    return top


def _add_start_command(commands: _SubParsersAction[ArgumentParser]) -> None:
    start = _add_command(
        commands,
        "start",
        start_command.start_training,
        "check the cluster, start training on it, watch it",
    )
    start.usage = "launcher start [options] [-- train.py ARGS]"
    add_job_options(start)
    start.add_argument("--name", help="of the run (default: the script's)")
    _add_runs_option(start)
    start.add_argument(
        "--no-local-rank", action="store_true", help="the script takes no --local_rank=N"
    )
    start.add_argument(
        "--stuck-after", type=float, default=STUCK_AFTER_S, metavar="SECONDS",
        help="look at the nodes where no rank printed anything for so long (default: 300)",
    )  # fmt: skip
    start_command.add_options(start)
    start.add_argument(
        "--dry-run", action="store_true", help="print all that would be written and run, run none"
    )
    start.add_argument("command", nargs="*", metavar="-- train.py ARGS", help="what to train")


def _add_file_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    hosts = _add_command(
        commands, "hostfile", hostfile.print_hostfile, "print the DeepSpeed hostfile of a start"
    )
    hostfile.add_write_options(hosts, "hostfile")
    text = "print .deepspeed_env of a start, secrets masked"
    env = _add_command(commands, "env", hostfile.print_environment, text)
    hostfile.add_write_options(env, "~/.deepspeed_env")
    text = "print accelerate's configuration of each node"
    accelerate = _add_command(commands, "accelerate-config", hostfile.print_accelerate_config, text)
    hostfile.add_accelerate_options(accelerate)
    for one in (hosts, env, accelerate):
        add_job_options(one)


def _add_run_command(
    commands: _SubParsersAction[ArgumentParser],
    name: str,
    run: Callable[[Namespace], int],
    text: str,
) -> ArgumentParser:
    one = _add_command(commands, name, run, text)
    one.add_argument("which", nargs="?", metavar="RUN", help="its name or a part (default: newest)")
    _add_runs_option(one)
    return one


def _add_runs_option(one: ArgumentParser) -> None:
    one.add_argument(
        "--runs", type=Path, default=Path("runs"), metavar="DIR", help="where runs are recorded"
    )


def _add_command(
    commands: _SubParsersAction[ArgumentParser],
    name: str,
    run: Callable[[Namespace], int],
    text: str,
) -> ArgumentParser:
    one = commands.add_parser(name, help=text, description=text)
    one.set_defaults(run=run)
    return one


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. What a user can mend is one message on stderr, never a traceback."""
    args = build_parser().parse_args(argv)
    try:
        code = args.run(args)
        _flush_stdout()
    except UsageError as error:
        return _report_error(error, USAGE)
    except PreflightError as error:
        return _report_error(error, 1)
    except KeyboardInterrupt:
        return _report_error("interrupted; nothing was started", INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:
        if error.errno not in DISK_FULL_ERRNOS:
            raise
        _flush_stdout()
        return _report_error(f"the output cannot be written: {error.strerror}", 1)
    return int(code)


def _flush_stdout() -> None:
    """What a full disk does not take is dropped: it must not change the exit code."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report_error(what: object, code: int) -> int:
    print(f"launcher: {what}", file=sys.stderr)
    return code
