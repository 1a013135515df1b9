"""A run without progress in a real lab: slow or stuck, and which rank the others wait for."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from launcher.run.progress import QUIET_S
from tests.support import ras_server
from tests.support.launched_runs import LaunchedRun, run_launcher, wait_until_clean
from tests.support.passed_preflight import pass_preflight
from tests.support.paths import ROOT

MEETS = """
import os, sys, time
import torch.distributed as dist
mode, rank = sys.argv[-1], int(os.environ["RANK"])
def tokenize(): time.sleep(600)
if mode == "late" and rank == 1:
    tokenize()
if mode == "builds":
    from torch.utils.cpp_extension import load
    os.environ["PATH"] = os.path.abspath("bin") + ":" + os.environ["PATH"]
    load("slow_op", ["slow_op.cpp"])
dist.init_process_group("gloo")
print("met", flush=True)
if mode == "lost" and rank == 0:  # NCCL's own service beside it
    import subprocess
    subprocess.Popen([sys.executable, "ras_server.py", "ras.json"])
if mode in ("reads", "lost") and rank == 1:
    os.path.exists("fifo") or os.mkfifo("fifo")
    with open("fifo") as file:
        file.read()
if mode == "works" and rank == 1:
    while True:
        sum(range(10**6))
dist.barrier()
time.sleep(600)
"""
RAS_ANSWER = ROOT / "tests/support/recorded/nccl_ras/2.29.1-lost.json"
COMPILER = """#!/bin/sh
case "$*" in *slow_op.cpp*) sleep 600 ;; esac
exec /usr/bin/c++ "$@"
"""
OPTIONS = ("--stuck-after", "6")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stall")
    (folder / "train.py").write_text(MEETS)
    (folder / "slow_op.cpp").touch()
    shutil.copy(ras_server.__file__, folder)
    shutil.copy(RAS_ANSWER, folder / "ras.json")
    (folder / "bin").mkdir()
    compiler = folder / "bin" / "c++"
    compiler.write_text(COMPILER)
    compiler.chmod(0o755)
    (folder / "launch.toml").write_text("[env]\nOMP_NUM_THREADS = 1\n")
    return folder


@pytest.fixture(scope="module")
def lab(place):
    visible = {sys.prefix, str(place)}
    with Lab.up(LabShape(nodes=2), place / ".lab", f"stall-{os.getpid()}", visible) as up:
        pass_preflight(place, hosts=str(up.hosts))
        yield up


def end_as_ctrl_c_does(run, lab):
    if run.process.poll() is None:
        run.process.send_signal(2)
    assert run.end() == 130, run.text
    wait_until_clean(lab)


@pytest.fixture
def stalled(place, lab):
    """Starts `train.py MODE` and ends it as ctrl-C does."""
    runs = []

    def start(mode, *options):
        runs.append(LaunchedRun(place, lab, "train.py", mode, options=(*OPTIONS, *options)))
        return runs[-1]

    yield start
    for run in runs:
        end_as_ctrl_c_does(run, lab)


@pytest.fixture(params=[pytest.param("py-spy", marks=pytest.mark.long), "faulthandler"])
def stacks(request, lab):
    """With py-spy beside the training's python, and with none on the nodes."""
    tool = f"{sys.prefix}/bin/py-spy"
    if request.param == "faulthandler":
        for node in ("node1", "node2"):
            lab.node(node).run(f"mount --bind /dev/null {tool}", check=True)
    yield
    if request.param == "faulthandler":
        for node in ("node1", "node2"):
            lab.node(node).run(f"umount {tool}", check=True)


