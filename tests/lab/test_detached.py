"""What becomes of a run when its terminal closes, with `--detach` and without."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest

from launcher.record import OUTPUT, all_runs
from tests.support.launched_runs import ROOT, run_launcher, wait_until_clean
from tests.support.passed_preflight import pass_preflight
from tests.support.terminals import Terminal
from tests.support.two_nodes import lab, nothing_is_left, place

__all__ = ["lab", "nothing_is_left", "place"]


@pytest.fixture
def terminal(place):
    opened = Terminal(place)
    yield opened
    opened.close()


def start_detached(place, lab, *words, options=()):
    hosts = ("--hosts", str(lab.hosts))
    return run_launcher(place, "start", *hosts, "--detach", *options, "--", "train.py", *words)


def terminal_of(pid):
    """The number of the terminal that a process is on; 0 for none."""
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rpartition(")")[2].split()[4])


def test_a_detached_run_outlives_its_terminal(place, lab, terminal):
    terminal.launch("start", "--hosts", lab.hosts, "--detach", "--", "train.py", "sleep")
    terminal.wait_for("exit code 0")
    run = all_runs(place / "runs")[-1]
    line = rf"launcher attach {run.name}\s"
    assert re.search(line, terminal.seen)
    controller = run.controller
    assert terminal_of(controller) == 0
    assert not [fd for fd in "012" if "pts" in os.readlink(f"/proc/{controller}/fd/{fd}")]
    terminal.launch("attach")
    terminal.wait_for(r"node2 1: step 1 loss 2.5[^~]*\x1b\[Kstep 1, loss 2.5")
    terminal.type("\x03")
    terminal.wait_for(f"{run.name} runs on; to end it: .*stop {run.name}[^~]*exit code 130")
    terminal.close()
    assert run.controller == controller
    assert f"{run.name}: running\n" in run_launcher(place, "status").stdout
    attached = subprocess.Popen(
        [sys.executable, "-m", "launcher", "attach"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    stopped = run_launcher(place, "stop")
    assert f"{run.name}: stopped\n" in stopped.stdout
    assert "stopped after " in attached.communicate(timeout=60)[0]
    assert attached.returncode == 130
    assert run.read("result.json")["diagnosis"].startswith("stopped on request")
    wait_until_clean(lab, 1)


def test_a_closed_terminal_ends_a_run_that_is_not_detached(place, lab, terminal):
    terminal.launch("start", "--hosts", lab.hosts, "--", "train.py", "save", "SIGUSR1")
    terminal.wait_for(
        "node1 0:.* step 1[^~]*node2 1:.* step 1|node2 1:.* step 1[^~]*node1 0:.* step 1"
    )
    terminal.wait_for(r"\x1b\[Kstep 1, loss 2.5")
    run = all_runs(place / "runs")[-1]
    terminal.close()
    run_launcher(place, "attach")
    assert run.state == "stopped"
    assert "because its terminal closed" in run.read("result.json")["diagnosis"]
    for node in lab.nodes:
        assert node.run("cat /root/saved; rm /root/saved", check=True).stdout == "all of it"
    wait_until_clean(lab, 1)


def test_a_detached_launcher_that_is_killed_leaves_nothing_on_the_nodes(place, lab):
    started = start_detached(place, lab, "sleep")
    assert started.returncode == 0, started.stderr
    run = all_runs(place / "runs")[-1]
    assert f"runs in process {run.controller};" in started.stdout
    os.kill(run.controller, signal.SIGKILL)
    attached = run_launcher(place, "attach", run.name)
    assert attached.returncode == 1
    assert f"{run.name}: lost: its launcher ended without a result" in attached.stdout
    assert ": lost\n" in run_launcher(place, "status", run.name).stdout
    wait_until_clean(lab)


def test_attach_ends_with_the_exit_code_of_the_run(place, lab):
    started = start_detached(place, lab, "fail", options=("--runs", "others", "--name", "fails"))
    assert "launcher attach" in started.stdout and "-fails --runs others\n" in started.stdout
    attached = run_launcher(place, "attach", "--runs", "others")
    assert attached.returncode == 1
    assert "node2 1: something broke here\n" in attached.stdout
    # node1 too, where its ranks had not been heard of when node2's failed: it may be why.
    assert re.search(r"^checked node(2|\[1-2\]) again:$", attached.stdout, re.M)
    run = all_runs(place / "others")[-1]
    assert (run.path / OUTPUT).stat().st_mode & 0o077 == 0
    again = run_launcher(place, "attach", "--runs", "others")
    assert "rank 1 on node2 failed: exit 1" in again.stdout
    assert again.returncode == 1
    wait_until_clean(lab, 1)


def test_what_stops_a_detached_start_is_shown_and_its_exit_code_is_that_of_the_start(place, lab):
    before = all_runs(place / "runs")
    usage = start_detached(place, lab, "sleep", options=("--runs", "train.py"))
    assert usage.returncode == 2
    assert "--runs train.py: cannot be written" in usage.stderr
    stopped = run_launcher(
        place, "start", "--detach", "--hosts", "127.0.0.1", "--ssh-port", "1", "--", "train.py"
    )
    assert stopped.returncode == 3, stopped.stderr
    assert "STOP: " in stopped.stderr
    assert all_runs(place / "runs") == before


def test_a_run_whose_output_nobody_reads_ends_as_it_would(place, lab):
    (place / "ends.py").write_text("print('well')\n")
    words = ["--hosts", str(lab.hosts), "--name", "unread", "--", "ends.py"]
    start = subprocess.Popen(
        [sys.executable, "-m", "launcher", "start", *words],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    start.stdout.close()
    assert "Traceback" not in start.stderr.read()
    start.stderr.close()
    assert start.wait(90) == 0
    assert all_runs(place / "runs")[-1].state == "finished"


@pytest.mark.long
def test_attach_follows_the_attempts(place, lab):
    pass_preflight(place, hosts=str(lab.hosts))
    started = start_detached(place, lab, "fail", options=("--restart", "1"))
    assert started.returncode == 0, started.stderr
    attached = run_launcher(place, "attach")
    assert attached.returncode == 1
    assert attached.stdout.count("rank 1 on node2 failed: exit 1; ending") == 2
    assert "attempt 2 of 2, after " in attached.stdout
    wait_until_clean(lab, 1)
