"""`python -m launcher weights`: look, gather what is not here, merge, verify."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checks.contact.logins import open_contact
from checks.contact.pool import Contact
from checks.errors import FactError, PreflightError
from checks.escaped_streams import unescaped
from checks.facts import ClusterView, Login
from checks.facts.checkpoint import Checkpoint
from checks.facts.gpus import Gpus
from checks.facts.snapshot import Snapshot
from checks.folded_names import fold_names
from checks.job.node_filter import kept_nodes
from checks.model import Job
from checks.next_line import next_line
from checks.stages.gather import section_arguments
from checks.units import format_duration, format_file_size
from launcher.commands.weights import merge
from launcher.commands.weights.fetch import fetch_shards, missing_shards, require_free_space
from launcher.commands.weights.fsdp_parts import (
    METADATA,
    choose_parts,
    find_metadata,
    is_fsdp_checkpoint,
    part_names,
)
from launcher.commands.weights.shards import (
    Shard,
    Shards,
    choose_shards,
    choose_tag,
    older_than_beside,
    require_whole_files,
    stale_shards,
)
from launcher.options import job_from_options

LISTING_LIMIT_S = 20.0
SHARD_FOLDER = ".shards"


def add_options(parser: ArgumentParser) -> None:
    """Beside those of the job."""
    parser.add_argument("checkpoint", metavar="CHECKPOINT_DIR", help="as the nodes have it")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="folder here")
    parser.add_argument("--tag", help="of the checkpoint (default: what its file `latest` says)")
    parser.add_argument("--ranks", type=int, metavar="N", help="how many saved it")
    parser.add_argument("--dtype", choices=("fp32", "bf16", "fp16"), default="fp32")
    parser.add_argument("--format", choices=("safetensors", "pytorch"), default="safetensors")


def merge_weights(args: Namespace) -> None:
    """OUT holds verified weights after; else PreflightError says what is missing or wrong."""
    job = job_from_options(args)
    contact, logins = open_contact(job, job.names, ("checkpoint", "gpus"))
    with contact:
        cluster = _look_at_checkpoints(job, contact, logins, args.checkpoint, args.tag)
        seen = _checkpoints_by_node(cluster)
        tag = choose_tag(seen, args.tag, args.checkpoint)
        if not args.tag and any(checkpoint.latest != tag for checkpoint in seen.values()):
            # DeepSpeed writes `latest` on the node of rank 0 alone: the others have to be given it
            seen = _checkpoints_by_node(
                _look_at_checkpoints(job, contact, logins, args.checkpoint, tag)
            )
        folder = args.out / SHARD_FOLDER / tag
        folder.mkdir(parents=True, exist_ok=True)
        if is_fsdp_checkpoint(seen):
            shards = _choose_fsdp_parts(contact, seen, _nodes_by_rank(cluster), tag, folder)
        else:
            shards = choose_shards(seen, _nodes_by_rank(cluster), tag, args.ranks)
        require_whole_files(shards)
        _warn_of_age(seen, shards)
        _fetch_missing(contact, shards, seen, folder)
    _run_merge(job, shards, args)


def _warn_of_age(seen: Mapping[str, Checkpoint], shards: Shards) -> None:
    """Say which shards are of another time than the rest."""
    for shard in stale_shards(shards):
        print(f"‼ {shard.file.name} on {shard.node} is over an hour older than the newest")
    if older := older_than_beside(seen, shards):
        node, name, seconds = older
        print(
            f"‼ the shards of {shards.tag} are {format_duration(seconds)} older than {name} beside "
            f"them on {node}: a later run without DeepSpeed may have written that; what is merged "
            "are the shards"
        )


def _checkpoints_by_node(cluster: ClusterView) -> dict[str, Checkpoint]:
    """What each node has. Raises PreflightError where one could not say."""
    try:
        return {node.name: node.read(Checkpoint) for node in cluster.nodes}
    except FactError as error:
        raise PreflightError(str(error)) from error


def _look_at_checkpoints(
    job: Job,
    contact: Contact,
    logins: Mapping[str, Login],
    checkpoint: str,
    tag: str | None,
) -> ClusterView:
    """Every node's part. Raises PreflightError where one is silent: its shards would be missing."""
    snapshot = Snapshot(job, "")
    asked = {"checkpoint": checkpoint, "tag": tag}
    wanted = {
        name: [
            ("checkpoint", {**section_arguments(job, name), **asked}),
            ("gpus", section_arguments(job, name)),
        ]
        for name in contact.reached
    }
    answers = contact.ask_all(wanted, LISTING_LIMIT_S)
    for name, login in logins.items():
        snapshot.put_fact(name, login)
        for section, answer in answers.get(name, {}).items():
            snapshot.put(name, section, answer)
    cluster = ClusterView(snapshot)
    away = {node.name: node.read(Login).cause for node in cluster.nodes if not node.reached}
    if away:
        raise PreflightError(
            f"cannot log in to {fold_names(away)} ({', '.join(sorted(set(away.values())))}), and "
            "its shards are needed; "
            f"what is wrong: {next_line('preflight', job, '-k', 'controller-logs-in')}"
        )
    return cluster