def recorded_looks(run):
    text = (run.run.path / "looks.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_a_rank_that_does_not_reach_the_rendezvous_is_named(stacks, stalled):
    run = stalled("late")
    run.wait_for("1 of 2 ranks have reached the rendezvous at .*:29500")
    run.wait_for(
        r"rank 1 on node2 has not reached it, and is tokenising, at tokenize \(train.py:5\)"
    )
    run.wait_for(r"rank 0 on node1 waits for the others in init_process_group")
    run.wait_for(
        r"no step yet after \d+ s: rank 1 on node2 is tokenising, at tokenize \(train.py:5\); "
        "rank 0 on node1 waits in init_process_group for it"
    )
    looks = {look["kind"]: look for look in recorded_looks(run)}
    assert (looks["not met"]["odd"], looks["starting"]["odd"]) == ([1], [])


@pytest.mark.long
def test_a_slow_build_of_an_operator_is_said_and_its_lock_goes_with_the_run(stalled, lab):
    """As DeepSpeed builds its own, by torch.utils.cpp_extension, ninja and the compiler."""
    run = stalled("builds")
    run.wait_for(
        r"no step yet after \d+ s: ranks 0 and 1 are building the operator slow_op \(c\+\+ runs\), "
        r"at <module> \(train.py:11\)"
    )
    doing = "no step yet: ranks 0 and 1 are building the operator slow_op"
    assert doing in run_launcher(run.place, "status").stdout
    assert nodes_with_lock(lab) == ["node1", "node2"]
    end_as_ctrl_c_does(run, lab)
    assert nodes_with_lock(lab) == []
    found = run_launcher(run.place, "diagnose").stdout
    assert doing in found
    assert "op-build-failed" not in found


def nodes_with_lock(lab):
    lock = "test -e /root/.cache/torch_extensions/*/slow_op/lock"
    return [node.name for node in lab.nodes if node.run(lock).returncode == 0]


@pytest.mark.long
def test_a_lock_that_nobody_holds_is_said(stalled, lab):
    for node in lab.nodes:
        node.run(
            'cd /root/.cache/torch_extensions && f=$(ls | head -1)/slow_op && mkdir -p "$f" '
            '&& touch "$f/lock"',
            check=True,
        )
    again = stalled("builds")
    again.wait_for(r"no step yet after \d+ s: .*waiting for the lock of an operator's build")
    end_as_ctrl_c_does(again, lab)


def test_a_rank_elsewhere_after_the_meeting_is_named(stacks, stalled):
    node2 = "rank 1 on node2"
    run = stalled("reads")
    run.wait_for("met")
    run.wait_for("no output for .* s; stuck: ")
    run.wait_for(
        rf"{node2} has not entered barrier 1, .*, and is waiting for the other end of a pipe, "
        r"at <module> \(train.py:19\)"
    )
    run.wait_for(r"rank 0 on node1 waits in barrier, at <module> \(train.py:24\)")


def test_a_run_that_is_proved_stuck_is_ended_and_the_record_says_why(place, lab):
    run = LaunchedRun(place, lab, "train.py", "reads", options=(*OPTIONS, "--stuck-kill", "12"))
    assert run.end() == 1, run.text
    where = (
        r"rank 1 on node2 has not entered barrier 1, in which rank 0 has waited for \d+ s, "
        r"and is waiting for the other end of a pipe, at <module> \(train.py:19\)"
    )
    ending = run.text.partition("\nstuck for 12 s (--stuck-kill); ending the run on every node\n")[
        2
    ]
    assert re.search(rf"\nfirst failure: stuck for 12 s \(--stuck-kill\): {where}\n$", ending)
    assert ending.count("has not entered barrier 1") == 1
    assert "last lines of" not in ending, "they would be the launcher's"
    ended = "ranks 0 and 1 on node[1-2]: ended by the launcher after it was stuck"
    assert run_launcher(place, "status").stdout.count(ended) == 1
    wait_until_clean(lab)
    found = run_launcher(place, "diagnose")
    assert found.returncode == 0
    assert re.search(where, found.stdout)
    why = "as it was stuck for 12 s (--stuck-kill); what its ranks printed at the end follows"
    assert f"The launcher ended the run, {why}" in found.stdout


def test_a_hang_that_is_interrupted_stays_in_the_record(place, stalled):
    run = stalled("lost")
    run.wait_for("no output for .* s; stuck: ")
    asked = run_launcher(place, "xray")
    assert asked.returncode == 0, asked.stderr
    assert "\n  NCCL gets no answer from rank 1 (process 1524345 on 172.16.64.245)" in asked.stdout
    assert re.search(r"rank 1 on node2 has not entered barrier 1.* at <module>", asked.stdout)
    assert not list(run.run.path.glob("xray-*"))
    run.process.send_signal(2)
    assert run.end() == 130
    found = run_launcher(place, "diagnose")
    assert re.search(r"stuck: [\s\S]*rank 0 on node1 waits in barrier, at <module>", found.stdout)
    assert "peer" not in found.stdout
    ended = run_launcher(place, "xray")
    assert (ended.returncode, "has ended: stopped" in ended.stdout) == (1, True)


def test_a_hang_that_is_interrupted_before_any_look_is_looked_at_once(place, lab):
    run = LaunchedRun(place, lab, "train.py", "reads")
    run.wait_for("node[12] [01]: met[^~]*the same on rank [01]: met")
    time.sleep(QUIET_S + 1)
    assert not list(run.run.path.glob("looks.jsonl")), "no look was due"
    stopped = run_launcher(place, "stop")
    assert run.end() == 130, run.text
    where = r"rank 1 on node2 is at <module> \(train.py:\d+\); rank 0 on node1 waits in barrier"
    for text in (run.text, stopped.stdout, run_launcher(place, "diagnose").stdout):
        assert re.search(rf"\d+ s after the start: no step yet: {where}", text), text
    wait_until_clean(lab)


def test_a_slow_rank_is_reported_as_slow(stalled):
    run = stalled("works")
    run.wait_for("no output for .* s; slow: ")
    run.wait_for(r"rank 1 on node2 (has not entered barrier 1, .*, and )?works \(.* cores")
    assert recorded_looks(run)[-1]["kind"] == "slow"


@pytest.mark.parametrize(
    "launcher", ["deepspeed", pytest.param("accelerate", marks=pytest.mark.long)]
)
def test_a_port_that_a_firewall_drops_is_named_with_who_calls_it(stalled, lab, launcher):
    head = lab.node("node1")
    rules = (
        "nft add table inet t",
        "nft 'add chain inet t i { type filter hook input priority 0; }'",
        "nft add rule inet t i iifname eth0 tcp dport 29500 drop",
    )
    head.run(" && ".join(rules), check=True)
    try:
        run = stalled("none", "--with", launcher, "--allow", "ports")
        who = "rank 1 on node2" if launcher == "deepspeed" else "the launcher on node2"
        run.wait_for(
            rf"{who}: no answer from [0-9.]+:29500: a firewall on the way to node1 drops", 240
        )
    finally:
        head.run("nft delete table inet t", check=True)


def test_a_node_that_gets_no_agent_is_named_long_before_the_limit(stalled, lab):
    node, head = lab.node("node2"), lab.node("node1").address
    hangs = f"case $SSH_CONNECTION in {head}*) sleep 600;; esac"
    node.run(f"echo '{hangs}' > /root/.bashrc", check=True)
    try:
        run = stalled("none")
        run.wait_for("pdsh has not started the agent on node2 after 20 s; waiting 40 s more")
    finally:
        node.run("rm /root/.bashrc; pkill -x sleep", check=True)
