"""Whether sessions open over the shared connections that this node's ssh would join."""

import subprocess
import tempfile
import time

from checks.node.probe.core import start_process
from checks.node.runtime.processes import kill_tree

SESSION_S = 6.0
"""An open connection confirms a session in one round trip, before its shell begins."""
OPENED, ASKED = b"master session id:", b"mux_client_hello_exchange:"


def dead_shared_connections(names):
    """Of these peers, those whose master answers here and opens no session at the other end.

    The master keeps what it is given as standard error, so a file is given and no pipe.
    """
    tried = [(name, *_begin(name)) for name in names]
    deadline = time.monotonic() + SESSION_S
    dead = set()
    for name, process, said in tried:
        with said:
            ended = _wait(process, deadline)
            said.seek(0)
            text = said.read(65536)
            if not ended and ASKED in text and OPENED not in text:
                dead.add(name)
    return dead


def _begin(name):
    """A client that joins the connection, and the file of what it says."""
    said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by who reads it
    argv = ["ssh", "-vv", "-n", "-oBatchMode=yes", "-oControlMaster=no", name, "true"]
    return start_process(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said
    ), said


def _wait(process, deadline):
    """Whether the client ended by itself in time."""
    try:
        process.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        kill_tree(process)
        return False
    return True
