"""The file of torch's flight recorder, as torch itself writes it, and files that only look so."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import time

import pytest

from launcher.agent.flight_recorder import describe_last_entry, last_collective, request_dump
from tests.support.started import start_program

RECORDS = """
import pickle, sys, time
import torch, torch.distributed as dist
from torch._C import _distributed_c10d as c10d
dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
dist.all_reduce(torch.ones(3))
dist.barrier()
def open_ones(trace):
    return [one for one in pickle.loads(trace)["entries"] if not one["retired"]]
while open_ones(trace := c10d._dump_fr_trace()):  # gloo notes an end from a thread of its own
    time.sleep(0.01)
sys.stdout.buffer.write(trace)
"""


@pytest.fixture(scope="module")
def recorded():
    """What torch writes after two collectives that have ended."""
    pytest.importorskip("torch")
    env = {**os.environ, "TORCH_FR_BUFFER_SIZE": "10"}
    done = subprocess.run(
        [sys.executable, "-c", RECORDS], env=env, capture_output=True, timeout=120, check=True
    )
    return done.stdout


@pytest.fixture
def rank(tmp_path):
    """A process whose environment says where the file will be."""
    env = {"TORCH_FR_DUMP_TEMP_FILE": str(tmp_path / "trace_")}
    env["TORCH_NCCL_DEBUG_INFO_PIPE_FILE"] = str(tmp_path / "pipe_")
    with start_program(["sleep", "600"], env=env) as process:
        yield process
        process.kill()


def trace_entry(name, number, state, **more):
    return {"profiling_name": name, "collective_seq_id": number, "state": state, **more}


def test_the_last_collective_of_what_torch_wrote(recorded, rank, tmp_path):
    (tmp_path / "trace_3").write_bytes(recorded)
    os.utime(tmp_path / "trace_3", (time.time(),) * 2)  # by the clock of who compares
    assert last_collective(rank.pid, 3) == "barrier 2, completed"
    assert last_collective(rank.pid, 4) == ""


def test_the_first_open_collective_is_the_one():
    entries = [
        trace_entry("nccl:all_reduce", 6, "completed"),
        trace_entry("nccl:all_gather", 7, "started"),
        trace_entry("nccl:all_reduce", 8, "scheduled"),
    ]
    assert describe_last_entry({"entries": entries}) == "all_gather 7, started"
    sent = trace_entry("nccl:send 0->1", 0, "scheduled", is_p2p=True, p2p_seq_id=4)
    assert describe_last_entry({"entries": [sent]}) == "send 0->1 4, scheduled"


class Harmful:
    """Would run a command where it is loaded."""

    def __reduce__(self):
        return os.mkdir, ("harmed",)


@pytest.mark.parametrize(
    "data",
    [b"", b"no pickle", pickle.dumps([]), pickle.dumps({"entries": []})],
    ids=["empty", "noise", "list", "no entries"],
)
def test_a_file_that_is_none_is_no_flight(rank, tmp_path, data):
    (tmp_path / "trace_0").write_bytes(data)
    assert last_collective(rank.pid, 0) == ""


def test_only_plain_data_is_loaded(rank, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trace_0").write_bytes(pickle.dumps({"entries": [Harmful()]}))
    assert last_collective(rank.pid, 0) == ""
    assert not (tmp_path / "harmed").exists()
    (tmp_path / "harmed").mkdir()
    with pytest.raises(FileExistsError):
        pickle.load(io.BytesIO((tmp_path / "trace_0").read_bytes()))


def test_another_runs_file_is_not_read(recorded, rank, tmp_path):
    (tmp_path / "trace_0").write_bytes(recorded)
    os.utime(tmp_path / "trace_0", (0, 0))
    assert last_collective(rank.pid, 0) == ""


def test_torch_is_asked_through_its_pipe_alone(rank, tmp_path):
    os.mkfifo(tmp_path / "pipe_0.pipe")
    (tmp_path / "pipe_1.pipe").write_bytes(b"")
    request_dump(rank.pid, 0)  # nobody reads: nothing happens, and nobody waits
    reader = os.open(tmp_path / "pipe_0.pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        request_dump(rank.pid, 0)
        assert os.read(reader, 10) == b"1\n"
    finally:
        os.close(reader)
    request_dump(rank.pid, 1)
    assert (tmp_path / "pipe_1.pipe").read_bytes() == b""
