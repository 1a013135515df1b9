"""Two nodes with uneven slots, on which any `with` is started over any `backend`, not as root.

Another user and port, a head that is not the first line, a controller that is none of the nodes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape, OddNode
from tests.support.compiled_ops import copy_compiled_ops
from tests.support.lab_fixtures import down_and_gone
from tests.support.passed_preflight import pass_preflight
from tests.support.paths import ROOT

SCRIPTS = Path(__file__).parent
USER, UID = "trainer", 2000
FSDP = """\
compute_environment: LOCAL_MACHINE
distributed_type: FSDP
mixed_precision: 'no'
num_machines: 7
machine_rank: 3
main_process_ip: 203.0.113.7
fsdp_config:
  fsdp_version: {version}
  fsdp_auto_wrap_policy: NO_WRAP
"""
FSDP1 = """\
  fsdp_sharding_strategy: FULL_SHARD
  fsdp_sync_module_states: false
  fsdp_cpu_ram_efficient_loading: false
"""
ZERO3 = """\
compute_environment: LOCAL_MACHINE
distributed_type: DEEPSPEED
mixed_precision: 'no'
deepspeed_config:
  zero_stage: 3
  zero3_init_flag: false
  gradient_accumulation_steps: 1
  deepspeed_multinode_launcher: pdsh
  deepspeed_hostfile: /nowhere
"""
ZERO2 = {"train_micro_batch_size_per_gpu": 1, "zero_optimization": {"stage": 2}}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("starts")
    folder.chmod(0o755)
    for name in ("meet.py", "shard.py"):
        shutil.copy(SCRIPTS / name, folder)
    (folder / "fsdp1.yaml").write_text(FSDP.format(version=1) + FSDP1)
    (folder / "fsdp2.yaml").write_text(FSDP.format(version=2))
    (folder / "zero3.yaml").write_text(ZERO3)
    (folder / "zero2.json").write_text(json.dumps(ZERO2))
    (folder / "launch.toml").write_text(
        '[env]\nHF_TOKEN = "hf_Secret"\nOMP_NUM_THREADS = 1\n'
        f"XDG_CACHE_HOME = {json.dumps(str(copy_compiled_ops(folder)))}\n"
    )
    return folder


@pytest.fixture(scope="module")
def lab(place):
    odd = {"node2": OddNode(port=2222)}
    visible = {sys.prefix, sys.base_prefix, str(place)}
    up = Lab.up(LabShape(nodes=2, user=USER, odd=odd), place / ".lab", visible=visible)
    for node in up.nodes:
        node.run("chmod 711 /root", check=True)  # an interpreter below it must be readable for all
    hosts = f"node2 slots=1 port=2222 user={USER}\nnode1 slots=2 user={USER}\n"
    (place / "hosts.txt").write_text(hosts)
    shutil.copy(up.ssh_config, place / "ssh_config")
    yield up
    down_and_gone(up)


def launch(place, program, backend, *command, job="", dry=False, **options):
    """One start; the preflight of just this job has passed."""
    given = {"hosts": "hosts.txt", "head": "node1", "backend": backend, **options}
    pass_preflight(place, with_=program, **given)
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    dry_run = ["--dry-run"] if dry else []
    return subprocess.run(
        [
            *(sys.executable, "-m", "launcher", "start", f"--with={program}", *flags, *dry_run),
            *("--", *command),
        ],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SLURM_JOB_ID": job},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def rank_reports(done, ranks):
    """What each rank told: {(node, rank): data}. The run ended well and all ranks told."""
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = re.findall(r"recorded in (\S+)$", done.stdout, re.M)
    logs = subprocess.run(
        [sys.executable, "-m", "launcher", "logs", Path(run).name], cwd=Path(run).parent.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = re.findall(r"^(\w+) (\d+): told (.*)$", logs, re.M)
    assert len(found) == ranks, logs
    return {(node, int(rank)): json.loads(data) for node, rank, data in found}


@pytest.fixture(autouse=True)
def nothing_is_left(request):
    yield
    lab = request.getfixturevalue("lab")
    deadline = time.monotonic() + 20
    while left := [line for node in lab.nodes for line in leftovers(node)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def leftovers(node):
    script = (
        "ps -eo args=; ls -d /tmp/deepspeed-pre* /tmp/torchelastic* /tmp/ompi* /tmp/openmpi*"
        f"; ls -A /home/{USER} | grep deepspeed_env"
    )
    ours = re.compile(
        r"agent\.py|meet\.py|shard\.py|torch\.dist|pdsh|srun|slurmstepd|mpirun|orted|elastic|ompi|"
        r"preflight-[0-9a-f]|deepspeed_env"
    )
    lines = node.run(script).stdout.splitlines()
    return [line for line in lines if ours.search(line) and "ps -eo" not in line]
