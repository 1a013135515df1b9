"""The options that say which job is meant: the same names as the preflight's."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from checks.catalogue import CATALOGUE, unknown_check_names
from checks.errors import UsageError
from checks.job.build import Options, build_job
from checks.job.user_files import suggest_word
from checks.model import Job

_JOB_OPTIONS = (
    (
        "--hosts",
        "FILE|NODES",
        "hosts file (a DeepSpeed hostfile is one), or node1,node2, gpu[01-16]",
    ),
    ("--launch-file", "FILE", "instead of ./launch.toml"),
    ("--head", "NODE", "the node of rank 0 (default: the first)"),
    ("--ssh-user", "USER", "login on every node that names none in the hosts file"),
    ("--ssh-port", "PORT", "the same for sshd's port"),
    ("--ssh-key", "FILE", "private key"),
    ("--ssh-config", "FILE", "instead of ~/.ssh/config"),
    ("--python", "PATH", "training interpreter on every node (default: the one running this)"),
    ("--workdir", "DIR", "where the training runs on every node (default: this directory)"),
    ("--master-port", "PORT", "the port of the rendezvous (default: 29500)"),
    ("--with", "LAUNCHER", "deepspeed (default), accelerate or torchrun"),
    ("--backend", "BACKEND", "pdsh (default), ssh, openmpi or slurm"),
    ("--include", "FILTER", "only these slots, in DeepSpeed's grammar: node1:0,1@node2"),
    ("--exclude", "FILTER", "all but these slots"),
    (
        "--deepspeed-config",
        "FILE",
        "the DeepSpeed config that the checks and accelerate read; a script names it itself",
    ),
    ("--accelerate-config", "FILE", "accelerate's configuration instead of the login's own"),
)
_PORTS = ("--ssh-port", "--master-port")


def add_job_options(parser: ArgumentParser) -> None:
    """The options of every command that needs a whole job."""
    group = parser.add_argument_group("what to start, and where (each also a key of launch.toml)")
    for flag, metavar, text in _JOB_OPTIONS:
        kind = int if flag in _PORTS else str
        dest = "with_" if flag == "--with" else None
        named = {"dest": dest} if dest else {}
        group.add_argument(flag, metavar=metavar, help=text, type=kind, **named)  # type: ignore[arg-type]
    group.add_argument(
        "--allow",
        metavar="ID[,ID…]",
        action="append",
        default=[],
        help="may fail: a check or an area",
    )


def job_from_options(args: Namespace) -> Job:
    """The job that the options and launch.toml describe. Raises UsageError."""
    flags = [flag.lstrip("-").replace("-", "_") for flag, *_ in _JOB_OPTIONS if flag != "--with"]
    command = tuple(getattr(args, "command", ()))
    options = Options(
        with_=args.with_,
        allow=tuple(args.allow),
        command=command[1:] if command[:1] == ("--",) else command,
        **{name: getattr(args, name) for name in flags},
    )
    job = build_job(options, cwd=Path.cwd(), environ=os.environ)
    for word in sorted(unknown_check_names(job.allow)):
        raise UsageError(
            f"--allow {word}: no such check or area{suggest_word(word, list(CATALOGUE))}"
        )
    return job
