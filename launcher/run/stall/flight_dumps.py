"""What files of torch's flight recorder show of a run that somebody else started."""

from __future__ import annotations

import contextlib
import io
import math
import pickle
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from checks.errors import FactError
from checks.facts.decode import decode_record
from checks.untrusted_json import read_untrusted_json
from launcher.agent import worker_server
from launcher.agent.flight_recorder import DUMP_LIMIT, PlainUnpickler
from launcher.plan.ranks import name_ranks
from launcher.run.stall.collectives import (
    describe_collective,
    find_mismatches,
    find_missed,
    find_unfinished,
    is_waited_in,
)
from launcher.run.stall.observation import Collective, RankObservation, StackFrame
from launcher.run.stall.occupation import own_frame

_NAME = re.compile(r"rank_?(\d+)(?:\.json)?$")
MAX_VALUES = 5_000_000
_READERS: Mapping[bytes, Callable[[bytes], object]] = {
    b"\x80": lambda data: PlainUnpickler(io.BytesIO(data)).load(),
    b"{": read_untrusted_json,
}
"""By the first byte of a pickle and of JSON."""


def read_dumps(folder: Path) -> list[RankObservation]:
    """The collectives of each rank that has a file in the folder, `…_rank_3`; others are left out.

    Pickles are read as plain data only; what torch's worker server answers is JSON. When a file was
    written is not known: ages are infinite.
    """
    found = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if (named := _NAME.search(path.name)) and (record := _read_dump(path)):
            with contextlib.suppress(FactError, LookupError, TypeError, ValueError, AttributeError):
                found[int(named[1])] = _observation(int(named[1]), record)
    return [found[rank] for rank in sorted(found)]


def _read_dump(path: Path) -> dict[str, Any] | None:
    try:
        if not path.is_file() or path.stat().st_size > DUMP_LIMIT:
            return None
        with path.open("rb") as file:
            reader = _READERS.get(file.peek(1)[:1])
            record = reader(file.read()) if reader else None
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError):
        return None
    except (pickle.UnpicklingError, RecursionError, MemoryError):
        return None
    if not isinstance(record, dict) or not isinstance(record.get("entries"), list):
        return None
    return record if _is_bounded(record) else None


def _is_bounded(value: object) -> bool:
    """Whether it holds no more than MAX_VALUES: in a pickle a value may hold itself."""
    left, count = [value], 0
    while left and count < MAX_VALUES:
        found = left.pop()
        count += 1
        if isinstance(found, dict):
            left += [*found.keys(), *found.values()]
        elif isinstance(found, list | tuple | set | frozenset):
            left += found
    return not left


def _observation(rank: int, record: dict[str, Any]) -> RankObservation:
    entries = worker_server.entries_of(record, {})  # type: ignore[no-untyped-call]
    seen = worker_server.pending_collectives(entries, math.inf)  # type: ignore[no-untyped-call]
    collectives = [decode_record(Collective, fields, "collective") for fields in seen]
    frames = entries[-1].get("frames", []) if entries else []
    stack = [StackFrame(str(at["name"]), str(at["filename"]), int(at["line"])) for at in frames]
    return RankObservation(
        rank, "", "", 0.0, 0, (), (), tuple(stack), "", "", "", collectives=tuple(collectives)
    )


def describe_dumps(ranks: Sequence[RankObservation]) -> str:
    """Which ranks keep others waiting, in the words of `xray`; empty where none is seen to."""
    missed, mismatches = find_missed(ranks), find_mismatches(ranks)
    lines = [mismatch.words for mismatch in mismatches]
    for each in missed:
        verb = "has" if len(each.absent) == 1 else "have"
        lines.append(f"{name_ranks(each.absent)} {verb} {each.words.partition(' ')[2]}")
    accused = [rank for each in missed for rank in each.absent]
    accused += [rank for each in mismatches for rank in each.fewest]
    lines += [_last_call(rank) for rank in ranks if rank.rank in accused]
    lines += [
        f"{each.words}, and it had not ended when they were written: {each.reason}"
        for each in find_unfinished(ranks)
    ]
    absent = _without_dump(ranks)
    waiting = [rank.rank for rank in ranks if any(map(is_waited_in, rank.collectives or ()))]
    if absent and waiting:
        verb = "waits" if len(waiting) == 1 else "wait"
        missing = f"there is no dump of {name_ranks(absent)}: what others wait for may be there"
        lines.append(f"{name_ranks(waiting)} {verb} in a collective, and {missing}")
    return "\n  ".join(["by the dumps of the flight recorder:", *lines]) if lines else ""


def _last_call(rank: RankObservation) -> str:
    """`the last that rank 2 entered is all_reduce 6, at step (train.py:30)`."""
    last = next(iter(rank.collectives or ()), None)
    at = own_frame(rank.stack)
    place = f", at {at.function} ({Path(at.file).name}:{at.line})" if at else ""
    what = describe_collective(replace(last, number=last.entered)) if last else "no collective"
    return f"the last that rank {rank.rank} entered is {what}{place}"


def _without_dump(ranks: Sequence[RankObservation]) -> list[int]:
    """Members of the groups that have no dump."""
    members: Iterator[int] = (
        member for rank in ranks for seen in rank.collectives or () for member in seen.members
    )
    return sorted(set(members) - {rank.rank for rank in ranks})
