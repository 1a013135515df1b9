"""How lab tests try a node: by the real ssh and by plain sockets."""

from __future__ import annotations

import subprocess
import sys

from launcher.lab.cluster import Lab

QUICK = ("-oBatchMode=yes", "-oConnectTimeout=1", "-oKexAlgorithms=^curve25519-sha256")


def ssh(lab: Lab, node: str, command: str) -> subprocess.CompletedProcess[str]:
    """From the controller, with the config that the lab wrote."""
    argv = ["ssh", "-F", str(lab.ssh_config), *QUICK, node, command]
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)


def log_in(lab: Lab, source: str, target: str, user: str = "root", port: int = 22) -> str:
    """The name that the target gives when the source logs in there, or ssh's complaint."""
    argv = ["timeout", "10", "ssh", *QUICK, "-p", str(port), target, "hostname"]
    done = lab.node(source).run(argv, user=user)
    return (done.stdout + done.stderr).strip()


def connect(lab: Lab, source: str, target: str, port: int) -> str:
    """What a TCP connection between two nodes meets."""
    code = (
        "import socket, sys\n"
        "try: socket.create_connection((sys.argv[1], int(sys.argv[2])), 1).close()\n"
        "except OSError as e: print(type(e).__name__, e.errno)\n"
        "else: print('open')"
    )
    return lab.node(source).run([sys.executable, "-c", code, target, str(port)]).stdout.strip()
