"""The command line: `python -m launcher COMMAND`.

What a command needs is imported where it is added, so that the others answer at once.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from argparse import _SubParsersAction as Commands
from collections.abc import Callable, Sequence
from pathlib import Path

from checks import __version__
from checks.corrected_line import with_line_of_help, with_line_to_type
from checks.errors import PreflightError, UsageError
from checks.escaped_streams import escaped_output
from checks.garbage import kept_for_good
from checks.job.user_files import require_current_folder
from checks.next_line import SYNC_KEYS, next_line
from launcher.command_line import (
    CommandParser,
    add_command,
    complete_with,
    first_example,
    parse_words,
)
from launcher.commands import completion
from launcher.exit_codes import ExitCode
from launcher.run.console import DISK_FULL_ERRNOS, flush_output

Fill = Callable[[ArgumentParser], None]
"""Adds a command's options to its parser, and sets `run`: the function that runs it.

That returns an exit code, or None where it did what it was asked.
"""
COMMANDS: dict[str, tuple[Fill, str, Sequence[str]]] = {}
"""Of each command what fills its parser; what it does and what may be typed, as --help has it."""
_LISTING = ("", "-h", "--help", "--version")
"""First words for which the commands are listed at most."""


def build_parser(typed: str | None = None) -> CommandParser:
    """Every command; with the first word that is `typed` the options of that command alone."""
    top = CommandParser(
        prog="launcher",
        description="Check a cluster, start multi-node DeepSpeed training, watch it, stop it.",
        epilog=f"of one command: {next_line('help')} COMMAND",
    )
    top.add_argument("--version", action="version", version=f"deepspeed-preflight {__version__}")
    commands: Commands[ArgumentParser] = top.add_subparsers(required=True, metavar="COMMAND")
    whole = typed is None or typed not in (*COMMANDS, *_LISTING)
    for name, (fill, text, examples) in COMMANDS.items():
        parser = add_command(commands, name, text, *examples)
        if whole or name == typed:
            fill(parser)
    return top


def _command(name: str, text: str, *examples: str) -> Callable[[Fill], Fill]:
    """Put a command into COMMANDS."""

    def add(fill: Fill) -> Fill:
        COMMANDS[name] = fill, text, examples
        return fill

    return add


@_command(
    "init",
    "detect the GPUs of each node, write hosts.txt and launch.toml",
    "init --nodes node1,node2",
    "init --nodes 'gpu[01-16]' --python /data/venv/bin/python",
)
def _fill_init(parser: ArgumentParser) -> None:
    from launcher.commands.init import add_options, write_job_files

    parser.set_defaults(run=write_job_files)
    add_options(parser)


@_command(
    "trust",
    "set up ssh logins from every node to every node",
    "trust",
    "trust --hosts hosts.txt --ask-password",
    "trust --dry-run",
)
def _fill_trust(parser: ArgumentParser) -> None:
    from launcher.commands.trust.command import add_options, establish_trust
    from launcher.options import add_login_options

    parser.set_defaults(run=establish_trust)
    add_login_options(parser)
    add_options(parser)


@_command(
    "start",
    "check the cluster, start training on it, watch it",
    "start -- train.py --steps 200",
    "start --hosts hosts.txt --with torchrun -- -m package.train cfg.yml",
    "start --dry-run -- train.py",
    "start --detach -- train.py",
)
def _fill_start(parser: ArgumentParser) -> None:
    from launcher.commands.start import add_options, start_training
    from launcher.options import add_job_options

    parser.set_defaults(run=start_training)
    add_job_options(parser)
    _add_runs_option(parser)
    add_options(parser)


@_command(
    "hostfile",
    "print the DeepSpeed hostfile that start would use",
    "hostfile",
    "hostfile --write",
)
def _fill_hostfile(parser: ArgumentParser) -> None:
    from launcher.commands.hostfile import add_write_options, print_hostfile
    from launcher.options import WHO_TAKES_PART, add_login_options

    parser.set_defaults(run=print_hostfile)
    add_write_options(parser, "hostfile")
    add_login_options(parser, *WHO_TAKES_PART)


@_command(
    "env",
    "print the environment of a start as a .deepspeed_env, secrets masked",
    "env",
    "env --write",
)
def _fill_env(parser: ArgumentParser) -> None:
    from launcher.commands.hostfile import add_write_options, print_environment
    from launcher.options import WHO_TAKES_PART, add_login_options

    parser.set_defaults(run=print_environment)
    add_write_options(parser, "~/.deepspeed_env")
    add_login_options(parser, *WHO_TAKES_PART)


@_command(
    "accelerate-config",
    "print the accelerate configuration of each node",
    "accelerate-config --write",
    "accelerate-config --deepspeed-config ds_config.json",
    "accelerate-config --fsdp 2 --wrap LlamaDecoderLayer",
)
def _fill_accelerate_config(parser: ArgumentParser) -> None:
    from launcher.commands.hostfile import add_accelerate_options, print_accelerate_config
    from launcher.options import WHO_TAKES_PART, add_login_options

    parser.set_defaults(run=print_accelerate_config)
    add_accelerate_options(parser)
    more = ("master_port", "deepspeed_config", "backend")
    add_login_options(parser, *WHO_TAKES_PART, *more)


@_command(
    "sync",
    "copy the files of the working directory to all nodes",
    "sync",
    "sync --dry-run",
    "sync --hosts hosts.txt --delete",
)
def _fill_sync(parser: ArgumentParser) -> None:
    from launcher.commands.sync.command import add_options, sync_files
    from launcher.options import add_login_options

    parser.set_defaults(run=sync_files)
    add_login_options(parser, *SYNC_KEYS)
    add_options(parser)


@_command(
    "status",
    "show the state of a run and of its ranks",
    "status",
    "status RUN",
    "status --json",
)
def _fill_status(parser: ArgumentParser) -> None:
    from launcher.commands.runs import add_json_option, show_status

    parser.set_defaults(run=show_status)
    _add_which_run(parser)
    add_json_option(parser)


@_command("attach", "show a run as it goes on; Ctrl-C leaves it running", "attach", "attach RUN")
def _fill_attach(parser: ArgumentParser) -> None:
    from launcher.commands.attach import attach_run

    parser.set_defaults(run=attach_run)
    _add_which_run(parser)


@_command(
    "xray",
    "show what each rank does now, and whom the others wait for",
    "xray",
    "xray RUN",
    "xray --json",
)
def _fill_xray(parser: ArgumentParser) -> None:
    from launcher.commands.runs import add_json_option
    from launcher.commands.xray import show_ranks

    parser.set_defaults(run=show_ranks)
    _add_which_run(parser)
    add_json_option(parser)


@_command(
    "logs",
    "print the output of the ranks",
    "logs --follow",
    "logs RUN --node node2",
    "logs --rank 3 --grep loss --tail 5",
)
def _fill_logs(parser: ArgumentParser) -> None:
    from launcher.commands.logs import add_options, show_logs

    parser.set_defaults(run=show_logs)
    _add_which_run(parser)
    add_options(parser)


@_command("stop", "stop a run on every node", "stop", "stop RUN")
def _fill_stop(parser: ArgumentParser) -> None:
    from launcher.commands.runs import stop_run

    parser.set_defaults(run=stop_run)
    _add_which_run(parser)


@_command("runs", "list the recorded runs, and how far each is", "runs", "runs --json")
def _fill_runs(parser: ArgumentParser) -> None:
    from launcher.commands.runs import add_json_option, list_runs

    parser.set_defaults(run=list_runs)
    _add_runs_option(parser)
    add_json_option(parser)


@_command(
    "weights",
    "merge the checkpoint shards of all nodes into one set of weights",
    "weights checkpoint -o weights",
    "weights checkpoint -o weights --dtype bf16",
)
def _fill_weights(parser: ArgumentParser) -> None:
    from launcher.commands.weights.command import add_options, merge_weights
    from launcher.options import WHO_TAKES_PART, add_login_options

    parser.set_defaults(run=merge_weights)
    add_options(parser)
    add_login_options(parser, *WHO_TAKES_PART)


@_command(
    "diagnose",
    "name the failure that a log or a run shows, where and why it happened, and its fix",
    "diagnose",
    "diagnose train.log node2.log.gz",
    "diagnose --json logs/",
)
def _fill_diagnose(parser: ArgumentParser) -> None:
    from launcher.commands.diagnose import add_options, print_diagnosis

    parser.set_defaults(run=print_diagnosis)
    add_options(parser)
    _add_runs_option(parser)


@_command(
    "explain",
    "explain a check: its claim, why it matters, its fix",
    "explain",
    "explain ports.master-port-is-reachable",
    "explain host-key-unknown",
    "explain --failures nccl",
)
def _fill_explain(parser: ArgumentParser) -> None:
    from checks.catalogue import CATALOGUE
    from launcher.commands.explain import print_explanation

    parser.set_defaults(run=print_explanation)
    text = "an id, an area or a cause (default: list all)"
    check = parser.add_argument("check", nargs="?", metavar="CHECK", help=text)
    complete_with(check, lambda _: CATALOGUE)
    parser.add_argument(
        "--failures", nargs="?", const="", metavar="WORD",
        help="list the failures that logs are known to show, those that mention WORD or all",
    )  # fmt: skip


@_command(
    "completion",
    "print the shell completion script",
    "completion bash >>~/.bashrc",
    "completion zsh >>~/.zshrc",
    "completion fish >>~/.config/fish/config.fish",
)
def _fill_completion(parser: ArgumentParser) -> None:
    parser.set_defaults(run=completion.print_completion)
    completion.add_options(parser)


@_command("help", "explain a command and its options", "help start", "help lab up")
def _fill_help(parser: ArgumentParser) -> None:
    parser.set_defaults(run=_print_help)
    which = parser.add_argument("words", nargs="*", metavar="COMMAND", help="default: list all")
    complete_with(which, lambda _: COMMANDS)


@_command(
    "lab",
    "an embedded cluster on this machine: real sshd, addresses and firewalls; needs root",
    "lab up -n 3",
    "lab fault",
    "lab down",
)
def _fill_lab(parser: ArgumentParser) -> None:
    from launcher.lab.cli import add_commands

    add_commands(parser)


def _print_help(args: Namespace) -> None:
    """What `--help` prints of that command. Raises UsageError for one that is not there."""
    words = [*args.words, "--help"]
    parse_words(build_parser(words[0]), words)


def _add_which_run(parser: ArgumentParser) -> None:
    from launcher.record import all_runs

    which = parser.add_argument(
        "which", nargs="?", metavar="RUN", help="name of a run, or part of it (default: the newest)"
    )
    complete_with(which, lambda args: [run.name for run in all_runs(args.runs)])
    _add_runs_option(parser)


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
    with kept_for_good():  # it imports the modules of the command
        parser = build_parser(None if completion.is_asked_for() else "".join(words[:1]))
    completion.complete(parser)
    if not words:
        parser.print_help(sys.stderr)
        return ExitCode.USAGE
    try:
        args = parse_words(parser, words)
        require_current_folder()
        code = args.run(args)
        flush_output(sys.stdout)
    except UsageError as error:
        named = [word for word in words[:1] if word in COMMANDS]
        text = with_line_of_help(with_line_to_type(error), named, first_example(parser, words))
        return _report_error(text, ExitCode.USAGE)
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
        flush_output(sys.stdout)
        return _report_error(f"cannot write the output: {error.strerror}", ExitCode.FAILED)
    return ExitCode.DONE if code is None else int(code)


def _report_error(what: object, code: ExitCode) -> ExitCode:
    print(f"launcher: {what}", file=sys.stderr)
    return code
