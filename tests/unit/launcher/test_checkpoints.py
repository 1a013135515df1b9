"""Which checkpoint of what nodes have is the newest, whole, and of this run."""

from __future__ import annotations

import json
import os
import struct
import time
import zipfile

import pytest

from checks.errors import PreflightError
from checks.facts.checkpoint import Checkpoint, ShardFile
from checks.facts.decode import decode_fact
from checks.facts.saved_checkpoints import SavedCheckpoint, SavedCheckpoints, SavedFile
from checks.node.probe import saved_checkpoints as probe
from checks.node.probe.torn_file import find_tear
from launcher.commands.checkpoints import find_checkpoints
from launcher.commands.weights.shards import (
    Shard,
    Shards,
    older_than_beside,
    require_whole_files,
)

SHARD = "global_step10/zero_pp_rank_{}_mp_rank_00_optim_states.pt"


def saved(*names: str, fresh: bool = True, latest: str = "", **tears: str) -> SavedCheckpoint:
    files = (
        SavedFile(name, 65536, 0, fresh, tears.get(name.partition(".")[0], "")) for name in names
    )
    return SavedCheckpoint(tuple(files), latest)


def nodes(*each: SavedCheckpoint, folder: str = "checkpoint-10") -> dict[str, SavedCheckpoints]:
    return {f"n{at}": SavedCheckpoints({folder: one}) for at, one in enumerate(each)}


def of_ranks(*ranks: int, **more) -> list[SavedCheckpoint]:
    return [saved(SHARD.format(rank), "latest", "trainer_state.json", **more) for rank in ranks]


TORN = SavedCheckpoint((SavedFile(SHARD.format(2), 65536, 0, fresh=True, tear="is cut short"),))


@pytest.mark.parametrize(
    ("seen", "torn"),
    [
        (nodes(*of_ranks(0, 1, 2, 3)), ""),
        (nodes(*of_ranks(0, 1), TORN), "rank 2's shard on n2 is cut short (65,536 bytes)"),
        (nodes(*of_ranks(0, 1, 3)), "no node has the shard of rank 2"),
        (nodes(*of_ranks(1, 3)), "no node has the shard of ranks 0 and 2"),
        (nodes(*of_ranks(0, 1)), ""),
        (nodes(saved(SHARD.format(0))), "DeepSpeed did not end the save: it wrote no `latest`"),
        (nodes(saved("training_args.bin", "model.safetensors")), "it has no trainer_state.json"),
        (nodes(saved("training_args.bin"), saved("trainer_state.json")), ""),
        (nodes(saved("scheduler.bin", "random_states_0.pkl")), ""),
        (
            nodes(saved("a.pt", latest="global_step10"), folder="global_step12"),
            "names global_step10",
        ),
        (nodes(saved("a.pt", latest="global_step16"), folder="global_step12"), ""),
        (nodes(saved("a.pt", latest="best"), folder="best/global_step12"), "`latest` names best"),
        (nodes(saved("a.pt"), folder="global_step12"), ""),
    ],
)
def test_a_checkpoint_is_whole_unless_something_shows_that_it_is_not(seen, torn):
    (found,) = find_checkpoints(seen, 4)
    assert torn in found.torn
    assert bool(found.torn) == bool(torn)


def test_what_this_run_wrote_comes_before_higher_steps_of_an_earlier_one():
    seen = {
        "n1": SavedCheckpoints(
            {
                "checkpoint-30": saved("model.safetensors", fresh=False),
                "checkpoint-5": saved("model.safetensors"),
                "checkpoint-10": saved("model.safetensors"),
            }
        )
    }
    found = find_checkpoints(seen, 1)
    assert [each.step for each in found] == [10, 5, 30]
    assert [each.fresh for each in found] == [True, True, False]


def test_shards_of_an_earlier_run_beside_new_files_are_not_merged():
    old = saved(SHARD.format(0), "latest", fresh=False).files
    new = saved("model.safetensors", "trainer_state.json").files
    (found,) = find_checkpoints(nodes(SavedCheckpoint((*old, *new))), 1)
    assert (found.fresh, found.mergeable, found.torn) == (True, False, "")
    (found,) = find_checkpoints(nodes(*of_ranks(0)), 1)
    assert found.mergeable


