"""The benchmarks run: each short enough for a few seconds is run small, and prints its aims."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import (
    diagnose,
    dropped_port,
    overhead,
    preflight,
    rendezvous,
    scale,
    start,
    watch,
    ways,
    whole,
    xray,
)
from launcher.lab.record import all_records
from tests.support.paths import ROOT


@pytest.mark.long
def test_many_nodes_are_measured_and_reckoned(monkeypatch, capsys):
    monkeypatch.setattr(scale, "FITTED", (2, 3, 4))
    monkeypatch.setattr(scale, "PREDICTED", ())
    monkeypatch.setattr(scale, "FAR", (1000,))
    assert benchmarks.main(["scale"]) == 0
    text = capsys.readouterr().out
    table = text.partition("nodes   processor")[2].splitlines()[1:5]
    assert [int(line.split()[0]) for line in table] == [2, 3, 4, 1000]
    aims = text.partition("all aims")[2]
    assert "beyond logins" in aims
    assert "1000" in aims


def test_a_log_is_read_beside_other_readers(monkeypatch, capsys):
    monkeypatch.setattr(diagnose, "SIZE", 1_000_000)
    monkeypatch.setattr(diagnose, "ROUNDS", 1)
    assert benchmarks.main(["diagnose"]) == 0
    assert "of processor" in capsys.readouterr().out


@pytest.mark.long
def test_a_preflight_is_held_against_pdsh(monkeypatch, capsys):
    monkeypatch.setattr(preflight, "ROUNDS", {2: 1})
    monkeypatch.setattr(preflight, "MEMORY_NODES", 2)
    assert benchmarks.main(["preflight"]) == 0
    assert " P aim 1.7: " in capsys.readouterr().out.partition("all aims")[2]


def test_a_name_that_is_no_benchmark_is_refused(capsys):
    assert benchmarks.main(["nothing"]) == 2
    assert "there are: preflight scale" in capsys.readouterr().err


PATIENCE_S = 1500.0
"""For bare DeepSpeed, which compiles an operator first."""
SMALL = {
    "whole": {whole: {"SLOTS": (1,), "ROUNDS": 1, "NODES": 2}},
    "dropped_port": {dropped_port: {"ROUNDS": 1, "PATIENCE_S": 5.0, "LIMIT_S": PATIENCE_S}},
    "start": {start: {"ROUNDS": 1, "LIMIT_S": PATIENCE_S}},
    "ways": {ways: {"ROUNDS": 1, "WAYS": ways.WAYS[:1]}},
    "watch": {
        watch: {"NODES": 2, "RATES": (200,), "TALK_S": 8.0, "SETTLE_S": 0.5, "WINDOW_S": 2.0}
    },
    "rendezvous": {rendezvous: {"SIZES": (2,), "ROUNDS": 1}},
    "xray": {watch: {"NODES": 2}, xray: {"NODES": 2, "SLOTS": 1, "ROUNDS": 1}},
    "overhead": {overhead: {"TURNS": 2, "ASKED": 2}},
}
"""What is measured less, of each; `pairs` needs iperf3, and its parts have tests of their own."""
SHORT = ("watch", "xray", "overhead")


@pytest.mark.parametrize(
    "name",
    [name if name in SHORT else pytest.param(name, marks=pytest.mark.long) for name in SMALL],
)
def test_a_small_one_runs_to_its_end(monkeypatch, capsys, name):
    for module, values in SMALL[name].items():
        for constant, value in values.items():
            assert hasattr(module, constant)
            monkeypatch.setattr(module, constant, value)
    assert benchmarks.main([name]) == 0
    assert capsys.readouterr().out


def test_each_has_a_small_run_here():
    assert {*SMALL, "scale", "diagnose", "preflight", "pairs"} == set(benchmarks.BENCHMARKS)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_benchmark_that_is_killed_leaves_nothing(end):
    program = """
import sys
from benchmarks.place import place
with place(1) as here:
    print(here.folder, here.lab.record.token, flush=True)
    here.project("timeit", "-s", "import time", "time.sleep(600)")
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as benchmark:
        assert benchmark.stdout
        folder, token = benchmark.stdout.readline().split()
        own = await_child(benchmark.pid, "time.sleep(600)")
        benchmark.send_signal(end)
    deadline = time.monotonic() + 60
    while Path(folder).exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(folder).exists()
    assert token not in {record.token for record in all_records()}
    own.wait(60)


def await_child(pid, word):
    """The process that the benchmark started, once it runs its program."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for child in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if word in child.cmdline() and "setpriv" not in child.cmdline()[0]:
                    return child
        time.sleep(0.05)
    raise AssertionError(f"no process with {word}")
