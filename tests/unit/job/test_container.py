"""A job whose ranks run in a container that a command enters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.errors import UsageError
from checks.facts import Login
from checks.facts.ssh import LoginAttempt, SshRow
from checks.job.build import build_job, inputs_digest
from checks.knowledge.entered_containers import place_fix
from checks.model import Fix, Outcome
from tests.support.snapshots import judged, snapshot, with_fact

ENTERED = "podman exec -i train"


def built(tmp_path, **typed):
    return build_job({"hosts": "node1,node2", **typed}, cwd=tmp_path, environ={})


def test_ranks_are_started_in_it_by_the_controllers_login(tmp_path):
    job = built(tmp_path, container=ENTERED, backend="ssh")
    assert job.container == ENTERED
    assert inputs_digest(job, ()) != inputs_digest(built(tmp_path, backend="ssh"), ())


@pytest.mark.parametrize("backend", [None, "pdsh", "openmpi", "slurm"])
def test_what_would_start_them_beside_it_is_refused(tmp_path, backend):
    with pytest.raises(UsageError, match=r'--container: .* `backend = "ssh"` alone; '):
        built(tmp_path, container=ENTERED, backend=backend)


def test_a_command_that_no_shell_reads_is_refused(tmp_path):
    with pytest.raises(UsageError, match="--container: expected a command"):
        built(tmp_path, container="podman exec 'train", backend="ssh")


def test_logins_between_nodes_are_not_needed():
    failed = SshRow({"node2": LoginAttempt(255, err="Permission denied (publickey).")})
    for container, expected in ((ENTERED, Outcome.SKIP), ("", Outcome.FAIL)):
        snap = snapshot(("node1", "node2"), container=container, backend="ssh")
        with_fact(snap, "node1", failed)
        finding = judged(snap, "ssh.every-node-logs-in-to-every-node")["node1", "node2"]
        assert finding.outcome is expected, finding.message


@pytest.mark.parametrize(
    ("area", "command", "typed"),
    [
        ("files", "chmod a+r /data/x", "podman exec -i train chmod a+r /data/x"),
        (
            "names",
            "echo 'a b' >> /etc/hosts",
            """podman exec -i train sh -c 'echo '"'"'a b'"'"' """,
        ),
        ("ports", "ufw allow 29500", "ufw allow 29500"),
    ],
)
def test_a_fix_is_typed_where_what_it_changes_is(area, command, typed):
    job = snapshot(("node1",), container=ENTERED, backend="ssh").job
    fix = place_fix(Fix(command, "node1"), area, job)
    assert fix.command.startswith(typed)
    assert ("on the machine, not in the container" in fix.note) is (area == "ports")
    here = Fix(command, "this machine")
    assert place_fix(here, area, job) == here
    assert place_fix(fix, area, replace(job, container="")) == fix


@pytest.mark.parametrize(
    ("container", "printed", "fix"),
    [
        (ENTERED, "Error: no container with name or ID \"train\" found: no such container",
         "podman ps -a"),
        ("sudo docker exec -i train", "Error response from daemon: No such container: train",
         "sudo docker ps -a"),
        (ENTERED, "Error: can only create exec sessions on running containers: container state "
         "improper", "podman start train"),
        ("docker exec -i -e A=b train", "Error response from daemon: container 12ab is not running",
         "docker start train"),
        ("docker exec -it train", "the input device is not a TTY", '"docker exec -i train"'),
        ("docker exec -t train", "cannot attach stdin to a TTY-enabled container because stdin is "
         "not a terminal", '"docker exec -i train"'),
        ("podman exec train", "SyntaxError: invalid syntax", '"podman exec -i train"'),
        ("docker exec -i train", "Cannot connect to the Docker daemon at unix:///var/run/docker."
         "sock. Is the docker daemon running?", "systemctl enable --now docker"),
        ("docker exec -i train", "permission denied while trying to connect to the Docker daemon "
         "socket at unix:///var/run/docker.sock", "sudo usermod -aG docker ann"),
        ("podmann exec -i train", "bash: line 1: exec: podmann: not found", "has no podmann"),
        (ENTERED, 'OCI runtime exec failed: exec: "/bin/sh": not found', f"{ENTERED} true"),
    ],
)  # fmt: skip
def test_a_container_that_is_not_entered_is_repaired_by_what_its_command_says(
    container, printed, fix
):
    snap = snapshot(("node1",), container=container, backend="ssh")
    login = Login(reached=False, cause="container-refuses", printed=printed, user="ann")
    finding = judged(with_fact(snap, "node1", login), "reach.controller-logs-in")["node1",]
    assert fix in str(finding.fix)


def test_python_is_installed_in_the_container():
    snap = snapshot(("node1",), container=ENTERED, backend="ssh")
    login = Login(reached=False, cause="no-python", user="root")
    finding = judged(with_fact(snap, "node1", login), "reach.controller-logs-in")["node1",]
    assert finding.fix.command.startswith(f"{ENTERED} sh -c 'apt-get install -y python3 ")
