"""The resident probe, spoken to over real pipes: answers, deadlines, noise and a clean end."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from importlib.util import MAGIC_NUMBER

import psutil
import pytest

from checks.contact import shipping
from checks.contact.probe_program import PROBE_FOLDER, probe_program, section_modules
from checks.contact.shipping import BOOTSTRAP, start_command
from checks.node.probe import core
from checks.node.runtime import watchdog
from tests.support.paths import ROOT

NONCE = "f00d"
"""Of a probe that is no process. Each other has its own: its end kills all that was started under
its nonce on this machine."""
REPORT_COMPILING = (
    "import builtins; own = compile; builtins.compile = lambda *a: print(a[1]) or own(*a)"
)


class Probe:
    """A probe started as a login shell would start it."""

    def __init__(self, *wanted, life=60, lease=core.LEASE_S, stderr=None):
        self.nonce = secrets.token_hex(8)
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-u", "-S", "-I", "-c", BOOTSTRAP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
        program = b"".join(probe_program(wanted, self.nonce, life))
        start = f"from {core.__name__} import main; ".encode()
        assert program.count(start) == 1
        self.write(program.replace(start, start + b"main.__globals__.update(LEASE_S=%g); " % lease))
        self.hello = self.read()

    def write(self, data: bytes):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def end_by(self, number):
        self.process.send_signal(number)
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def ask(self, **request):
        self.write(json.dumps(request).encode() + b"\n")

    def read(self):
        line = self.process.stdout.readline().decode()
        nonce, _, text = line.partition(" ")
        assert nonce == self.nonce
        return json.loads(text)


@pytest.fixture
def probe():
    started = []

    def start(*wanted, **options):
        started.append(Probe(*wanted, **options))
        return started[-1]

    yield start
    for process in started:
        process.process.stdin.close()
        process.process.stdout.close()
        assert process.process.wait(10) == 0


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


def ask_for_sleep(one, mark):
    """Have the probe run a command that outlasts the test; returns once it runs."""
    one.ask(id=1, section="command", args={"argv": mark, "limit": 600}, limit=600)
    assert wait_for(lambda: running(mark))


@pytest.fixture
def mark():
    """A command line that no other test has."""
    return ["sleep", f"{time.monotonic_ns()}"]


def test_a_command_dies_with_a_killed_probe(mark):
    one = Probe("command")
    ask_for_sleep(one, mark)
    one.end_by(signal.SIGKILL)
    assert wait_for(lambda: not running(mark))


@pytest.mark.parametrize("stopped", ["probe", "watchdog", "command"])
def test_what_somebody_stopped_ends_with_the_probe_too(mark, stopped):
    one = Probe("command", lease=2.0)
    ask_for_sleep(one, mark)
    process = psutil.Process(one.process.pid)
    beside, command = sorted(process.children(), key=lambda child: child.cmdline() == mark)
    {"probe": process, "watchdog": beside, "command": command}[stopped].suspend()
    one.process.stdin.close()
    one.process.stdout.close()
    one.process.wait(60)
    assert wait_for(lambda: not running(mark) and not beside.is_running())


def test_a_silent_controller_ends_it_and_its_commands(mark):
    one = Probe("command", lease=1.0, stderr=subprocess.PIPE)
    ask_for_sleep(one, mark)
    with one.process.stderr as errors:
        assert errors.read() == b"nothing was heard from the controller for 1 s\n"
    one.end_by(signal.SIGKILL)
    assert not running(mark)


@pytest.mark.parametrize("sign", [b"\n", b"{"])
def test_any_sign_of_life_renews_its_patience(sign):
    one = core.Probe(NONCE, {})
    one.patience.left = 0.1
    assert not list(one.lines(io.BytesIO(sign)))
    assert one.patience.left == core.LEASE_S


def test_lines_come_whole_however_they_are_cut():
    whole = b'{"id": 1}\n\n' + "é".encode() * 70_000 + b"\n"
    assert list(core.Probe(NONCE, {}).lines(io.BytesIO(whole))) == ['{"id": 1}', "é" * 70_000]


def test_a_node_that_stood_still_has_not_waited(monkeypatch):
    now = iter([0.0, 0.2, 3600.0, 3600.2, 3601.2])
    monkeypatch.setattr(watchdog.time, "monotonic", lambda: next(now))
    patience = watchdog.Patience(2.0)
    assert [patience.is_over() for _ in range(4)] == [False, False, False, True]


def test_input_that_never_comes_ends_what_waits_for_it():
    program = BOOTSTRAP.replace("alarm(30)", "alarm(1)")
    assert program != BOOTSTRAP
    argv = ["/usr/bin/python3", "-u", "-S", "-I", "-c", program]
    with subprocess.Popen(argv, stdin=subprocess.PIPE) as process:
        assert process.wait(60) == -signal.SIGALRM


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def running(wanted: list[str]) -> bool:
    return any(process.info["cmdline"] == wanted for process in psutil.process_iter(["cmdline"]))


@pytest.mark.parametrize("shell", ["sh", "bash", "dash"])
@pytest.mark.parametrize("container", ["", "env 'A NAME=it'\"'\"'s' /bin/nice"])
def test_login_shells_start_it(shell, container):
    ran = subprocess.run(
        [shell, "-c", start_command("/nowhere/python", container)],
        input=b"".join(probe_program(["who"], secrets.token_hex(8), 20)),
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
        ["/usr/bin/python3", "-u", "-S", "-I", "-c", BOOTSTRAP],
        input=b"".join(probe_program([section], secrets.token_hex(8), 20)),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert json.loads(ran.stdout.split(b" ", 1)[1])["hello"].startswith("3.")
    assert not ran.stderr


@pytest.mark.parametrize(
    ("magic", "compiles"), [(MAGIC_NUMBER, False), (b"other", True)], ids=["same", "other"]
)
def test_a_node_compiles_only_where_its_bytecode_is_another(monkeypatch, magic, compiles):
    monkeypatch.setattr(shipping, "MAGIC_NUMBER", magic)
    shipping.shipped_program.cache_clear()
    line = shipping.shipped_program(
        frozenset([core.__name__]), f"{REPORT_COMPILING}; import {core.__name__}"
    )
    shipping.shipped_program.cache_clear()
    argv = [sys.executable, "-u", "-S", "-E", "-c", BOOTSTRAP]
    ran = subprocess.run(argv, input=line, capture_output=True, timeout=60, check=False)
    assert (ran.returncode, core.__name__.encode() in ran.stdout) == (0, compiles), ran.stderr


@pytest.mark.parametrize("path", sorted(PROBE_FOLDER.glob("*.py")), ids=lambda path: path.stem)
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
