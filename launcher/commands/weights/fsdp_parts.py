"""torch's distributed checkpoint, as FSDP's ranks write it: its parts, and where each lies. Pure.

Rank R writes `__R_N.distcp`; rank 0 also writes `.metadata`, which names the parts that make up the
whole (torch/distributed/checkpoint/filesystem.py). A rank that nothing was left to write for has no
part, and an earlier start may have left some: what is needed stands in `.metadata` alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from checks.errors import PreflightError
from checks.facts.checkpoint import Checkpoint
from checks.folded_names import fold_names
from launcher.commands.weights.shards import Shard, Shards, expected_place, files_by_name, pick_copy

PART_PATTERN = re.compile(r"__(?P<rank>\d+)_\d+\.distcp")
METADATA = ".metadata"


def is_fsdp_checkpoint(seen: Mapping[str, Checkpoint]) -> bool:
    """Whether the tag that was looked at is such a checkpoint."""
    return bool(files_by_name(seen, PART_PATTERN))


def find_metadata(seen: Mapping[str, Checkpoint], ranks: Mapping[int, str], tag: str) -> Shard:
    """Where it is to be had. Raises PreflightError where no node has it."""
    for having in files_by_name(seen, re.compile(re.escape(METADATA))).values():
        return pick_copy(0, having, ranks)
    raise PreflightError(
        f"{tag}/{METADATA}, which rank 0 writes when all have saved{expected_place(ranks, 0)}, "
        f"is on none of {fold_names(seen)}: the run ended before the checkpoint was whole. Take an "
        "older one"
    )


def part_names(metadata: bytes) -> list[str]:
    """The parts that it names. It is a pickle, and not loaded here: their names stand in it."""
    return sorted(
        {match[0].decode() for match in re.finditer(PART_PATTERN.pattern.encode(), metadata)}
    )


def choose_parts(
    seen: Mapping[str, Checkpoint],
    ranks: Mapping[int, str],
    tag: str,
    metadata: Shard,
    names: Sequence[str],
) -> Shards:
    """Each part once, from the node of its rank where that has it, and `metadata`.

    Raises PreflightError that names what is missing, and where it should be.
    """
    files = files_by_name(seen, PART_PATTERN)
    by_rank = {name: int(one["rank"]) for name in names if (one := PART_PATTERN.fullmatch(name))}
    missing = [
        f"  {name}, the part of rank {rank}{expected_place(ranks, rank)}"
        for name, rank in by_rank.items()
        if name not in files
    ]
    if missing:
        raise PreflightError(
            f"{len(missing)} parts are missing; weights without them would be wrong:\n"
            + "\n".join(missing[:20])
        )
    return Shards(
        tag, (*(pick_copy(by_rank[name], files[name], ranks) for name in names), metadata)
    )
