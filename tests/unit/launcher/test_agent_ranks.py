"""What the agent gives the ranks that it starts itself, held against torchrun's own."""

import json
import os
import socket
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

AGENT = ROOT / "launcher" / "agent" / "agent.py"
SHOW = """
import json, os, sys
print(json.dumps(dict(os.environ)), file=open(sys.argv[1] + "/" + os.environ["RANK"], "w"))
"""
RANK = """
def run_rank():
    with open(os.environ["FOLDER"] + "/" + os.environ["RANK"], "w") as file:
        json.dump(dict(os.environ), file)
    time.sleep(float(os.environ.get("LAST", 0)) * (os.environ["RANK"] != "2"))
    exit_like_child(int(os.environ["RANK"] == "2") * int(os.environ.get("CODE", 0)))
run_ranks()
"""
OF_THE_AGENT = {
    "TORCHELASTIC_USE_AGENT_STORE", "TORCHELASTIC_ERROR_FILE", "TORCHELASTIC_SIGNALS_TO_HANDLE",
}  # fmt: skip
"""Where both differ: rank 0 opens the store, no file of errors is asked for, and what torchrun
leaves for itself in its own environment."""


def free_port():
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def given(folder, before):
    """What each rank has over the environment before, by its number."""
    return {
        int(path.name): {
            name: value
            for name, value in json.loads(path.read_text()).items()
            if before.get(name) != value and name not in OF_THE_AGENT and name != "FOLDER"
        }
        for path in folder.iterdir()
    }


@pytest.fixture
def agent(tmp_path):
    """The agent's copy whose ranks write down what they got."""
    text = AGENT.read_text().partition("\ndef run_rank():")[0]
    copy = tmp_path / "home" / "agent.py"
    copy.parent.mkdir()
    copy.write_text(text + RANK)
    plan = copy.with_name("plan.json")
    plan.touch(0o600)
    plan.write_text('{"run": "abc"}')
    return copy


def run_agent(agent, folder, env, *, slots, node_rank, port):
    place = (f"--slots={slots}", f"--node-rank={node_rank}", "--master-addr=127.0.0.1")
    argv = [sys.executable, "-I", "-S", str(agent), "ranks", *place, f"--master-port={port}"]
    folder.mkdir(exist_ok=True)
    return subprocess.run(argv, env={**env, "FOLDER": str(folder)}, check=False).returncode


@pytest.mark.parametrize(
    "own", [{}, {"OMP_NUM_THREADS": "3", "TORCH_NCCL_ASYNC_ERROR_HANDLING": "0"}]
)
def test_ranks_get_what_torchrun_gives_them(agent, tmp_path, own):
    names = ("OMP_NUM_THREADS", "TORCH_NCCL_ASYNC_ERROR_HANDLING")
    env = {**{name: value for name, value in os.environ.items() if name not in names}, **own}
    port, theirs = free_port(), tmp_path / "theirs"
    theirs.mkdir()
    torchrun = ("-m", "torch.distributed.run", "--nnodes=1", "--nproc-per-node=2", "--node-rank=0")
    store = ("--rdzv-backend=static", "--master-addr=127.0.0.1", f"--master-port={port}")
    logs = f"--log-dir={tmp_path}"  # else in a folder below /tmp, which it leaves there
    rank = ("--rdzv-id=abc", logs, "--no-python", sys.executable, "-c", SHOW, str(theirs))
    subprocess.run([sys.executable, *torchrun, *store, *rank], env=env, check=True)
    assert not run_agent(agent, tmp_path / "ours", env, slots="2", node_rank=0, port=port)
    ours = given(tmp_path / "ours", env)
    assert ours == given(theirs, env) and sorted(ours) == [0, 1]


def test_ranks_are_numbered_over_nodes_of_other_sizes(agent, tmp_path):
    assert not run_agent(agent, tmp_path / "o", os.environ, slots="1,3,2", node_rank=1, port=1)
    seen = {rank: env["LOCAL_RANK"] for rank, env in given(tmp_path / "o", os.environ).items()}
    assert seen == {1: "0", 2: "1", 3: "2"}
    assert {env["WORLD_SIZE"] for env in given(tmp_path / "o", {}).values()} == {"6"}


@pytest.mark.parametrize("last", ["0", "0.5"])
def test_the_code_of_the_rank_that_failed_is_that_of_all(agent, tmp_path, last):
    env = {**os.environ, "CODE": "7", "LAST": last}
    assert run_agent(agent, tmp_path / "o", env, slots="3", node_rank=0, port=1) == 7
