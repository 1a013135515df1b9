"""Real training on this node alone: one rank for each slot, over the loopback address."""

import socket
import time

from checks.node.probe.core import section
from checks.node.probe.denials import denied_import
from checks.node.probe.warm import COMMANDS as OPENING_COMMANDS
from checks.node.probe.warm import open_interpreter

COMMANDS = (
    *OPENING_COMMANDS,
    "a child of that interpreter for each slot (a few DeepSpeed steps on 127.0.0.1)",
)

LOOPBACK = "127.0.0.1"
GRACE = 2.0  # seconds in which the other ranks may say what they saw of the first failure
STACK = 4.0  # seconds before the limit at which a rank that hangs shows its stack
LEAST = 1.0  # seconds that the ranks are given, however long torch's import took


def free_port():
    """A port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return listener.getsockname()[1]


def rank_variables(slots):
    """What `deepspeed` gives each rank of one node."""
    shared = {
        "GLOO_SOCKET_IFNAME": "lo",
        "MASTER_ADDR": LOOPBACK,
        "MASTER_PORT": str(free_port()),
        "WORLD_SIZE": str(slots),
        "LOCAL_SIZE": str(slots),
        "LOCAL_WORLD_SIZE": str(slots),
        "CROSS_RANK": "0",
        "CROSS_SIZE": "1",
        "TORCHELASTIC_USE_AGENT_STORE": "False",
    }
    return [dict(shared, RANK=str(number), LOCAL_RANK=str(number)) for number in range(slots)]


def train_ranks(args, warm, limit):
    """How all ranks came out, as children of the interpreter; none is left running."""
    order = {
        "program": args["program"],
        "children": rank_variables(args["slots"]),
        "limit": limit,
        "grace": GRACE,
        "teardown": True,
        "prepares": args["prepares"],
        "keep": "",
    }
    return [dict(child, rank=number) for number, child in enumerate(warm.run(order))]


def fails_to_import(said):
    """Whether a rank failed at an import."""
    return "error" in said and said.get("stage", "").startswith("import ")


def why_not_imported(warm, said, limit):
    """What keeps a package's files from a rank that fails to import it, or which variables do."""
    denied = denied_import("%(error)s: %(detail)s\n%(trace)s" % said)
    module = said["stage"].partition(" ")[2]
    return {"denied": denied, "variables": [] if denied else warm.guilty_variables(module, limit)}


@section("smoke")
def smoke(args):
    """A few DeepSpeed steps with the training interpreter; see the program of its ranks.

    Where that cannot import torch, no rank can: its own end is the one rank's.
    """
    began = time.monotonic()
    warm = open_interpreter(args["interpreter"])
    if warm.imported:
        left = args["limit"] - STACK - (time.monotonic() - began)
        ranks = train_ranks(args, warm, max(LEAST, left))
        left = args["limit"] - STACK - (time.monotonic() - began)
        failed = [rank for rank in ranks if fails_to_import(rank["said"])]
        reasons = why_not_imported(warm, failed[0]["said"], left) if failed else {}
        ranks = [dict(rank, **reasons) if rank in failed else rank for rank in ranks]
    else:
        ranks = [dict(warm.end, rank=0)]
    seconds = round(time.monotonic() - began, 2)
    return {"slots": args["slots"], "seconds": seconds, "ranks": ranks}
