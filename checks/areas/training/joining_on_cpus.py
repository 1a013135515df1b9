"""Whether transformers' Trainer has the ranks join where no node has a GPU."""

from __future__ import annotations

import re

from checks.check import Over, node_check
from checks.facts import NodeView
from checks.facts.controller_files import ControllerFiles
from checks.facts.deepspeed_config import DeepspeedConfig, TrainingScript
from checks.facts.gpus import Gpus
from checks.facts.software import Software
from checks.model import HERE, Fix, Verdict, block, ok, skip, warn

USE_CPU = "ACCELERATE_USE_CPU"
"""accelerate's variable, which leaves out DeepSpeed as well (accelerate.state.AcceleratorState)."""
ON_CPUS = {"use_cpu", "no_cuda"}
"""A script, or a file of settings, that has one of these says itself what it trains on."""
ARGUMENTS = ("TrainingArguments", "SFTConfig", "DPOConfig", "GRPOConfig")
PARSERS = {"HfArgumentParser", "TrlParser"}
FIRST_USE_CPU = (4, 34)
"""The version of transformers that renamed `no_cuda`."""
_OPTION = re.compile(r"--(?:use[-_]cpu|no[-_]cuda)\b")


@node_check(
    "training.trainer-joins-on-cpus",
    *(DeepspeedConfig, Gpus),
    optional=(ControllerFiles, Software),
    over=Over.HEAD,
)
def trainer_joins_on_cpus(node: NodeView) -> Verdict:
    """On nodes without GPUs a script that makes TrainingArguments says that it trains on CPUs.

    transformers' Trainer otherwise takes each rank for rank 0 of 1: each trains on all of the data,
    or DeepSpeed ends for a batch size that fits no world of several ranks.

    Measured: The words `use_cpu` and `no_cuda` in the script that names TrainingArguments, or
    the configuration of trl's trainers, in the command and in the files of settings among its
    arguments. It only warns where another module may set them. `ACCELERATE_USE_CPU` has the ranks
    join too, but accelerate then leaves out DeepSpeed without a word. With accelerate's launcher,
    and where a node has a GPU, it does not apply.

    Fix:
        ranks-alone: the line with the arguments that have the ranks join over gloo, or what to
            write into the script or its settings.
        deepspeed-left-out: the same in place of the variable.
    """
    job, script = node.job, node.read(DeepspeedConfig).script
    if reason := _why_not_judged(node):
        return skip(reason)
    words = set(script.words) if script else set()
    if script is None or not any(name in word for word in words for name in ARGUMENTS):
        return skip("the command names no script that makes TrainingArguments")
    by_variable = job.env.get(USE_CPU, "").lower() in ("1", "true", "yes") or USE_CPU in words
    if by_variable and job.deepspeed_config:
        message = f"{USE_CPU} has accelerate leave out DeepSpeed: {script.path} trains without it"
        return warn(
            "deepspeed-left-out", message, _joining_fix(node, script, f"without {USE_CPU}, ")
        )
    settings = {word for found in script.settings.values() for word in found}
    if by_variable or (words | settings) & ON_CPUS or any(map(_OPTION.match, job.command)):
        return ok(f"{script.path} or its command says that it trains on CPUs")
    message = (
        f"{script.path} has TrainingArguments without {_argument(node)}, and no node has a GPU: "
        "transformers then takes each rank for the only one, so that none trains with another"
    )
    verdict = block if _is_certain(script) else warn
    return verdict("ranks-alone", message, _joining_fix(node, script))


def _is_certain(script: TrainingScript) -> bool:
    """Whether all that may set an argument was looked at: the call itself, or the command."""
    seen = script.arguments
    return seen is not None and (seen.defaults or not seen.parsed)


def _argument(node: NodeView) -> str:
    """What the argument is called in the transformers there."""
    packages = node.read(Software).packages if node.has(Software) else {}
    numbers = re.match(r"(\d+)\.(\d+)", packages.get("transformers", ""))
    is_old = numbers is not None and tuple(map(int, numbers.groups())) < FIRST_USE_CPU
    return "no_cuda" if is_old else "use_cpu"


def _joining_fix(node: NodeView, script: TrainingScript, before: str = "") -> Fix:
    """The line to type where options of the command are the arguments; else what to write."""
    name = _argument(node)
    if not PARSERS & set(script.words):
        arguments = f'TrainingArguments(…, {name}=True, ddp_backend="gloo")'
        return Fix(note=f"{before}in {script.path}: {arguments}", on=HERE)
    if file := next((file for file, seen in script.settings.items() if "output_dir" in seen), ""):
        return Fix(note=f"{before}in {file}: {name} true, ddp_backend gloo", on=HERE)
    words = (f"--{name}", "True", "--ddp_backend", "gloo")
    line = node.read(ControllerFiles).line_and(words) if node.has(ControllerFiles) else ""
    if line and not before:
        return Fix(line, HERE, "has the ranks join over gloo")
    return Fix(note=f"{before}add to the command: {' '.join(words)}", on=HERE)


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
