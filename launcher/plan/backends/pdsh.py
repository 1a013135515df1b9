"""pdsh from the head, called as DeepSpeed's PDSHRunner calls it.

See deepspeed.launcher.multinode_runner: what the checks found of pdsh holds for the start.
"""

from __future__ import annotations

import shlex

from checks.knowledge.ssh_from_head import ssh_config
from checks.model import Job
from launcher.plan.backends.backend import SSH_CONFIG_FILE, AgentLauncher, LaunchRequest

FAN_OUT = 1024
MISSING_ADVICE = 'install pdsh there, or start without it: backend = "ssh"'


def agent_launcher(trip: LaunchRequest) -> AgentLauncher:
    """pdsh to all nodes.

    A node's own user goes before its name, a port of its own into an ssh config, because pdsh
    has one set of ssh arguments for all nodes.
    """
    command = shlex.join(trip.remote).replace("%", "%%")
    words = [_login_name(trip.job, name) for name in trip.nodes]
    argv = ("pdsh", "-S", "-f", str(FAN_OUT), "-w", ",".join(words), command)
    config = ssh_config(trip.job, trip.nodes, users=False)
    env = {"PDSH_RCMD_TYPE": "ssh"}
    if config:
        env["PDSH_SSH_ARGS_APPEND"] = f"-F {trip.home}/{SSH_CONFIG_FILE}"
    files = {SSH_CONFIG_FILE: config} if config else {}
    return AgentLauncher("pdsh", argv, (trip.nodes[0],), MISSING_ADVICE, env, files)


def _login_name(job: Job, name: str) -> str:
    user = job.node(name).user or job.ssh.user
    return f"{user}@{name}" if user else name
