"""Which shards a DeepSpeed checkpoint has, on which node each lies, and which are missing. Pure.

Its names (runtime/engine.py): `[bf16_]zero_pp_rank_R_mp_rank_00_optim_states.pt` for each
rank R, and `mp_rank_00_model_states.pt`, or `zero_pp_rank_R_mp_rank_00_model_states.pt` of stage 3.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from checks.errors import PreflightError
from checks.facts.checkpoint import Checkpoint, ShardFile
from checks.folded_names import fold_names
from checks.node.probe.checkpoint import FSDP
from checks.quick_dataclass import dataclass

SHARD_PATTERN = re.compile(
    r"(?:\w+_)?zero_pp_rank_(?P<rank>\d+)_mp_rank_(?P<mp>\d+)_(?P<kind>optim|model)_states\.pt"
)
MODEL_PATTERN = re.compile(r"mp_rank_(?P<mp>\d+)_model_states\.pt")
_OF_TRAINER = re.compile(r"trainer_state\.json|training_args\.bin|(?:model|pytorch_model).*")
ADAM_PARTS = 3
"""An optimizer shard holds the weights once and Adam's two moments."""


@dataclass(frozen=True)
class Shard:
    """A file to take from `node`."""

    node: str
    file: ShardFile


@dataclass(frozen=True)
class Shards:
    """All that is needed of one tag."""

    tag: str
    shards: tuple[Shard, ...]

    @property
    def size(self) -> int:
        """Bytes of all."""
        return sum(shard.file.size for shard in self.shards)

    @property
    def merged_size(self) -> int:
        """About how many bytes the weights take in fp32: those of the optimizer shards say."""
        optim = sum(shard.file.size for shard in self.shards if "optim" in shard.file.name)
        return optim // ADAM_PARTS if optim else self.size


def choose_tag(seen: Mapping[str, Checkpoint], asked: str | None, path: str) -> str:
    """The tag to merge. Raises PreflightError where there is none, or nodes disagree."""
    if asked:
        return asked
    latest = {name: checkpoint.latest for name, checkpoint in seen.items() if checkpoint.latest}
    tags = Counter(latest.values())
    if len(tags) == 1:
        return next(iter(tags))
    if not tags:
        raise PreflightError(_no_checkpoint_message(seen, path))
    latest_by_node = "; ".join(
        f"{tag} on {fold_names([name for name, entry in latest.items() if entry == tag])}"
        for tag in tags
    )
    raise PreflightError(
        f"the nodes disagree which checkpoint is the latest: {latest_by_node}. A node that died "
        "before it saved has the older one: name the tag that all have with --tag"
    )


def _no_checkpoint_message(seen: Mapping[str, Checkpoint], path: str) -> str:
    within = sorted({name for checkpoint in seen.values() for name in checkpoint.within})
    if within:
        return f"{path} is no checkpoint; those below it are: {', '.join(within)}"
    if not any(checkpoint.there for checkpoint in seen.values()):
        return (
            f"{path} is on none of the nodes {fold_names(seen)}: name the folder as the nodes have "
            "it, which may be below another --workdir, or --hosts with the nodes that saved it"
        )
    return (
        f"{path} holds no file `latest` and no {FSDP}/ on any of {fold_names(seen)}: it is no "
        "checkpoint of DeepSpeed's or of FSDP's ranks, or --tag has to name the folder in it"
    )


def choose_shards(
    seen: Mapping[str, Checkpoint], ranks: Mapping[int, str], tag: str, count: int | None
) -> Shards:
    """Each file once, from the node of its rank where that has it.

    `ranks` are the nodes by rank of the job, as far as they are known; `count` is how many ranks
    saved, where it is known. Raises PreflightError that names what is missing, and where.
    """
    files = files_by_name(seen, SHARD_PATTERN) | files_by_name(seen, MODEL_PATTERN)
    if not files:
        raise PreflightError(f"no shard of {tag} on any node of {fold_names(seen)}")
    _require_one_model_rank(files)
    _require_whole(files, ranks, count)
    return Shards(
        tag,
        tuple(
            pick_copy(_shard_rank(name), having, ranks) for name, having in sorted(files.items())
        ),
    )


