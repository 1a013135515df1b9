"""The files of a start that other tools read, printed or written to every node."""

from __future__ import annotations

import dataclasses
import os
import secrets
import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from checks.contact.logins import open_contact
from checks.errors import PreflightError
from checks.facts import Login
from checks.folded_names import fold_names
from checks.masking import mask_env
from checks.model import Job
from checks.next_line import next_line
from checks.run import observe
from launcher.commands.remote_scripts import ask_consent, run_scripts
from launcher.options import job_from_options
from launcher.plan.accelerate_file import advice_on_cpus, render_accelerate_file
from launcher.plan.backends.slurm import slurm_allocation
from launcher.plan.plan import Plan, hostfile_text, make_plan, shared_env
from launcher.plan.plan_inputs import PLAN_FACTS, read_plan_inputs
from launcher.plan.text import fold_by_node

TextByNode = Mapping[str, str]

WRITE_SCRIPT = """\
set -e
umask {mask}
cd "$HOME"
mkdir -p "$(dirname {path})"
printf %s {text} >{path}.new
if [ -e {path} ] && ! cmp -s {path} {path}.new; then cp -p {path} {path}.old; fi
mv {path}.new {path}
"""


def add_write_options(parser: ArgumentParser, where: str) -> None:
    """Whether the file is written to the nodes, and where."""
    parser.add_argument(
        "--write", nargs="?", const=where, metavar="PATH",
        help=f"write it to every node (default: {where}); an existing file is kept as PATH.old",
    )  # fmt: skip
    parser.add_argument("--yes", action="store_true", help="write without asking")


def add_accelerate_options(parser: ArgumentParser) -> None:
    """What accelerate's file says beyond the job."""
    parser.add_argument("--fsdp", choices=("1", "2"), help="shard with FSDP of that version")
    parser.add_argument("--wrap", metavar="CLASS", help="class of the layers that FSDP wraps")
    parser.add_argument(
        "--mixed-precision", choices=("no", "bf16", "fp16"), help="precision of FSDP or DDP"
    )
    add_write_options(parser, "~/.cache/huggingface/accelerate/default_config.yaml")


def print_hostfile(args: Namespace) -> None:
    """The hostfile that `start` would use."""
    plan, job, _ = plan_from_nodes(args)
    _print_or_write(args, job, dict.fromkeys(job.names, hostfile_text(plan)))


def print_environment(args: Namespace) -> None:
    """The environment of a start as a .deepspeed_env; secrets are masked unless written."""
    plan, job, _ = plan_from_nodes(args)
    env = shared_env(plan)
    shown = env if args.write else mask_env(env)
    text = "".join(f"{name}={value}\n" for name, value in shown.items())
    _print_or_write(args, job, dict.fromkeys(job.names, text))


def print_accelerate_config(args: Namespace) -> None:
    """accelerate's default_config.yaml of each node, with its own rank."""
    plan, job, on_cpu = plan_from_nodes(args)
    wrap, precision = args.wrap or "", args.mixed_precision or "no"
    texts = {
        node.name: render_accelerate_file(
            job, plan, node.name, args.fsdp, wrap, precision, on_cpu=on_cpu
        )
        for node in plan.nodes
    }
    if on_cpu:
        print(advice_on_cpus(job, args.fsdp), file=sys.stderr)
    _print_or_write(args, job, texts)


def plan_from_nodes(args: Namespace) -> tuple[Plan, Job, bool]:
    """The plan on what the nodes say now, and whether none of them has a GPU.

    Raises PreflightError where one cannot be asked.
    """
    job = job_from_options(args)
    # These files are DeepSpeed's, whatever starts; and accelerate's own may be what is to be fixed
    job = dataclasses.replace(job, launcher="deepspeed", command=job.command or ("train.py",))
    cluster = observe(job, PLAN_FACTS)
    away = {node.name: node.read(Login) for node in cluster.nodes if not node.reached}
    if away:
        causes = ", ".join(sorted({login.cause for login in away.values()}))
        raise PreflightError(
            f"cannot log in to {fold_names(away)}: {causes}; "
            f"what is wrong: {next_line('preflight', job, '-k', 'controller-logs-in')}"
        )
    found = read_plan_inputs(cluster.snapshot, slurm_allocation(job, os.environ))
    return make_plan(job, found, secrets.token_hex(8)), job, not any(found.gpus.values())


def _print_or_write(args: Namespace, job: Job, texts: TextByNode) -> None:
    if args.write:
        _write_on_nodes(args, job, texts)
    elif len(set(texts.values())) == 1:
        print(next(iter(texts.values())), end="")
    else:
        for names, text in fold_by_node(texts).items():
            print(f"# {names}\n{text}")


def _write_on_nodes(args: Namespace, job: Job, texts: TextByNode) -> None:
    if not ask_consent(f"Write {args.write} on {fold_names(texts)}?", args):
        raise PreflightError("nothing was written")
    path = _quote_path(args.write, job.workdir)
    mask = "077" if args.run is print_environment else "022"
    scripts = {
        name: WRITE_SCRIPT.format(path=path, text=shlex.quote(text), mask=mask)
        for name, text in texts.items()
    }
    contact, logins = open_contact(job, list(scripts), ("who",))
    with contact:
        away = [name for name, login in logins.items() if not login.reached]
        if away:
            raise PreflightError(f"cannot log in to {fold_names(away)}; nothing was written")
        run_scripts(contact, scripts)
    print(f"wrote {args.write} on {fold_names(texts)}")


def _quote_path(path: str, workdir: str) -> str:
    """For sh in the home directory; a relative path belongs to workdir."""
    if path.startswith("~/"):
        return '"$HOME"/' + shlex.quote(path[2:])
    return shlex.quote(path if path.startswith("/") else f"{workdir}/{path}")
