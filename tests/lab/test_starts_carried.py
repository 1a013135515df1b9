"""What carries a start: a dry run prints it, and where it is not there or fails, it is named."""

from __future__ import annotations

import json
import os
import re
import shlex

import pytest

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.job.build import build_job
from checks.model import Outcome
from checks.run import examine
from tests.lab.starts.uneven import USER, lab, launch, nothing_is_left, place, rank_reports

__all__ = ["lab", "nothing_is_left", "place"]


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
    for (node, _), (*_, lines, env) in rank_reports(ran, 3).items():
        printed = done.stdout.replace(run_token(done.stdout), run_token(str(lines)))
        pattern = rf"# on {node}: \S+/plan.json \(0600\)\n(\{{.*?\n\}})"
        file = json.loads(re.search(pattern, printed, re.S)[1])
        assert lines[0] == file["train"]
        assert file["launch"] in lines
        assert env.items() >= file["env"].items()
        carried = [shlex.join(line) for line in lines if line[0] == "mpirun"]
        assert carried or node != "node1"
        assert all(line in printed for line in carried)


def run_token(text):
    """Of the run that a text tells about."""
    return re.search(r"deepspeed-preflight-(\w+)", text)[1]


def test_pdsh_takes_ports_and_users_from_the_hosts_file_in_the_check_as_in_the_start(
    place, lab, monkeypatch
):
    monkeypatch.chdir(place)
    head = lab.node("node1")
    assert head.run(f"test -e /home/{USER}/.ssh/config").returncode == 1, "it is silent on ports"
    job = build_job({"hosts": "hosts.txt", "head": "node1"}, cwd=place, environ=os.environ)
    claims = claims_of([check for check in CATALOGUE.values() if check.area == "pdsh"], job)
    findings = examine(job, claims).findings
    assert {finding.outcome for finding in findings} == {Outcome.PASS}, findings
    assert ("node1", "node2") in {finding.subject for finding in findings}
    rank_reports(launch(place, "torchrun", "pdsh", "meet.py"), 3)


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
    (place / "fails.py").write_text("raise SystemExit(2)\n")
    done = launch(place, "torchrun", "openmpi", "fails.py")
    assert done.returncode == 1, done.stderr
    assert "failed: exit 2" in done.stdout
