"""What follows a failure on a real lab: who was first, what the nodes say then, another try, less.

Secrets are printed by the ranks themselves, and looked for everywhere, all the while.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
from itertools import takewhile

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.launched_runs import LaunchedRun, command_lines, run_launcher, wait_until_clean
from tests.support.passed_preflight import pass_preflight

SECRET = "hf_SecretOfMine"
FAILS = """
import os, sys, time
from pathlib import Path
rank, tries = int(os.environ["RANK"]), Path("/root/tries")
print("my token is", os.environ["HF_TOKEN"], flush=True)
if rank == int(os.environ["WORLD_SIZE"]) - 1:
    before = len(tries.read_text()) if tries.exists() else 0
    tries.write_text("x" * (before + 1))
    print("tries before:", before, flush=True)
    if before:
        os.system("mount -o remount,size=1m /dev/shm")
    raise RuntimeError(
        "unable to open shared memory object </t> in read-write mode: No space left on device (28)"
    )
time.sleep(600)
"""
HEALS = """
import os, sys
from pathlib import Path
tried = Path("/root/tried")
if os.environ["RANK"] == "1" and not tried.exists():
    tried.touch()
    sys.exit("the weather is bad")
print("well", flush=True)
"""
MEETS = """
import os
import torch
import torch.distributed as dist
rank = int(os.environ["RANK"])
dist.init_process_group("gloo")
dist.barrier()
if rank == 3:
    raise KeyError("rank three has no such weight")
while True:
    dist.all_reduce(torch.ones(1))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("after")
    (folder / "train.py").write_text(FAILS)
    (folder / "heals.py").write_text(HEALS)
    (folder / "meets.py").write_text(MEETS)
    (folder / "launch.toml").write_text(
        f'[env]\nHF_TOKEN = "{SECRET}"\nOMP_NUM_THREADS = 1\n[start]\nbackend = "ssh"\n'
    )
    return folder


@pytest.fixture(scope="module")
def lab(place):
    visible = {sys.prefix, str(place)}
    with Lab.up(LabShape(nodes=2, slots=2), place / ".lab", f"after-{os.getpid()}", visible) as up:
        yield up


@pytest.fixture
def single(lab):
    """The lab's nodes with one rank each, for starts that run all checks."""
    hosts = lab.hosts.with_name("single.txt")
    hosts.write_text("node1 slots=1\nnode2 slots=1\n")
    return str(hosts)


@pytest.fixture(autouse=True)
def nothing_is_left(place, lab):
    """Neither a process nor a secret, in whatever was written."""
    yield
    wait_until_clean(lab)
    for path in [*place.glob("out-*"), *place.glob("runs/**/*"), *place.glob(".preflight/*")]:
        assert not path.is_file() or SECRET not in path.read_text(), path
    for path in place.glob("runs/*/**/*"):
        assert path.stat().st_mode & 0o077 == 0, path


