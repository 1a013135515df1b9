"""Ranks that train each by itself, in a real lab: it is said, and the run has not gone well.

Where it is about the launcher, a stand-in for torch takes seconds less than torch.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from launcher.run.worlds import SETTLED_S
from tests.support.launched_runs import LaunchedRun, run_launcher, wait_until_clean
from tests.support.passed_preflight import pass_preflight

TRAINS = """
import os, signal, sys, time
mode, rank, world = sys.argv[-1], int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
if mode.startswith("torch-"):
    import torch.distributed as dist
elif mode not in ("preprocesses", "another-library"):
    sys.path.insert(0, "stand-in")
    import torch.distributed as dist
def join(size=world, place=rank):
    alone = {"store": dist.HashStore(), "rank": 0, "world_size": 1} if size == 1 else {}
    more = {"rank": place, "world_size": size} if mode[:5] != "torch" and not alone else {}
    dist.init_process_group("gloo", **alone, **more)
def step():
    print("step 1 loss 2.5", flush=True)
def wait_for_the_notice():
    time.sleep(SETTLED_S + 3)
if mode in ("copies", "torch-copies"):
    join(1); step(); wait_for_the_notice()
elif mode == "pairs":
    join(2, rank % 2); step()
elif mode == "never":
    step(); wait_for_the_notice()
elif mode == "one-trains" and rank == 0:
    join(1); step()
elif mode == "another-library":
    step()
elif mode == "late":
    step(); join(1); dist.destroy_process_group(); join(); dist.destroy_process_group(); join(1)
elif mode == "together":
    join(); step()
    if os.fork() == 0:
        dist.destroy_process_group(); join(1); os._exit(0)
    os.wait()
elif mode == "interrupted":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("loaded", flush=True)
    time.sleep(600)
elif mode == "fails":
    sys.exit("before the ranks met")
"""
C10D = """
class HashStore: pass
class Group:
    def __init__(self, rank, world_size, **_): self.place = (world_size, rank)
    def size(self): return self.place[0]
    def rank(self): return self.place[1]
