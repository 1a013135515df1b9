"""Labs come and go whole: side by side, after a kill -9, with hanging nodes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from launcher.lab import stop
from launcher.lab.cluster import Lab
from launcher.lab.faults import FAULTS
from launcher.lab.record import LabRecord, all_records
from launcher.lab.shape import LabShape
from launcher.lab.stop import lab_processes
from tests.support.contact import connect, log_in
from tests.support.lab_fixtures import MakeLab, assert_gone, down_and_gone, namespaces_of
from tests.support.paths import ROOT


def launcher(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command line as a user types it."""
    return subprocess.run(
        [sys.executable, "-m", "launcher", "lab", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_two_labs_live_side_by_side(lab: Lab, odd_lab: MakeLab) -> None:
    other = odd_lab(LabShape(nodes=2))
    assert lab.nodes[0].address != other.nodes[0].address
    assert log_in(other, "node1", "node2") == "node2"
    assert log_in(lab, "node1", "node2") == "node2"
    assert connect(lab, "node1", other.nodes[0].address, 22) != "open"


def test_down_takes_away_nodes_that_hang(tmp_path: Path) -> None:
    lab = Lab.up(LabShape(nodes=2), tmp_path / ".lab")
    hung = subprocess.Popen(lab.node("node1").argv("trap '' TERM INT; sleep 1000; sleep 1000"))
    with socket.create_connection((lab.node("node2").address, 22)):
        down_and_gone(lab)
    assert hung.wait(timeout=10) != 0


@pytest.mark.parametrize("moment", ["written", "claimed", "booting"])
def test_down_after_a_killed_up(tmp_path: Path, moment: str) -> None:
    argv = [sys.executable, "-m", "launcher", "lab", "up", "-n", "6"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        argv, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, start_new_session=True
    )
    half = lab_at_moment(tmp_path / ".lab", moment)
    process.kill()
    process.wait()
    pids = [half.record.pid(f"node{number}") for number in range(1, 7)]
    namespaces = set().union(*(namespaces_of(pid) for pid in pids if pid))
    gone = launcher("down", cwd=tmp_path)
    assert gone.returncode == 0, gone.stderr
    assert_gone(half, namespaces)


def lab_at_moment(directory: Path, moment: str) -> Lab:
    """The half-made lab, as soon as it has come so far."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        lab = Lab.find(directory)
        if lab and (
            moment == "written"
            or (moment == "claimed" and lab.record.interface)
            or any(lab.record.pid(place.name) for place in lab.record.nodes)
        ):
            return lab
        time.sleep(0.001)
    raise TimeoutError(moment)


def test_the_command_line(tmp_path: Path) -> None:
    assert "No lab is up" in launcher("down", cwd=tmp_path).stdout
    assert launcher("status", cwd=tmp_path).returncode == 2
    first = launcher("up", "-n", "2", cwd=tmp_path)
    assert " -m preflight --hosts .lab/hosts.txt" in first.stdout, first.stderr
    lab = Lab.find(tmp_path / ".lab")
    assert lab is not None
    try:
        assert "already up" in launcher("up", "-n", "2", cwd=tmp_path).stdout
        other_size = launcher("up", "-n", "3", cwd=tmp_path)
        assert (other_size.returncode, "lab down" in other_size.stderr) == (2, True)
        assert launcher("shell", "node2", "--", "hostname", cwd=tmp_path).stdout == "node2\n"
        assert launcher("shell", "node1", "--", "false", cwd=tmp_path).returncode == 1
        assert "node2" in launcher("fault", "mtu-1400", cwd=tmp_path).stdout
        assert "mtu-1400" in launcher("status", cwd=tmp_path).stdout
        assert "undone" in launcher("heal", cwd=tmp_path).stdout
    finally:
        assert launcher("down", cwd=tmp_path).returncode == 0
    assert_gone(lab)


def test_fault_without_a_name_lists_all(tmp_path: Path) -> None:
    listed = launcher("fault", cwd=tmp_path).stdout
    assert all(name in listed for name in FAULTS)


def test_a_lab_that_lost_a_node_is_made_anew(tmp_path: Path) -> None:
    lab = Lab.up(LabShape(nodes=1), tmp_path / ".lab")
    os.kill(lab.node("node1").pid, signal.SIGKILL)
    try:
        assert "lab down" in launcher("status", cwd=tmp_path).stderr
        assert launcher("up", "-n", "1", cwd=tmp_path).returncode == 0
        again = Lab.find(tmp_path / ".lab")
        assert again is not None
        assert again.runs
        assert again.record.token != lab.record.token
    finally:
        gone = launcher("down", cwd=tmp_path)
    assert gone.returncode == 0, gone.stderr
    assert_gone(lab)


def test_the_name_of_a_cable_may_be_another_labs_by_the_time_it_is_taken_away() -> None:
    name = f"pftest{os.getpid()}"[:15]
    cable = LabRecord("gone", "token", "/no/where", "root", (), interface=name)
    make = ("ip", "link", "add", name, "type", "veth", "peer", "name", f"far{os.getpid()}"[:15])
    subprocess.run(make, check=True)
    old = stop.interface_index(cable)
    stop.delete_interface(old)
    assert not Path("/sys/class/net", name).exists()
    assert stop.interface_index(cable) == 0
    subprocess.run(make, check=True)
    stop.delete_interface(old)
    assert stop.interface_index(cable) not in (0, old)
    stop.delete_interface(stop.interface_index(cable))


def test_a_lab_of_tests_ends_with_their_process_that_is_killed(tmp_path: Path) -> None:
    tests = """
import os, signal, sys
from pathlib import Path
from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.orphaned_labs import labs_end_with_this_process

base = Path(sys.argv[1])
with labs_end_with_this_process(base) as reaper:
    print(Lab.up(LabShape(nodes=1), base / "killed" / ".lab").record.token, reaper.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    argv = [sys.executable, "-c", tests, str(tmp_path)]
    killed = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, timeout=120, check=False)
    token, reaper = killed.stdout.decode().split()
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(int(reaper)).wait(60)
    assert killed.returncode == -signal.SIGKILL
    assert not lab_processes(token)
    assert token not in {record.token for record in all_records()}
    assert not (tmp_path / "killed" / ".lab").exists()
