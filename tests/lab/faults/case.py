"""One row of the table: what is broken, what must be found, on whom, and whether its fix works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from checks.model import Severity
from launcher.lab.faults import DefaultTarget, Fault
from launcher.lab.shape import LabShape
from tests.support.lab_preflight import HEAVY, UNFIXABLE

Subjects = tuple[tuple[str, ...], ...]
Found = tuple[str, Subjects, str]
"""A check, all its subjects, and the cause on each."""

ALL = ("node1", "node2", "node3")
HEAD: Subjects = (("node1",),)
EVERY_NODE: Subjects = tuple((name,) for name in ALL)
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
HUNG_SHELL = ("exec(eval(sys.stdin", "sleep 1")
"""sshd lets nobody signal what it runs as root, and a shell that waits reads no hang-up."""
PLAIN = LabShape(nodes=3)


@dataclass(frozen=True)
class Case:
    """One fault, and all that must be found because of it."""

    fault: str | Fault
    blocks: tuple[Found, ...] = ()
    warns: tuple[Found, ...] = ()
    fixable: bool = True
    """Whether typing what is printed must bring the cluster back to go."""
    on: tuple[str, ...] = ()
    first: tuple[tuple[str | Fault, tuple[str, ...]], ...] = ()
    """What is done before, and on which nodes."""
    job: Mapping[str, Any] = field(default_factory=dict)
    shape: LabShape = PLAIN
    smoke: bool = False
    without: tuple[str, ...] = ()
    """Checks that are not asked."""
    leaves: tuple[str, ...] = ()
    """In the command lines of processes that the fault leaves by no fault of ours."""

    @property
    def name(self) -> str:
        """The fault's."""
        return self.fault if isinstance(self.fault, str) else self.fault.name

    @property
    def leave_out(self) -> tuple[str, ...]:
        """Heavy areas of which nothing is expected, and what the row names."""
        meant = {check.partition(".")[0] for check, _, _ in (*self.blocks, *self.warns)}
        meant |= {"training"} if self.smoke else set()
        return (*(area for area in HEAVY if area not in meant), *self.without)

    def asks(self, check: str) -> bool:
        """Not of locked memory, which is low on a machine that no lab can raise, unless meant."""
        meant = any(check == named for named, _, _ in (*self.blocks, *self.warns))
        return meant or check != UNFIXABLE

    def expected(self, severity: Severity) -> set[tuple[str, tuple[str, ...], str]]:
        """(check, subject, cause) of all that must be found."""
        found = self.blocks if severity is Severity.BLOCK else self.warns
        return {(check, subject, cause) for check, subjects, cause in found for subject in subjects}


def case(fault: str | Fault, check: str, subjects: Subjects, cause: str, **more: Any) -> Case:
    """One fault that is one finding, on one subject or on several."""
    return Case(fault, blocks=((check, subjects, cause),), **more)


def warned(fault: str | Fault, check: str, subjects: Subjects, cause: str, **more: Any) -> Case:
    """One fault that does not stop the start."""
    return Case(fault, warns=((check, subjects, cause),), **more)


def custom(name: str, apply: str, on: DefaultTarget = DefaultTarget.LAST) -> Fault:
    """A fault whose name says what it does."""
    return Fault(name, name, apply, "true", on)


def unlisted(fault: Fault) -> Fault:
    """The same where no tool lists the rule, as none lists what a cable or a switch drops."""
    hide = (
        "nft=$(command -v nft)\nprintf '#!/bin/sh\\nexit 1\\n' >$SAVED/nft; chmod 755 $SAVED/nft\n"
    )
    return custom(fault.name, f"{hide}{fault.apply}\nmount --bind $SAVED/nft $nft", fault.on)
