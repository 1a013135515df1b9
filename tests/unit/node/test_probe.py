"""The resident probe, spoken to over real pipes: answers, deadlines, noise and a clean end."""

from __future__ import annotations

import importlib
import json
import os
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest

from checks.contact import resident_probe as resident
from checks.contact.resident_probe import probe_program, section_modules
from checks.contact.shipping import BOOTSTRAP, start_command
from tests.support.paths import ROOT

NONCE = "f00d"


class Probe:
    """A probe started as a login shell would start it."""

    def __init__(self, *wanted, life=60):
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-u", "-S", "-E", "-c", BOOTSTRAP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.write(probe_program(wanted, NONCE, life))
        self.hello = self.read()

    def write(self, data: bytes):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def ask(self, **request):
        self.write(json.dumps(request).encode() + b"\n")

    def read(self):
        line = self.process.stdout.readline().decode()
        nonce, _, text = line.partition(" ")
        assert nonce == NONCE
        return json.loads(text)


@pytest.fixture
def probe():
    started = []

    def start(*wanted, **options):
        started.append(Probe(*wanted, **options))
        return started[-1]

    yield start
    for one in started:
        one.process.stdin.close()
        one.process.stdout.close()
        assert one.process.wait(10) == 0


def test_answers_by_number(probe):
    one = probe("limits", "who")
    one.ask(id=7, section="limits", args={}, limit=60)
    answer = one.read()
    assert answer["id"] == 7
    assert len(answer["data"]["memlock"]) == 2


def test_says_what_went_wrong_in_a_section(probe):
    one = probe("limits")
    one.ask(id=1, section="nothing", args={}, limit=60)
    assert "KeyError" in one.read()["error"]


def test_an_overdue_section_is_answered_for(probe):
    one = probe("command")
    one.ask(id=1, section="command", args={"argv": ["sleep", "60"], "limit": 50}, limit=0.2)
    assert one.read() == {"id": 1, "error": "no answer within 0.2 s"}


def test_ends_with_its_input_and_takes_its_children_along():
    one = Probe("limits")
    os.kill(one.process.pid, 0)
    one.process.stdin.close()
    assert one.process.wait(10) == 0
    one.process.stdout.close()


def test_ends_by_itself_when_its_life_is_over():
    one = Probe("limits", life=1)
    assert one.process.wait(10) == 0
    one.process.stdin.close()
    one.process.stdout.close()


def test_a_command_dies_with_a_killed_probe(tmp_path):
    mark = f"sleep 7{os.getpid()}"
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from checks.node.probe.core import spawn_reaper, run_command\n"
        "spawn_reaper('a nonce of this test')\n"
        f"run_command({mark.split()!r}, 60)"
    )
    root = str(ROOT)
    process = subprocess.Popen([sys.executable, "-c", code, root])
    assert wait_for(lambda: running(mark))
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert wait_for(lambda: not running(mark))


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def running(command_line: str) -> bool:
    wanted = command_line.split()
    return any(process.info["cmdline"] == wanted for process in psutil.process_iter(["cmdline"]))


@pytest.mark.parametrize("shell", ["sh", "bash", "dash"])
def test_login_shells_start_it(shell):
    ran = subprocess.run(
        [shell, "-c", start_command("/nowhere/python")],
        input=probe_program(["who"], NONCE, 20),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.split(b" ", 1)[1])["hello"].startswith("3.")


def test_every_section_has_one_file():
    files = ROOT.joinpath("checks/node/probe").glob("*.py")
    text = "".join(path.read_text() for path in files)
    assert len(section_modules()) == text.count("\n@section(")


@pytest.mark.parametrize("section", sorted(section_modules()))
def test_each_section_loads_with_all_that_it_imports(section):
    ran = subprocess.run(
        ["/usr/bin/python3", "-u", "-S", "-E", "-c", BOOTSTRAP],
        input=probe_program([section], NONCE, 20),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert json.loads(ran.stdout.split(b" ", 1)[1])["hello"].startswith("3.")
    assert not ran.stderr


@pytest.mark.parametrize(
    "path", sorted(resident.PROBE_FOLDER.glob("*.py")), ids=lambda path: path.stem
)
def test_what_a_section_runs_or_opens_is_declared_for_a_dry_run(path):
    text = path.read_text()
    acts = re.search(
        r"(?<!def )\b(run_command|start_process|Popen)\(\[|\.listen\(|\.connect\(|\bstart\(\n", text
    )
    if path.stem in ("core", "port_calls"):
        return
    declared = importlib.import_module(f"checks.node.probe.{path.stem}").__dict__.get(
        "COMMANDS", ()
    )
    assert not acts or declared, f"{path.name} acts ({acts.group()!r}) and declares nothing"
