"""Whether transformers' Trainer has the ranks join where no node has a GPU."""

from __future__ import annotations

import re

from checks.check import Over, node_check
from checks.facts import NodeView
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.gpus import Gpus
from checks.model import HERE, Fix, Verdict, block, ok, skip, warn

ON_CPUS = {"use_cpu", "no_cuda", "ACCELERATE_USE_CPU"}
"""A script that has one of these words says itself what it trains on."""
_OPTION = re.compile(r"--(?:use[-_]cpu|no[-_]cuda)\b")
_SETTINGS = re.compile(r"\.(?:json|ya?ml)$")


@node_check("training.trainer-joins-on-cpus", DeepspeedConfig, Gpus, over=Over.HEAD)
def trainer_joins_on_cpus(node: NodeView) -> Verdict:
    """On nodes without GPUs a script that makes TrainingArguments says that it trains on CPUs.

    transformers' Trainer otherwise takes each rank for rank 0 of 1: each trains a copy on all of
    the data, or DeepSpeed ends for a batch size that fits no world of several ranks.

    Measured: The words `use_cpu`, `no_cuda` and `ACCELERATE_USE_CPU` in the script that names
    TrainingArguments, in the command and in `[env]`. It only warns where the arguments may come
    from elsewhere. With accelerate's launcher, and where a node has a GPU, it does not apply.

    Fix:
        ranks-alone: the arguments that have the ranks join over gloo.
    """
    job, script = node.job, node.read(DeepspeedConfig).script
    if reason := _why_not_judged(node):
        return skip(reason)
    words = set(script.words) if script else set()
    if script is None or not any("TrainingArguments" in word for word in words):
        return skip("the command names no script that makes TrainingArguments")
    if job.env.keys() & ON_CPUS or words & ON_CPUS or any(map(_OPTION.match, job.command)):
        return ok(f"{script.path} or its command says that it trains on CPUs")
    parsed = "HfArgumentParser" in words
    if parsed and any(map(_SETTINGS.search, job.command[1:])):
        return skip(f"a file among the arguments of {script.path} may say what it trains on")
    message = (
        f"{script.path} has TrainingArguments without use_cpu, and no node has a GPU: "
        "transformers then takes each rank for the only one"
    )
    note = (
        "add to the command: --use_cpu True --ddp_backend gloo"
        if parsed
        else f'in {script.path}: TrainingArguments(…, use_cpu=True, ddp_backend="gloo")'
    )
    is_literal = "TrainingArguments(" in words and not parsed and "**" not in words
    return (block if is_literal else warn)("ranks-alone", message, Fix(note=note, on=HERE))


def _why_not_judged(node: NodeView) -> str:
    """Why it does not apply; empty where several ranks run on CPUs alone."""
    job, answered = node.job, node.cluster.facts_by_node(Gpus)
    if job.launcher == "accelerate":
        return "accelerate is told by its launcher what to train on"
    if job.allow_separate:
        return "the ranks may work each by itself"
    if job.env.get("DS_ACCELERATOR", "cpu") != "cpu":
        return "[env] names another accelerator than CPUs"
    if having := [name for name, gpus in answered.items() if gpus.count or gpus.broken]:
        return f"{having[0]} has a GPU"
    slots = [each.slots or 1 for each in job.nodes]
    return "" if sum(slots) > 1 else "there is a single rank"
