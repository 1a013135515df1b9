"""Which of the checkpoints that nodes have is the newest, whether it is whole, and of which run.

A save that a full disk or a dead rank cut short leaves a folder that looks like a checkpoint, and a
second run in the same folder leaves its own files beside the shards of the first. Only what is
certain is said: a file that its format shows to be cut short, a shard that no node has, an end of
the save that was not written down.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.facts.saved_checkpoints import SavedCheckpoint, SavedCheckpoints, SavedFile
from launcher.plan.ranks import name_ranks

_STEP = re.compile(r"(?:global_step|checkpoint-)(\d+)")
_SHARD = re.compile(r"(?:.*/)?(?:\w+_)?zero_pp_rank_(?P<rank>\d+)_mp_rank_(?P<mp>\d+)_optim.*\.pt")
_PART = re.compile(r".*\.distcp")
_ARGUMENTS, _TRAINER_STATE, _LATEST = "training_args.bin", "trainer_state.json", "latest"
"""transformers' Trainer writes its arguments with the model, and its state last of all."""

Files = Mapping[str, SavedCheckpoint]
"""What each node has of one checkpoint."""


@dataclass(frozen=True)
class FoundCheckpoint:
    """A checkpoint `folder`, from the output folder; `torn` says why it is not whole.

    `fresh`: the run wrote some of it. `mergeable`: it has shards, and they are no older run's.
    """

    folder: str
    torn: str = ""
    fresh: bool = True
    mergeable: bool = False

    @property
    def step(self) -> int:
        """The step that its name has."""
        return _step_of(posixpath.basename(self.folder))


def find_checkpoints(seen: Mapping[str, SavedCheckpoints], ranks: int) -> list[FoundCheckpoint]:
    """Those that the nodes have, what this run of so many ranks wrote first, the newest first."""
    folders = dict.fromkeys(folder for saved in seen.values() for folder in saved.found)
    found = [
        _judge(
            folder,
            {n: saved.found[folder] for n, saved in seen.items() if folder in saved.found},
            ranks,
        )
        for folder in folders
    ]
    return sorted(found, key=lambda each: (each.fresh, each.step, -len(each.folder)), reverse=True)


def _judge(folder: str, nodes: Files, ranks: int) -> FoundCheckpoint:
    files = [file for saved in nodes.values() for file in saved.files]
    shards = [file for file in files if _SHARD.fullmatch(file.name) or _PART.fullmatch(file.name)]
    fresh = any(file.fresh for file in files)
    mergeable = bool(shards) and all(file.fresh for file in shards)
    torn = next(_tears(folder, nodes, ranks), "")
    return FoundCheckpoint(folder, torn, fresh, mergeable)


def _tears(folder: str, nodes: Files, ranks: int) -> Iterator[str]:
    """Why it is not whole, the most telling reason first."""
    for node, saved in nodes.items():
        for file in sorted(saved.files, key=lambda file: not _SHARD.fullmatch(file.name)):
            if file.tear:
                yield f"{describe_file(file)} on {node} {file.tear} ({file.size:,} bytes)"
    saved_names = {file.name for saved in nodes.values() for file in saved.files}
    yield from _missing_shards(saved_names, ranks)
    tag = posixpath.basename(folder)
    if tag.startswith("global_step"):
        latest = [saved.latest for saved in nodes.values() if saved.latest]
        if latest and max(map(_step_of, latest)) < _step_of(tag):
            yield f"DeepSpeed did not end the save: `latest` names {latest[0]}"
    elif any(map(_SHARD.fullmatch, saved_names)) and _LATEST not in saved_names:
        yield "DeepSpeed did not end the save: it wrote no `latest`"
    if _ARGUMENTS in saved_names and _TRAINER_STATE not in saved_names:
        yield f"the save did not end: it has no {_TRAINER_STATE}"


def _step_of(tag: str) -> int:
    match = _STEP.fullmatch(tag)
    return int(match[1]) if match else -1


def _missing_shards(names: set[str], ranks: int) -> Iterator[str]:
    """Ranks without a shard; of several model ranks, or groups that save once, nothing is said."""
    found = [match for match in map(_SHARD.fullmatch, names) if match]
    have = {int(match["rank"]) for match in found}
    if not have or any(int(match["mp"]) for match in found):
        return
    saving = ranks if ranks % len(have) else max(have) + 1
    if missing := sorted(set(range(saving)) - have):
        yield f"no node has the shard of {name_ranks(missing)}"


def describe_file(file: SavedFile) -> str:
    """Whose shard it is, else its name."""
    match = _SHARD.fullmatch(file.name)
    return f"rank {int(match['rank'])}'s shard" if match else file.name
