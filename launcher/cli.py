"""The command line: `python -m launcher COMMAND`.

Commands that only read the records of runs, or a log, answer at once: what the others need is
imported where they are added.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from argparse import _SubParsersAction as Commands
from collections.abc import Callable, Sequence
from pathlib import Path

from checks import __version__
from checks.errors import PreflightError, UsageError
from checks.escaped_streams import escaped_output
from checks.job.user_files import require_current_folder
from checks.next_line import SYNC_KEYS, next_line
from launcher.command_line import CommandParser, add_command, parse_words
from launcher.commands import attach, completion, logs, runs, xray
from launcher.commands.completion import complete, complete_with
from launcher.exit_codes import ExitCode
from launcher.record import all_runs
from launcher.run.console import DISK_FULL_ERRNOS, discard_output

RunCommand = Callable[[Namespace], ExitCode | int | None]
"""Runs a command; without an exit code it did what it was asked."""
RECORD_COMMANDS = ("status", "attach", "xray", "logs", "stop", "runs")


def build_parser(typed: str = "") -> CommandParser:
    """Every command, or of one that is `typed` often those that it needs; each sets `run`."""
    top = CommandParser(
        prog="launcher",
        description="Check a cluster, start multi-node DeepSpeed training, watch it, stop it.",
        epilog=f"of one command: {next_line('help')} COMMAND",
    )
    top.add_argument("--version", action="version", version=f"deepspeed-preflight {__version__}")
    commands: Commands[ArgumentParser] = top.add_subparsers(required=True, metavar="COMMAND")
    if typed in RECORD_COMMANDS:
        _add_record_commands(commands)
        return top
    if typed == "start":
        _add_start_command(commands)
        return top
    if typed == "diagnose":
        _add_diagnosis_command(commands)
        return top
    _add_cluster_commands(commands)
    _add_start_command(commands)
    _add_file_commands(commands)
    _add_sync_command(commands)
    _add_record_commands(commands)
    _add_weights_command(commands)
    _add_diagnosis_command(commands)
    _add_help_commands(commands)
    _add_lab_commands(commands)
    return top


def _add_cluster_commands(commands: Commands[ArgumentParser]) -> None:
    from launcher.commands.init import add_options as add_init_options
    from launcher.commands.init import write_job_files
    from launcher.commands.trust.command import add_options as add_trust_options
    from launcher.commands.trust.command import establish_trust
    from launcher.options import add_login_options

    text = "detect the GPUs of each node, write hosts.txt and launch.toml"
    examples: tuple[str, ...] = (
        "init --nodes node1,node2",
        "init --nodes 'gpu[01-16]' --python /data/venv/bin/python",
    )
    add_init_options(add_command(commands, "init", write_job_files, text, *examples))
    text = "set up ssh logins from every node to every node"
    examples = ("trust", "trust --hosts hosts.txt --ask-password", "trust --dry-run")
    trust = add_command(commands, "trust", establish_trust, text, *examples)
    add_login_options(trust)
    add_trust_options(trust)


def _add_start_command(commands: Commands[ArgumentParser]) -> None:
    from checks.job.value_readers import option_seconds
    from launcher.commands import start as start_command
    from launcher.options import add_job_options
    from launcher.run.stall.stall_monitor import STUCK_AFTER_S

    start = add_command(
        commands,
        "start",
        start_command.start_training,
        "check the cluster, start training on it, watch it",
        "start -- train.py --steps 200",
        "start --hosts hosts.txt --with torchrun -- -m package.train cfg.yml",
        "start --dry-run -- train.py",
        "start --detach -- train.py",
    )
    start.usage = "launcher start [options] [-- train.py ARGS]"
    add_job_options(start)
    start.add_argument("--name", help="name of the run (default: the script's name)")
    _add_runs_option(start)
    start.add_argument(
        "--stuck-after", type=option_seconds, default=STUCK_AFTER_S, metavar="SECONDS",
        help="look into a run in which no rank printed anything for so long (default: 300)",
    )  # fmt: skip
    start_command.add_options(start)
    start.add_argument(
        "--dry-run",
        action="store_true",
        help="run the checks, print all that would be written and run, start nothing",
    )
    start.add_argument(
        "command",
        nargs="*",
        metavar="-- train.py ARGS",
        help="the training script, or -m MODULE, with its arguments",
    )


def _add_file_commands(commands: Commands[ArgumentParser]) -> None:
    from launcher.commands import hostfile
    from launcher.options import WHO_TAKES_PART, add_login_options

    text = "print the DeepSpeed hostfile that start would use"
    examples = ("hostfile", "hostfile --write")
    hosts = add_command(commands, "hostfile", hostfile.print_hostfile, text, *examples)
    hostfile.add_write_options(hosts, "hostfile")
    text = "print the environment of a start as a .deepspeed_env, secrets masked"
    env = add_command(commands, "env", hostfile.print_environment, text, "env", "env --write")
    hostfile.add_write_options(env, "~/.deepspeed_env")
    text = "print the accelerate configuration of each node"
    accelerate = add_command(
        commands,
        "accelerate-config",
        hostfile.print_accelerate_config,
        text,
        "accelerate-config --write",
        "accelerate-config --deepspeed-config ds_config.json",
        "accelerate-config --fsdp 2 --wrap LlamaDecoderLayer",
    )
    hostfile.add_accelerate_options(accelerate)
    for parser in (hosts, env):
        add_login_options(parser, *WHO_TAKES_PART)
    more = ("master_port", "deepspeed_config", "backend")
    add_login_options(accelerate, *WHO_TAKES_PART, *more)


def _add_sync_command(commands: Commands[ArgumentParser]) -> None:
    from launcher.commands.sync.command import add_options as add_sync_options
    from launcher.commands.sync.command import sync_files
    from launcher.options import add_login_options

    text = "copy the files of the working directory to all nodes"
    examples = ("sync", "sync --dry-run", "sync --hosts hosts.txt --delete")
    parser = add_command(commands, "sync", sync_files, text, *examples)
    add_login_options(parser, *SYNC_KEYS)
    add_sync_options(parser)


def _add_record_commands(commands: Commands[ArgumentParser]) -> None:
    text = "show the state of a run and of its ranks"
    examples: tuple[str, ...] = ("status", "status RUN", "status --json")
    runs.add_json_option(_add_run_command(commands, "status", runs.show_status, text, *examples))
    text = "show a run as it goes on; Ctrl-C leaves it running"
    _add_run_command(commands, "attach", attach.attach_run, text, "attach", "attach RUN")
    text = "show what each rank does now, and whom the others wait for"
    examples = ("xray", "xray RUN", "xray --json")
    runs.add_json_option(_add_run_command(commands, "xray", xray.show_ranks, text, *examples))
    text = "print the output of the ranks"
    examples = ("logs --follow", "logs RUN --node node2", "logs --rank 3 --grep loss --tail 5")
    logs.add_options(_add_run_command(commands, "logs", logs.show_logs, text, *examples))
    text = "stop a run on every node"
    _add_run_command(commands, "stop", runs.stop_run, text, "stop", "stop RUN")
    text = "list the recorded runs, and how far each is"
    listed = add_command(commands, "runs", runs.list_runs, text, "runs", "runs --json")
    _add_runs_option(listed)
    runs.add_json_option(listed)


def _add_weights_command(commands: Commands[ArgumentParser]) -> None:
    from launcher.commands.weights.command import add_options as add_weights_options
    from launcher.commands.weights.command import merge_weights
    from launcher.options import WHO_TAKES_PART, add_login_options

    text = "merge the checkpoint shards of all nodes into one set of weights"
    examples = ("weights checkpoint -o weights", "weights checkpoint -o weights --dtype bf16")
    weights = add_command(commands, "weights", merge_weights, text, *examples)
    add_weights_options(weights)
    add_login_options(weights, *WHO_TAKES_PART)


def _add_diagnosis_command(commands: Commands[ArgumentParser]) -> None:
    from launcher.commands.diagnose import add_parser

    add_parser(commands)


def _add_help_commands(commands: Commands[ArgumentParser]) -> None:
    from checks.catalogue import CATALOGUE
    from launcher.commands.explain import print_explanation

    text = "explain a check: its claim, why it matters, its fix"
    examples: tuple[str, ...] = (
        "explain",
        "explain ports.master-port-is-reachable",
        "explain host-key-unknown",
        "explain --failures nccl",
    )
    explain = add_command(commands, "explain", print_explanation, text, *examples)
    text = "an id, an area or a cause (default: list all)"
    check = explain.add_argument("check", nargs="?", metavar="CHECK", help=text)
    complete_with(check, lambda _: CATALOGUE)
    explain.add_argument(
        "--failures", nargs="?", const="", metavar="WORD",
        help="list the failures that logs are known to show, those that mention WORD or all",
    )  # fmt: skip
    text = "print the shell completion script"
    examples = ("completion bash >~/.local/share/bash-completion/completions/launcher",)
    shell = add_command(commands, "completion", completion.print_completion, text, *examples)
    completion.add_options(shell)
    text = "explain a command and its options"
    command = add_command(commands, "help", _print_help, text, "help start", "help lab up")
    which = command.add_argument("words", nargs="*", metavar="COMMAND", help="default: list all")
    complete_with(which, lambda _: commands.choices)


def _add_lab_commands(commands: Commands[ArgumentParser]) -> None:
    from launcher.lab.cli import add_parser

    add_parser(commands)


def _print_help(args: Namespace) -> None:
    """What `--help` prints of that command. Raises UsageError for one that is not there."""
    parse_words(build_parser(), [*args.words, "--help"])


def _add_run_command(
    commands: Commands[ArgumentParser], name: str, run: RunCommand, text: str, *examples: str
) -> ArgumentParser:
    parser = add_command(commands, name, run, text, *examples)
    which = parser.add_argument(
        "which", nargs="?", metavar="RUN", help="name of a run, or part of it (default: the newest)"
    )
    complete_with(which, lambda args: [run.name for run in all_runs(args.runs)])
    _add_runs_option(parser)
    return parser


def _add_runs_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), metavar="DIR",
        help="directory of the recorded runs (default: runs)",
    )  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. What a user can fix is one message on stderr, never a traceback."""
    with escaped_output():
        return _run_command(argv)


