"""What DeepSpeed imports because of a key of its config, long after `import deepspeed` went well.

From deepspeed.monitor, runtime.engine, runtime.comm and runtime.checkpoint_engine.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.areas.deepspeed.config_access import config_path, with_config
from checks.areas.software.pip_commands import install_command, package_of_module
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.software import Software
from checks.knowledge.deepspeed_config import ParsedConfig
from checks.model import Verdict, block, ok, skip, warn
from checks.quick_dataclass import dataclass

MONITORS = {"wandb": "wandb", "tensorboard": "tensorboard", "comet": "comet_ml"}
"""Sections and what rank 0 imports where they are enabled."""
MU_OPTIMIZERS = ("muadam", "muadamw", "musgd")
ONE_BIT_OPTIMIZERS = ("onebitadam", "zerooneadam", "onebitlamb")


@dataclass(frozen=True)
class ConfigImport:
    """A module that a key has DeepSpeed import: in rank 0 alone, or in all."""

    module: str
    key: str
    of_rank_0: bool = False
    needed: bool = True
    """Whether ranks end without it."""


def config_imports(config: ParsedConfig) -> Iterator[ConfigImport]:
    """All of them, in the order in which DeepSpeed imports them."""
    for section, module in MONITORS.items():
        if config.on(f"{section}.enabled"):
            yield ConfigImport(module, f"{section}.enabled", of_rank_0=True)
    kind = str(config.get("optimizer.type") or "").lower()
    if kind in MU_OPTIMIZERS:
        yield ConfigImport("mup", "optimizer.type")
    if kind in ONE_BIT_OPTIMIZERS:
        backend = "optimizer.params.comm_backend_name"
        if config.get(backend) == "mpi":
            yield ConfigImport("mpi4py", backend)
        if config.get(backend) in (None, "nccl", "mpi"):
            yield ConfigImport("cupy", "optimizer.type")
    if config.on("datastates_ckpt.enabled"):
        yield ConfigImport("datastates", "datastates_ckpt.enabled", needed=False)


@node_check("deepspeed.packages-of-the-config-are-installed", DeepspeedConfig, Software)
@with_config
def packages_of_the_config_are_installed(node: NodeView, config: ParsedConfig) -> Verdict:
    """What keys of the config have DeepSpeed import is installed where they are imported.

    `import deepspeed` and a short training succeed without it: the engine imports it once the model
    is loaded, and ends with a `ModuleNotFoundError` then.

    Measured: Whether the training interpreter finds what the config needs: `wandb`, `tensorboard`
    or `comet_ml` on the head, where a monitor is enabled; on every node `mup` for the Mu
    optimizers, `cupy` and `mpi4py` for 1-bit ones. `datastates` only warns: DeepSpeed saves without
    it.

    Fix:
        package-missing: installs it, or else turn the key off.
    """
    wanted = [needs for needs in config_imports(config) if node.is_head or not needs.of_rank_0]
    if not wanted:
        return skip("the config has DeepSpeed import nothing that is not its own")
    software = node.read(Software)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    missing = [
        needs for needs in wanted if software.optional.get(needs.module, needs.module) is None
    ]
    if not missing:
        return ok(", ".join(needs.module for needs in wanted))
    words = ", ".join(f"{needs.module} for {needs.key}" for needs in missing)
    message = f"{software.path} on {node.name} finds no {words}, which {config_path(node)} asks for"
    packages = {_package_of(needs.module, software): "" for needs in missing}
    fix = node.fix(install_command(software, packages), f"or turn it off in {config_path(node)}")
    verdict = block if any(needs.needed for needs in missing) else warn
    return verdict("package-missing", message, fix)


def _package_of(module: str, software: Software) -> str:
    """What to install for it; cupy's wheels are named after the CUDA for which they are built."""
    if module == "cupy":
        return f"cupy-cuda{software.cuda.partition('.')[0] or '12'}x"
    return "datastates-llm" if module == "datastates" else package_of_module(module)
