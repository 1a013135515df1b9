"""What DeepSpeed makes of batch sizes, offload, optimizer and scheduler on this cluster.

From deepspeed.runtime.config, engine and zero.config: accepted as keys, then ignored or refused.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence

from checks.areas.deepspeed.batch import (
    BATCH,
    MICRO,
    TRAIN,
    BatchFit,
    fit_batch_sizes,
    fits_fewer_copies,
)
from checks.areas.deepspeed.config_access import config_path, config_reader
from checks.areas.deepspeed.fixes import edit_fix
from checks.areas.deepspeed.lint import key_expression
from checks.areas.deepspeed.reader import ConfigReader, splits_the_model
from checks.areas.deepspeed.trainer import trainer_conflicts
from checks.facts import NodeView
from checks.facts.deepspeed_config import DeepspeedConfig, TrainingScript
from checks.facts.gpus import Gpus
from checks.job.slot_filter import parse_slot_filter, remaining_slots
from checks.knowledge.deepspeed_config import AUTO, OFFLOAD_KINDS, ParsedConfig
from checks.model import Fix, Job, Verdict, block, ok, skip, warn

LARGEST_NODE = 1024
"""More slots than any node has: stands for a number that is not known."""
ZERO = "zero_optimization"
ZERO_OPTIMIZERS = ("adam", "adamw", "adagrad", "lion", "muon", "muadam", "muadamw")
DEEPSPEED_OPTIMIZERS = (
    *("Adam", "AdamW", "Adagrad", "Lamb", "Lion", "Muon", "MuAdam", "MuAdamW", "MuSGD"),
    *("OneBitAdam", "ZeroOneAdam", "OneBitLamb"),
)
"""In any case; 1-bit ones up to 0.18."""
TORCH_OPTIMIZERS = (
    *("ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "Muon"),
    *("NAdam", "RAdam", "RMSprop", "Rprop", "SGD", "SparseAdam"),
)
"""Of torch.optim, in their own spelling, up to torch 2.13."""
SCHEDULERS = ("LRRangeTest", "OneCycle", "WarmupLR", "WarmupDecayLR", "WarmupCosineLR")
REQUIRED_PARAMETERS = {
    "OneCycle": ("cycle_min_lr", "cycle_max_lr"),
    "WarmupDecayLR": ("total_num_steps",),
    "WarmupCosineLR": ("total_num_steps",),
}
"""What the constructors of DeepSpeed's schedulers have no default for (runtime/lr_schedules.py)."""
TORCH_SCHEDULERS = (
    *("ChainedScheduler", "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts"),
    *("CyclicLR", "ExponentialLR", "LambdaLR", "LinearLR", "MultiStepLR", "MultiplicativeLR"),
    *("OneCycleLR", "PolynomialLR", "ReduceLROnPlateau", "SequentialLR", "StepLR"),
)
"""Of torch.optim.lr_scheduler, which DeepSpeed takes too."""


def judge_batch_sizes(node: NodeView, config: ParsedConfig) -> Verdict:
    """Whether the batch sizes fit the ranks of all nodes."""
    if any(isinstance(config.get(name), str) and config.get(name) != "auto" for name in BATCH):
        return skip("a batch size is not a number; see deepspeed.values-are-accepted")
    if config.get(TRAIN) not in (None, "auto"):
        uncounted = _uncounted_verdict(node)
        if uncounted is not None:
            return uncounted
    script = node.read(DeepspeedConfig).script
    ranks = len(rank_slots(node))
    fit = fit_batch_sizes(config, ranks)
    if fit.missing:
        return _missing_batch_verdict(node, config)
    if fit.fits:
        return ok(fit.shown)
    if _refused_by_trainer(node, config, ranks):
        return skip(f"{fit.shown}; see deepspeed.arguments-agree")
    fix = _batch_fix(node, config, fit)
    shown = splits_the_model(config, node.job, script or TrainingScript(""))
    if splits_the_model(config, node.job, script) and fits_fewer_copies(
        config, ranks, 1 if shown else 2
    ):
        condition = "this is right only if one copy of the model spans several ranks"
        return warn("batch-mismatch", f"{fit.shown}; {condition}", fix)
    return block("batch-mismatch", f"{config_path(node)}: {fit.shown}", fix)