def files_by_name(
    seen: Mapping[str, Checkpoint], names: re.Pattern[str]
) -> dict[str, dict[str, ShardFile]]:
    """{name: {node: file}} of those that are called so."""
    files: dict[str, dict[str, ShardFile]] = {}
    for node, checkpoint in seen.items():
        for file in checkpoint.files:
            if names.fullmatch(file.name):
                files.setdefault(file.name, {})[node] = file
    return files


def _shard_rank(name: str) -> int:
    match = SHARD_PATTERN.fullmatch(name)
    return int(match["rank"]) if match else 0


def _require_one_model_rank(files: Mapping[str, object]) -> None:
    found = (SHARD_PATTERN.fullmatch(name) or MODEL_PATTERN.fullmatch(name) for name in files)
    if any(match and int(match["mp"]) for match in found):
        raise PreflightError(
            "this checkpoint was saved with tensor or pipeline parallelism (mp_rank_01 and more), "
            "which DeepSpeed's zero_to_fp32 cannot merge: use its ds_to_universal.py"
        )


def _require_whole(
    files: Mapping[str, object], ranks: Mapping[int, str], count: int | None
) -> None:
    """Every rank's shard of each kind that any rank has."""
    kinds: dict[str, set[int]] = {}
    for name in files:
        if match := SHARD_PATTERN.fullmatch(name):
            kinds.setdefault(match["kind"], set()).add(int(match["rank"]))
    saved = max([count or len(ranks), *(max(found) + 1 for found in kinds.values())], default=0)
    missing = [
        f"  the {kind} shard of rank {rank}{expected_place(ranks, rank)}"
        for kind, found in kinds.items()
        for rank in range(saved)
        if rank not in found
    ]
    if missing:
        raise PreflightError(
            f"{len(missing)} shards are missing; weights without them would be wrong:\n"
            + "\n".join(missing[:20])
            + "\nIf fewer ranks saved this checkpoint, say how many: --ranks N"
        )


def expected_place(ranks: Mapping[int, str], rank: int) -> str:
    """Where something of a rank belongs, as the end of a phrase."""
    return f", which should be on {ranks[rank]}" if rank in ranks else ""


def pick_copy(rank: int, having: Mapping[str, ShardFile], ranks: Mapping[int, str]) -> Shard:
    """From the rank's own node, else the newest: an earlier start may have left others."""
    own = ranks.get(rank, "")
    node = own if own in having else max(having, key=lambda name: having[name].mtime)
    return Shard(node, having[node])


def stale_shards(shards: Shards, limit_s: int = 3600) -> Sequence[Shard]:
    """Shards that are much older than the newest of their tag."""
    newest = max(shard.file.mtime for shard in shards.shards)
    return [shard for shard in shards.shards if newest - shard.file.mtime > limit_s]


def require_whole_files(shards: Shards) -> None:
    """Raises PreflightError that names each file which its format shows to be cut short."""
    torn = [shard for shard in shards.shards if shard.file.tear]
    if torn:
        lines = [
            f"  {shard.file.name} on {shard.node} {shard.file.tear} ({shard.file.size:,} bytes)"
            for shard in torn
        ]
        raise PreflightError(
            f"{shards.tag} is not whole, its save was cut short, by a full disk perhaps:\n"
            + "\n".join(lines)
            + "\nMerge an earlier checkpoint; nothing was fetched"
        )


def older_than_beside(
    seen: Mapping[str, Checkpoint], shards: Shards, limit_s: int = 60
) -> tuple[str, str, int] | None:
    """(node, file beside the tag, by how many seconds it is newer than all shards there).

    A Trainer writes them beside the shards, in the same save: where they are much newer, another
    run, which saved no shards, may have left them. None where no node has any.
    """
    for node, checkpoint in seen.items():
        own = [shard.file.mtime for shard in shards.shards if shard.node == node]
        beside = [file for file in checkpoint.beside if _OF_TRAINER.fullmatch(file.name)]
        newest = max(beside, key=lambda file: file.mtime, default=None)
        if own and newest and newest.mtime - max(own) > limit_s:
            return node, newest.name, newest.mtime - max(own)
    return None