def _nodes_by_rank(cluster: ClusterView) -> dict[int, str]:
    """The node of each rank as `start` numbers them; nothing where slots are not known."""
    job = cluster.job
    slots = kept_slots(cluster)
    if not slots:
        return {}
    order = [job.head, *(name for name in slots if name != job.head)]
    nodes = itertools.chain.from_iterable([name] * slots[name] for name in order if name in slots)
    return dict(enumerate(nodes))


def kept_slots(cluster: ClusterView) -> dict[str, int]:
    """Ranks by node, as far as include and exclude leave them; empty where one is not known."""
    names = kept_nodes(cluster.job.names, cluster.job.include, cluster.job.exclude)
    slots = {name: cluster[name].slots for name in names if cluster[name].has(Gpus)}
    known = {name: count for name, count in slots.items() if count}
    return known if len(known) == len(names) else {}


def _choose_fsdp_parts(
    contact: Contact,
    seen: Mapping[str, Checkpoint],
    ranks: Mapping[int, str],
    tag: str,
    folder: Path,
) -> Shards:
    """Those of FSDP's ranks: the file that names them is small, and fetched to be asked."""
    metadata = find_metadata(seen, ranks, tag)
    fetch_shards(
        contact,
        missing_shards([metadata], folder),
        _remote_folder(seen, metadata, tag),
        folder,
        lambda _: None,
    )
    names = part_names((folder / METADATA).read_bytes())
    return choose_parts(seen, ranks, tag, metadata, names)


def _remote_folder(seen: Mapping[str, Checkpoint], shard: Shard, tag: str) -> str:
    """The folder of a shard on its node, as the node reported it."""
    return f"{seen[shard.node].folder}/{tag}"


def _fetch_missing(
    contact: Contact, shards: Shards, seen: Mapping[str, Checkpoint], folder: Path
) -> None:
    """Fetch what is not here; each node reported where it lies."""
    missing = missing_shards(shards.shards, folder)
    nodes = fold_names(dict.fromkeys(shard.node for shard in missing))
    size = sum(shard.file.size for shard in missing)
    print(f"{shards.tag}: {len(shards.shards)} files, {format_file_size(shards.size)}", end="")
    print(f"; {format_file_size(size)} to fetch from {nodes}" if missing else "; all here already")
    require_free_space(size + shards.merged_size, folder)
    progress = _Progress(size)
    by_folder: dict[str, list[Any]] = {}
    for shard in missing:
        by_folder.setdefault(_remote_folder(seen, shard, shards.tag), []).append(shard)
    for remote, some in by_folder.items():
        fetch_shards(contact, some, remote, folder, progress)


class _Progress:
    """Gigabytes that came, on one line of a terminal."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._shown = total, 0, 0
        self._live = sys.stdout.isatty()

    def __call__(self, size: int) -> None:
        self._done += size
        percent = 100 * self._done // max(self._total, 1)
        if self._live and percent > self._shown:
            self._shown = percent
            end = "\n" if percent >= 100 else ""
            print(f"\r{percent:3} %", end=end, flush=True, file=unescaped(sys.stdout))


def _run_merge(job: Job, shards: Shards, args: Namespace) -> None:
    """By the training interpreter, if this machine has it, else by the one that runs this."""
    gathered = args.out / SHARD_FOLDER
    words = [str(gathered), shards.tag, str(args.out), args.dtype, args.format]
    python = job.python if Path(job.python).exists() else sys.executable
    argv = [python, str(merge.__file__), *words]
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        words = said[-1:] if any("Traceback" in line for line in said) else said[-20:]
        raise PreflightError("not merged: " + "\n".join(words) + _missing_module_hint(said, python))
    result = json.loads(done.stdout.strip().splitlines()[-1])
    print(
        f"{result['tensors']} tensors, {result['parameters']:,} parameters in {args.dtype}, "
        f"shapes as saved: {args.out}\nThe gathered shards are in {gathered}; "
        "remove them when you like."
    )


def _missing_module_hint(said: list[str], python: str) -> str:
    if "ModuleNotFoundError" not in said[-1]:
        return ""
    needs = "torch, deepspeed and huggingface_hub"
    return f"\n{python} has to have {needs} on this machine: name another by --python"