def write_zip(path, keep=None):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", "x" * 500)
    os.truncate(path, keep or path.stat().st_size)


def write_tensors(path, size, cut=0):
    header = json.dumps({"__metadata__": {}, "w": {"data_offsets": [0, size]}}).encode()
    path.write_bytes((struct.pack("<Q", len(header)) + header + bytes(size))[: -cut or None])


def test_a_file_that_was_cut_short_shows_it(tmp_path):
    write_zip(tmp_path / "whole.pt")
    write_zip(tmp_path / "cut.pt", keep=300)
    write_tensors(tmp_path / "whole.safetensors", 64)
    write_tensors(tmp_path / "cut.safetensors", 64, cut=1)
    (tmp_path / "header.safetensors").write_bytes(struct.pack("<Q", 90) + b"{")
    (tmp_path / "pickle.pt").write_bytes(b"\x80\x02 of an older torch.save")
    (tmp_path / "zeros.pt").write_bytes(bytes(100))
    for name in ("empty.pt", "empty.json", "empty.txt"):
        (tmp_path / name).touch()
    assert {path.name: find_tear(str(path)) for path in tmp_path.iterdir()} == {
        "whole.pt": "",
        "cut.pt": "is cut short",
        "whole.safetensors": "",
        "cut.safetensors": "is cut short",
        "header.safetensors": "is cut short",
        "pickle.pt": "",
        "zeros.pt": "begins with nothing but zeros",
        "empty.pt": "is empty",
        "empty.json": "is empty",
        "empty.txt": "",
    }
    assert find_tear(str(tmp_path / "gone.pt")) is None


def test_a_node_says_what_its_checkpoints_have_and_what_is_fresh(tmp_path):
    for step in range(1, 7):
        folder = tmp_path / f"checkpoint-{step}" / f"global_step{step}"
        folder.mkdir(parents=True)
        write_zip(
            folder / "zero_pp_rank_0_mp_rank_00_optim_states.pt", keep=300 if step == 6 else 0
        )
        age = 1000 * (7 - step)
        for path in (folder / "zero_pp_rank_0_mp_rank_00_optim_states.pt", folder, folder.parent):
            then = time.time() - age
            os.utime(path, (then, then))
    (tmp_path / "deep" / "er").mkdir(parents=True)
    answer = probe.saved_checkpoints({"workdir": str(tmp_path), "age_s": 1500})
    found = decode_fact(SavedCheckpoints, answer).found
    assert sorted(found) == [f"checkpoint-{step}" for step in (3, 4, 5, 6)]
    newest, older = found["checkpoint-6"].files[0], found["checkpoint-5"].files[0]
    assert (newest.fresh, newest.tear, older.fresh, older.tear) == (True, "is cut short", False, "")
    assert newest.name.startswith("global_step6/zero_pp_rank_0")


@pytest.mark.parametrize(
    ("beside", "age"),
    [
        ((("model.safetensors", 900), ("trainer_state.json", 950)), 850),
        ((("trainer_state.json", 130),), None),
        ((("zero_to_fp32.py", 900), ("notes.txt", 900)), None),
        ((), None),
    ],
)
def test_shards_that_are_older_than_what_a_trainer_saves_beside_them(beside, age):
    shards = Shards("global_step10", (Shard("n1", ShardFile("a", 1, 100)),))
    files = tuple(ShardFile(name, 1, mtime) for name, mtime in beside)
    seen = {"n0": Checkpoint("/c", True), "n1": Checkpoint("/c", True, beside=files)}
    older = older_than_beside(seen, shards)
    assert (older and older[2]) == age


def test_a_torn_shard_is_named_with_its_node_before_anything_is_fetched():
    files = [ShardFile("whole.pt", 9, 100), ShardFile("torn.pt", 65536, 100, "is cut short")]
    shards = Shards("global_step10", tuple(Shard(f"n{at}", file) for at, file in enumerate(files)))
    with pytest.raises(PreflightError, match=r"  torn\.pt on n1 is cut short \(65,536 bytes\)"):
        require_whole_files(shards)
    require_whole_files(Shards("global_step10", shards.shards[:1]))
