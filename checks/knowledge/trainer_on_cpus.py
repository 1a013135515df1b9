"""transformers' Trainer where no node has a GPU: what its ranks need to join, and who says so."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import field

from checks.facts import NodeView
from checks.facts.deepspeed_config import DeepspeedConfig, TrainingScript
from checks.facts.gpus import Gpus
from checks.facts.software import Software
from checks.model import Job
from checks.quick_dataclass import dataclass

USE_CPU = "ACCELERATE_USE_CPU"
"""accelerate's variable, which leaves out DeepSpeed as well (accelerate.state.AcceleratorState)."""
ON_CPUS = {"use_cpu", "no_cuda"}
"""A script, or a file of settings, that has one of these says itself what it trains on."""
TRLS = ("SFTConfig", "DPOConfig", "GRPOConfig")
ARGUMENTS = ("TrainingArguments", *TRLS)
PARSERS = {"HfArgumentParser", "TrlParser"}
ACCELERATORS = (
    *("torch_npu", "torch_mlu", "torch_musa", "torch_sdaa", "torch_xla", "habana_frameworks"),
)
"""What makes torch use devices that are none of NVIDIA's or AMD's."""
FIRST_USE_CPU = (4, 34)
"""The version of transformers that renamed `no_cuda`."""
_OPTION = re.compile(r"--(?:use[-_]cpu|no[-_]cuda)\b")
_BACKEND = re.compile(r"--ddp[-_]backend\b")


@dataclass(frozen=True)
class Added:
    """What a start adds: options behind those of the command, or variables of each rank."""

    options: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.options or self.env)

    def __str__(self) -> str:
        return shlex.join([*(f"{name}={value}" for name, value in self.env.items()), *self.options])


def added_by_start(head: NodeView) -> Added:
    """What a start adds, so that the ranks of transformers' Trainer join on CPUs.

    Only where nobody says what they train on. Options where the script is sure to read them as
    transformers' or trl's own arguments; the variable, which leaves out DeepSpeed, where nothing
    of DeepSpeed is in the job and the script makes the arguments itself.
    """
    script = head.read(DeepspeedConfig).script
    if script is None or not head.has(Software):
        return Added()
    if why_not_alone(head) or says_devices(head, script):
        return Added()
    if script.arguments is None or settings_file(script):
        return Added()
    if script.arguments.parsed:
        own = script.arguments.defaults or _takes_trls(script)
        name = cpu_argument(head)
        return Added(joining_options(name, head.job.command)) if own else Added()
    without = not head.job.deepspeed_config and "deepspeed" not in script.words
    makes = makes_arguments(script) and without and cpu_argument(head) == "use_cpu"
    return Added(env={USE_CPU: "true"}) if makes else Added()


def _takes_trls(script: TrainingScript) -> bool:
    """Whether what its parser reads is trl's, which has all of TrainingArguments."""
    return "from trl" in script.words and bool({*TRLS} & {*script.words})


def joining_options(name: str, command: Sequence[str]) -> tuple[str, ...]:
    """The options that have the ranks join over gloo, but for a backend that is chosen already."""
    backend = () if any(map(_BACKEND.match, command)) else ("--ddp_backend", "gloo")
    return (f"--{name}", "True", *backend)


def settings_file(script: TrainingScript) -> str:
    """The file among the script's arguments that has the Trainer's; empty where none has."""
    return next((file for file, seen in script.settings.items() if "output_dir" in seen), "")


def makes_arguments(script: TrainingScript) -> bool:
    """Whether the script names TrainingArguments, or what trl's trainers have for them."""
    return any(name in word for word in script.words for name in ARGUMENTS)


def says_devices(node: NodeView, script: TrainingScript) -> bool:
    """Whether the script, its settings, its command or a variable says what it trains on."""
    settings = {word for found in script.settings.values() for word in found}
    return (
        set_by_variable(node.job, script)
        or bool(({*script.words} | settings) & ON_CPUS)
        or any(map(_OPTION.match, node.job.command))
    )


def set_by_variable(job: Job, script: TrainingScript) -> bool:
    """Whether accelerate's variable says it, which leaves out DeepSpeed."""
    return job.env.get(USE_CPU, "").lower() in ("1", "true", "yes") or USE_CPU in script.words


def cpu_argument(node: NodeView) -> str:
    """What the argument is called in the transformers there."""
    packages = node.read(Software).packages if node.has(Software) else {}
    numbers = re.match(r"(\d+)\.(\d+)", packages.get("transformers", ""))
    is_old = numbers is not None and tuple(map(int, numbers.groups())) < FIRST_USE_CPU
    return "no_cuda" if is_old else "use_cpu"


def _other_accelerator(node: NodeView) -> str:
    """What makes torch there use another accelerator than GPUs; empty where nothing is seen."""
    software = node.read(Software) if node.has(Software) else None
    if software is None:
        return ""
    found = [name for name in ACCELERATORS if software.optional.get(name)]
    torch = software.packages.get("torch", "")
    return found[0] if found else f"torch {torch}" if "xpu" in torch else ""


def why_not_alone(node: NodeView) -> str:
    """Why no rank would train alone for want of a GPU; empty where several run on CPUs alone."""
    job, answered = node.job, node.cluster.facts_by_node(Gpus)
    if job.launcher == "accelerate" and not job.config_is_programs:
        return "accelerate is told by its launcher what to train on"
    if job.allow_separate:
        return "the ranks may work each by itself"
    if job.env.get("DS_ACCELERATOR", "cpu") != "cpu":
        return "[env] names another accelerator than CPUs"
    if having := [name for name, gpus in answered.items() if gpus.count or gpus.broken]:
        return f"{having[0]} has a GPU"
    if other := _other_accelerator(node):
        return f"{node.name} has {other}, whose devices are not looked for"
    slots = [each.slots or 1 for each in job.nodes]
    return "" if sum(slots) > 1 else "there is a single rank"
