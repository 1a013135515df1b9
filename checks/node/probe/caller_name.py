"""How long the name of whoever logged in takes to be looked up: what sshd does with UseDNS."""

import os
import socket
import time

from checks.node.probe.core import Undetermined, section
from checks.node.runtime.threads import start_thread

COMMANDS = ("looks up the name of the controller's address",)

LIMIT_S = 4.0
"""Less than a resolver waits for a dead name server, 5 s, so that the answer is never awaited."""


@section("caller_name")
def caller_name(args):
    """{"address", "seconds"}; LIMIT_S stands for that and more."""
    address = (os.environ.get("SSH_CONNECTION", "").split() or [""])[0]
    if not address:
        raise Undetermined("no SSH_CONNECTION: nobody logged in by sshd")
    done, began = [], time.monotonic()

    def look_up():
        try:
            socket.getnameinfo((address, 0), socket.NI_NAMEREQD)
        except OSError:
            pass  # no name is an answer too
        done.append(time.monotonic() - began)

    start_thread(look_up)
    while not done and time.monotonic() - began < LIMIT_S:
        time.sleep(0.01)
    return {"address": address, "seconds": round(done[0], 3) if done else LIMIT_S}
