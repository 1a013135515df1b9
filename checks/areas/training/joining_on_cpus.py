"""Whether transformers' Trainer has the ranks join where no node has a GPU."""

from __future__ import annotations

import shlex

from checks.check import Over, node_check
from checks.facts import NodeView
from checks.facts.controller_files import ControllerFiles
from checks.facts.deepspeed_config import DeepspeedConfig, TrainingScript
from checks.facts.gpus import Gpus
from checks.facts.software import Software
from checks.knowledge.trainer_on_cpus import (
    PARSERS,
    USE_CPU,
    added_by_start,
    cpu_argument,
    joining_options,
    makes_arguments,
    says_devices,
    set_by_variable,
    settings_file,
    why_not_alone,
)
from checks.model import HERE, Fix, Verdict, block, ok, skip, warn


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
    arguments. It only warns where another module may set them, and where `launcher start` adds what
    is lacking: the options, if a parser reads them as transformers' or trl's own arguments, or
    `ACCELERATE_USE_CPU`, if nothing is seen of DeepSpeed, which accelerate then leaves out without
    a word. With accelerate's launcher, and where a node has a GPU, it does not apply.

    Fix:
        ranks-alone: the line with the arguments that have the ranks join over gloo, or what to
            write into the script or its settings.
        added-by-start: nothing needs to be done.
        deepspeed-left-out: the same in place of the variable.
    """
    job, script = node.job, node.read(DeepspeedConfig).script
    if reason := why_not_alone(node):
        return skip(reason)
    if script is None or not makes_arguments(script):
        return skip("the command names no script that makes TrainingArguments")
    if job.deepspeed_config and set_by_variable(job, script):
        message = f"{USE_CPU} has accelerate leave out DeepSpeed: {script.path} trains without it"
        return warn(
            "deepspeed-left-out", message, _joining_fix(node, script, f"without {USE_CPU}, ")
        )
    if says_devices(node, script):
        return ok(f"{script.path} or its command says that it trains on CPUs")
    lacks = (
        f"{script.path} has TrainingArguments without {cpu_argument(node)}, and no node has a GPU"
    )
    if added := added_by_start(node):
        how = "sets" if added.env else "adds"
        message = f"{lacks}: so that the ranks train together, start {how} {added}"
        note = "nothing needs to be done; where you give it yourself, this warning ends"
        return warn("added-by-start", message, Fix(note=note, on=HERE))
    message = (
        f"{lacks}: transformers then takes each rank for the only one, so that none trains with "
        "another"
    )
    verdict = block if _is_certain(script) else warn
    return verdict("ranks-alone", message, _joining_fix(node, script))


def _is_certain(script: TrainingScript) -> bool:
    """Whether all that may set an argument was looked at: the call itself, or the command."""
    seen = script.arguments
    return seen is not None and (seen.defaults or not seen.parsed)


def _joining_fix(node: NodeView, script: TrainingScript, before: str = "") -> Fix:
    """The line to type where options of the command are the arguments; else what to write."""
    name = cpu_argument(node)
    if not PARSERS & set(script.words):
        arguments = f'TrainingArguments(…, {name}=True, ddp_backend="gloo")'
        return Fix(note=f"{before}in {script.path}: {arguments}", on=HERE)
    if file := settings_file(script):
        return Fix(note=f"{before}in {file}: {name} true, ddp_backend gloo", on=HERE)
    words = joining_options(name, node.job.command)
    line = node.read(ControllerFiles).line_and(words) if node.has(ControllerFiles) else ""
    if line and not before:
        return Fix(line, HERE, "has the ranks join over gloo")
    return Fix(note=f"{before}add to the command: {shlex.join(words)}", on=HERE)
