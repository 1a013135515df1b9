"""The training smoke as it runs: real ranks of the real DeepSpeed, whole and broken."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from checks.answer import Answer
from checks.facts.decode import decode_fact
from checks.facts.gpus import Gpu, Gpus, LibraryFile
from checks.facts.smoke import Smoke
from checks.model import Node
from checks.node.probe import smoke as probe
from checks.node.probe import warm
from checks.node.probe.core import Undetermined
from checks.node.programs import program_text
from checks.stages.smoke import smoke_request
from tests.support.snapshots import judged, snapshot, with_fact

PROGRAM = program_text("smoke_rank")
ADDS = "def task(torch, say): say(sum=int(torch.tensor([1, 2]).sum()))"
HANGS = """
import time
def task(torch, say):
    def wait(): time.sleep(1000)
    wait()
"""
DEAF = """
import signal, time
def task(torch, say):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
    time.sleep(1000)
"""
AT_INITIALIZE = "    model = build_model(torch)\n"


def smoke_arguments(workdir: Path, program: str = PROGRAM, **given: Any) -> dict[str, Any]:
    """Those of the section `smoke`, for this interpreter."""
    opening = {"python": sys.executable, "workdir": str(workdir), "env": {}, "gpus": 0, "slots": 1}
    opening |= {"limit": 100.0, "program": program_text("warm_interpreter"), **given}
    asked = {"slots": opening["slots"], "limit": opening["limit"], "program": program}
    asked |= {"prepares": "def prepare" in program}
    return {**asked, "interpreter": opening}


def run_smoke(workdir: Path, program: str = PROGRAM, **given: Any) -> Any:
    """The finding of one node whose smoke is run here, with this interpreter."""
    answer = probe.smoke(smoke_arguments(workdir, program, **given))
    warm.close_interpreter()
    snap = snapshot(("node1",))
    snap.put("node1", "smoke", Answer(answer))
    return judged(snap, "training.smoke-trains")[("node1",)]


def with_lines(place: str, lines: str) -> str:
    """The program of the ranks with lines put behind a place of it."""
    assert PROGRAM.count(place) == 1
    return PROGRAM.replace(place, place + lines)


def written_files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def no_process_left():
    before = psutil.Process().children(recursive=True)
    yield
    assert psutil.Process().children(recursive=True) == before


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A HOME and a TMPDIR of our own, in which nothing may be left."""
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    home.mkdir()
    scratch.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(scratch))
    for name in ("TORCH_EXTENSIONS_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    yield scratch
    warm.close_interpreter()


def test_two_ranks_train_and_leave_nothing(tmp_path, temporary):
    shm = set(os.listdir("/dev/shm"))
    finding = run_smoke(tmp_path, slots=2)
    assert finding.outcome.value == "pass", finding
    assert re.match(r"loss \d\S* → \d\S* on 2 × cpu, \d+\.\d ms a step", finding.message)
    assert "the first start will compile deepspeed_shm_comm" in finding.message
    assert finding.evidence["deepspeed"]
    assert finding.evidence["losses"][-1] < finding.evidence["losses"][0] / 2
    assert written_files(tmp_path) == set()
    assert list(temporary.iterdir()) == []
    assert not {name for name in set(os.listdir("/dev/shm")) - shm if "deepspeed" in name}


def test_a_broken_deepspeed_is_an_import_error(tmp_path):
    (tmp_path / "deepspeed").mkdir()
    (tmp_path / "deepspeed/__init__.py").write_text("raise ImportError('cannot import name zzz')")
    finding = run_smoke(tmp_path)
    assert finding.cause == "import-error"
    assert "cannot import deepspeed: ImportError: cannot import name zzz" in finding.message


def test_an_interpreter_without_torch_is_an_import_error(tmp_path):
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    finding = run_smoke(tmp_path, python=str(bare))
    assert finding.cause == "import-error"
    assert "torch" in finding.message


def test_a_loss_that_is_no_number_is_seen(tmp_path):
    spoiled = PROGRAM.replace("torch.randn(BATCH, 1)", "torch.full((BATCH, 1), float('nan'))")
    assert spoiled != PROGRAM
    assert run_smoke(tmp_path, spoiled).cause == "nan-loss"


@pytest.mark.usefixtures("no_process_left")
def test_a_killed_rank_is_named_and_its_peer_is_ended(tmp_path):
    kills = with_lines(AT_INITIALIZE, "    if rank == 1: os.kill(os.getpid(), 9)\n")
    finding = run_smoke(tmp_path, kills, slots=2)
    assert finding.cause == "killed"
    assert finding.message.startswith("rank 1 of 2")


def test_a_missing_compiler_is_found_before_training_needs_it(tmp_path):
    finding = run_smoke(tmp_path, env={"CXX": "no-such-compiler"})
    assert (finding.cause, finding.stops) == ("op-build-failed", True)
    assert "no-such-compiler" in finding.message


def test_a_hang_ends_at_the_limit_with_its_stack(tmp_path, temporary, monkeypatch):
    """Its stack is shown a second after it began, however late a busy machine starts it."""
    monkeypatch.setattr(probe, "STACK", 59.0)
    finding = run_smoke(tmp_path, HANGS, limit=60.0)
    assert finding.cause == "hang"
    assert "in wait (task:" in finding.message
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("no_process_left")
def test_a_rank_deaf_to_everything_ends_at_the_limit(tmp_path, temporary, monkeypatch):
    monkeypatch.setattr(probe, "STACK", 59.0)
    finding = run_smoke(tmp_path, DEAF, limit=60.0)
    assert finding.cause == "hang"
    assert "in stage 'start of the interpreter'" in finding.message
    assert list(temporary.iterdir()) == []


def test_an_import_of_torch_that_hangs_or_dies_is_the_ranks(tmp_path, monkeypatch):
    monkeypatch.setattr(warm, "STACK", 99.0)
    torch = tmp_path / "torch.py"
    for end, cause, words in (
        ("import time; time.sleep(1000)", "hang", "hung in stage 'import torch'"),
        ("import os; os.kill(os.getpid(), 11)", "crashed", "in stage 'import torch'"),
        ("1 / 0", "import-error", "cannot import torch: ZeroDivisionError"),
    ):
        torch.write_text(end)
        finding = run_smoke(tmp_path)
        assert (finding.cause, words in finding.message) == (cause, True), finding.message


NO_PROCESS = 2**22 + 1
SPOILT_SMOKES = {
    "killed": "import os\ndef task(torch, say): os.kill(os.getpid(), 9)",
    "kills its parent": "import os\ndef task(torch, say): os.kill(os.getppid(), 9)",
    "hangs": HANGS,
    "deaf": DEAF,
    "leaks": """
import subprocess
def task(torch, say): say(leaked=subprocess.Popen(["sleep", "1000"]).pid)
""",
    "leaks of a killed parent": """
import os, subprocess
def prepare(torch, say): pass
def task(torch, say):
    say(leaked=subprocess.Popen(["sleep", "1000"]).pid)
    os.kill(os.getppid(), 9)
""",
    "dies as it prepares": """
import os
def prepare(torch, say): os.kill(os.getpid(), 9)
""",
    "hangs as it prepares": """
import time
def prepare(torch, say): time.sleep(1000)
""",
    "leaks as it prepares": """
import subprocess
def prepare(torch, say): say(leaked=subprocess.Popen(["sleep", "1000"]).pid)
def task(torch, say): pass
""",
    "breaks torch as it prepares": """
def prepare(torch, say): torch.tensor = None
def task(torch, say): torch.tensor([1])
""",
}


@pytest.mark.parametrize("program", SPOILT_SMOKES.values(), ids=SPOILT_SMOKES)
def test_after_any_smoke_the_ranks_still_meet(tmp_path, monkeypatch, program):
    monkeypatch.setattr(probe, "STACK", 59.0)
    args = smoke_arguments(tmp_path, program, limit=60.0)
    with contextlib.suppress(Undetermined):
        (rank,) = probe.smoke(args)["ranks"]
        wait_until(lambda: not psutil.pid_exists(rank["said"].get("leaked", NO_PROCESS)))
    assert warm.warm_open(args["interpreter"])["torch"]
    task = {"program": ADDS, "children": [{}], "limit": 60.0, "keep": ""}
    (child,) = warm.warm_task(task)["children"]
    assert (child["code"], child["said"]) == (0, {"sum": 3})


PREPARES = "def prepare(torch, say):\n    say(stage='import deepspeed')\n"


@pytest.mark.parametrize("before", ["", PREPARES], ids=["alone", "prepared"])
def test_a_crash_at_the_ranks_end_is_seen(tmp_path, before):
    crashes = "import atexit, os\ndef task(torch, say): atexit.register(os.kill, os.getpid(), 11)"
    (rank,) = probe.smoke(smoke_arguments(tmp_path, before + crashes))["ranks"]
    assert rank["code"] == -11


def test_what_fails_for_all_ranks_is_the_end_of_each(tmp_path):
    fails = PREPARES + "    raise ImportError('no such thing')\n"
    first, second = probe.smoke(smoke_arguments(tmp_path, fails, slots=2))["ranks"]
    assert (first["code"], first["said"]["stage"]) == (1, "import deepspeed")
    assert (first["said"]["error"], first["said"]["detail"]) == ("ImportError", "no such thing")
    assert second == {**first, "rank": 1}


def test_a_rank_has_the_time_that_was_not_spent_preparing(tmp_path, monkeypatch):
    """The rank is given a second: the limit has passed where what it prepares ends."""
    monkeypatch.setattr(probe, "STACK", 59.0)
    slow = "import time\ndef prepare(torch, say): time.sleep(0.5)\n"
    (rank,) = probe.smoke(smoke_arguments(tmp_path, slow + HANGS, limit=60.0))["ranks"]
    assert "in wait" in rank["err"]


BUSY_RANK = """
import os, time
def task(torch, say):
    open(os.environ["PREFLIGHT_PIDS"], "a").write(f"{os.getpid()}\\n")
    while True:
        open(os.environ["TMPDIR"] + "/written", "w").write("x")
        time.sleep(0.01)
"""


def test_a_killed_probe_leaves_neither_ranks_nor_files(tmp_path, temporary):
    pids = tmp_path / "pids"
    env = {"PREFLIGHT_PIDS": str(pids)}
    args = smoke_arguments(tmp_path, BUSY_RANK, slots=2, limit=60.0, env=env)
    root = Path(probe.__file__).parents[3]
    code = f"from checks.node.probe.smoke import smoke; smoke({args!r})"
    victim = subprocess.Popen([sys.executable, "-c", code], cwd=root)
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    wait_until(lambda: len(list(temporary.glob("preflight-*/written"))) == 1)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    wait_until(lambda: not list(temporary.iterdir()))
    wait_until(lambda: not any(map(psutil.pid_exists, map(int, pids.read_text().split()))))


def wait_until(holds, limit: float = 100.0) -> None:
    deadline = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < deadline, "still not so"
        time.sleep(0.02)


def test_no_temporary_folder_is_an_answer(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    with pytest.raises(Undetermined, match="no temporary folder"):
        run_smoke(tmp_path)


def test_what_the_job_sets_reaches_the_ranks_and_caches_do_not_leave_the_scratch():
    args = {"env": {"MY": "1", "PYTHONPATH": "/mine"}, "workdir": "/run", "slots": 2, "gpus": 2}
    env = warm.warm_environment({**args, "limit": 60.0, "python": "/venv/bin/python"}, "/scratch")
    assert env["PATH"].startswith("/venv/bin:")
    assert env["MY"] == "1"
    assert env["PYTHONPATH"] == "/run:/mine"
    assert env["CUDA_VISIBLE_DEVICES"] == "0,1"
    assert env["TRITON_CACHE_DIR"] == env["TORCH_EXTENSIONS_DIR"] == env["TMPDIR"] == "/scratch"


@pytest.mark.parametrize(("slots", "gpus", "expected"), [(3, 8, 3), (None, 8, 8), (None, 0, 1)])
def test_every_slot_is_a_rank(slots, gpus, expected):
    cards = tuple(Gpu(i, "H100", f"GPU-{i}", None, "550") for i in range(gpus))
    snap = snapshot(("node1",), hosts=(Node("node1", slots),), env={"A": "b"})
    with_fact(snap, "node1", Gpus(("NVIDIA",) if gpus else (), cards))
    args = smoke_request(snap, "node1")
    cpu = {} if gpus else {"DS_ACCELERATOR": "cpu"}
    opening = args["interpreter"]
    assert (args["slots"], opening["gpus"], opening["env"]) == (expected, gpus, {**cpu, "A": "b"})
    assert args["prepares"] is not bool(gpus)
    assert args["program"] == PROGRAM


TRACES = {
    "device-on-the-bus": {"nvidia_on_bus": 1},
    "amd": {"amd_on_bus": 8},
    "device-file": {"devices": {"/dev/nvidia0": False}},
    "library": {"libraries": {"libcuda.so.1": LibraryFile("/lib/libcuda.so.1", 9)}},
    "error": {"error": "driver not loaded"},
}


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_where_anything_is_of_a_gpu_each_rank_imports_for_itself(trace):
    snap = snapshot(("node1",))
    with_fact(snap, "node1", Gpus((), (), **trace))
    assert not smoke_request(snap, "node1")["prepares"]


def test_an_answer_is_a_fact(tmp_path):
    done = """
def task(torch, say):
    say(stage="import deepspeed")
    print("noise", flush=True)
    raise SystemExit(3)
"""
    fact = decode_fact(Smoke, probe.smoke(smoke_arguments(tmp_path, done)))
    (rank,) = fact.ranks
    assert (rank.code, rank.said.stage) == (3, "import deepspeed")
