"""torch's worker server in a rank: what it serves, and that the program never notices it."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from launcher.agent.worker_server import has_advanced, pending_collectives, recorded_entries
from tests.support.paths import ROOT

PAIR = """
import sys, time
import torch, torch.distributed as dist
rank, store = int(sys.argv[1]), sys.argv[2]
dist.init_process_group("gloo", store=dist.FileStore(store, 2), rank=rank, world_size=2)
print("met", flush=True)
dist.all_reduce(torch.ones(3))
print("once", flush=True)
if rank == 0:
    dist.all_reduce(torch.ones(5))
time.sleep(600)
"""
ENDS = """
import os, sys
import torch.distributed
if os.fork() == 0:
    sys.exit(4)
print("child", os.waitstatus_to_exitcode(os.wait()[1]))
print("words", file=sys.stderr)
raise SystemExit(3)
"""


@pytest.fixture
def home(tmp_path):
    """A run's directory with the hook as the supervisor puts it there."""
    pytest.importorskip("torch")
    (tmp_path / "hook").mkdir()
    hook = (ROOT / "launcher/agent/hook.py").read_text(encoding="utf-8")
    (tmp_path / "hook" / "sitecustomize.py").write_text(hook, encoding="utf-8")
    return tmp_path


def start(home, text, *words):
    return subprocess.Popen(
        [sys.executable, "-c", text, *words],
        env={**os.environ, "PYTHONPATH": str(home / "hook")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for_record(home, process, *, pending):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        entries = recorded_entries(str(home), process.pid)
        seen = pending_collectives(entries)
        if seen and seen[0]["pending"] == pending and (pending or entries[-1]["retired"]):
            return entries, seen[0]
        time.sleep(0.05)
    raise AssertionError(f"not recorded: {seen}")


def test_a_rank_that_waits_and_one_that_did_not_come(home):
    ranks = [start(home, PAIR, str(rank), str(home / "store")) for rank in range(2)]
    try:
        for process in ranks:
            assert [process.stdout.readline(), process.stdout.readline()] == [b"met\n", b"once\n"]
        entries, waiting = wait_for_record(home, ranks[0], pending=True)
        while waiting["number"] == 1:  # it has ended, and the record shows it a moment later
            entries, waiting = wait_for_record(home, ranks[0], pending=True)
        assert (waiting["number"], waiting["name"], waiting["sizes"]) == (2, "all_reduce", "[[5]]")
        assert waiting["group"] == "0 default_pg"
        _, behind = wait_for_record(home, ranks[1], pending=False)
        assert (behind["number"], behind["entered"]) == (1, 1)
        assert has_advanced(entries, recorded_entries(str(home), ranks[0].pid)) is False
        assert has_advanced(entries[:-1], entries) is True
    finally:
        for process in ranks:
            process.kill()
            process.communicate()


def test_the_program_and_its_forks_end_as_they_would_without_it(home):
    process = start(home, ENDS)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (3, b"child 4\n", b"words\n")
    assert (home / f"worker-{process.pid}").is_socket()


def test_a_process_without_a_server_has_no_record(home):
    assert recorded_entries(str(home), os.getpid()) is None
    assert pending_collectives(None) is None
    assert has_advanced(None, []) is None
