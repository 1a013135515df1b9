"""What needs a GPU: `make test-gpu` on a machine that has one, in a few minutes. No part of CI.

Three nodes of a lab share the GPU, each with one rank: for NCCL they are three hosts. With
GPU_TESTS_WITHOUT=1 the same is done over gloo on plain nodes, to try these tests themselves. What
runs printed, and what RAS and torch's recorder answered, is kept in the folder that GPU_TESTS_KEEP
names.

The rows that take longest come first, so that no worker begins one when the others are done.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from checks.errors import UsageError
from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.gpu.machine import WITHOUT
from tests.support.launched_runs import LaunchedRun, run_launcher, wait_until_clean, worlds_seen
from tests.support.passed_preflight import pass_preflight
from tests.support.paths import ROOT

KEEP = os.environ.get("GPU_TESTS_KEEP", "")
NCCL_ONLY = pytest.mark.skipif(WITHOUT, reason="NCCL is used on GPUs only")
SCRIPTS = (Path(__file__).with_name("train.py"), ROOT / "tests/lab/hangs/libraries.py")
LAUNCH = """
[start]
with = "torchrun"
include = "node1:0@node2:0@node3:0"
[preflight]
max_age = "1h"
allow = ["limits", "collective", "gpu", "nccl", "software"]
[env]
TORCH_FR_DUMP_TEMP_FILE = "{place}/trace_"
SLOW_S = "12"
"""
BEFORE, LIBRARY_BEFORE, LIMIT_S = "step 3 loss", "step 2 loss", 120
BACKEND = "gloo" if WITHOUT else "nccl"
LATE = "rank 2 on node3"
WORKS = "slow" if WITHOUT else "slow or stuck"
"""Of a rank that uses a processor: over NCCL it may also poll for others."""
MISSED = rf"{LATE} has not entered all_reduce \d+, in which ranks 0 and 1 have waited .*, and"
APART = "ranks are in different collectives: "
DROP_ALL = (
    "nft add table inet t; nft 'add chain inet t i { type filter hook input priority 0; }'; "
    "nft 'add rule inet t i ip saddr { %s } drop'"
)
ASK_RAS = """
import sys, time
sys.path.insert(0, sys.argv[1])
from launcher.agent import nccl_ras
address = sys.argv[2]
print(nccl_ras.ask_ras(address, time.monotonic() + 12))
nccl_ras.REQUESTS = nccl_ras.REQUESTS[:2]
print(nccl_ras.ask_ras(address, time.monotonic() + 12))
"""
ASK_RECORDER = """
import glob, json, sys
sys.path.insert(0, sys.argv[1])
from launcher.agent.worker_server import HANDLERS, ask
for path in glob.glob("/tmp/deepspeed-preflight-*/worker-*"):
    print(json.dumps([ask(path, handler) for handler in HANDLERS]))