held = [None]
def _update_default_pg(group): held[:] = [group]
def is_initialized(): return held != [None]
def get_world_size(): return held[0].size()
def get_rank(): return held[0].rank()
def get_backend(): return "gloo"
def init_process_group(backend, **given): _update_default_pg(Group(**given))
def destroy_process_group(): _update_default_pg(None)
"""
NOT_SEEN = "ranks were planned to train together, and are not seen to:\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("worlds")
    (folder / "train.py").write_text(TRAINS.replace("SETTLED_S", str(SETTLED_S)))
    package = folder / "stand-in" / "torch" / "distributed"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").write_text("from .distributed_c10d import *\n")
    (package / "distributed_c10d.py").write_text(C10D)
    (folder / "launch.toml").write_text('[start]\nbackend = "ssh"\n[env]\nOMP_NUM_THREADS = 1\n')
    return folder


@pytest.fixture(scope="module")
def lab(place):
    visible = {sys.prefix, str(place)}
    with Lab.up(LabShape(nodes=2), place / ".lab", f"worlds-{os.getpid()}", visible) as up:
        pass_preflight(place, hosts=str(up.hosts))
        yield up


@pytest.fixture
def ended(place, lab):
    """Starts `train.py MODE` and waits for its end; exit code, and the run."""

    def start(mode, *options):
        run = LaunchedRun(place, lab, "train.py", mode, options=options)
        return run.end(), run

    yield start
    wait_until_clean(lab)


@pytest.mark.parametrize(
    ("mode", "seen"),
    [
        ("torch-copies", "  ranks 0 and 1 saw a world of 1 (gloo)\n"),
        pytest.param(
            "never",
            "  ranks 0 and 1 did not initialise torch.distributed\n",
            marks=pytest.mark.long,
        ),
    ],
)
def test_separate_copies_are_said_while_they_train_and_the_run_has_not_gone_well(
    place, ended, mode, seen
):
    code, run = ended(mode, "--restart", "1")
    assert code == 1, run.text
    said = f"2 {NOT_SEEN}{seen}"
    notice, end = (found.start() for found in re.finditer(re.escape(said), run.text))
    assert run.text.index("first step") < notice < run.text.index("failed after") < end
    assert "2 of 2 ranks succeeded, not in one world" in run.text
    assert "again for related problems" not in run.text
    assert "attempt 2" not in run.text.partition("failed after")[2], "it would be the same again"
    assert run.run.state == "failed"
    assert said in run.run.read("result.json")["diagnosis"]
    assert said in run_launcher(place, "status").stdout
    diagnosed = run_launcher(place, "diagnose")
    assert diagnosed.returncode == 0
    assert said in diagnosed.stdout


@pytest.mark.long
@pytest.mark.parametrize(
    ("mode", "seen"),
    [
        ("one-trains", "  rank 0 saw a world of 1 (gloo)\n  rank 1 did not initialise torch.dist"),
        ("another-library", "  ranks 0 and 1 did not load torch\n  whether they train together"),
    ],
)
def test_who_is_separate_is_named(ended, mode, seen):
    code, run = ended(mode)
    assert code == 1, run.text
    assert f"2 {NOT_SEEN}{seen}" in run.text


@pytest.mark.long
def test_two_groups_are_not_one_world(place, lab, ended):
    (place / "four.txt").write_text("node1 slots=2\nnode2 slots=2\n")
    (place / "ssh_config").write_text(lab.hosts.with_name("ssh_config").read_text())
    pass_preflight(place, hosts=str(place / "four.txt"))
    code, run = ended("pairs", "--hosts", str(place / "four.txt"))
    pass_preflight(place, hosts=str(lab.hosts))
    assert code == 1, run.text
    assert f"4 {NOT_SEEN}  ranks 0-3 saw a world of 2 (gloo)\n" in run.text


@pytest.mark.parametrize(
    ("mode", "options", "said"),
    [
        ("together", (), "2 of 2 ranks succeeded, in one world of 2 (gloo)"),
        pytest.param(
            "late", (), "2 of 2 ranks succeeded, in one world of 2 (gloo)", marks=pytest.mark.long
        ),
        ("preprocesses", (), "2 of 2 ranks succeeded, none of them loaded torch"),
        ("copies", ("--allow-separate",), "2 of 2 ranks succeeded, not in one world"),
        pytest.param(
            "copies", ("--include", "node1"), "1 of 1 ranks succeeded; ", marks=pytest.mark.long
        ),
    ],
)
def test_who_is_not_separate_or_means_it_is_not_accused(place, lab, ended, mode, options, said):
    if options[:1] == ("--include",):
        pass_preflight(place, hosts=str(lab.hosts), include="node1")
    code, run = ended(mode, *options)
    assert code == 0, run.text
    assert said in run.text
    assert ("2 of 2 ranks joined in one world of 2" in run.text) == ("in one world of 2" in said)
    assert NOT_SEEN not in run.text
    worlds = [event for event in run.run.rank_events() if event["kind"] == "rank-world"]
    assert bool(worlds) == (mode != "preprocesses")
    assert json.loads((run.run.path / "result.json").read_text())["separation"] == ""


def test_a_run_that_is_stopped_before_its_ranks_meet_is_only_stopped(place, lab):
    run = LaunchedRun(place, lab, "train.py", "interrupted")
    run.wait_for("loaded[^~]*loaded")
    assert "2 of 2 ranks started" in run.text
    assert "joined" not in run.text
    run.process.send_signal(signal.SIGINT)
    assert run.end() == 130, run.text
    assert "in one world" not in run.text
    assert NOT_SEEN not in run.text
    assert run.run.read("result.json")["diagnosis"] == "stopped by Ctrl-C"
    wait_until_clean(lab)


def test_a_program_that_fails_before_its_ranks_meet_has_only_that_failure(ended):
    code, run = ended("fails")
    assert code == 1
    assert "before the ranks met" in run.text
    assert NOT_SEEN not in run.text
