"""What DeepSpeed makes of batch sizes, offload, optimizer and scheduler on this cluster.

From deepspeed.runtime.config, engine and zero.config: accepted as keys, then ignored or refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from checks.areas.deepspeed.batch import BATCH, TRAIN, fit_batch_sizes
from checks.areas.deepspeed.config import OFFLOAD_KINDS, ParsedConfig
from checks.areas.deepspeed.config_access import config_path, config_reader
from checks.areas.deepspeed.fixes import edit_fix
from checks.areas.deepspeed.lint import key_expression
from checks.areas.deepspeed.reader import ConfigReader, splits_the_model
from checks.facts import NodeView
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.gpus import Gpus
from checks.job.slot_filter import parse_slot_filter, remaining_slots
from checks.model import Job, Verdict, block, ok, skip, warn

LARGEST_NODE = 1024
"""More slots than any node has: stands for a number that is not known."""
ZERO = "zero_optimization"
ZERO_OPTIMIZERS = ("adam", "adamw", "adagrad", "lion", "muon", "muadam", "muadamw")
SCHEDULERS = ("LRRangeTest", "OneCycle", "WarmupLR", "WarmupDecayLR", "WarmupCosineLR")


def judge_batch_sizes(node: NodeView, config: ParsedConfig) -> Verdict:
    """Whether the batch sizes fit the ranks of all nodes."""
    if any(isinstance(config.get(name), str) and config.get(name) != "auto" for name in BATCH):
        return skip("a batch size is no number; see deepspeed.values-are-accepted")
    if config.get(TRAIN) not in (None, "auto"):
        uncounted = _uncounted_verdict(node)
        if uncounted is not None:
            return uncounted
    script = node.read(DeepspeedConfig).script
    seen = fit_batch_sizes(config, len(_rank_slots(node)))
    if seen.missing:
        return _missing_batch_verdict(node, config)
    if seen.fits:
        return ok(seen.shown)
    fix = edit_fix(node, config_path(node), config, seen.edit, seen.note)
    if splits_the_model(config, node.job, script):
        more = "right only where one copy of the model spans several ranks"
        return warn("batch-mismatch", f"{seen.shown}; {more}", fix)
    return block("batch-mismatch", f"{config_path(node)}: {seen.shown}", fix)


def _uncounted_verdict(node: NodeView) -> Verdict | None:
    """Why the ranks cannot be counted, if they cannot."""
    for one in _participating_nodes(node):
        if one.slots is None and not one.reached:
            return skip(f"{one.name} was not reached, and hosts.txt does not give its slots")
        if one.slots is None:
            one.read(Gpus)  # raises, with that node's own reason
    return None


def _participating_nodes(node: NodeView) -> list[NodeView]:
    """The nodes of which the filter leaves something."""
    left = _slots_left({one.name: LARGEST_NODE for one in node.cluster.nodes}, node.job)
    return [one for one in node.cluster.nodes if one.name in left]


def _rank_slots(node: NodeView) -> list[tuple[str, int]]:
    """(node, slot) of every rank."""
    left = _slots_left({one.name: one.slots or 0 for one in node.cluster.nodes}, node.job)
    return [(name, slot) for name, slots in left.items() for slot in slots]


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
    edit = f"{key_expression('train_micro_batch_size_per_gpu')}=1"
    fix = edit_fix(node, path, config, edit, "with the size that fits the GPUs in place of 1")
    if fills:
        return warn("no-batch-size", f"{message}; right only if the program adds one", fix)
    return block("no-batch-size", f"{message}; DeepSpeed needs one of them", fix)


def judge_offload(node: NodeView, config: ParsedConfig) -> Verdict:
    """Whether what is to be offloaded can be, and will be."""
    path, stage = config_path(node), config.stage
    devices = {kind: config.device(kind) for kind in OFFLOAD_KINDS}
    for kind, device in devices.items():
        if device == "nvme" and not config.get(f"{ZERO}.{kind}.nvme_path"):
            edit = f'{key_expression(f"{ZERO}.{kind}.nvme_path")}="/local_nvme"'
            fix = edit_fix(node, path, config, edit, "with a folder on each node's own NVMe")
            return block("no-nvme-path", f"{path}: {kind} goes to nvme, but has no nvme_path", fix)
    ratio = config.get(f"{ZERO}.offload_optimizer.ratio")
    if isinstance(ratio, int | float) and ratio < 1 and stage != 3:
        message = f"{path}: offload_optimizer.ratio {ratio} needs stage 3; stage is {stage}"
        edit = f"del {key_expression(f'{ZERO}.offload_optimizer.ratio')}"
        return block("ratio-needs-stage-3", message, edit_fix(node, path, config, edit))
    least = {"offload_param": 3, "offload_optimizer": 1}
    lost = [kind for kind, device in devices.items() if device != "none" and stage < least[kind]]
    if lost:
        message = f"{path}: stage {stage} ignores {' and '.join(lost)}; nothing is offloaded"
        edit = f"{key_expression(f'{ZERO}.stage')}={max(least[kind] for kind in lost)}"
        note = "or take the offload out, if the model fits without"
        return warn("offload-ignored", message, edit_fix(node, path, config, edit, note))
    return ok(", ".join(f"{kind}: {device}" for kind, device in devices.items()))


def judge_optimizer(node: NodeView, config: ParsedConfig) -> Verdict:
    """Whether the engine makes the optimizer and the scheduler that the config names."""
    path, name = config_path(node), config.get("optimizer.type")
    if config.get("optimizer.params.max_grad_norm") is not None:
        key = "optimizer.params.max_grad_norm"
        edit = f'c["gradient_clipping"]={key_expression("optimizer.params")}.pop("max_grad_norm")'
        message = f"{path}: {key} is refused; gradient_clipping stands for it"
        return block("max-grad-norm", message, edit_fix(node, path, config, edit))
    allowed = config.on("zero_allow_untested_optimizer")
    if (
        config.stage
        and isinstance(name, str)
        and name.lower() not in ZERO_OPTIMIZERS
        and not allowed
    ):
        message = (
            f'{path}: ZeRO refuses optimizer "{name}"; it takes {", ".join(ZERO_OPTIMIZERS[:5])}'
        )
        edit = 'c["zero_allow_untested_optimizer"]=True'
        note = "tries it all the same, if it is one of torch.optim"
        return block("untested-optimizer", message, edit_fix(node, path, config, edit, note))
    given = config.get("scheduler.type")
    meant = next((one for one in SCHEDULERS if str(given).lower() == one.lower()), given)
    if given != meant:
        edit = f"{key_expression('scheduler.type')}={json.dumps(meant)}"
        message = f'{path}: there is no scheduler "{given}"; it is spelt "{meant}"'
        return block("misspelt-scheduler", message, edit_fix(node, path, config, edit))
    return ok(f"optimizer {name or 'of the script'}, scheduler {given or 'of the script'}")
