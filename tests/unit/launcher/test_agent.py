"""Agent and supervisor on this machine: whatever ends, nothing of the run is left."""

from __future__ import annotations

import base64
import inspect
import json
import os
import secrets
import subprocess
import sys
import time

import pytest

from checks.node.runtime import environment
from checks.node.runtime.environment import rank_environment
from launcher.agent.marks import RUN_MARK, run_processes
from launcher.agent.rank_activity import child_programs
from launcher.run.messages import RunCommand, RunFiles, StopRun, encode_command
from launcher.run.supervisors import supervisor_program
from tests.support.paths import ROOT
from tests.support.started import start_program

AGENT = ROOT / "launcher" / "agent" / "agent.py"
BOOT = "import sys;exec(eval(sys.stdin.buffer.readline()))"
NODE = """
import os, subprocess, sys
env = dict(os.environ, RANK="0", LOCAL_RANK="0", WORLD_SIZE="1")
sys.exit(subprocess.call([sys.executable, sys.argv[1], "rank"], env=env))
"""


class Kept:
    """A supervisor at work, as the controller has it, with an agent beside it."""

    def __init__(self, home, train):
        self.run, self.home = secrets.token_hex(8), home
        plan = {
            "run": self.run, "launch": [sys.executable, "-c", NODE, str(home / "agent.py")],
            "train": [sys.executable, "-u", "-c", train], "local_rank_at": None,
            "env": {"TOLD": "a $b %h"}, "cwd": "/",
            "unless_set": {"TOLD": "else", "OF_LOGIN": "else", "OF_NOBODY": "else"},
        }  # fmt: skip
        files = {
            "agent.py": AGENT.read_text(),
            "checks/node/runtime/environment.py": inspect.getsource(environment),
            "plan.json": json.dumps(plan),
        }
        run_files = RunFiles(self.run, str(home), files, ["launcher", "rank0"])
        pipe = subprocess.PIPE
        self.supervisor = subprocess.Popen([sys.executable, "-c", BOOT], stdin=pipe, stdout=pipe)
        self.supervisor.stdin.write(supervisor_program("main") + encode_command(run_files))
        self.supervisor.stdin.flush()
        self.output = b""

    def hear(self, kind):
        """The next message of that kind; what the rank printed meanwhile is kept."""
        for line in self.supervisor.stdout:
            said = json.loads(line.decode().partition(" ")[2])
            if said["kind"] == "output" and said["source"] == "rank0":
                self.output += base64.b64decode(said["data"])
            if said["kind"] == kind:
                return said
        raise AssertionError(f"the supervisor ended without {kind}")

    def start(self):
        env = {**os.environ, RUN_MARK: self.run}
        self.agent = subprocess.Popen([sys.executable, self.home / "agent.py", "node"], env=env)

    def stop(self, grace=1.0):
        self.supervisor.stdin.write(encode_command(StopRun(grace)))
        self.supervisor.stdin.flush()

    def end(self):
        self.supervisor.stdin.close()
        self.supervisor.wait(30)
        self.supervisor.stdout.close()
        if hasattr(self, "agent"):
            self.agent.wait(30)


@pytest.fixture
def kept(tmp_path):
    started = []

    def make(train="print('hi')"):
        started.append(Kept(tmp_path / "home", train))
        return started[-1]

    yield make
    for process in started:
        process.end()
        assert not run_processes(process.run, set())
        assert not process.home.exists()


def test_a_rank_gets_its_command_and_environment_and_its_end_is_told(kept):
    one = kept("import os, sys; os.write(1, os.environ['TOLD'].encode() + b'\\xff'); sys.exit(3)")
    one.hear("ready")
    assert one.home.stat().st_mode & 0o777 == 0o700
    assert (one.home / "plan.json").stat().st_mode & 0o777 == 0o600
    one.start()
    assert one.hear("rank-started")["world"] == 1
    assert one.hear("rank-ended")["code"] == 3
    assert one.output == b"a $b %h\xff", "output comes before the word of the end"
    assert one.hear("node-ended")["code"] == 3


