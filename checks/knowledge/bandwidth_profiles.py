"""What all-reduce reaches between machines of one kind, as others published it.

Figures of one machine differ by a half from site to site, so that only far less than them speaks
of a fault. Where no profile fits, the line rate is the yardstick.
"""

from __future__ import annotations

from checks.facts.gpus import Gpus
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Profile:
    """Eight GPUs whose name has `gpu`, adapters of `gbit_s` in sum: bus bandwidth in GB/s."""

    gpu: str
    gbit_s: float
    busbw: float
    source: str


OCI_SOURCE = "Oracle's oci-hpc checks, two nodes"
PROFILES = (
    Profile("A100-SXM", 1600, 185, OCI_SOURCE),
    Profile("H100 80GB HBM3", 3200, 440, OCI_SOURCE),
    Profile("H200", 3200, 440, OCI_SOURCE),
    Profile("B300", 6400, 750, OCI_SOURCE),
    Profile("B200", 3200, 440, OCI_SOURCE),
    Profile("MI300X", 3200, 350, OCI_SOURCE),
    Profile("MI355X", 3200, 400, OCI_SOURCE),
)
GPUS_PER_NODE = 8


def matching_profile(gpus: Gpus, gbit_s: float) -> Profile | None:
    """The profile of a machine with these GPUs and that much of adapters in use."""
    names = {gpu.name for gpu in gpus.gpus}
    if len(gpus.gpus) != GPUS_PER_NODE or len(names) != 1:
        return None
    fitting = (
        profile
        for profile in PROFILES
        if profile.gpu in next(iter(names)) and gbit_s >= profile.gbit_s
    )
    return next(fitting, None)
