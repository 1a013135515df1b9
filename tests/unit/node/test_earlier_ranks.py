"""Which program a process runs: its own script, or what its launcher starts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from checks.node.probe.earlier_ranks import earlier_ranks, program_of, written_target


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ("/venv/bin/python train.py --steps 3", "train.py"),
        ("python3.11 -u -X dev /job/train.py", "/job/train.py"),
        ("python -m axolotl.cli.train cfg.yml", "axolotl.cli.train"),
        ("python -m torch.distributed.run --nnodes 2 train.py", "train.py"),
        ("python /venv/bin/torchrun --nproc-per-node 2 -m job.train", "job.train"),
        ("python -u -m deepspeed.launcher.launch --world_info=x train.py", "train.py"),
        ("python /venv/bin/accelerate launch --num_processes 2 train.py", "train.py"),
        ("python evaluate.py --of train.py", "evaluate.py"),
        ("python -c import train", "-c"),
        ("vim train.py", ""),
        ("python", ""),
    ],
)
def test_what_a_process_runs(line, program):
    assert program_of(line.split()) == program


def test_a_rank_of_the_same_script_is_found_and_no_other(tmp_path):
    agent = "deepspeed-preflight-ab/agent.py"
    (tmp_path / agent).parent.mkdir()
    for name in ("train.py", "other.py", agent):
        (tmp_path / name).write_text("print('runs', flush=True); input()")
    store = socket.create_server(("127.0.0.1", 0))
    port = str(store.getsockname()[1])
    started = [
        subprocess.Popen(
            [sys.executable, str(tmp_path / name)],
            cwd=tmp_path,
            env={"RANK": rank, "WORLD_SIZE": "4", "MASTER_PORT": port},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name, rank in (("train.py", "1"), ("other.py", "0"), ("other.py", "2"), (agent, "0"))
    ]
    try:
        for process in started:
            process.stdout.readline()
        found = earlier_ranks({"command": ["train.py"], "workdir": str(tmp_path)})
        assert [rank["pid"] for rank in found["ranks"]] == [started[0].pid]
        assert (found["ranks"][0]["rank"], found["ranks"][0]["port"]) == ("1/4", port)
        assert not found["others"]
        found = earlier_ranks({"command": [], "workdir": str(tmp_path), "master_port": int(port)})
        assert not found["ranks"]
        assert [(rank["pid"], rank["program"]) for rank in found["others"]] == [
            (started[1].pid, "other.py")
        ]
        store.close()
        assert not earlier_ranks({"command": [], "master_port": int(port)})["others"]
    finally:
        store.close()
        for process in started:
            process.communicate()


@pytest.mark.parametrize(
    ("line", "env", "head"),
    [
        ("python tune.py", {"MASTER_ADDR": "n1", "MASTER_PORT": "29500"}, "n1"),
        ("python tune.py", {"MASTER_ADDR": "n1", "MASTER_PORT": "29501"}, ""),
        ("python torchrun --rdzv-endpoint=n1:29500 tune.py", {}, "n1"),
        ("python torchrun --rdzv_endpoint [fd00::1]:29500 tune.py", {}, "fd00::1"),
        ("python -m deepspeed.launcher.launch --master_addr=n1 --master_port=29500 t.py", {}, "n1"),
        ("python accelerate --main_process_ip n1 --main_process_port 29500 t.py", {}, "n1"),
        ("python torchrun --master_addr n1 --master_port 29501 tune.py", {}, ""),
        ("python tune.py", {}, ""),
    ],
)
def test_where_a_process_was_told_its_head_is(line, env, head):
    assert written_target(line.split(), env, "29500") == head


def test_what_was_told_a_head_and_what_is_connected_to_it_come_to_it(tmp_path):
    (tmp_path / "waits.py").write_text("print('runs', flush=True); input()")
    (tmp_path / "calls.py").write_text(
        "import os, socket\n"
        "sock = socket.create_connection(('127.0.0.1', int(os.environ['AT'])))\n"
        "print('runs', flush=True); input()"
    )
    with socket.create_server(("127.0.0.1", 0)) as store:
        port = str(store.getsockname()[1])
        told = {"RANK": "2", "MASTER_ADDR": "10.9.9.9", "MASTER_PORT": port}
        started = [
            subprocess.Popen(
                [sys.executable, str(tmp_path / name)],
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            for name, env in (("waits.py", told), ("calls.py", {"AT": port}), ("waits.py", {}))
        ]
        try:
            for process in started:
                process.stdout.readline()
            found = earlier_ranks({"command": [], "master_port": int(port)})["comers"]
        finally:
            for process in started:
                process.communicate()
    targets = {comer["pid"]: comer["targets"] for comer in found}
    assert targets[started[0].pid] == ["10.9.9.9", "10.9.9.9"]
    assert targets[started[1].pid] == ["127.0.0.1"]
    assert started[2].pid not in targets


def test_who_is_called_from_the_master_port_calls_nobody():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_server(("127.0.0.1", 0)) as free,
    ):
        port = free.getsockname()[1]
        free.close()
        with socket.create_connection(server.getsockname(), source_address=("127.0.0.1", port)):
            accepted, peer = server.accept()
            with accepted:
                assert peer[1] == port
                found = earlier_ranks({"command": [], "master_port": port})["comers"]
    assert os.getpid() not in [comer["pid"] for comer in found]
