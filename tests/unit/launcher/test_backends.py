"""Each carrier's command, and that the shells on its way change nothing."""

from __future__ import annotations

import dataclasses
import shlex
import subprocess

import pytest

from checks.errors import UsageError
from checks.model import Job, Node, Ssh
from launcher.plan.backends import BACKENDS, LaunchRequest, agent_argv
from launcher.plan.backends.slurm import slurm_allocation

JOB = Job(nodes=(Node("node1", 1), Node("node2", 1)), head="node1")
REMOTE = ("env", "A=b", "python")


def carrier(backend, job=JOB, remote=REMOTE, slurm_job=""):
    return BACKENDS[backend](LaunchRequest(job, ["node1", "node2"], "/tmp/x", remote, slurm_job))


def test_pdsh_as_deepspeed_calls_it():
    one = carrier("pdsh")
    assert one.argv == ("pdsh", "-S", "-f", "1024", "-w", "node1,node2", "env A=b python")
    assert one.env == {"PDSH_RCMD_TYPE": "ssh"}
    assert one.files == {}
    assert one.on == ("node1",)


def test_an_interpreter_with_an_odd_path_survives_pdsh_and_the_shell():
    remote = agent_argv("/opt/my env%h/python", "/tmp/x", "M=1", "node")
    *_, text = carrier("pdsh", remote=remote).argv
    argv = ["pdsh", "-R", "exec", "-N", "-w", "node1", "printf", "%%s", text]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert shlex.split(done.stdout) == list(remote)


def test_ports_stand_above_the_logins_own_config():
    nodes = (Node("node1", 1), Node("node2", 1, port=2222))
    job = Job(nodes=nodes, head="node1", ssh=Ssh(port=2200))
    text = carrier("pdsh", job).files["ssh_config"]
    assert text.startswith("Host node1\n  Port 2200\nHost node2\n  Port 2222\n")
    assert text.index("Port 2222") < text.index("Include ~/.ssh/config")


def test_the_ssh_arguments_of_the_heads_shell_are_part_of_the_call():
    job = Job(nodes=(Node("node1"), Node("node2", port=2222)), head="node1")
    for nodes, appended in ((["node1"], "-4"), (["node1", "node2"], "-4 -F /tmp/x/ssh_config")):
        one = BACKENDS["pdsh"](LaunchRequest(job, nodes, "/tmp/x", REMOTE, pdsh_ssh_args="-4"))
        assert one.env["PDSH_SSH_ARGS_APPEND"] == appended


def test_ssh_is_the_agent_itself_on_every_node():
    one = carrier("ssh")
    assert (one.argv, one.on, one.is_agent) == (REMOTE, ("node1", "node2"), True)
    assert not one.files
    assert not one.env


def test_mpirun_starts_one_unbound_agent_a_node_and_writes_nothing_elsewhere():
    one = carrier("openmpi")
    line = shlex.join(one.argv)
    assert one.files == {"mpi_hosts": "node1 slots=1\nnode2 slots=1\n"}
    assert "--hostfile /tmp/x/mpi_hosts -np 2 --map-by ppr:1:node --bind-to none" in line
    assert "--mca orte_tmpdir_base /tmp/x" in line
    assert "-x" not in one.argv
    assert one.argv[-3:] == REMOTE


def test_mpirun_is_told_of_ports_and_users_by_an_ssh_config():
    nodes = (Node("node1", 1), Node("node2", 1, user="ubuntu", port=2222))
    one = carrier("openmpi", dataclasses.replace(JOB, nodes=nodes))
    assert one.files["ssh_config"].startswith("Host node2\n  Port 2222\n  User ubuntu\n")
    assert "-F /tmp/x/ssh_config" in one.argv


def test_srun_starts_one_unbound_agent_a_node_in_the_allocation():
    one = carrier("slurm", slurm_job="17")
    line = shlex.join(one.argv)
    assert line.startswith("srun --jobid=17 --overlap --nodes=2 --ntasks=2 --ntasks-per-node=1")
    assert "--nodelist=node1,node2 --cpu-bind=none" in line
    assert one.argv[-3:] == REMOTE


def test_slurm_needs_an_allocation():
    job = dataclasses.replace(JOB, backend="slurm")
    assert slurm_allocation(job, {"SLURM_JOB_ID": "17"}) == "17"
    assert slurm_allocation(JOB, {"SLURM_JOB_ID": "17"}) == ""
    with pytest.raises(UsageError, match="salloc -N 2 -w node1,node2"):
        slurm_allocation(job, {})


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_to_do_without_the_command_is_known(backend):
    assert carrier(backend, slurm_job="1").missing
