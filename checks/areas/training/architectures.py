"""What torch has code for, by its own word, against the GPUs of the node."""

from __future__ import annotations

import re

from checks.areas.training.smoke import why_cannot_import
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.facts.smoke import Smoke
from checks.facts.software import Software
from checks.model import Severity, Verdict, ok, skip, warn

ARCHITECTURE = re.compile(r"(sm|compute)_(\d+)(\d)[af]?")


@node_check(
    "training.torch-has-code-for-the-gpus",
    *(Smoke, Gpus),
    severity=Severity.WARN,
    optional=(Software,),
)
def torch_has_code_for_the_gpus(node: NodeView) -> Verdict:
    """torch as it is installed has code that runs on each GPU of the node.

    A build of one's own, or of another site, may have less than those of PyTorch's index: the first
    kernel ends with "no kernel image is available for execution on the device".

    Measured: `torch.cuda.get_arch_list()` in the smoke against the compute capability of the GPUs,
    as torch compares them: code runs on its own generation from its own number on, PTX
    (`compute_90`) on all later ones. What PyTorch's builds lack is known before, in
    [software](software.md#softwaretorch-fits-the-gpus). The smoke itself blocks.

    Fix:
        no-code: a build that has code for the GPUs.
    """
    if reason := why_cannot_import(node):
        return skip(reason)
    ranks = node.read(Smoke).ranks
    built = next((rank.said.architectures for rank in ranks if rank.said.architectures), ())
    cards = [card for card in node.read(Gpus).gpus if card.capability]
    if not built or not cards:
        return skip(f"torch of {node.name} used no CUDA GPU whose capability is known")
    bare = [card for card in cards if not runs_on(built, card.capability or "")]
    if not bare:
        return ok(f"torch has code for {', '.join(built)}")
    message = (
        f"torch on {node.name} has code for {', '.join(built)}, and none that runs on "
        f"{bare[0].name} (compute capability {bare[0].capability})"
    )
    note = f"install or build a torch with sm_{(bare[0].capability or '').replace('.', '')}"
    return warn("no-code", message, node.fix("", note), architectures=list(built))


def runs_on(built: tuple[str, ...], capability: str) -> bool:
    """Whether code of one of these runs on a GPU of that capability, such as `9.0`."""
    gpu = tuple(map(int, capability.split(".")))
    for kind, major, minor in (found.groups() for found in map(ARCHITECTURE.match, built) if found):
        code = int(major), int(minor)
        if code <= gpu and (kind == "compute" or code[0] == gpu[0]):
            return True
    return False
