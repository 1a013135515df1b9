"""A job whose ranks run in a container that a command enters."""

from __future__ import annotations

import pytest

from checks.errors import UsageError
from checks.facts import ClusterView
from checks.facts.ssh import LoginAttempt, SshRow
from checks.job.build import build_job, inputs_digest
from checks.model import Outcome
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


def test_logins_between_nodes_are_not_needed_and_fixes_are_typed_in_there():
    failed = SshRow({"node2": LoginAttempt(255, err="Permission denied (publickey).")})
    for container, expected in ((ENTERED, Outcome.SKIP), ("", Outcome.FAIL)):
        snap = snapshot(("node1", "node2"), container=container, backend="ssh")
        with_fact(snap, "node1", failed)
        finding = judged(snap, "ssh.every-node-logs-in-to-every-node")["node1", "node2"]
        assert finding.outcome is expected, finding.message
        fix = ClusterView(snap)["node2"].fix("chmod a+r /x", "then again")
        assert fix.note == ("in the container; then again" if container else "then again")