def _refused_by_trainer(node: NodeView, config: ParsedConfig, ranks: int) -> bool:
    """Whether the Trainer's own arguments already contradict a size."""
    if config_reader(node) is not ConfigReader.TRAINER:
        return False
    script = node.read(DeepspeedConfig).script
    conflicts = trainer_conflicts(config, node.job, script, ranks)
    return any(conflict.key in BATCH for conflict in conflicts)


def _batch_fix(node: NodeView, config: ParsedConfig, fit: BatchFit) -> Fix:
    """The Trainer computes the sizes from its arguments, and refuses a number that differs."""
    if config_reader(node) is not ConfigReader.TRAINER:
        return edit_fix(node, config_path(node), config, fit.edit, fit.note)
    given = [name for name in BATCH if config.get(name) is not None]
    edit = "; ".join(f'{key_expression(name)}="{AUTO}"' for name in given)
    return edit_fix(node, config_path(node), config, edit, "the Trainer's arguments decide")


def count_ranks(node: NodeView) -> int | None:
    """How many ranks take part; None where the slots of a node are not known."""
    peers = _participating_nodes(node)
    return len(rank_slots(node)) if all(peer.slots for peer in peers) else None


def _uncounted_verdict(node: NodeView) -> Verdict | None:
    """Why the ranks cannot be counted, if they cannot."""
    for peer in _participating_nodes(node):
        if peer.slots is None and not peer.reached:
            return skip(f"{peer.name} was not reached, and hosts.txt does not give its slots")
        if peer.slots is None:
            peer.read(Gpus)  # raises, with that node's own reason
    return None


def _participating_nodes(node: NodeView) -> list[NodeView]:
    """The nodes of which the filter leaves something."""
    slots = _slots_left({peer.name: LARGEST_NODE for peer in node.cluster.nodes}, node.job)
    return [peer for peer in node.cluster.nodes if peer.name in slots]


def rank_slots(node: NodeView) -> list[tuple[str, int]]:
    """(node, slot) of every rank."""
    slots_by_node = _slots_left(
        {peer.name: peer.slots or 0 for peer in node.cluster.nodes}, node.job
    )
    return [(name, slot) for name, slots in slots_by_node.items() for slot in slots]


def _slots_left(slots: Mapping[str, int], job: Job) -> Mapping[str, Sequence[int]]:
    """The slots that include and exclude leave; a job has one of them at most, and a valid one."""
    chosen = (
        parse_slot_filter(job.include or job.exclude or "") if job.include or job.exclude else {}
    )
    return remaining_slots(slots, chosen, including=bool(job.include))


def _missing_batch_verdict(node: NodeView, config: ParsedConfig) -> Verdict:
    """Neither size is in the file: an error, unless the program is seen or may put one there."""
    path, script = config_path(node), node.read(DeepspeedConfig).script
    message = f"{path} gives neither train_batch_size nor train_micro_batch_size_per_gpu"
    fills = config_reader(node) is not ConfigReader.DEEPSPEED or (
        script and "batch_size" in script.words
    )
    by_trainer = config_reader(node) is ConfigReader.TRAINER
    edit = f"{key_expression(MICRO)}={json.dumps(AUTO) if by_trainer else 1}"
    note = "" if by_trainer else "replace 1 by the size that fits the GPUs"
    fix = edit_fix(node, path, config, edit, note)
    if fills:
        return warn("no-batch-size", f"{message}; this is right only if the program sets one", fix)
    return block("no-batch-size", f"{message}; DeepSpeed needs one of them", fix)


def judge_offload(node: NodeView, config: ParsedConfig) -> Verdict:
    """Whether what is to be offloaded can be, and will be."""
    path, stage = config_path(node), config.stage
    devices = {kind: config.device(kind) for kind in OFFLOAD_KINDS}
    for kind, device in devices.items():
        if device == "nvme" and not config.get(f"{ZERO}.{kind}.nvme_path"):
            edit = f'{key_expression(f"{ZERO}.{kind}.nvme_path")}="/local_nvme"'
            fix = edit_fix(
                node, path, config, edit, "replace it by a folder on each node's own NVMe"
            )
            return block("no-nvme-path", f"{path}: {kind} uses nvme, but has no nvme_path", fix)
    ratio = config.get(f"{ZERO}.offload_optimizer.ratio")
    if isinstance(ratio, int | float) and ratio < 1 and stage != 3:
        message = f"{path}: offload_optimizer.ratio {ratio} needs stage 3; stage is {stage}"
        edit = f"del {key_expression(f'{ZERO}.offload_optimizer.ratio')}"
        return block("ratio-needs-stage-3", message, edit_fix(node, path, config, edit))
    least = {"offload_param": 3, "offload_optimizer": 1}
    ignored = [kind for kind, device in devices.items() if device != "none" and stage < least[kind]]
    if ignored:
        message = f"{path}: stage {stage} ignores {' and '.join(ignored)}; nothing is offloaded"
        edit = f"{key_expression(f'{ZERO}.stage')}={max(least[kind] for kind in ignored)}"
        note = "or remove the offload, if the model fits without it"
        return warn("offload-ignored", message, edit_fix(node, path, config, edit, note))
    return ok(", ".join(f"{kind}: {device}" for kind, device in devices.items()))