def test_a_rank_gets_the_environment_that_the_probe_tries(kept, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/shell")
    monkeypatch.setenv("TOLD", "by the login")
    monkeypatch.setenv("OF_LOGIN", "by the login")
    one = kept("import json, os; os.write(1, json.dumps(dict(os.environ)).encode())")
    one.hear("ready")
    one.start()
    one.hear("rank-ended")
    found = json.loads(one.output)
    tried = rank_environment(os.environ, {"TOLD": "a $b %h"}, sys.executable, "/")
    assert tried["PYTHONPATH"] == "/:/shell"
    hooked = {**tried, "PYTHONPATH": f"{one.home}/hook:/:/shell", "OF_NOBODY": "else"}
    assert tried["OF_LOGIN"] == "by the login"
    assert {name: found.get(name) for name in hooked} == hooked


def test_a_rank_that_will_not_end_is_killed(kept):
    one = kept(
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('up'); time.sleep(600)"
    )
    one.hear("ready")
    one.start()
    one.hear("rank-started")
    while b"up" not in one.output:
        one.hear("output")
    one.stop()
    assert one.hear("run-ended")["left"] == []


def test_the_end_of_the_controller_ends_the_run(kept):
    one = kept("import time; time.sleep(600)")
    one.hear("ready")
    one.start()
    one.hear("rank-started")
    one.supervisor.stdin.close()
    assert one.hear("run-ended")["left"] == []


def test_what_a_rank_left_behind_in_a_session_of_its_own_is_ended(kept):
    one = kept(
        "import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True); print('x')"
    )
    one.hear("ready")
    one.start()
    one.hear("node-ended")
    assert len(run_processes(one.run, set())) >= 1
    one.stop()
    assert one.hear("run-ended")["left"] == []


def test_a_killed_agent_is_noticed(kept):
    one = kept("import time; time.sleep(600)")
    one.hear("ready")
    one.start()
    one.hear("rank-started")
    one.agent.kill()
    one.agent.wait()
    assert one.hear("node-ended")["code"] is None


def test_a_directory_that_is_there_is_not_taken(kept, tmp_path):
    (tmp_path / "home").mkdir()
    one = kept()
    assert "File exists" in one.hear("refused")["error"]
    one.supervisor.wait(30)
    (tmp_path / "home").rmdir()


def put_agent(folder):
    (folder / "agent.py").write_text(AGENT.read_text())
    beside = folder / "checks/node/runtime/environment.py"
    beside.parent.mkdir(parents=True)
    beside.write_text(inspect.getsource(environment))


def test_an_agent_without_a_supervisor_ends(tmp_path):
    put_agent(tmp_path)
    (tmp_path / "plan.json").touch(mode=0o600)
    (tmp_path / "plan.json").write_text(
        json.dumps({"run": "r", "env": {}, "unless_set": {}, "launch": ["/python"], "cwd": "/"})
    )
    argv = [sys.executable, tmp_path / "agent.py", "node"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "no supervisor reads launcher.out" in done.stderr


def test_a_plan_that_others_can_read_is_refused(tmp_path):
    put_agent(tmp_path)
    (tmp_path / "plan.json").write_text("{}")
    (tmp_path / "plan.json").chmod(0o644)
    argv = [sys.executable, tmp_path / "agent.py", "node"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert "expected to be mine alone" in done.stderr


def test_the_agent_launcher_is_ended_with_its_children(kept):
    one = kept()
    one.hear("ready")
    argv = ["sh", "-c", "sleep 600 & sleep 600"]
    command = RunCommand("pdsh", argv, env={}, cwd=None, agent=False)
    one.supervisor.stdin.write(encode_command(command))
    one.supervisor.stdin.flush()
    deadline = time.monotonic() + 20
    while len(run_processes(one.run, set())) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    one.stop()
    assert one.hear("command-ended")["name"] == "pdsh"
    assert one.hear("run-ended")["left"] == []


def test_the_programs_that_a_rank_started_are_seen_with_their_folder(tmp_path):
    with start_program(["sleep", "600"], cwd=tmp_path) as child:
        try:
            seen = child_programs([os.getpid(), child.pid], os.getpid())
        finally:
            child.kill()
    assert seen == [{"name": "sleep", "cwd": str(tmp_path)}]
    assert child_programs([os.getpid(), child.pid], os.getpid()) == []
