"""`launcher start` on a real lab, ended by whatever there is: it never leaves anything."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest

from tests.support.launched_runs import LaunchedRun, run_launcher, wait_until_clean
from tests.support.two_nodes import lab, nothing_is_left, place

__all__ = ["lab", "nothing_is_left", "place"]

STUBBORN = """
import signal, time
for number in (signal.SIGUSR1, signal.SIGTERM):
    signal.signal(number, lambda *_: None)
print("ready", flush=True)
time.sleep(600)
time.sleep(600)
"""


def kill_on(node, pattern):
    done = node.run(["pkill", "-9", "-o", "-f", pattern])
    assert done.returncode == 0, f"no process {pattern} on {node.name}"


def test_a_failed_rank_ends_the_run_everywhere(place, lab):
    run = LaunchedRun(place, lab, "train.py", "fail")
    assert run.end() == 1
    assert "rank 1 on node2 failed: exit 1" in run.text
    assert "node2 1: something broke here\n" in run.text
    assert run.run.state == "failed"
    assert "rank 1 on node2" in run.run.read("result.json")["diagnosis"]
    wait_until_clean(lab, 1)


@pytest.mark.parametrize(("restarts", "code"), [(0, 1), (1, 130)])
def test_ctrl_c_while_the_nodes_are_checked_again_ends_only_that(place, lab, restarts, code):
    run = LaunchedRun(place, lab, "train.py", "fail", options=("--restart", str(restarts)))
    run.wait_for("checking node2 again")
    run.process.send_signal(signal.SIGINT)
    assert run.end() == code
    assert run.text.endswith("interrupted; the nodes are not checked again\n")
    assert run.run.state == "failed"


@pytest.mark.parametrize(
    ("victim", "pattern", "said"),
    [
        (
            "node2",
            r"^\S+ -u train\.py|^\S+ -u .*train\.py sleep",
            "rank 1 on node2 failed: killed by SIGKILL",
        ),
        ("node2", r"agent\.py node", "the agent was killed on node2"),
        ("node2", r"deepspeed\.launcher\.launch", "on node2"),
        ("node2", r"python3 -u -S -I -c", "node2"),
        ("node1", r"^pdsh ", "pdsh on node1 ended before the ranks did: killed by SIGKILL"),
    ],
    ids=["rank", "agent", "launcher", "supervisor", "pdsh"],
)
def test_what_is_killed_ends_the_run_everywhere(place, lab, victim, pattern, said):
    run = LaunchedRun(place, lab, "train.py", "sleep")
    run.wait_for("ranks started")
    kill_on(lab.node(victim), pattern)
    assert run.end() == 1, run.text
    assert said in run.text
    assert "× pdsh-ssh-exit" not in run.text or victim == "node1"
    wait_until_clean(lab, 1)


def test_a_killed_controller_leaves_nothing_on_the_nodes(place, lab):
    run = LaunchedRun(place, lab, "train.py", "sleep")
    run.wait_for("ranks started")
    run.wait_for("node2 1: step")
    assert "running" in run_launcher(place, "status").stdout
    run.process.kill()
    run.process.wait()
    wait_until_clean(lab)
    status = run_launcher(place, "status").stdout
    assert "lost" in status
    assert "rank 0 on node1: no exit status received" in status
    stopped = run_launcher(place, "stop")
    assert stopped.returncode == 0, stopped.stderr
    assert "no process of it is left on node[1-2]" in stopped.stdout


def test_a_stopped_supervisor_and_its_run_are_ended(place, lab):
    run = LaunchedRun(place, lab, "train.py", "sleep")
    run.wait_for("ranks started")
    lab.node("node2").run(["pkill", "-STOP", "-o", "-f", "python3 -u -S -I -c"], check=True)
    assert run.end() == 1, run.text
    assert "node2 was lost" in run.text
    wait_until_clean(lab, 40)


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_the_run(place, lab, times):
    run = LaunchedRun(place, lab, "train.py", "sleep")
    run.wait_for("ranks started")
    for _ in range(times):
        os.killpg(run.process.pid, signal.SIGINT)
        time.sleep(0.3)
    assert run.end() == 130, run.text
    assert run.run.state == "stopped"
    wait_until_clean(lab, 1)


@pytest.mark.parametrize("number", ["SIGUSR1", pytest.param("SIGTERM", marks=pytest.mark.long)])
def test_ranks_that_handle_a_signal_save_before_the_end(place, lab, number):
    run = LaunchedRun(place, lab, "train.py", "save", number)
    run.wait_for("node1 0: step")
    run.wait_for("node2 1: step")
    os.killpg(run.process.pid, signal.SIGINT)
    assert run.end() == 130, run.text
    for rank, node in enumerate(lab.nodes):
        assert f"{node.name}: rank {rank} ({number}) may save and end within 60 s" in run.text
        assert node.run("cat /root/saved; rm /root/saved", check=True).stdout == "all of it"
    assert run.run.state == "stopped"
    assert "2 of 2 ranks succeeded" in run.text
    wait_until_clean(lab, 1)


def test_asked_twice_nobody_is_waited_for(place, lab):
    (place / "stubborn.py").write_text(STUBBORN)
    run = LaunchedRun(place, lab, "stubborn.py")
    run.wait_for("ready[^~]*ready")
    run.process.send_signal(signal.SIGINT)
    run.wait_for("may save and end[^~]*may save and end")
    run.process.send_signal(signal.SIGINT)
    assert run.end(40) == 130, run.text
    wait_until_clean(lab, 1)


def test_stop_from_another_terminal(place, lab):
    run = LaunchedRun(place, lab, "train.py", "sleep")
    run.wait_for("ranks started")
    stopped = run_launcher(place, "stop")
    assert stopped.returncode == 0, stopped.stderr
    assert "stopped" in stopped.stdout
    assert run.end() == 130
    wait_until_clean(lab, 1)


def test_a_node_that_is_cut_off_ends_the_run_on_both_sides(place, lab):
    node = lab.node("node2")
    run = LaunchedRun(place, lab, "train.py", "sleep")
    run.wait_for("ranks started")
    node.run("ip link set eth0 down", check=True)
    try:
        assert run.end(120) == 1
        assert "node2 was lost: no message for 20 s" in run.text
        again = re.search(r"checked node(2|\[1-2\]) again:\n  × [^√]*", run.text)
        assert again and "reach.controller-logs-in, node" in again[0]
        assert "node2 did not confirm the end" in run.text
        wait_until_clean(lab, 40)
    finally:
        node.run("ip link set eth0 up", check=True)
