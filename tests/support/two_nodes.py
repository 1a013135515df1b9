"""Two nodes on which a stand-in trains as it is told, and has nothing left there after a test."""

from __future__ import annotations

import json
import os
import sys

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.launched_runs import wait_until_clean
from tests.support.passed_preflight import pass_preflight

SECRET = 'hf_Secret $HOME "quoted" 100%h'
STAND_IN = """
import json, os, signal, sys, time
mode, *rest = [word for word in sys.argv[1:] if not word.startswith("--local_rank")]
rank = int(os.environ["RANK"])
if mode == "tell":
    secret = os.environ["HF_TOKEN"]
    print(json.dumps([sys.argv[1:], secret[::-1]]), flush=True)
    print(secret, repr(secret), json.dumps(secret), flush=True)
    os.write(1, b"x" * 20000 + b"\\n" + bytes(range(256)) + b"\\r\\n")
    time.sleep(2)
    os.write(1, b"no newline at the end")
elif mode == "save":
    def save(*_):
        time.sleep(1)
        open("/root/saved", "w").write("all of it")
        sys.exit(0)
    signal.signal(getattr(signal, rest[0]), save)
    print("step 1 loss 2.5", flush=True)
    time.sleep(600)
elif mode == "fail" and rank == 1:
    time.sleep(1)
    sys.exit("something broke here" if not rest else int(rest[0]))
else:
    print("step 1 loss 2.5", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("start")
    (folder / "train.py").write_text(STAND_IN)
    (folder / "launch.toml").write_text(
        f"[env]\nHF_TOKEN = {json.dumps(SECRET)}\nOMP_NUM_THREADS = 1\n"
    )
    return folder


@pytest.fixture(scope="module")
def lab(place):
    visible = {sys.prefix, str(place)}
    with Lab.up(LabShape(nodes=2), place / ".lab", f"start-{os.getpid()}", visible) as up:
        pass_preflight(place, hosts=str(up.hosts))
        yield up


@pytest.fixture(autouse=True)
def nothing_is_left(request):
    yield
    if "lab" in request.fixturenames:
        wait_until_clean(request.getfixturevalue("lab"))
