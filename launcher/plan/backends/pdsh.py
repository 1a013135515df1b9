"""pdsh from the head, called as the checks have tried it."""

from __future__ import annotations

import shlex

from checks.knowledge.pdsh_call import pdsh_call
from launcher.plan.backends.backend import SSH_CONFIG_FILE, AgentLauncher, LaunchRequest

MISSING_ADVICE = 'install pdsh there, or start without it: backend = "ssh"'


def agent_launcher(request: LaunchRequest) -> AgentLauncher:
    """pdsh to all nodes; ports go into an ssh configuration in the run's directory."""
    path = f"{request.home}/{SSH_CONFIG_FILE}"
    call = pdsh_call(request.job, request.nodes, path, request.pdsh_ssh_args)
    command = shlex.join(request.remote).replace("%", "%%")
    files = {SSH_CONFIG_FILE: call.ssh_config} if call.ssh_config else {}
    head = (request.nodes[0],)
    argv = (*call.argv, command)
    return AgentLauncher("pdsh", argv, head, MISSING_ADVICE, call.env, files, call.labels)
