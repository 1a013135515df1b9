"""How many processes want this machine's processors: asked where answers came late."""

import os

from checks.node.probe.core import section


@section("pressure")
def pressure(args):
    """The load of the last minute, and the processors that share it."""
    return {"load": round(os.getloadavg()[0], 1), "cpus": os.cpu_count() or 1}
