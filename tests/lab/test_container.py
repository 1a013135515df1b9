"""A job whose ranks run in a container: all is looked at, and started, in there.

`podman` on the nodes is a stand-in for podman-exec(1): `podman exec [options] CONTAINER COMMAND`,
and 125 with its words for a container that is not there. It enters a mount namespace, in which the
job's folder is there.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from launcher.lab.shape import LabShape
from tests.lab.faults.case import custom
from tests.support.lab_preflight import (
    apply_fixes,
    break_nodes,
    describe,
    findings_to_fix,
    job_of,
    run_preflight,
)
from tests.support.paths import ROOT
from tests.support.stand_in_podman import install_podman

PODMAN = custom(
    "have-podman",
    """mkdir -p /srv/image
echo 'import os; print("the rank sees", sorted(os.listdir("/srv/job")), flush=True)' \\
  >/srv/image/train.py
"""
    + install_podman(
        """exec unshare -m sh -c 'mount --bind /srv/image /srv/job; exec "$@"' sh "$@\""""
    ),
)
NODES = ("node1", "node2")
JOB = {"workdir": "/srv/job", "command": ("train.py",), "backend": "ssh"}
ENTERED = "podman exec -i train"


@pytest.fixture
def lab(odd_lab):
    """Two nodes with a container each."""
    lab = odd_lab(LabShape(nodes=2))
    break_nodes(lab, PODMAN, NODES)
    return lab


def checks_that_stop(lab, **job):
    findings = run_preflight(job_of(lab, **JOB, **job))
    return {finding.check: describe([finding]) for finding in findings if finding.stops}


def test_the_checks_look_and_the_ranks_run_in_the_container(lab, tmp_path):
    unfixable = {"limits.memlock-is-unlimited"}
    assert checks_that_stop(lab).keys() - unfixable, "the script is in the container alone"
    assert not checks_that_stop(lab, container=ENTERED).keys() - unfixable
    options = ["--container", ENTERED, "--backend", "ssh", "--with", "torchrun"]
    options += ["--workdir", "/srv/job", "--allow-separate", "--allow", "limits"]
    argv = [sys.executable, "-m", "launcher", "start", "--hosts", str(lab.hosts), *options]
    done = subprocess.run(
        [*argv, "--", "train.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("the rank sees ['train.py']") == len(NODES), done.stdout


def test_a_container_that_does_not_run_is_a_node_that_is_not_reached(lab):
    stopped = checks_that_stop(lab, container="podman exec -i other")
    assert stopped.keys() == {"reach.controller-logs-in"}
    assert 'no container with name or ID "other"' in stopped["reach.controller-logs-in"]
    assert "podman ps -a" in stopped["reach.controller-logs-in"]


def test_what_lacks_in_the_container_is_repaired_by_what_is_typed_on_its_node(lab):
    job = job_of(lab, **JOB, container=ENTERED)
    lab.node("node2").run("mv /srv/image/train.py /srv/image/renamed.py", check=True)
    findings = run_preflight(job)
    assert "podman exec -i train tar" in describe(findings)
    after = apply_fixes(lab, job, findings)
    assert not findings_to_fix(after), describe(after)
