"""What is first run in each rank's Python: it answers our signal, and changes nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launcher.agent import rank_stack as stack

HOOK = Path(stack.__file__).with_name("hook.py")
TELLS = """
import json, os, sys
found = sys.modules.get("sitecustomize")
print(json.dumps([getattr(found, "__file__", None), sys.path, os.environ.get("PYTHONPATH")]))
"""
RESTS = """
import time
def waits_here():
    print("up", flush=True)
    time.sleep(600)
waits_here()
"""


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    (folder / "hook").mkdir(parents=True)
    text = HOOK.read_text(encoding="utf-8")
    (folder / "hook" / "sitecustomize.py").write_text(text, encoding="utf-8")
    return folder


def environment(home, *more):
    path = os.pathsep.join(map(str, [*([home / "hook"] if home else []), *more]))
    return {**os.environ, "PYTHONPATH": path} if path else dict(os.environ)


def told(home, *more):
    env = environment(home, *more)
    return subprocess.run([sys.executable, "-c", TELLS], env=env, capture_output=True, text=True)


@pytest.fixture
def rank(home):
    """Starts a program as a rank; it is up when it has printed something."""
    started = []

    def start(text, *options):
        argv = [sys.executable, *options, "-c", text]
        started.append(subprocess.Popen(argv, env=environment(home), stdout=subprocess.PIPE))
        assert started[-1].stdout.readline()
        return started[-1]

    yield start
    for one in started:
        assert one.poll() is None, "whoever is asked goes on"
        one.kill()
        one.communicate()


@pytest.mark.parametrize("others", ["", "empty", "with-its-own", "two"])
def test_the_program_sees_what_it_would_see_without(home, tmp_path, others):
    own = tmp_path / "own"
    own.mkdir()
    if others == "with-its-own":
        (own / "sitecustomize.py").write_text("import sys; sys.path.append('/put/there')")
    more = {"": [], "two": [own, tmp_path]}.get(others, [own])
    hooked, plain = told(home, *more), told(None, *more)
    assert (hooked.stdout, hooked.stderr) == (plain.stdout, plain.stderr)
    if others == "with-its-own":
        file, path, _ = json.loads(hooked.stdout)
        assert file == str(own / "sitecustomize.py")
        assert "/put/there" in path


def test_what_the_programs_own_sitecustomize_raises_is_told_as_ever(home, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("raise RuntimeError('mine')")
    hooked, plain = told(home, tmp_path), told(None, tmp_path)
    assert plain.stderr.splitlines()[-1] == hooked.stderr.splitlines()[-1]
    assert "RuntimeError: mine" in hooked.stderr
    assert hooked.returncode == 0


def test_the_main_threads_calls_are_had_by_the_signal_again_and_again(rank, home):
    one = rank(RESTS)
    for _ in range(2):
        frames, _ = stack.request_stack(str(home), one.pid)
        assert [(called, file) for called, file, _ in frames] == [
            ("waits_here", "<string>"),
            ("<module>", "<string>"),
        ]


def test_a_call_into_the_kernel_goes_on(rank, home, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    one = rank(
        f"import time; print('up', flush=True); open('{tmp_path}/fifo').read()\n"
        "print('on', flush=True); time.sleep(600)"
    )
    time.sleep(0.5)
    assert stack.request_stack(str(home), one.pid)[0]
    (tmp_path / "fifo").write_text("read on")
    assert one.stdout.readline() == b"on\n"


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (RESTS, ("-S",)),
        (RESTS, ("-E",)),
        ("import os, time; os.closerange(3, 99); print('up', flush=True); time.sleep(600)", ()),
        ("import os; os.execlp('sh', 'sh', '-c', 'echo up; exec sleep 600')", ()),
        (
            "import os, signal, time; signal.signal(64, signal.SIG_DFL);"
            "print('up', flush=True); time.sleep(600)",
            (),
        ),
    ],
    ids=["no site", "no environment", "closed", "another program", "not expected"],
)
def test_no_signal_where_it_is_not_expected(rank, home, text, options):
    one = rank(text, *options)
    assert stack.request_stack(str(home), one.pid) == ([], "its Python has no hook of ours")


def test_one_that_does_not_answer_is_told_so(rank, home):
    one = rank(RESTS)
    os.kill(one.pid, 19)
    try:
        assert stack.request_stack(str(home), one.pid) == ([], "it did not answer")
    finally:
        os.kill(one.pid, 18)


def test_a_rank_that_calls_is_left_alone(rank, home):
    one = rank(RESTS)
    spied = ([], "py-spy is not installed there")
    why = f"{spied[1]}; faulthandler: a signal would end its call"
    assert stack.main_thread_stack(str(home), one.pid, spied, True) == {"stack": [], "why": why}
    assert stack.main_thread_stack(str(home), one.pid, spied, False)["stack"][0][0] == "waits_here"


def test_what_py_spy_saw_comes_first(home):
    seen = ([["main", "train.py", 3]], "")
    assert stack.main_thread_stack(str(home), 0, seen, False) == {"stack": seen[0], "why": ""}
