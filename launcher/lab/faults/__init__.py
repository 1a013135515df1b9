"""The table of faults; how they are applied and undone."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from types import MappingProxyType

from checks.errors import UsageError
from launcher.lab.faults import firewall, software, ssh
from launcher.lab.faults.model import DefaultTarget, Fault
from launcher.lab.node import LabNode
from launcher.lab.record import LabRecord

__all__ = ["FAULTS", "DefaultTarget", "Fault", "heal_faults", "inject_fault"]

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {fault.name: fault for fault in (*firewall.FAULTS, *ssh.FAULTS, *software.FAULTS)}
)

MASTER_PORT = 29500


def find_fault(name: str) -> Fault:
    """Raises UsageError that lists the names."""
    if name not in FAULTS:
        raise UsageError(f"no fault {name}; there are: {' '.join(FAULTS)}")
    return FAULTS[name]


def target_nodes(record: LabRecord, fault: Fault, on: tuple[str, ...]) -> tuple[str, ...]:
    """The nodes that a fault is to break. Raises UsageError for one that is not in the lab."""
    names = tuple(place.name for place in record.nodes)
    if unknown := [name for name in on if name not in names]:
        raise UsageError(f"no node {unknown[0]} in this lab; there are: {' '.join(names)}")
    return on or (names[:1] if fault.on is DefaultTarget.HEAD else names[-1:])


def fault_variables(record: LabRecord, fault: Fault, node: str) -> dict[str, str]:
    """What a fault's shell lines may use."""
    head, place = record.nodes[0], record.place(node)
    peer = next((other for other in record.nodes if other != place), place)
    return {
        "HEAD": head.name,
        "HEAD_ADDRESS": head.address,
        "PEER": peer.name,
        "PEER_ADDRESS": peer.address,
        "NAME": place.name,
        "ADDRESS": place.address,
        "SSH_PORT": str(place.port),
        "MASTER_PORT": str(MASTER_PORT),
        "USER": record.user,
        "HOME": "/root" if record.user == "root" else f"/home/{record.user}",
        "PYTHON": sys.executable,
        "BASE_PYTHON": os.path.realpath(sys.executable),
        "PREFIX": sys.prefix,
        "SAVED": f"/run/lab-fault/{fault.name}",
    }


def inject_fault(
    record: LabRecord, name: str, on: tuple[str, ...]
) -> tuple[LabRecord, tuple[str, ...]]:
    """Breaks the nodes and writes down that they are broken. Raises UsageError."""
    fault = find_fault(name)
    broken = target_nodes(record, fault, on)
    for node in broken:
        if (fault.name, node) in record.faults:
            raise UsageError(f"{node} has the fault {fault.name} already; `lab heal` undoes it")
        run_fault_script(record, fault, node, f"mkdir -p $SAVED\n{fault.apply}")
        record = record.changed(faults=(*record.faults, (fault.name, node)))
    return record, broken


def heal_faults(record: LabRecord) -> LabRecord:
    """Undoes every fault that is in force, newest first. Raises UsageError."""
    for name, node in reversed(record.faults):
        fault = find_fault(name)
        run_fault_script(record, fault, node, f"{fault.undo}\nrm -rf $SAVED")
        record = record.changed(
            faults=tuple(pair for pair in record.faults if pair != (name, node))
        )
    return record


def run_fault_script(record: LabRecord, fault: Fault, node: str, lines: str) -> None:
    """Runs a fault's lines. Raises UsageError with their output when they fail."""
    done = LabNode(record, node).run(f"set -e\n{lines}", env=fault_variables(record, fault, node))
    if done.returncode != 0:
        output = done.stderr.strip() or done.stdout.strip() or f"exit {done.returncode}"
        raise UsageError(f"fault {fault.name} on {node}: {output}")
