"""Every `with` over every `backend`, started for real, not as root.

Another user and port, uneven slots, a head that is not the first line, a controller that is none of
the nodes. A dry run prints what then runs.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.furnish import OPS
from launcher.lab.shape import Odd, Shape
from tests.labs import down_and_gone
from tests.passed import pass_preflight
from tests.starts.slurm import allocate, slurm_up

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(__file__).parent / "starts"
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
        f"XDG_CACHE_HOME = {json.dumps(str(compiled(folder)))}\n"
    )
    return folder


def compiled(folder):
    """DeepSpeed's ops as scripts/setup compiled them, where the lab's user may lock them."""
    cache = folder / "cache"
    cache.mkdir()
    if OPS.is_dir():
        shutil.copytree(OPS, cache / OPS.name)
    for path in (cache, *cache.rglob("*")):
        path.chmod(0o777)
    return cache


@pytest.fixture(scope="module")
def lab(place):
    odd = {"node2": Odd(port=2222)}
    visible = {sys.prefix, sys.base_prefix, str(place)}
    up = Lab.up(Shape(nodes=2, user=USER, odd=odd), place / ".lab", visible=visible)
    for node in up.nodes:
        node.run("chmod 711 /root", check=True)  # an interpreter below it must be readable for all
    hosts = f"node2 slots=1 port=2222 user={USER}\nnode1 slots=2 user={USER}\n"
    (place / "hosts.txt").write_text(hosts)
    shutil.copy(up.ssh_config, place / "ssh_config")
    yield up
    down_and_gone(up)


@pytest.fixture(scope="module")
def allocation(lab):
    slurm_up(lab)
    return allocate(lab, USER)


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


def told(done, ranks):
    """What each rank told: {(node, rank): data}. The run ended well and all ranks told."""
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.findall(r"^(\w+) (\d+): told (.*)$", done.stdout, re.M)
    assert len(found) == ranks, done.stdout
    return {(node, int(rank)): json.loads(data) for node, rank, data in found}


@pytest.fixture(autouse=True)
def nothing_is_left(request):
    yield
    lab = request.getfixturevalue("lab")
    deadline = time.monotonic() + 20
    while left := [line for node in lab.nodes for line in strays(node)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def strays(node):
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


ODD = ["", "%h", "$HOME", "it's *; id"]


@pytest.mark.parametrize("backend", ["pdsh", "ssh", "openmpi", "slurm"])
@pytest.mark.parametrize("program", ["deepspeed", "torchrun"])
def test_ranks_get_their_places_words_and_environment(place, lab, program, backend, request):
    job = request.getfixturevalue("allocation") if backend == "slurm" else ""
    torch = ["torch"] if (program, backend) in (("torchrun", "ssh"), ("deepspeed", "pdsh")) else []
    done = launch(place, program, backend, "meet.py", *torch, *ODD, job=job)
    seen = told(done, 3)
    local = {("node1", 0): "0", ("node1", 1): "1", ("node2", 2): "0"}
    for place_of, number in local.items():
        environment = [str(place_of[1]), number, "3", "hf_Secret"[::-1]]
        met = 3 if torch else None
        assert seen[place_of] == [environment, [*torch, *ODD], met, [], UID]


@pytest.mark.parametrize(
    ("backend", "options", "kind", "stage", "ranks"),
    [
        ("pdsh", {"accelerate_config": "zero3.yaml", "exclude": "node1:0"}, "DEEPSPEED", 3, 2),
        ("ssh", {"deepspeed_config": "zero2.json", "include": "node1:1@node2"}, "DEEPSPEED", 2, 2),
        ("openmpi", {"accelerate_config": "fsdp2.yaml"}, "FSDP", 2, 3),
        ("slurm", {"accelerate_config": "fsdp1.yaml"}, "FSDP", 1, 3),
    ],
)
def test_accelerate_shards_over_the_nodes(
    place, lab, backend, options, kind, stage, ranks, request
):
    job = request.getfixturevalue("allocation") if backend == "slurm" else ""
    script = ("shard.py", kind.lower())
    done = launch(place, "accelerate", backend, *script, job=job, **options)
    parted = kind == "FSDP" or stage == 3
    assert list(told(done, ranks).values()) == [[ranks, kind, stage, parted]] * ranks


def test_a_filter_chooses_slots_and_moves_no_rank_elsewhere(place, lab):
    done = launch(place, "torchrun", "ssh", "meet.py", exclude="node1:0")
    assert sorted(told(done, 2)) == [("node1", 0), ("node2", 1)]


def test_a_dry_run_prints_what_runs_and_runs_nothing(place, lab):
    before = set((place / "runs").glob("*"))
    done = launch(place, "accelerate", "openmpi", "meet.py", "above", dry=True)
    assert done.returncode == 0, done.stderr
    assert set((place / "runs").glob("*")) == before
    assert "hf_Secret" not in done.stdout
    assert "mpirun --hostfile /tmp/deepspeed-preflight-" in done.stdout
    assert "mpi_hosts (0600)\nnode1 slots=1\nnode2 slots=1\n" in done.stdout
    assert "Host node2\n  Port 2222\n  User trainer\n" in done.stdout
    address = lab.node("node1").address
    plain = (
        f"cd {place} && accelerate launch --num_machines=2 --machine_rank=1 --num_processes=2 "
        f"--main_process_ip={address} --main_process_port=29500 --same_network "
        "--rdzv_backend=static --gpu_ids=all --multi_gpu meet.py above"
    )
    assert f"# on node2, what would be typed by hand for the same ranks\n{plain}" in done.stdout

    ran = launch(place, "accelerate", "openmpi", "meet.py", "above")
    for (node, _), (*_, lines, env) in told(ran, 3).items():
        printed = done.stdout.replace(token(done.stdout), token(str(lines)))
        pattern = rf"# on {node}: \S+/plan.json \(0600\)\n(\{{.*?\n\}})"
        file = json.loads(re.search(pattern, printed, re.S)[1])
        assert lines[0] == file["train"]
        assert file["launch"] in lines
        assert env.items() >= file["env"].items()
        carried = [shlex.join(line) for line in lines if line[0] == "mpirun"]
        assert carried or node != "node1"
        assert all(line in printed for line in carried)


def token(text):
    """Of the run that a text tells about."""
    return re.search(r"deepspeed-preflight-(\w+)", text)[1]


@pytest.mark.parametrize("backend", ["pdsh", "openmpi"])
def test_a_carrier_that_is_not_there_is_named_with_what_to_do(place, lab, backend):
    program = {"pdsh": "pdsh", "openmpi": "mpirun"}[backend]
    head = lab.node("node1")
    head.run(f"mount --bind /dev/null $(readlink -f $(command -v {program}))", check=True)
    try:
        done = launch(place, "torchrun", backend, "meet.py")
    finally:
        head.run(f"umount $(readlink -f $(command -v {program} || echo /usr/bin/{program}))")
    assert done.returncode == 1
    assert f"{program} cannot be run on node1" in done.stdout
    assert 'backend = "ssh"' in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_slurm_without_an_allocation_is_refused_at_once(place, lab):
    done = launch(place, "torchrun", "slurm", "meet.py")
    assert done.returncode == 2
    assert "type salloc -N 2" in done.stderr


def test_a_failed_rank_ends_a_run_that_mpirun_carries(place, lab):
    done = launch(place, "torchrun", "openmpi", "nowhere.py")
    assert done.returncode == 1
    assert "failed: exit 2" in done.stdout