def _run_command(argv: Sequence[str] | None) -> int:
    words = sys.argv[1:] if argv is None else argv
    parser = build_parser(*words[:1])
    complete(parser)
    if not words:
        parser.print_help(sys.stderr)
        return ExitCode.USAGE
    try:
        args = parse_words(parser, words)
        require_current_folder()
        code = args.run(args)
        _flush_stdout()
    except UsageError as error:
        return _report_error(error, ExitCode.USAGE)
    except PreflightError as error:
        return _report_error(error, ExitCode.FAILED)
    except KeyboardInterrupt:
        return _report_error("interrupted; nothing was started", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        return ExitCode.FAILED
    except OSError as error:
        if error.errno not in DISK_FULL_ERRNOS:
            if error.filename is None:
                raise
            return _report_error(UsageError(f"{error.filename}: {error.strerror}"), ExitCode.USAGE)
        _flush_stdout()
        return _report_error(f"cannot write the output: {error.strerror}", ExitCode.FAILED)
    return ExitCode.DONE if code is None else int(code)


def _flush_stdout() -> None:
    """Drop what a full disk does not take: it must not change the exit code."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError:
        discard_output(sys.stdout)


def _report_error(what: object, code: ExitCode) -> ExitCode:
    print(f"launcher: {what}", file=sys.stderr)
    return code
