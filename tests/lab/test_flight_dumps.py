"""`launcher diagnose` on the files that torch's flight recorder really writes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.support.launched_runs import run_launcher

RECORDS = """
import os, sys, time
os.environ["TORCH_FR_BUFFER_SIZE"] = "100"
import torch, torch.distributed as dist
from torch._C import _distributed_c10d as c10d
rank, store, folder = int(sys.argv[1]), *sys.argv[2:]
dist.init_process_group("gloo", store=dist.FileStore(store, 2), rank=rank, world_size=2)
dist.all_reduce(torch.ones(3))
if rank == 0:
    work = dist.all_reduce(torch.ones(5), async_op=True)
time.sleep(0.5)
with open(f"{folder}/nccl_trace_rank_{rank}", "wb") as file:
    file.write(c10d._dump_fr_trace())
with open(f"{folder}-of-servers/fr_rank_{rank}.json", "wb") as file:
    file.write(c10d._dump_fr_trace_json())  # as /handler/fr_trace_json answers
written = dist.distributed_c10d._get_default_store()
written.add("written", 1)
while written.add("written", 0) < 2:
    time.sleep(0.05)
os._exit(0)
"""


@pytest.mark.long
def test_who_has_not_entered_is_said_in_the_words_of_a_look(tmp_path):
    pytest.importorskip("torch")
    folder, answers = tmp_path / "dumps", tmp_path / "dumps-of-servers"
    folder.mkdir()
    answers.mkdir()
    argv = [sys.executable, "-c", RECORDS]
    words = (str(tmp_path / "store"), str(folder))
    ranks = [subprocess.Popen([*argv, str(rank), *words]) for rank in range(2)]
    assert [process.wait(240) for process in ranks] == [0, 0]
    said = run_launcher(tmp_path, "diagnose", "--json", str(folder))
    assert said.returncode == 0, said.stderr
    hang = json.loads(said.stdout)["hang"]
    assert "rank 1 has not entered all_reduce 2, in which rank 0 waits\n" in hang
    assert "the last that rank 1 entered is all_reduce 1" in hang
    said = run_launcher(tmp_path, "diagnose", "--json", str(answers))
    assert json.loads(said.stdout)["hang"].startswith(hang.partition(", at ")[0])
