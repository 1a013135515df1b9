"""The table: what is broken, what must be found, on whom, and whether what is printed mends it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from checks.model import Severity
from launcher.lab.faults import Fault
from launcher.lab.shape import Shape
from tests import made_faults as made
from tests.flights import UNMENDABLE

Subjects = tuple[tuple[str, ...], ...]
Found = tuple[str, Subjects, str]
"""A check, all its subjects, and the cause on each."""

ALL = ("node1", "node2", "node3")
HEAD: Subjects = (("node1",),)
NODE3: Subjects = (("node3",),)
FROM_3: Subjects = tuple(("node3", name) for name in ALL)
TO_3: Subjects = (("node1", "node3"), ("node2", "node3"))
TO_HEAD: Subjects = tuple((name, "node1") for name in ALL)

REACH = "reach.controller-logs-in"
SSH = "ssh.every-node-logs-in-to-every-node"
MASTER = "ports.master-port-is-reachable"
EPHEMERAL = "ports.ephemeral-ports-are-open"
USABLE = "nccl.infiniband-is-usable"
NAMES = "names.every-node-resolves-every-node"
HUNG_SHELL = ("import sys;exec(eval(sys.stdin", "sleep 1")
"""sshd lets nobody signal what it runs as root, and a shell that waits reads no hang-up."""
PLAIN = Shape(nodes=3)


@dataclass(frozen=True)
class Case:
    """One fault, and all that must be found because of it."""

    fault: str | Fault
    blocks: tuple[Found, ...] = ()
    warns: tuple[Found, ...] = ()
    mends: bool = True
    """Whether typing what is printed must bring the cluster back to go."""
    on: tuple[str, ...] = ()
    first: tuple[tuple[str | Fault, tuple[str, ...]], ...] = ()
    """What is done before, and on which nodes."""
    job: Mapping[str, Any] = field(default_factory=dict)
    shape: Shape = PLAIN
    smoke: bool = False
    leaves: tuple[str, ...] = ()
    """In the command lines of processes that the fault leaves by no fault of ours."""

    @property
    def name(self) -> str:
        """The fault's."""
        return self.fault if isinstance(self.fault, str) else self.fault.name

    @property
    def leave_out(self) -> tuple[str, ...]:
        """Areas that are not asked."""
        return () if self.smoke else ("training",)

    def asks(self, check: str) -> bool:
        """Not of locked memory, which is low on a machine that no lab can raise, unless meant."""
        meant = any(check == named for named, _, _ in (*self.blocks, *self.warns))
        return meant or check != UNMENDABLE

    def expected(self, severity: Severity) -> set[tuple[str, tuple[str, ...], str]]:
        """(check, subject, cause) of all that must be found."""
        found = self.blocks if severity is Severity.BLOCK else self.warns
        return {(check, one, cause) for check, subjects, cause in found for one in subjects}


def case(fault: str | Fault, check: str, subjects: Subjects, cause: str, **more: Any) -> Case:
    """One fault that is one finding, on one subject or on several."""
    return Case(fault, blocks=((check, subjects, cause),), **more)


def warned(fault: str | Fault, check: str, subjects: Subjects, cause: str, **more: Any) -> Case:
    """One fault that does not stop the start."""
    return Case(fault, warns=((check, subjects, cause),), **more)


LOGINS = [
    case("sshd-stopped", REACH, NODE3, "refused"),
    case("ssh-dropped", REACH, NODE3, "dropped", mends=False),
    case("unreachable", REACH, NODE3, "no-route", mends=False),
    case("host-key-changed", REACH, NODE3, "host-key-changed"),
    case("authorized-keys-writable", REACH, NODE3, "key-denied"),
    case("home-writable", REACH, NODE3, "key-denied"),
    case("pubkey-off", REACH, NODE3, "public-key-auth-off"),
    case("bashrc-hangs", REACH, NODE3, "shell-hangs", leaves=HUNG_SHELL),
    case("nologin", REACH, NODE3, "shell-refuses"),
    case(made.NO_PYTHON, REACH, NODE3, "no-python", mends=False),
    case("known-host-missing", SSH, (("node3", "node1"),), "host-key-unknown"),
    case("authorized-key-missing", SSH, (("node1", "node3"),), "key-not-authorized"),
    case("private-key-missing", SSH, FROM_3, "key-missing"),
    case("private-key-open", SSH, FROM_3, "key-permissions"),
    case("private-key-passphrase", SSH, FROM_3, "key-passphrase", mends=False),
    case(made.SSH_OF_ONE_DROPPED, SSH, (("node1", "node3"),), "dropped"),
    case(made.SSH_OF_ONE_REJECTED, SSH, (("node1", "node3"),), "refused"),
    warned("bashrc-noisy", "ssh.shell-is-quiet", NODE3, "shell-noisy"),
    case("pdsh-missing", "pdsh.is-installed", HEAD, "missing", mends=False),
    case("usr-lib-owner", "pdsh.loads-its-ssh-module", HEAD, "module-owner"),
    case(made.PDSH_VARIABLE, "pdsh.environment-is-neutral", HEAD, "command-timeout"),
]