def judge_optimizer(node: NodeView, config: ParsedConfig) -> Verdict:
    """Whether the engine makes the optimizer and the scheduler that the config names."""
    path, name = config_path(node), config.get("optimizer.type")
    if config.get("optimizer.params.max_grad_norm") is not None:
        key = "optimizer.params.max_grad_norm"
        edit = f'c["gradient_clipping"]={key_expression("optimizer.params")}.pop("max_grad_norm")'
        message = f"{path}: {key} is rejected; use gradient_clipping"
        return block("max-grad-norm", message, edit_fix(node, path, config, edit))
    refused = _unknown_names(node, config) or _lacking_parameters(node, config)
    if refused is not None:
        return refused
    allowed = config.on("zero_allow_untested_optimizer")
    if (
        config.stage
        and isinstance(name, str)
        and name.lower() not in ZERO_OPTIMIZERS
        and not allowed
    ):
        message = (
            f'{path}: ZeRO rejects optimizer "{name}"; it accepts {", ".join(ZERO_OPTIMIZERS[:5])}'
        )
        edit = 'c["zero_allow_untested_optimizer"]=True'
        note = "allows it; only optimizers of torch.optim may work"
        return block("untested-optimizer", message, edit_fix(node, path, config, edit, note))
    scheduler = config.get("scheduler.type")
    return ok(f"optimizer {name or 'of the script'}, scheduler {scheduler or 'of the script'}")


def _unknown_names(node: NodeView, config: ParsedConfig) -> Verdict | None:
    """An optimizer or scheduler that neither DeepSpeed nor torch has, as each looks for it."""
    optimizer, scheduler = config.get("optimizer.type"), config.get("scheduler.type")
    if isinstance(optimizer, str) and optimizer.lower() not in map(str.lower, DEEPSPEED_OPTIMIZERS):
        names = (*DEEPSPEED_OPTIMIZERS, *TORCH_OPTIMIZERS)
        if optimizer not in (AUTO, *TORCH_OPTIMIZERS):
            return _unknown_name_verdict(node, config, "optimizer", "unknown-optimizer", names)
    if isinstance(scheduler, str) and scheduler not in (AUTO, *SCHEDULERS, *TORCH_SCHEDULERS):
        known = (*SCHEDULERS, *TORCH_SCHEDULERS)
        return _unknown_name_verdict(node, config, "scheduler", "misspelt-scheduler", known)
    return None


def _lacking_parameters(node: NodeView, config: ParsedConfig) -> Verdict | None:
    """Parameters without which the scheduler's constructor raises."""
    scheduler, given = str(config.get("scheduler.type")), config.section("scheduler.params")
    lacking = [name for name in REQUIRED_PARAMETERS.get(scheduler, ()) if name not in given]
    if not lacking:
        return None
    names = " and ".join(lacking)
    message = f"{config_path(node)}: {scheduler} needs {names} among its parameters"
    note = f'add {names} to "params" of "scheduler"; Trainer fills in "auto"'
    return block("lacking-parameter", message, node.fix("", note))


def _unknown_name_verdict(
    node: NodeView, config: ParsedConfig, kind: str, cause: str, known: Sequence[str]
) -> Verdict:
    path, name = config_path(node), str(config.get(f"{kind}.type"))
    lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.7)
    meant = lower[near[0]] if near else ""
    message = f'{path}: unknown {kind} "{name}": neither DeepSpeed nor torch has it'
    message += f'; did you mean "{meant}"?' if meant else ""
    edit = f"{key_expression(f'{kind}.type')}={json.dumps(meant)}" if meant else ""
    note = "" if meant else f"one of {', '.join(known[:6])} …; or leave {kind} to the script"
    return block(cause, message, edit_fix(node, path, config, edit, note))
