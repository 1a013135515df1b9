"""Packages that torch, or what imports it, loads because they are there: left over, or broken."""

from __future__ import annotations

import re
import shlex

from checks.areas.software.pip_commands import install_command, uninstall_command
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.software import Software, TorchBackend
from checks.knowledge.nccl_variables import setting_in_force
from checks.knowledge.releases import version_key
from checks.model import Fix, Verdict, block, ok, skip

LOADS_THEM_FROM = (2, 5)
SWITCH = "TORCH_DEVICE_BACKEND_AUTOLOAD"
FAILED = re.compile(r"Failed to load the backend extension: ([\w.-]+?)\.(?:\s|$)")
"""torch's own words (torch._import_device_backends)."""


@node_check("software.torch-backends-are-there", Software, Environment)
def torch_backends_are_there(node: NodeView) -> Verdict:
    """Whatever torch loads by itself is installed.

    From 2.5 on `import torch` loads each package that names itself a backend in its metadata, an
    entry point of the group `torch.backends`; one that is only half removed ends every rank.

    Measured: The entry points of all packages, and whether the interpreter finds their modules.
    With `TORCH_DEVICE_BACKEND_AUTOLOAD=0` torch loads none. One that is found and fails is reported
    by training.smoke-trains.

    Fix:
        backend-missing: removes what is left of the package; or installs it again, where other
            nodes have it.
    """
    software = node.read(Software)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    if not loads_backends(node):
        return skip("torch loads no backends by itself")
    missing = [backend for backend in software.backends if not backend.found]
    if not missing:
        names = ", ".join(backend.name for backend in software.backends)
        return ok(names or "there are none")
    backend = missing[0]
    message = (
        f"torch cannot be imported on {node.name}: {backend.info} names {backend.module} as a "
        "backend of torch, and there is no such module"
    )
    return block("backend-missing", message, backend_fix(node, backend))


def loads_backends(node: NodeView) -> bool:
    """Whether that node's torch loads backends when it is imported."""
    version = version_key(node.read(Software).packages.get("torch", ""))
    setting = setting_in_force(node, SWITCH) if node.has(Environment) else None
    return (not version or version >= LOADS_THEM_FROM) and (not setting or setting.value == "1")


def lacks_backend(node: NodeView) -> bool:
    """Whether torch cannot be imported there, because a backend that it loads is gone."""
    return any(not backend.found for backend in node.read(Software).backends) and loads_backends(
        node
    )


def failed_backend(node: NodeView, words: str) -> TorchBackend | None:
    """The backend that torch says it could not load, where the node has told of it."""
    found = FAILED.search(words)
    backends = node.read(Software).backends if node.has(Software) else ()
    return next((backend for backend in backends if found and backend.name == found[1]), None)


def backend_fix(node: NodeView, backend: TorchBackend) -> Fix:
    """Installs it again where others have it; else takes it away, by hand where pip could not."""
    software = node.read(Software)
    if _is_elsewhere(node, backend):
        again = {backend.package: backend.version}
        return node.fix(install_command(software, again, "--force-reinstall", "--no-deps"))
    note = f"no other node has it; or {SWITCH}=0 under [env] in launch.toml, which loads none"
    if not backend.recorded:
        return node.fix(shlex.join(["rm", "-r", backend.info]), note)
    return node.fix(uninstall_command(software, [backend.package]), note)


def _is_elsewhere(node: NodeView, backend: TorchBackend) -> bool:
    peers = node.cluster.facts_by_node(Software)
    return any(
        other.name == backend.name and other.found
        for name, software in peers.items()
        if name != node.name
        for other in software.backends
    )


def stray_fix(node: NodeView, package: str) -> Fix | None:
    """Takes away what this node alone has of what libraries import where it is; None for others."""
    software = node.read(Software) if node.has(Software) else None
    origin = software.optional.get(package) if software else None
    peers = node.cluster.facts_by_node(Software)
    answered = [peer for name, peer in peers.items() if name != node.name and peer.optional]
    if not software or not origin or not answered:
        return None
    if any(peer.optional.get(package) for peer in answered):
        return None
    place = origin.removesuffix("/__init__.py")
    name = package.replace("_", "-")
    remove = uninstall_command(software, [name])
    aside = f"[ ! -e {shlex.quote(place)} ] || {shlex.join(['mv', place, f'{place}.aside'])}"
    note = f"no other node has {package}, and libraries import it where it is"
    return node.fix(f"{remove}; {aside}", note)
