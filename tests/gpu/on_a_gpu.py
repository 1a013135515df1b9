"""What needs a GPU: `make test-gpu` on a machine that has one, in a few minutes. No part of CI.

Three nodes of a lab share the GPU, each with one rank: for NCCL they are three hosts. With
GPU_TESTS_WITHOUT=1 the same is done over gloo on plain nodes, to try these tests themselves. What
RAS and torch's recorder answered is kept in the folder that GPU_TESTS_KEEP names.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.launched_runs import LaunchedRun, run_launcher, wait_until_clean
from tests.support.paths import ROOT

WITHOUT = bool(os.environ.get("GPU_TESTS_WITHOUT"))
KEEP = os.environ.get("GPU_TESTS_KEEP", "")
NCCL_ONLY = pytest.mark.skipif(WITHOUT, reason="NCCL is used on GPUs only")
SCRIPT = Path(__file__).with_name("train.py")
LAUNCH = """
[start]
with = "torchrun"
include = "node1:0@node2:0@node3:0"
[preflight]
max_age = "1h"
allow = ["limits", "collective", "gpu", "nccl", "software"]
"""
BEFORE, LIMIT_S = "step 3 loss", 120
LATE = "rank 2 on node3"
MISSED = rf"{LATE} has not entered all_reduce \d+, in which ranks 0 and 1 wait .*, and"
APART = "ranks are in different collectives: "
DROP_ALL = (
    "nft add table inet t; nft 'add chain inet t i { type filter hook input priority 0; }'; "
    "nft 'add rule inet t i ip saddr { %s } drop'"
)
ASK = """
import socket, sys, time
sys.path.insert(0, sys.argv[1])
from launcher.agent import nccl_ras
address = sys.argv[2]
print(nccl_ras.ask_ras(address, time.monotonic() + 12))
nccl_ras.REQUESTS = nccl_ras.REQUESTS[:2]
print(nccl_ras.ask_ras(address, time.monotonic() + 12))
"""


@dataclass(frozen=True)
class Hang:
    """What is said of a mode, and of whom."""

    mode: str
    words: str
    odd: tuple[int, ...] = (2,)


HANGS = [
    Hang("sleep", rf"{MISSED} is sleeping, at load_next_shard \(train.py:\d+\)"),
    Hang("stopped", rf"{LATE} .*is stopped, by SIGSTOP, at fault"),
    Hang("order", rf"{APART}.*rank 2 in all_gather"),
    pytest.param(Hang("size", rf"{APART}.*rank 2 in all_reduce .*5000000"), marks=NCCL_ONLY),
]


def typed(place, module, *words, limit_s=240):
    """As a user runs it in that folder."""
    return subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )


def keep(name, text):
    """For test data, where a folder was named."""
    if KEEP:
        Path(KEEP, name).write_text(text)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gpu")
    shutil.copy(SCRIPT, folder)
    (folder / "launch.toml").write_text(LAUNCH)
    return folder


@pytest.fixture(scope="module")
def lab(place):
    visible = {sys.prefix, str(place)}
    with Lab.up(LabShape(3, gpus=not WITHOUT), place / ".lab", f"gpu-{os.getpid()}", visible) as up:
        yield up


@pytest.fixture(scope="module", autouse=True)
def preflight(place, lab):
    """Of a whole preflight what it printed; a start takes its verdict."""
    words = ("--hosts", str(lab.hosts), "--report", str(place / "report.json"))
    done = typed(place, "preflight", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def start(place, lab):
    """Starts a mode; it has ended afterwards, with all that it left."""
    runs = []

    def start_mode(mode):
        runs.append(LaunchedRun(place, lab, "train.py", mode, options=("--stuck-after", "6")))
        runs[-1].wait_for(BEFORE, LIMIT_S)
        return runs[-1]

    yield start_mode
    for run in runs:
        if run.process.poll() is None:
            run.process.send_signal(2)
            run.end()
    wait_until_clean(lab)


def stuck_look(run):
    """What is said first of the silence, before it is asked again."""
    run.wait_for(rf"{BEFORE}[\s\S]*\nno output for .*; stuck: ", LIMIT_S)
    looks = (run.run.path / "looks.jsonl").read_text().splitlines()
    keep(f"looks-{run.run.name}.jsonl", "\n".join(looks))
    return json.loads(looks[-1])


def test_a_preflight_is_go_and_says_what_each_stage_took(place, preflight):
    print(preflight)
    stages = json.loads((place / "report.json").read_text())["stages"]
    assert {"facts", "smoke"} <= stages.keys() or stages
    keep("stages.json", json.dumps(stages))


@pytest.mark.parametrize("hang", HANGS, ids=lambda hang: hang.mode)
def test_who_keeps_the_others_waiting_is_named(start, place, hang):
    run = start(hang.mode)
    look = stuck_look(run)
    assert re.search(hang.words, look["said"]), look["said"]
    assert (look["kind"], look["odd"]) == ("stuck", list(hang.odd))
    asked = run_launcher(place, "xray")
    assert re.search(hang.words, asked.stdout), asked.stdout


def test_a_rank_that_is_killed_is_named(start):
    run = start("killed")
    assert run.end(LIMIT_S) == 1
    assert f"{LATE} failed: killed by SIGKILL" in run.text


def test_a_network_that_is_cut_is_named_by_its_link(start, lab):
    run, node = start("cut"), lab.node("node3")
    others = ", ".join(other.address for other in lab.nodes if other.name != "node3")
    node.run(DROP_ALL % others, check=True)
    try:
        said = stuck_look(run)["said"]
        assert re.search(r"no packet passes between node(3 and|\d and node3)", said), said
    finally:
        node.run("nft delete table inet t", check=True)


@NCCL_ONLY
def test_ras_answers_in_json_or_text_at_an_address_of_the_run(start, lab):
    stuck_look(run := start("sleep"))
    pid = json.loads((run.run.path / "ranks.jsonl").read_text().splitlines()[-1])["pid"]
    node = lab.node("node1")
    environment = node.run(f"tr '\\0' '\\n' </proc/{pid}/environ").stdout
    address = re.search(r"NCCL_RAS_ADDR=(\S+)", environment)[1]
    answer = node.run([sys.executable, "-c", ASK, str(ROOT), address], check=True).stdout
    keep("ras.txt", answer)
    assert "Communicators..." in answer
    assert re.search("AllReduce.* operation counts", answer)


def test_to_be_watched_costs_a_step_little():
    done = typed(ROOT, "benchmarks", "overhead")
    print(done.stdout, done.stderr)
    keep("overhead.txt", done.stdout)
    assert done.returncode == 0
