"""What names itself a secret reaches the ranks, and stands on no screen and in no file."""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.launched_runs import LaunchedRun, command_lines, run_launcher, wait_until_clean
from tests.support.passed_preflight import pass_preflight

SECRETS = (
    "s3cret-of-token",
    "s3cret-of-api-key",
    "s3cret-of-login",
    "s3cret-of-env",
    "s3cret-hook",
)
SCRIPT = """
import os, sys, time
print("given:", sys.argv, os.environ["WANDB_API_KEY"], os.environ["INDEX_URL"], flush=True)
print("reversed:", [word[::-1] for word in (*sys.argv, os.environ["WANDB_API_KEY"])], flush=True)
print("step 1 loss 2.5", flush=True)
time.sleep(4)
sys.exit(int(os.environ["RANK"] == "1" and "fail" in sys.argv))
"""
LAUNCH = """
[start]
command = ["train.py", "--token", "s3cret-of-token", "--api-key=s3cret-of-api-key",
           "--data", "https://user:s3cret-of-login@host/data", "fail"]
before = [["-c", "print(1)", "--password", "s3cret-of-token"]]
[env]
WANDB_API_KEY = "s3cret-of-env"
INDEX_URL = "https://user:s3cret-of-login@index/simple"
OMP_NUM_THREADS = 1
[notify]
command = "cat >>notices; env >>notices"
webhook = "http://127.0.0.1:9/s3cret-hook"
"""
PROGRAMS = [("deepspeed", "pdsh"), ("torchrun", "pdsh"), ("accelerate", "ssh")]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "train.py").write_text(SCRIPT)
    (folder / "launch.toml").write_text(LAUNCH)
    return folder


@pytest.fixture(scope="module")
def lab(place):
    visible = {sys.prefix, str(place)}
    with Lab.up(LabShape(nodes=2), place / ".lab", f"secrets-{os.getpid()}", visible) as up:
        pass_preflight(place, hosts=str(up.hosts))
        yield up


class CommandLines:
    """Looks at every process of the machine, those of all nodes too, until it is left."""

    def __init__(self):
        self.seen, self._ended = set(), threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self):
        while not self._ended.is_set():
            self.seen |= {line for line in command_lines() if b"s3cret" in line}
            time.sleep(0.02)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()


def holds_secret(path):
    return path.is_file() and any(secret in path.read_text(errors="replace") for secret in SECRETS)


@pytest.mark.long
@pytest.mark.parametrize(("program", "backend"), PROGRAMS)
def test_a_secret_is_only_where_its_rank_is(place, lab, program, backend):
    options = ("--with", program, "--backend", backend, "--allow-separate")
    with CommandLines() as lines:
        run = LaunchedRun(place, lab, options=options)
        assert run.end(150) == 1, run.text
    assert run.text.count("nekot-fo-terc3s") >= 2, run.text
    strangers = [line for line in lines.seen if b"train.py" not in line and b"print(1)" not in line]
    assert not strangers
    shown = [run.text, *(said(place, *words) for words in VIEWS)]
    shown.append(said(place, "start", "--dry-run", "--hosts", str(lab.hosts), *options))
    for text in shown:
        assert not [secret for secret in SECRETS if secret in text], text
    files = [place / "notices", *(place / "runs").rglob("*"), *(place / ".preflight").rglob("*")]
    assert not [path for path in files if holds_secret(path)]
    wait_until_clean(lab)


VIEWS = (
    ("status",),
    ("status", "--json"),
    ("runs", "--json"),
    ("logs",),
    ("attach",),
    ("diagnose",),
)


def said(place, *words):
    done = run_launcher(place, *words)
    return done.stdout + done.stderr
