"""pdsh from the head, called as DeepSpeed's PDSHRunner calls it.

See deepspeed.launcher.multinode_runner: what the checks found of pdsh holds for the start.
"""

from __future__ import annotations

import shlex

from checks.cluster.headssh import ssh_config
from checks.model import Job
from launcher.backends.carrier import SSH_CONFIG, Carrier, Trip

FAN_OUT = 1024
MISSING = 'install pdsh there, or start without it: backend = "ssh"'


def carrier(trip: Trip) -> Carrier:
    """pdsh to all nodes.

    A node's own user goes before its name, a port of its own into an ssh config, because pdsh
    has one set of ssh arguments for all nodes.
    """
    command = shlex.join(trip.remote).replace("%", "%%")
    words = [_login(trip.job, name) for name in trip.nodes]
    argv = ("pdsh", "-S", "-f", str(FAN_OUT), "-w", ",".join(words), command)
    config = ssh_config(trip.job, trip.nodes, users=False)
    env = {"PDSH_RCMD_TYPE": "ssh"}
    if config:
        env["PDSH_SSH_ARGS_APPEND"] = f"-F {trip.home}/{SSH_CONFIG}"
    files = {SSH_CONFIG: config} if config else {}
    return Carrier("pdsh", argv, (trip.nodes[0],), MISSING, env, files)


def _login(job: Job, name: str) -> str:
    user = job.node(name).user or job.ssh.user
    return f"{user}@{name}" if user else name