"""


@dataclass(frozen=True)
class Hang:
    """What is said of a mode, and of whom."""

    mode: str
    words: str
    odd: tuple[int, ...] = (2,)
    kind: str = "stuck"


# NCCL records a collective once its ranks are connected, which each group's first one has to do
SUBGROUP = (
    Hang("subgroup", rf"{LATE} has not entered all_reduce 1 of .*at subgroup", odd=(0, 2))
    if WITHOUT
    else Hang("subgroup", r"rank 0 on node1 has not entered .*waits in all_reduce", odd=(0,))
)
HANGS = (
    Hang("zero2-shard", rf"{LATE} has not entered .* is sleeping, at load_next_shard"),
    Hang("zero3-branch", APART),
    Hang("fsdp-saves", rf"{APART}.*rank 0 in", odd=(0,)),
    Hang("sleep", rf"{MISSED} is sleeping, at load_next_shard \(train.py:\d+\)"),
    Hang("stopped", rf"{LATE} .*is stopped, by SIGSTOP, at stopped"),
    Hang("order", rf"{APART}.*rank 2 in all_gather"),
    Hang("receive", rf"{MISSED} waits in .*recv, at receive"),
    Hang("fewer", rf"{APART}.*rank 2 in .*barrier"),
    SUBGROUP,
    Hang("evaluate", rf"{MISSED} .*at multiply", kind=WORKS),
)
NCCL_HANGS = (
    Hang("size", rf"{APART}.*rank 2 in all_reduce .*5000000"),
    Hang("kernel", r"rank 2.* does not finish"),
)
SLOW = (
    "ddp-evaluates", "compile_all", "evaluate_alone", "compute_all", "checkpoint_alone", "uneven",
)  # fmt: skip
FAILURES = {
    "timeout": "load_next_shard",
    "killed": f"{LATE} failed: killed by SIGKILL",
    "raises": "no shard 17 in the index",
}
NCCL_FAILURES = {"out_of_memory": "CUDA out of memory", "out_of_range": "device-side assert"}


def chosen(modes, nccl_modes):
    """All of them, those that need NCCL only where it is used."""
    return [
        pytest.param(mode, id=getattr(mode, "mode", mode), marks=marks)
        for own, marks in ((modes, ()), (nccl_modes, NCCL_ONLY))
        for mode in own
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
    for script in SCRIPTS:
        shutil.copy(script, folder)
    (folder / "launch.toml").write_text(LAUNCH.format(place=folder))
    return folder


@pytest.fixture(scope="module")
def lab(place):
    visible = {sys.prefix, str(place)}
    shape = LabShape(3, gpus=not WITHOUT)
    try:
        up = Lab.up(shape, place / ".lab", f"gpu-{os.getpid()}", visible)
    except UsageError as lack:
        pytest.fail(f"no lab: {lack}", pytrace=False)
    with up:
        pass_preflight(place, hosts=str(up.hosts))
        yield up


@pytest.fixture
def start(place, lab):
    """Starts a mode; it has ended afterwards, with all that it left."""
    runs = []

    def start_mode(mode):
        script = "libraries.py" if "-" in mode else "train.py"
        runs.append(LaunchedRun(place, lab, script, mode, options=("--stuck-after", "6")))
        return runs[-1]

    yield start_mode
    for run in runs:
        end_at_once(run)
        keep(f"{run.log.name}.txt", run.text)
    wait_until_clean(lab)


def end_at_once(run):
    """As two Ctrl-C do: ranks that hang have nothing to save."""
    if run.process.poll() is None:
        run.process.send_signal(signal.SIGINT)
        with contextlib.suppress(AssertionError):
            run.wait_for("interrupt again to end it at once")
            run.process.send_signal(signal.SIGINT)
        run.end()


def backends_of(run):
    """What the ranks of a run met over, as they say themselves."""
    return {backend for worlds in worlds_seen(run.run).values() for *_, backend in worlds}


def judged_looks(run):
    """What was seen of silences, after the steps that come before the mode."""
    looks = run.run.path / "looks.jsonl"
    lines = looks.read_text().splitlines() if looks.exists() else []
    keep(f"looks-{run.log.name}.jsonl", "\n".join(lines))
    return [look for look in map(json.loads, lines) if look["said"].startswith("no output")]


def first_look(run, before=BEFORE):
    """What is said first of the silence after that line."""
    run.wait_for(rf"{before}[\s\S]*\nno output for ", LIMIT_S)
    assert backends_of(run) == {BACKEND}
    return judged_looks(run)[-1]


def test_a_preflight_is_go_and_says_what_each_stage_took(place, lab):
    words = ("--hosts", str(lab.hosts), "--report", str(place / "report.json"))
    done = typed(place, "preflight", *words)
    keep("preflight.txt", done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    report = (place / "report.json").read_text()
    keep("report.json", report)
    assert {"facts", "smoke"} <= json.loads(report)["stages"].keys()


def test_who_arrives_last_while_the_run_advances_is_said(start, place):
    run = start("late_steps")
    run.wait_for(BEFORE, LIMIT_S)
    deadline = time.monotonic() + LIMIT_S
    while f"{LATE} arrives " not in (status := run_launcher(place, "status").stdout):
        assert time.monotonic() < deadline, status
        time.sleep(2)
    keep("status.txt", status)


@pytest.mark.parametrize("mode", chosen(FAILURES, NCCL_FAILURES))
def test_a_failure_is_explained_at_the_end(start, mode):
    run = start(mode)
    assert run.end(LIMIT_S) == 1
    last = run.text.splitlines()[-20:]
    assert re.search((FAILURES | NCCL_FAILURES)[mode], "\n".join(last)), run.text


@pytest.mark.parametrize("mode", SLOW)
def test_a_run_that_is_only_slow_is_not_said_to_be_stuck(start, mode):
    run = start(mode)
    first_look(run, LIBRARY_BEFORE if "-" in mode else BEFORE)
    assert run.end(LIMIT_S) == 0, run.text
    looks = judged_looks(run)
    assert {look["kind"] for look in looks} <= {"slow", WORKS}, run.text
    assert not [look["said"] for look in looks if "elsewhere" in look["said"]]


@pytest.mark.parametrize("hang", chosen(HANGS, NCCL_HANGS))
def test_who_keeps_the_others_waiting_is_named(start, place, lab, hang):
    run = start(hang.mode)
    look = first_look(run, LIBRARY_BEFORE if "-" in hang.mode else BEFORE)
    asked = run_launcher(place, "xray")
    if KEEP:
        keep(f"xray-{run.log.name}.txt", asked.stdout + asked.stderr)
        words = [sys.executable, "-c", ASK_RECORDER, str(ROOT)]
        records = [node.run(words).stdout for node in lab.nodes]
        keep(f"records-{run.log.name}.jsonl", "".join(records))
    assert re.search(hang.words, look["said"]), look["said"]
    assert (look["kind"], look["odd"]) == (hang.kind, list(hang.odd)), look["said"]
    assert re.search(hang.words, asked.stdout), asked.stdout


def test_a_network_that_is_cut_is_named_by_its_link(start, lab):
    run, node = start("cut"), lab.node("node3")
    run.wait_for(BEFORE, LIMIT_S)
    others = ", ".join(other.address for other in lab.nodes if other.name != "node3")
    node.run(DROP_ALL % others, check=True)
    try:
        said = first_look(run)["said"]
        assert re.search(r"no packet passes between node(3 and|\d and node3)", said), said
    finally:
        node.run("nft delete table inet t", check=True)


@NCCL_ONLY
def test_ras_answers_in_json_or_text_at_an_address_of_the_run(start, lab):
    first_look(run := start("sleep"))
    pid = json.loads((run.run.path / "ranks.jsonl").read_text().splitlines()[-1])["pid"]
    node = lab.node("node1")
    environment = node.run(f"tr '\\0' '\\n' </proc/{pid}/environ").stdout
    address = re.search(r"NCCL_RAS_ADDR=(\S+)", environment)[1]
    answer = node.run([sys.executable, "-c", ASK_RAS, str(ROOT), address], check=True).stdout
    keep("ras.txt", answer)
    assert "Communicators..." in answer
    assert re.search("AllReduce.* operation counts", answer)


@pytest.mark.alone
def test_to_be_watched_costs_a_step_little():
    done = typed(ROOT, "benchmarks", "overhead")
    print(done.stdout, done.stderr)
    keep("overhead.txt", done.stdout)
    assert done.returncode == 0