PORTS = [
    case("master-port-dropped", MASTER, TO_HEAD, "dropped"),
    case("master-port-rejected", MASTER, TO_HEAD, "rejected"),
    case("master-port-reset", MASTER, TO_HEAD, "rejected"),
    case("master-port-taken", "ports.master-port-is-free", HEAD, "in-use"),
    case(made.EGRESS_DROPPED, MASTER, (("node3", "node1"),), "dropped"),
    case("ephemeral-ports-dropped", EPHEMERAL, TO_3, "dropped"),
    case(made.ONE_SOURCE_DROPPED, EPHEMERAL, (("node1", "node3"),), "dropped"),
    Case(
        made.ROUTE_REFUSED,
        blocks=(
            (SSH, (("node3", "node1"),), "no-route"),
            (SSH, (("node1", "node3"),), "dropped"),
            (MASTER, (("node3", "node1"),), "no-route"),
            (EPHEMERAL, (("node1", "node3"), ("node3", "node1")), "no-route"),
        ),
        warns=(("network.one-network", NODE3, "no-route"),),
    ),
]
if shutil.which("iptables"):
    both = (("node2", "node1"), ("node3", "node1"))
    found = ((MASTER, both, "dropped"), (EPHEMERAL, both, "dropped"))
    PORTS.append(Case(made.IPTABLES_DROPPED, blocks=found))

PLACES = [
    case("own-name-loopback", "names.own-name-is-not-loopback", NODE3, "own-name-loopback"),
    case("peer-name-wrong", NAMES, NODE3, "wrong-address"),
    case("peer-name-missing", NAMES, NODE3, "unresolved"),
    case("gloo-interface-wrong", "nccl.socket-interface-exists", NODE3, "interface-missing"),
    case(made.NCCL_IFNAME_WRONG, "nccl.socket-interface-exists", NODE3, "interface-missing"),
    case(made.NCCL_VARIABLE, "nccl.variables-are-equal", NODE3, "variable-differs"),
    case(
        made.INTERFACE_DOWN,
        "nccl.socket-interface-exists",
        NODE3,
        "interface-down",
        shape=Shape(nodes=3, second_network=True),
        job={"env": {"NCCL_SOCKET_IFNAME": "eth1", "GLOO_SOCKET_IFNAME": "eth1"}},
    ),
    warned("mtu-1400", "network.mtu-is-equal", NODE3, "mtu-differs"),
    warned("infiniband-active", USABLE, NODE3, "no-library", mends=False),
    Case(
        "infiniband-down",
        blocks=(("nccl.infiniband-ports-are-active", NODE3, "port-down"),),
        warns=((USABLE, (("node1",), ("node2",)), "no-library"),),
        first=(("infiniband-active", ("node1", "node2")),),
        mends=False,
    ),
    case("shm-64m", "limits.shm-is-large-enough", NODE3, "shm-small"),
    case(made.SHM_FULL, "limits.shm-is-large-enough", NODE3, "shm-full", mends=False),
    case("nofile-256", "limits.nofile-is-enough", NODE3, "nofile-low", mends=False),
    Case(
        "memlock-64k",
        blocks=((UNMENDABLE, tuple((name,) for name in ALL), "memlock-low"),),
        warns=((USABLE, tuple((name,) for name in ALL), "no-library"),),
        first=(("infiniband-active", ALL), ("memlock-64k", ("node1", "node2"))),
        mends=False,
    ),
]

SMOKE = "training.smoke-trains"
NODE2: Subjects = (("node2",),)
SMALL: Mapping[str, Any] = {
    "smoke": True,
    "shape": Shape(nodes=2),
    "job": {"env": {"TORCH_EXTENSIONS_DIR": "/root/ext"}},
}
HAVING = ((made.HAVE_FILES, ALL),)
JOB = {"workdir": "/root/job", "command": ("train.py",)}
CONTENT = [
    case("interpreter-missing", "software.python-is-there", NODE3, "python-missing", mends=False),
    case("deepspeed-version", "software.versions-are-equal", NODE3, "versions-differ", mends=False),
    case(
        made.NO_DEEPSPEED,
        "software.deepspeed-is-installed",
        NODE3,
        "deepspeed-missing",
        mends=False,
    ),
    case(made.FILE_DIFFERS, "files.same-files-are-equal", NODE3, "differs", job=JOB, first=HAVING),
    case(made.FILE_MISSING, "files.same-files-are-equal", NODE3, "missing", job=JOB, first=HAVING),
    case(made.WORKDIR_MISSING, "files.workdir-is-there", NODE3, "missing", job=JOB, first=HAVING),
    case(
        made.OUTPUT_READ_ONLY,
        "files.output-is-writable",
        NODE3,
        "read-only",
        job={"output": "/root/out"},
    ),
    case(
        made.OUTPUT_FULL,
        "files.output-is-writable",
        NODE3,
        "no-space",
        job={"output": "/root/out"},
        mends=False,
    ),
    case(made.SHADOWED, SMOKE, NODE2, "package-shadowed", **SMALL),
    case(made.NO_COMPILER, SMOKE, NODE2, "op-build-failed", mends=False, **SMALL),
    case(made.BUILD_LOCKED, SMOKE, NODE2, "stale-build-lock", **SMALL),
]
CASES = [*LOGINS, *PORTS, *PLACES, *CONTENT]
