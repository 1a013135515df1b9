"""Containers that were made without the machine's GPUs."""

from __future__ import annotations

import re

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.container import Container
from checks.knowledge.container_network import engine_of
from checks.model import HERE, Fix, Verdict, block, ok, skip

GPU_DEVICE = re.compile(r"/dev/(nvidia\d+|kfd)$")
CONTAINER_HAS_GPUS = "gpu.container-has-the-gpus"


def lacks_gpus(node: NodeView) -> list[str]:
    """The devices of the machine's GPUs, where not one of them is in the container."""
    if not node.has(Container):
        return []
    container = node.read(Container)
    gpus = [path for path in container.devices_outside if GPU_DEVICE.match(path)]
    return gpus if gpus and {*gpus} <= {*container.devices_missing} else []


@node_check(CONTAINER_HAS_GPUS, Container, reads=("container",))
def container_has_the_gpus(node: NodeView) -> Verdict:
    """A container on a machine with GPUs has some of them.

    One that was made without `--gpus` trains on the CPU, or its ranks find no GPU. Where all
    nodes have such containers, they look like a cluster without GPUs.

    Measured: `/dev/nvidia*` and `/dev/kfd` in the login that enters the container, and inside it. A
    container that has some of them passes.

    Fix:
        gpus-left-out: says with which options the container has to be made again.
    """
    if not node.job.container:
        return skip("launch.toml names no container")
    missing = lacks_gpus(node)
    if not missing:
        return ok(f"the container on {node.name} lacks no GPU device altogether")
    listed = ", ".join(missing[:2]) + (" …" if len(missing) > 2 else "")
    message = (
        f"the container on {node.name} (`{node.job.container}`) has no GPU of its machine, which "
        f"has {listed}"
    )
    return block("gpus-left-out", message, _gpus_fix(node, missing), devices=missing)


def _gpus_fix(node: NodeView, missing: list[str]) -> Fix:
    engine = engine_of(node.job.container)
    amd = "/dev/kfd" in missing
    if engine == "kubectl":
        vendor = "amd.com" if amd else "nvidia.com"
        note = f"in the container's spec: resources: limits: {vendor}/gpu: {len(missing)}"
        return Fix(on=node.name, note=note)
    if engine in ("apptainer", "singularity"):
        option = "--rocm" if amd else "--nv"
        return Fix(on=HERE, note=f"in launch.toml: container with {option} behind {engine} exec")
    if amd:
        options = "--device=/dev/kfd --device=/dev/dri --group-add video"
    else:
        options = "--device nvidia.com/gpu=all" if engine == "podman" else "--gpus all"
    note = (
        f"remove the container and make it again by the `{engine or 'docker'} run` that made it, "
        f"with `{options}` added"
    )
    return Fix(on=node.name, note=note)
