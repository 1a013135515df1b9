"""Real shards of two ranks on two nodes, brought together and compared with the true weights."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from launcher import cli
from launcher.commands.weights import command, merge
from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.compiled_ops import training_environment
from tests.support.lab_fixtures import MakeLab
from tests.support.paths import SUPPORT

STAGES = (0, 2, 3)
FSDP = "pytorch_model_fsdp_0"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each stage as two ranks wrote it."""
    folder = tmp_path_factory.mktemp("saved")
    argv = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    scratch = {"TMPDIR": str(tmp_path_factory.mktemp("scratch"))}  # torchrun leaves folders of logs
    done = subprocess.run(
        [*argv, str(SUPPORT / "saved_checkpoints.py"), str(folder)],
        env={
            **training_environment(tmp_path_factory.mktemp("ops")),
            "OMP_NUM_THREADS": "1",
            **scratch,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


@pytest.fixture(scope="module")
def two(make_lab: MakeLab) -> Lab:
    return make_lab(LabShape(nodes=2))


def spread_shards(lab: Lab, saved: Path, stage: int) -> str:
    """Each rank's files onto its node, as when nothing is shared; returns the path there."""
    there = f"/root/out/stage{stage}"
    for rank, node in enumerate(lab.nodes):
        node.run(f"rm -rf {there}; mkdir -p {there}/global_step2", check=True)
        for file in sorted((saved / f"stage{stage}").rglob("*.pt")):
            mine = f"_rank_{rank}_" in file.name or (rank == 0 and file.name.startswith("mp_"))
            if mine:
                place(node, file, f"{there}/global_step2/{file.name}")
    lab.nodes[0].run(f"printf global_step2 >{there}/latest", check=True)  # as rank 0 does, alone
    return there


def place(node, file: Path, path: str) -> None:
    """A file onto a node's own disk."""
    with file.open("rb") as data:
        done = subprocess.run(
            ["nsenter", f"--target={node.pid}", "--mount", "sh", "-c", f"cat >{path}"],
            stdin=data, check=True,
        )  # fmt: skip
    assert done.returncode == 0


def weights(lab: Lab, checkpoint: str, out: Path, *words: str) -> tuple[int, str]:
    """The command, in process."""
    reported = io.StringIO()
    argv = ["weights", checkpoint, "-o", str(out), "--hosts", str(lab.hosts), *words]
    with contextlib.redirect_stdout(reported), contextlib.redirect_stderr(reported):
        code = cli.main(argv)
    return code, reported.getvalue()


@pytest.mark.parametrize("stage", STAGES)
def test_weights_are_those_that_were_trained(two: Lab, saved: Path, tmp_path: Path, stage: int):
    code, reported = weights(two, spread_shards(two, saved, stage), tmp_path / "out")
    assert code == 0, reported
    found = load_file(tmp_path / "out/model.safetensors")
    true = torch.load(saved / f"stage{stage}/true.pt", weights_only=True)
    same_memory = {"embed.weight", "out.weight"}
    assert true.keys() - found.keys() <= same_memory
    for name, tensor in found.items():
        assert torch.equal(tensor, true[name]), name
    assert "shapes as saved" in reported


def spread_parts(lab: Lab, saved: Path) -> str:
    """Each rank's parts of FSDP's checkpoint onto its node."""
    there = "/root/out/checkpoint-2"
    for rank, node in enumerate(lab.nodes):
        node.run(f"rm -rf {there}; mkdir -p {there}/{FSDP}", check=True)
        for file in sorted((saved / "fsdp" / FSDP).iterdir()):
            if file.name.startswith(f"__{rank}_") or (rank == 0 and file.name == ".metadata"):
                place(node, file, f"{there}/{FSDP}/{file.name}")
    return there


@pytest.mark.parametrize("path", ["", f"/{FSDP}"])
def test_weights_of_fsdp_are_those_that_were_trained(
    two: Lab, saved: Path, tmp_path: Path, path: str
):
    there = spread_parts(two, saved)
    two.node("node2").run(f"echo of an earlier start >{there}/{FSDP}/__7_0.distcp", check=True)
    code, reported = weights(two, there + path, tmp_path / "out")
    assert code == 0, reported
    found = load_file(tmp_path / "out/model.safetensors")
    true = torch.load(saved / "fsdp/true.pt", weights_only=True)
    assert true.keys() - found.keys() <= {"embed.weight", "out.weight"}
    assert found.keys() <= true.keys()
    for name, tensor in found.items():
        assert torch.equal(tensor, true[name]), name
    assert "3 files" in reported


def test_a_missing_part_of_fsdp_is_named_with_its_node(two: Lab, saved: Path, tmp_path: Path):
    there = spread_parts(two, saved)
    two.node("node2").run(f"rm {there}/{FSDP}/*", check=True)
    code, reported = weights(two, there, tmp_path / "out")
    assert code == 1
    assert "__1_0.distcp, the part of rank 1, which should be on node2" in reported
    two.node("node1").run(f"rm {there}/{FSDP}/.metadata", check=True)
    code, reported = weights(two, there, tmp_path / "out")
    assert code == 1
    assert (
        "which rank 0 writes when all have saved, which should be on node1, is on none" in reported
    )
    assert not list((tmp_path / "out").rglob("*.safetensors"))


def test_a_part_of_fsdp_that_is_cut_short_is_not_merged(two: Lab, saved: Path, tmp_path: Path):
    there = spread_parts(two, saved)
    two.node("node2").run(f"truncate -s -200 {there}/{FSDP}/__1_0.distcp", check=True)
    code, reported = weights(two, there, tmp_path / "out")
    assert code == 1
    assert "__1_0.distcp ends before what rank 0 says it holds" in reported
    assert not list((tmp_path / "out").rglob("*.safetensors"))


def test_bf16_in_pytorch_files(two: Lab, saved: Path, tmp_path: Path):
    words = ("--dtype", "bf16", "--format", "pytorch")
    code, reported = weights(two, spread_shards(two, saved, 1), tmp_path / "out", *words)
    assert code == 0, reported
    found = torch.load(tmp_path / "out/pytorch_model.bin", weights_only=True)
    assert found["inner.weight"].dtype is torch.bfloat16


def test_a_missing_shard_is_named_with_its_node(two: Lab, saved: Path, tmp_path: Path):
    there = spread_shards(two, saved, 3)
    two.node("node2").run(f"rm {there}/global_step2/*optim*", check=True)
    code, reported = weights(two, there, tmp_path / "out")
    assert code == 1
    assert "optim shard of rank 1, which should be on node2" in reported
    assert not list((tmp_path / "out").rglob("*.safetensors"))


def test_weights_that_are_not_what_was_saved_are_not_written(two: Lab, saved: Path, tmp_path: Path):
    there = spread_shards(two, saved, 2)
    (shard,) = (saved / "stage2").rglob("*_rank_1_*optim*")
    states = torch.load(shard, weights_only=False)
    for part in states["optimizer_state_dict"]["single_partition_of_fp32_groups"]:
        part.data.fill_(float("nan"))
    torch.save(states, tmp_path / "shard")
    place(two.node("node2"), tmp_path / "shard", f"{there}/global_step2/{shard.name}")
    code, reported = weights(two, there, tmp_path / "out")
    assert code == 1
    assert "Traceback" not in reported
    assert "has values that are no numbers" in reported
    assert not list((tmp_path / "out").rglob("*.safetensors"))


def test_what_is_missing_or_of_another_shape_is_named():
    found = {"a": torch.zeros(2), "b": torch.zeros(3)}
    lines = merge.find_tensor_errors(found, {"a": (2,), "b": (4,), "c": (1,)})
    assert len(lines) == 2
    assert "b has shape (3,), saved was (4,)" in lines
    assert any("c" in line and "b has" not in line for line in lines)


def test_nodes_that_disagree_about_the_latest(two: Lab, saved: Path, tmp_path: Path):
    there = spread_shards(two, saved, 2)
    two.node("node2").run(f"printf global_step1 >{there}/latest", check=True)
    code, reported = weights(two, there, tmp_path / "out")
    assert code == 1
    assert "global_step1 on node2" in reported
    assert "--tag" in reported


def test_what_was_cut_is_resumed_and_what_is_here_is_not_fetched_again(
    two: Lab, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(command, "_run_merge", lambda *_: None)
    there, out = spread_shards(two, saved, 2), tmp_path / "out"
    assert weights(two, there, out)[0] == 0
    gathered = out / ".shards/global_step2"
    (shard,) = gathered.glob("*_rank_1_*optim*")
    whole, info = shard.read_bytes(), shard.stat()
    shard.unlink()
    part = shard.with_name(f"{shard.name}.{int(info.st_mtime)}.part")
    part.write_bytes(whole[:1000])
    code, reported = weights(two, there, out)
    assert code == 0, reported
    assert "to fetch from node2" in reported
    assert shard.read_bytes() == whole
    assert "all here already" in weights(two, there, out)[1]


def test_no_room_means_nothing_is_fetched(
    two: Lab, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    code, reported = weights(two, spread_shards(two, saved, 2), tmp_path / "out")
    assert code == 1
    assert "Nothing was fetched" in reported
    assert not list((tmp_path / "out").rglob("*.pt*"))


def test_a_folder_above_checkpoints_names_them(two: Lab, saved: Path, tmp_path: Path):
    spread_shards(two, saved, 1)
    code, reported = weights(two, "/root/out", tmp_path / "out")
    assert code == 1
    assert "stage1" in reported
