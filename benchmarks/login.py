"""What one login between two nodes costs in processor time: the floor under N x N of them."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass

from benchmarks.place import Place
from launcher.lab.node import LabNode

LOGINS = 20
LOOP = (
    f"for i in $(seq {LOGINS}); do "
    "ssh -oBatchMode=yes -oKexAlgorithms=^curve25519-sha256 {target} true </dev/null || exit; done"
)
LISTENER = "cat /proc/$(pgrep -o -x sshd)/stat"


@dataclass(frozen=True)
class Login:
    """Processor seconds of one login: those of ssh at one end, of sshd and shell at the other."""

    client_s: float
    server_s: float

    def floor_s(self, nodes: int) -> float:
        """The least that every node logging in to every node can take on this machine's cores."""
        cores = len(os.sched_getaffinity(0))
        return nodes**2 * (self.client_s + self.server_s) / cores


def login(place: Place) -> Login:
    """Measured over some logins of the first node to the second, one after the other."""
    source, target = place.lab.nodes[:2]
    here, there = _children_s(), _logins_s(target)
    source.run(LOOP.format(target=target.name), check=True)
    return Login((_children_s() - here) / LOGINS, (_logins_s(target) - there) / LOGINS)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _logins_s(node: LabNode) -> float:
    """What the node's sshd has waited for so far: every login that is over, its shell included."""
    fields = node.run(LISTENER, check=True).stdout.rpartition(")")[2].split()
    return sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")
