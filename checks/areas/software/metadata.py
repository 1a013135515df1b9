"""Packages that are there and do not say which they are."""

from __future__ import annotations

from checks.areas.software.pip_commands import install_command
from checks.areas.software.shadowing import TRAINING_PACKAGES
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.software import Software
from checks.knowledge.denials import denial_words, opening_fix
from checks.model import Verdict, block, ok, skip
from checks.outliers.consensus import strict_majority

ASKED_BY_TRANSFORMERS = ("accelerate", "huggingface-hub", "numpy", "safetensors", "tokenizers")
"""`import transformers` ends where one of these is there and has no version."""


@node_check("software.packages-have-their-metadata", Software)
def packages_have_their_metadata(node: NodeView) -> Verdict:
    """torch, DeepSpeed and what trains with them have the metadata that pip wrote beside them.

    transformers, accelerate and Lightning ask the metadata which version is there: without it they
    say that PyTorch is not installed, though `import torch` works; and
    `import transformers` ends where that of tokenizers has no version.

    Measured: Modules that the interpreter finds, against `*.dist-info` and `*.egg-info`, where
    another node has the metadata; of what transformers asks for, such a folder without a version.

    Fix:
        metadata-denied: a file or folder of it does not let the login in. Opens that one.
        metadata-missing: installs the same version again, without what it depends on.
    """
    software = node.read(Software)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    nameless = [
        name
        for name in TRAINING_PACKAGES
        if software.modules.get(name) and not software.packages.get(name)
    ]
    nameless += names_without_version(software)
    wanted = {name: version for name in nameless if (version := _version_elsewhere(node, name))}
    if not wanted:
        return ok(f"{' and '.join(TRAINING_PACKAGES)} of {node.name} say their versions")
    if denial := next((software.denied[name] for name in wanted if name in software.denied), None):
        message = f"the metadata of {next(iter(wanted))} on {node.name} cannot be read: "
        message += denial_words(denial)
        return block("metadata-denied", message, opening_fix(node, denial))
    names = " and ".join(wanted)
    message = (
        f"{names} of {software.path} on {node.name} are there without their metadata: "
        "libraries that ask for their version take them for missing"
    )
    command = install_command(software, wanted, "--force-reinstall", "--no-deps")
    return block("metadata-missing", message, node.fix(command), packages=list(wanted))


def names_without_version(software: Software) -> list[str]:
    """The packages that transformers, which is there too, asks for a version that they lack."""
    if not software.modules.get("transformers"):
        return []
    asked = [name for name in ASKED_BY_TRANSFORMERS if name not in software.denied]
    return [name for name in asked if not software.packages.get(name, "?")]


def _version_elsewhere(node: NodeView, name: str) -> str:
    """The version that most of the nodes have which say one; '' where there is none."""
    peers = node.cluster.facts_by_node(Software).values()
    return strict_majority(peer.packages.get(name) or None for peer in peers) or ""
