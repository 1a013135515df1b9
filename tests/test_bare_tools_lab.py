"""What goes wrong without a word under bare `deepspeed` and `accelerate launch`, and not here.

Each test shows the tool underneath failing on a real lab, then the same with this launcher. What
needs no bare run is held elsewhere: a killed pdsh or rank in test_start_lab, ranks and their
numbers in test_watch and test_plan, the first address in test_rendezvous.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.machine import SYSTEM_PATH
from launcher.lab.shape import Shape
from tests.labs import down_and_gone
from tests.passed import pass_preflight

ROOT = Path(__file__).parent.parent
BIN = Path(sys.prefix) / "bin"
ODD = ["it is", "%h", "$HOME", "*", "", "last"]
GIVEN = {"HF_HOME": "/data/hf", "https_proxy": "http://proxy", "TORCH_NCCL_BLOCKING_WAIT": "1"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bare")
    shutil.copy(ROOT / "tests/starts/tell.py", folder)
    (folder / "hostfile").write_text("node1 slots=1\nnode2 slots=1\n")
    values = "".join(f"{name} = {json.dumps(value)}\n" for name, value in GIVEN.items())
    (folder / "launch.toml").write_text(f'[env]\nHF_TOKEN = "hf_Secret"\n{values}')
    return folder


@pytest.fixture(scope="module")
def lab(place):
    up = Lab.up(Shape(nodes=2), place / ".lab", visible={sys.prefix, sys.base_prefix, str(place)})
    yield up
    down_and_gone(up)


@pytest.fixture
def head(lab):
    """The head, whose files and processes are as before after the test."""
    node = lab.node("node1")
    before = node.read("/root/.bashrc")
    yield node
    node.write("/root/.bashrc", before)
    node.run("rm -f /root/.deepspeed_env")
    end_all(lab)


def end_all(lab):
    for node in lab.nodes:
        node.run("pkill -9 -f 'tell\\.p[y]|deepspeed.launche[r]'")


def environment(**more):
    path = f"{BIN}:{SYSTEM_PATH}"
    return {"PATH": path, "DS_ACCELERATOR": "cpu", "TRITON_CACHE_DIR": "/tmp/triton", **more}


def bare(head, place, *words, cwd=None, **env):
    """Bare `deepspeed` (or what `words` begin with) typed on the head."""
    tool, *rest = words if words[0] == "accelerate" else ("deepspeed", *words)
    argv = ["sh", "-c", 'cd "$0" && exec "$@"', str(cwd or place), tool, *rest]
    return head.run(argv, env=environment(**env), timeout=240)


def on_both(head, place):
    return ["--hostfile", str(place / "hostfile"), "--master_addr", head.address]


def started(lab, place, *words, **options):
    """`launcher start`, begun."""
    pass_preflight(place, hosts=str(lab.hosts), **options)
    flags = [f"--{name.strip('_').replace('_', '-')}={value}" for name, value in options.items()]
    hosts = f"--hosts={lab.hosts}"
    return subprocess.Popen(
        [sys.executable, "-m", "launcher", "start", hosts, *flags, "--", "tell.py", *words],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def ours(lab, place, *words, **options):
    """`launcher start`, to its end: exit code and what it said."""
    one = started(lab, place, *words, **options)
    text, _ = one.communicate(timeout=240)
    return one.returncode, text


def told(text):
    return [json.loads(line) for line in re.findall(r"told (\{.*\})", text)]


def ranks_on(node):
    return node.run(["pgrep", "-f", r"^\S+ -u tell\.py"]).stdout.split()


def wait_for(happened):
    deadline = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_arguments_environment_and_secrets(lab, head, place):
    head.write("/root/.deepspeed_env", "HF_TOKEN=hf_Secret\n")
    done = bare(head, place, *on_both(head, place), "tell.py", *ODD, **GIVEN)
    assert done.returncode == 0
    seen = {one["node"]: one for one in told(done.stdout)}
    assert seen["node1"]["words"][:3] == ["it is", "node1", "/root"]
    assert "last" not in seen["node1"]["words"]
    assert seen["node1"]["readable"] >= 2, "pdsh's and ssh's command lines show the token"
    assert {seen["node2"][name] for name in ("home", "proxy", "blocking")} == {None}

    code, text = ours(lab, place, *ODD)
    assert code == 0, text
    for one in told(text):
        assert one["words"] == ODD
        assert one["readable"] == 0
        assert [one[name] for name in ("home", "proxy", "blocking")] == list(GIVEN.values())


def test_a_comment_in_deepspeed_env_starts_nothing_and_is_a_success(lab, head, place):
    head.write("/root/.deepspeed_env", "# x=1\n")
    done = bare(head, place, *on_both(head, place), "tell.py")
    assert (done.returncode, told(done.stdout)) == (0, [])
    code, text = ours(lab, place)
    assert (code, len(told(text))) == (0, 2), text


def test_a_banner_becomes_the_master_address(lab, head, place):
    head.write("/root/.bashrc", "echo Welcome to node1\n")
    done = bare(head, place, "--hostfile", str(place / "hostfile"), "tell.py")
    assert {one["master"] for one in told(done.stdout)} == {"Welcome"}
    code, text = ours(lab, place)
    assert code == 0, text
    assert {one["master"] for one in told(text)} == {head.address}


def test_a_wrong_hostfile_trains_on_this_machine_alone(lab, head, place):
    done = bare(head, place, "--hostfile", "/nowhere/hostfile", "tell.py")
    assert done.returncode == 0
    assert [(one["node"], one["world"]) for one in told(done.stdout)] == [("node1", 1)]
    argv = [sys.executable, "-m", "launcher", "start", "--hosts=/nowhere/hostfile", "--", "tell.py"]
    refused = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "/nowhere/hostfile" in refused.stderr


def test_one_remaining_node_is_taken_for_this_machine(lab, head, place):
    only = ["--include", "node2", "--master_addr", "127.0.0.1"]
    done = bare(head, place, "--hostfile", str(place / "hostfile"), *only, "tell.py")
    assert done.returncode == 0
    assert [one["node"] for one in told(done.stdout)] == ["node1"]
    code, text = ours(lab, place, include="node2")
    assert code == 0, text
    assert [one["node"] for one in told(text)] == ["node2"]


def test_a_missing_folder_is_the_home_folder_then(lab, head, place):
    head.run(f"mkdir -p /root/run && cp {place}/tell.py /root/run", check=True)
    lab.node("node2").run(f"cp {place}/tell.py /root", check=True)
    done = bare(head, place, *on_both(head, place), "tell.py", cwd="/root/run")
    assert done.returncode == 0
    assert {one["node"]: one["cwd"] for one in told(done.stdout)} == {
        "node1": "/root/run", "node2": "/root",
    }  # fmt: skip
    code, text = ours(lab, place, workdir="/root/run")
    assert code == 1
    assert "/root/run" in text
    assert "node2" in text


@contextlib.contextmanager
def job(lab, head, place, port):
    """Bare `deepspeed` over both nodes, until the test ends it; its ranks have started."""
    words = shlex.join([*on_both(head, place), "--master_port", str(port), "tell.py", "sleep"])
    command = f"cd {shlex.quote(str(place))} && exec deepspeed {words}"
    argv, quiet = head.argv(["sh", "-c", command], env=environment()), subprocess.DEVNULL
    before = {node.name: len(ranks_on(node)) for node in lab.nodes}
    with subprocess.Popen(argv, stdout=quiet, stderr=quiet, stdin=quiet) as one:
        try:
            wait_for(lambda: all(len(ranks_on(node)) > before[node.name] for node in lab.nodes))
            yield one
        finally:
            if one.poll() is None:
                end_all(lab)


def test_a_killed_ssh_is_a_success_while_ranks_run_on(lab, head, place):
    node2 = lab.node("node2")
    with job(lab, head, place, 29501) as bare_one:
        head.run(["pkill", "-9", "-x", "ssh"], check=True)
        assert bare_one.wait(60) == 0
    left = ranks_on(node2)
    assert left

    run = started(lab, place, "sleep")
    try:
        wait_for(lambda: len(ranks_on(node2)) > len(left))
        head.run(["pkill", "-9", "-x", "ssh"], check=True)
        text, _ = run.communicate(timeout=120)
    finally:
        run.kill()
    assert run.returncode == 1, text
    assert ranks_on(node2) == left, "nothing of ours runs on"


def test_ctrl_c_ends_other_jobs_too(lab, head, place):
    node2 = lab.node("node2")
    with job(lab, head, place, 29501) as victim:
        before = ranks_on(node2)
        run = started(lab, place, "sleep")
        try:
            wait_for(lambda: len(ranks_on(node2)) > len(before))
            os.killpg(run.pid, signal.SIGINT)
            text, _ = run.communicate(timeout=120)
        finally:
            run.kill()
        assert run.returncode == 130, text
        assert ranks_on(node2) == before, "the other job goes on"
        assert victim.poll() is None
        with job(lab, head, place, 29502) as other:
            head.run(["pkill", "-INT", "-f", "bin/deepspeed .*29502"], check=True)
            assert other.wait(60) != 0
            assert victim.wait(60) == 0, "ended by another job's pkill, and says that all is well"


def test_accelerate_writes_tokens_and_trains_elsewhere(lab, head, place):
    words = [
        "--use_deepspeed",
        "--num_machines=2",
        "--machine_rank=0",
        "--num_processes=5",
        "--main_process_port=29503",
    ]
    head.run(f"mkdir -p /root/acc && cp {place}/tell.py /root/acc", check=True)
    done = bare(
        head, place, "accelerate", "launch", *words, "tell.py",
        cwd="/root/acc", HF_TOKEN="hf_Secret",
    )  # fmt: skip
    assert done.returncode == 0
    seen = told(done.stdout)
    assert {one["node"] for one in seen} == {"node1"}, "no hostfile: the second machine is dropped"
    assert len(seen) == 2, "five processes on two machines"
    assert "HF_TOKEN=hf_Secret" in head.read("/root/acc/.deepspeed_env")
    assert head.run("stat -c %a /root/acc/.deepspeed_env").stdout.strip() == "644"

    code, text = ours(lab, place, with_="accelerate")
    assert code == 0, text
    assert sorted(one["node"] for one in told(text)) == ["node1", "node2"]
    assert not (place / ".deepspeed_env").exists()
