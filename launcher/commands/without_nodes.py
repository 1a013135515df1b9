"""`--without`: the same job on fewer nodes, once the user agrees."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from checks.errors import PreflightError, UsageError
from checks.folded_names import expand_names, fold_names
from checks.job.launch_file import NAME, read_launch_file
from checks.job.node_filter import kept_nodes
from checks.job.user_files import near_word, suggest_word
from checks.model import Job
from launcher.commands.remote_scripts import ask_consent
from launcher.plan.plan import total_slots


def add_options(parser: ArgumentParser) -> None:
    """Which nodes to leave out."""
    parser.add_argument(
        "--without", action="append", default=[], metavar="NODE[,NODE…]",
        help="leave these nodes out of the job; asks first",
    )  # fmt: skip
    parser.add_argument("--yes", action="store_true", help="do not ask about --without")


def confirm_without_nodes(job: Job, args: Namespace) -> Job:
    """The job without those nodes, once a person agreed. Raises PreflightError otherwise."""
    names = _typed_nodes(args.without)
    if not names:
        return job
    left = job_without_nodes(job, names, asked_head=_requested_head(args))
    print(describe_smaller_job(job, left))
    if not ask_consent(f"Start without {fold_names(names)}?", args):
        raise PreflightError("nothing was started")
    return left


def _typed_nodes(without: Sequence[str]) -> list[str]:
    """The nodes of all --without options, ranges expanded."""
    try:
        return [name for words in without for name in expand_names(words)]
    except ValueError as error:
        raise UsageError(f"--without: {error}") from None


def job_without_nodes(job: Job, names: Sequence[str], asked_head: str | None = None) -> Job:
    """The same job without these nodes; the first that is left is the head where that goes.

    A filter loses what it says of them. Raises UsageError for an unknown node, where none is left,
    and where `asked_head`, which a person has named, is among them.
    """
    for name in names:
        if name not in job.names:
            near = suggest_word(name, job.names)
            meant = near_word(name, job.names)
            raise UsageError(
                f"--without {name}: no such node in {job.where}{near}",
                typed=("--without", name),
                right=("--without", meant) if meant else (),
            )
    if asked_head in names:
        raise UsageError(f"--without {asked_head}: it is the chosen head; choose another, or none")
    nodes = tuple(node for node in job.nodes if node.name not in names)
    include, exclude = (_filter_without(text, names) for text in (job.include, job.exclude))
    if not nodes or (job.include and not include):
        raise UsageError(f"--without {fold_names(names)}: no node is left to train on")
    kept = kept_nodes([node.name for node in nodes], include, exclude)
    head = kept[0] if job.head in names else job.head
    return replace(job, nodes=nodes, head=head, include=include, exclude=exclude)


def describe_smaller_job(job: Job, left: Job) -> str:
    """What changes with fewer nodes."""
    names = kept_nodes(left.names, left.include, left.exclude)
    before = kept_nodes(job.names, job.include, job.exclude)
    lines = [f"{len(names)} of {len(before)} nodes take part: {fold_names(names)}"]
    if left.head != job.head:
        lines.append(f"the head is {left.head} instead of {job.head}")
    if all(node.slots for node in job.nodes) and not (job.include or job.exclude):
        world, was = (sum(total_slots(sized, {}).values()) for sized in (left, job))
        lines.append(f"the world size is {world} instead of {was}")
    lines.append(
        "the global batch size is micro batch × accumulation × world size, so it changes too: "
        "the checks compare DeepSpeed's config with the new one"
    )
    return "\n".join(lines)


def _filter_without(text: str | None, names: Sequence[str]) -> str | None:
    """A filter in DeepSpeed's grammar without its parts for these nodes."""
    parts = (text or "").split("@")
    return "@".join(part for part in parts if part.partition(":")[0] not in names) or None


def _requested_head(args: Namespace) -> str | None:
    """The head of --head or launch.toml; None without one."""
    path = Path(args.launch_file or NAME).expanduser()
    if args.head or not path.is_file():
        return args.head or None
    head: str | None = read_launch_file(path).get("head")
    return head
