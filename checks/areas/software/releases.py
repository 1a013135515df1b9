"""Releases of packages that are known to be broken, or not to work with each other."""

from __future__ import annotations

from collections.abc import Mapping

from checks.areas.software.pip_commands import pip_command, uninstall_command, upgrade_command
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.machine import Machine
from checks.facts.rdma import Rdma
from checks.facts.software import Software
from checks.knowledge.releases import KnownRelease, find_known_releases, needed_requirements
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value

NCCL_WHEEL = "nvidia-nccl-cu"


@node_check(
    "software.releases-work-together",
    Software,
    severity=Severity.WARN,
    optional=(Machine, Rdma),
)
def releases_work_together(node: NodeView) -> Verdict:
    """No package is of a release that is known to be broken, or not to work with another's.

    Such an environment installs without an error and fails at the start, at the first checkpoint,
    or in a collective after hours.

    Measured: The versions of Python, of the packages, of the ROCm that torch was built for and of
    the kernel against the table of known releases (`checks/knowledge/releases.py`), which names the
    source of each row, and some the adapter that it takes; and the NCCL packages of the environment
    against the CUDA that torch was built for. What fails at every import blocks,
    the rest warns. A node whose versions differ from most nodes' is left to
    `software.versions-are-equal`.

    Fix:
        broken-release: the `pip install` line that brings a release that works.
        releases-do-not-fit: the same for one of the two.
        cuda-wheels-mixed: two NCCL packages write the same files. Removes the one that is not of
            torch's CUDA and installs the other again.
    """
    software = node.read(Software)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    versions = _versions_by_package(node)
    machine = "aarch64" if "aarch64" in software.abi else ""
    found = find_known_releases(versions, machine, _adapter_drivers(node))
    if found and _differs_from_most(node, found, versions):
        return skip("its versions differ from most nodes'; see software.versions-are-equal")
    if found:
        return _judge_known_releases(node, software, found, versions)
    strays = _strange_nccl_wheels(software)
    if strays:
        return _judge_mixed_wheels(node, software, strays)
    return ok("no release is known not to work", **versions)


def _versions_by_package(node: NodeView) -> dict[str, str]:
    """The packages' versions, with Python's, NCCL's, whichever CUDA it is for, ROCm's, Linux's."""
    software = node.read(Software)
    nccl = [packed for name, packed in software.packages.items() if name.startswith(NCCL_WHEEL)]
    known = {"nccl": nccl[0]} if len(nccl) == 1 else {}
    hip = {"hip": software.hip} if software.hip else {}
    linux = {"linux": node.read(Machine).kernel} if node.has(Machine) else {}
    return {"python": software.version, **software.packages, **known, **hip, **linux}


def _adapter_drivers(node: NodeView) -> set[str]:
    devices = node.read(Rdma).devices if node.has(Rdma) else ()
    return {device.driver[0] for device in devices if device.driver}


def _differs_from_most(
    node: NodeView, found: list[KnownRelease], versions: Mapping[str, str]
) -> bool:
    """Whether most nodes have other versions of what does not work here: theirs are the remedy."""
    peers = {
        peer.name: _versions_by_package(peer)
        for peer in node.cluster.nodes_with(Software)
        if peer.read(Software).ok
    }
    packages = {package for release in found for package in release.packages}
    return any(
        majority_value({name: peer.get(package, "") for name, peer in peers.items()}, node.job.head)
        != versions[package]
        for package in packages
    )


def _judge_known_releases(
    node: NodeView, software: Software, found: list[KnownRelease], versions: dict[str, str]
) -> Verdict:
    first = found[0]
    here = " and ".join(f"{package} {versions[package]}" for package in first.packages)
    message = f"{node.name} has {here}: {first.because}"
    others = [release.because for release in found[1:]]
    message += f"; also, {'; '.join(others)}" if others else ""
    wanted = [_package_name(requirement, software) for requirement in needed_requirements(found)]
    command = upgrade_command(software, tuple(wanted)) if wanted else ""
    cause = "broken-release" if len(first.bounds) == 1 else "releases-do-not-fit"
    evidence = {release.id: release.source for release in found}
    verdict = block if first.blocks else warn
    return verdict(cause, message, node.fix(command, first.fix), **evidence)


def _package_name(requirement: str, software: Software) -> str:
    """The requirement as pip knows it: NCCL is packed by CUDA."""
    wheel = next((name for name in software.packages if name.startswith(NCCL_WHEEL)), "")
    return requirement.replace("nccl", wheel, 1) if requirement.startswith("nccl") else requirement


def _strange_nccl_wheels(software: Software) -> list[str]:
    """NCCL packages of another CUDA than torch's, where its own is there too or should be."""
    major = software.cuda.partition(".")[0]
    wheels = [name for name in software.packages if name.startswith(NCCL_WHEEL)]
    return [name for name in wheels if major and name != NCCL_WHEEL + major]


def _judge_mixed_wheels(node: NodeView, software: Software, strays: list[str]) -> Verdict:
    own = NCCL_WHEEL + software.cuda.partition(".")[0]
    message = (
        f"{node.name} has {', '.join(strays)}, and its torch is built for CUDA {software.cuda}: "
        f"it writes over the files of {own}, or is loaded in its place"
    )
    pinned = f"{own}=={software.packages[own]}" if own in software.packages else own
    again = pip_command(software, "install", "--force-reinstall", "--no-deps", pinned)
    remove = uninstall_command(software, strays)
    fix: Fix = node.fix(f"{remove} && {again}", "and what brought it: a package for another CUDA")
    return warn("cuda-wheels-mixed", message, fix, wheels=strays)
