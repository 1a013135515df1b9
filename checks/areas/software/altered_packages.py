"""Packages of which one node has other files than were installed: a patch, or what a patch lost."""

from __future__ import annotations

from collections.abc import Mapping

from checks.areas.files.fixes import copy_command
from checks.areas.software.pip_commands import install_command
from checks.check import node_check
from checks.facts import ClusterView, NodeView
from checks.facts.package_files import PackageFiles
from checks.facts.software import Software
from checks.facts.view_cache import cached_per_view
from checks.model import Fix, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value

TRAINS = ("torch", "deepspeed")
"""Packages that must do the same in each rank."""
MOST_COPIED = 5
MOST_SHOWN = 3
AS_INSTALLED = "as installed"
Release = tuple[str, str]
"""A package and its version."""


@node_check("software.packages-are-patched-alike", PackageFiles, Software)
def packages_are_patched_alike(node: NodeView) -> Verdict:
    """No node alone has altered files in torch, DeepSpeed, transformers or accelerate.

    Their versions are the same and the code is not: a line that was added for a test, a patch that
    was put in on some nodes, a file that is gone. What is altered alike on all nodes is meant.

    Measured: The files' sizes, and the hashes of those that are younger than their installation,
    against the `RECORD` that pip or uv wrote beside them; each node against most nodes. Packages on
    a shared file system are the same everywhere and are not looked through. torch and DeepSpeed
    block, the others warn.

    Fix:
        altered: copies the files from a node that has them as most nodes do, or installs the same
            version again.
    """
    mine = node.read(PackageFiles)
    software = node.read(Software)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    if not mine.packages:
        return skip("no package is on a file system of its own with a RECORD")
    differing = differing_files(node)
    if not differing and (missing := _missing(node)):
        return skip(f"it finds no module {missing[0]}; see software.deepspeed-is-installed")
    if not differing:
        alike = ", ".join(path for paths in mine.altered.values() for path in paths)
        return ok(f"altered, as on the other nodes: {alike}" if alike else "as installed")
    words = "; ".join(_in_words(node, name, paths) for name, paths in differing.items())
    verdict = block if set(TRAINS) & set(differing) else warn
    return verdict("altered", f"{node.name}: {words}", _fix(node, software, differing))


@cached_per_view
def _states(cluster: ClusterView) -> Mapping[Release, Mapping[str, Mapping[str, str]]]:
    """{release: {path: {node: what is there}}} of each file that is altered somewhere."""
    nodes: dict[Release, dict[str, PackageFiles]] = {}
    for node in cluster.nodes_with(PackageFiles, Software):
        seen, versions = node.read(PackageFiles), node.read(Software).packages
        for package in seen.packages:
            nodes.setdefault((package, versions.get(package, "")), {})[node.name] = seen
    return {
        (package, version): {
            path: {
                name: seen.altered.get(package, {}).get(path, AS_INSTALLED)
                for name, seen in having.items()
            }
            for path in dict.fromkeys(
                path for seen in having.values() for path in seen.altered.get(package, ())
            )
        }
        for (package, version), having in nodes.items()
    }


def differing_files(node: NodeView) -> dict[str, dict[str, str]]:
    """{package: {path: what most nodes have there}} of the files that are not so here."""
    packages = node.read(PackageFiles).packages
    whole = [name for name in packages if name not in _missing(node)]
    return {name: paths for name in whole if (paths := _differing(node, name))}


def _missing(node: NodeView) -> list[str]:
    """Packages that are no more than their metadata."""
    modules = node.read(Software).modules
    return [name for name in TRAINS if name in modules and modules[name] is None]


def _differing(node: NodeView, package: str) -> dict[str, str]:
    release = package, node.read(Software).packages.get(package, "")
    states = _states(node.cluster)[release]
    most = {path: majority_value(table, node.job.head) for path, table in states.items()}
    return {path: wanted for path, wanted in most.items() if states[path][node.name] != wanted}


def _in_words(node: NodeView, package: str, paths: Mapping[str, str]) -> str:
    """Which files, and whether they were altered here or elsewhere."""
    own = node.read(PackageFiles).altered.get(package, {})
    shown = ", ".join(list(paths)[:MOST_SHOWN])
    shown += f" and {len(paths) - MOST_SHOWN} more" if len(paths) > MOST_SHOWN else ""
    version = node.read(Software).packages.get(package, "")
    first = next(iter(paths))
    if first not in own:
        return f"{package} {version} has its {shown} as installed, altered on {node.most_nodes}"
    if not own[first]:
        return f"{shown} of {package} {version} is gone, and is there on {node.most_nodes}"
    return (
        f"{shown} of {package} {version} was altered since it was installed, unlike on "
        f"{node.most_nodes}"
    )


def _fix(node: NodeView, software: Software, differing: Mapping[str, Mapping[str, str]]) -> Fix:
    """Copies the files where a node has each as most have it; else installs their packages."""
    paths = [(name, path) for name, most in differing.items() for path in most]
    source = _source(node, differing)
    if source and len(paths) <= MOST_COPIED:
        copies = (copy_command(node, source, path) for _, path in paths)
        return node.fix(" && ".join(copies), f"{source} has it as most nodes do")
    packages = {name: software.packages.get(name, "") for name in differing}
    command = install_command(software, packages, "--force-reinstall", "--no-deps")
    return node.fix(command)


def _source(node: NodeView, differing: Mapping[str, Mapping[str, str]]) -> str:
    """A node that has each of these files as most nodes do, the head before others; '' for none."""
    versions, states = node.read(Software).packages, _states(node.cluster)
    tables = [
        (states[package, versions.get(package, "")][path], wanted)
        for package, most in differing.items()
        for path, wanted in most.items()
    ]
    for name in sorted(tables[0][0], key=lambda name: name != node.job.head):
        if all(table.get(name) == wanted for table, wanted in tables):
            return name
    return ""