class Onlooker(threading.Thread):
    """Sees every command line on this machine, the nodes' too, as often as it can."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.looks, self.ended = [], 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.1):
            self.looks += 1
            self.seen += [line for line in command_lines() if SECRET.encode() in line]


@pytest.fixture
def unseen():
    """Asserts that nobody could read the secret in a process list while the test ran."""
    onlooker = Onlooker()
    onlooker.start()
    yield
    onlooker.ended.set()
    onlooker.join()
    assert onlooker.looks
    assert not onlooker.seen


@pytest.mark.long
def test_it_is_tried_again_until_the_nodes_are_not_fit_any_more(place, lab, single, unseen):
    pass_preflight(place, hosts=single)
    run = LaunchedRun(place, lab, "train.py", options=("--hosts", single, "--restart", "3"))
    try:
        assert run.end(500) == 3, run.text
    finally:
        lab.node("node2").run("mount -o remount,size=50% /dev/shm; rm /root/tries", check=True)
    first, _, second = run.text.partition("attempt 2 of 4, after ")
    assert "node2 1: tries before: 0" in first
    assert "node2 1: my token is ***" in first
    assert "× shm-open: rank 1 on node2" in first
    limits = "limits.nofile-is-enough, limits.shm-is-large-enough, limits.shm-is-writable"
    assert f"checked node2 again:\n  √ passed: reach.controller-logs-in, {limits}\n" in first
    assert "GO: " in second
    assert "node2 1: tries before: 1" in second
    again = second.partition("checked node2 again:\n")[2]
    assert "  × /dev/shm on node2 holds 1 MiB" in again
    assert "(passed before the start)" in " ".join(again.split())
    assert re.search(
        r"\n      fix \(on node2\): .*\n        mount -o remount,size=50% /dev/shm\n", again, re.S
    )
    changed = r"Changed since the last go .*\n  node2: limits.shm_bytes \d+ → 1048576"
    assert re.search(changed, second)
    assert "not restarted: the nodes did not pass the checks" in second
    again = json.loads((run.run.path / "recheck.json").read_text())
    assert again["decision"] == "stop"
    assert run_launcher(place, "attach").returncode == 3
    status = run_launcher(place, "status").stdout
    assert re.search(r"attempt 2 of 4, after .*-train\n", status)
    assert "× /dev/shm on node2 holds 1 MiB" in status


@pytest.mark.long
def test_a_second_try_that_ends_well_is_a_success(place, lab, single):
    pass_preflight(place, hosts=single)
    run = LaunchedRun(place, lab, "heals.py", options=("--hosts", single, "--restart", "2"))
    assert run.end(240) == 0, run.text
    first, _, second = run.text.partition("attempt 2 of 3, after ")
    assert "node2 1: the weather is bad" in first
    assert "GO: " in second
    assert re.search(r"^node[12] [01]: well$", second, re.M)
    assert re.search(r"^the same on rank [01]: well$", second, re.M)
    assert "2 of 2 ranks succeeded" in second
    assert run.run.state == "finished"
    lab.node("node2").run("rm /root/tried", check=True)


@pytest.mark.parametrize("how", [pytest.param("ctrl-c", marks=pytest.mark.long), "stop"])
def test_the_pause_before_another_try_can_be_ended(place, lab, single, how):
    pass_preflight(place, hosts=single)
    run = LaunchedRun(place, lab, "train.py", options=("--hosts", single, "--restart", "1"))
    run.wait_for("attempt 2 of 2, after .* in 5 s")
    if how == "stop":
        assert "it will not be started again" in run_launcher(place, "stop").stdout
    else:
        os.killpg(run.process.pid, signal.SIGINT)
    assert run.end() == 130, run.text
    assert "interrupted; not restarted" in run.text
    assert run.run.state == "failed"
    assert run_launcher(place, "attach").returncode == 130
    lab.node("node2").run("rm /root/tries", check=True)


@pytest.mark.parametrize(
    "program",
    [
        "deepspeed",
        *(pytest.param(entry, marks=pytest.mark.long) for entry in ("accelerate", "torchrun")),
    ],
)
def test_the_rank_that_failed_first_is_named(place, lab, program):
    pass_preflight(place, hosts=str(lab.hosts), with_=program)
    run = LaunchedRun(place, lab, "meets.py", options=(f"--with={program}",))
    assert run.end(180) == 1, run.text
    reported = run.run.read("result.json")["diagnosis"].splitlines()
    assert reported[0] == "rank 3 on node2 failed: exit 1"
    assert reported[1] == "last lines of rank 3 on node2:"
    words = "\n".join(takewhile(lambda line: line.startswith("  "), reported[2:]))
    assert "KeyError: 'rank three has no such weight'" in words
    assert "checked node2 again:" in run.text


def test_it_goes_on_with_fewer_nodes(place, lab):
    left = place / ".lab" / "one.txt"
    left.write_text("node2 slots=2\n")
    pass_preflight(place, hosts=str(left))
    (place / "ends.py").write_text("import os; print('world', os.environ['WORLD_SIZE'])\n")
    run = LaunchedRun(place, lab, "ends.py", options=("--without", "node1", "--yes"))
    assert run.end() == 0, run.text
    assert "1 of 2 nodes take part: node2" in run.text
    assert "the head is node2 instead of node1" in run.text
    assert "the world size is 2 instead of 4" in run.text
    assert run.text.count(": world 2\n") == 2
    assert (run.run.path / "hostfile").read_text() == "node2 slots=2\n"
    assert list(json.loads((run.run.path / "plan.json").read_text())["nodes"]) == ["node2"]
