"""pdsh is called as DeepSpeed calls it, and the shells on the way change nothing."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from checks.errors import UsageError
from checks.model import Job, Node, Ssh
from launcher import backends

JOB = Job(nodes=(Node("node1", 1), Node("node2", 1)), head="node1")


def test_pdsh_as_deepspeed_calls_it():
    carrier = backends.pdsh(JOB, ["node1", "node2"], "/tmp/x", ["env", "A=b", "python"])
    assert carrier.argv == ("pdsh", "-S", "-f", "1024", "-w", "node1,node2", "env A=b python")
    assert carrier.env == {"PDSH_RCMD_TYPE": "ssh"}
    assert carrier.files == {}


def test_an_interpreter_with_an_odd_path_survives_pdsh_and_the_shell():
    remote = backends.agent_argv("/opt/my env%h/python", "/tmp/x", "M=1", "node")
    *_, text = backends.pdsh(JOB, ["node1"], "/tmp/x", remote).argv
    argv = ["pdsh", "-R", "exec", "-N", "-w", "node1", "printf", "%%s", text]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert shlex.split(done.stdout) == list(remote)


def test_ports_stand_above_the_logins_own_config():
    nodes = (Node("node1", 1), Node("node2", 1, port=2222))
    job = Job(nodes=nodes, head="node1", ssh=Ssh(port=2200))
    text = backends.pdsh(job, ["node1", "node2"], "/tmp/x", ["true"]).files["ssh_config"]
    assert text.startswith("Host node1\n  Port 2200\nHost node2\n  Port 2222\n")
    assert text.index("Port 2222") < text.index("Include ~/.ssh/config")


@pytest.mark.parametrize("fields", [{"backend": "openmpi"}, {"launcher": "accelerate"}])
def test_what_is_not_there_yet_is_said(fields):
    job = Job(nodes=JOB.nodes, head="node1", **fields)
    with pytest.raises(UsageError, match="not supported yet by start: type --"):
        backends.require_supported(job)
