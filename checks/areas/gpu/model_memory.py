"""Whether the model that the job names fits into the memory that its ranks have."""

from __future__ import annotations

import re
from collections import Counter

from checks.areas.deepspeed.config_access import with_config
from checks.areas.deepspeed.engine import rank_slots
from checks.areas.deepspeed.reader import splits_the_model
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.cgroup import Cgroup
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.gpus import Gpus
from checks.facts.job_paths import JobPaths
from checks.facts.load import Load
from checks.knowledge.deepspeed_config import ParsedConfig
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn
from checks.quick_dataclass import dataclass
from checks.units import format_memory

WEIGHT_BYTES, OPTIMIZER_BYTES = 2, 12
"""Of a parameter in half precision; of its master copy and Adam's two moments in single."""
LEAST_WEIGHT_BYTES = 0.5
"""Of a parameter that is loaded in 4 bits."""
WIDE_MARGIN = 3
"""Times the memory that there is: Adam in 8 bits without a master copy needs 2.7 times less."""
TRAINED_IN_PART = ("peft", "LoraConfig", "load_in_", "BitsAndBytes", "requires_grad")
MAY_TRAIN_IN_PART = re.compile(r"lora|peft|adapter|quant|[48]bit|\.ya?ml$|\.json$", re.IGNORECASE)
NOT_TRAINED = re.compile("teacher|reference|ref_|reward|draft|embed|judge|data")


@dataclass(frozen=True)
class _Need:
    """Bytes that one GPU and one node's memory must hold at least: `gpu` and `host` when all of
    the model is trained, `least_*` of its weights alone in 4 bits."""

    gpu: float
    host: float
    least_gpu: float
    least_host: float

    def without_gpus(self, ranks: int) -> _Need:
        """What so many ranks need that compute on the host's processors."""
        host, least = self.host + ranks * self.gpu, self.least_host + ranks * self.least_gpu
        return _Need(0.0, host, 0.0, least)


@node_check(
    "gpu.model-fits-the-memory",
    *(DeepspeedConfig, JobPaths, Gpus),
    severity=Severity.WARN,
    optional=(Load, Cgroup),
    reads=("command", "include", "exclude"),
)
@with_config
def model_fits_the_memory(node: NodeView, config: ParsedConfig) -> Verdict:
    """What ZeRO leaves on a GPU, and what it puts into the host's memory, can be held there.

    Otherwise the ranks end with "CUDA out of memory", or the kernel kills one, after the model was
    loaded for minutes.

    Measured: The parameters of the largest model that the command or `exist` names, in the headers
    of its safetensors files or, where it has none, by the sizes in its config.json, against
    DeepSpeed's config: 2 bytes of weights and 2 of gradients each, 12 of Adam's
    states, divided among the ranks from stage 1 (states), 2 (gradients) and 3 (weights) on, or in
    the host's memory where they are offloaded. These are the terms of DeepSpeed's
    `estimate_zero2_` and `estimate_zero3_model_states_mem_needs` without their buffers; activations
    are not counted. On a node without GPUs all of it is in the host's memory. Warns, and only where
    the script shows that it trains the whole model; blocks there if that is three times what there
    is, and anywhere if the weights alone, in 4 bits, are more.

    Fix:
        gpu-too-small: a higher stage, offload, or more ranks.
        host-too-small: less offload, nvme, or more nodes.
    """
    parameters = max(_parameters(node), default=0)
    slots = Counter(name for name, _ in rank_slots(node))
    if not parameters:
        return skip("no model is named whose size is known")
    if not slots[node.name]:
        return skip(f"no rank is on {node.name}")
    need = _need(node, config, parameters, slots[node.name], slots.total())
    if not node.read(Gpus).gpus:
        need = need.without_gpus(slots[node.name])
    words = f"a model of {parameters / 1e9:.1f} billion parameters, stage {config.stage}"
    held = f"{format_memory(need.gpu)} on a GPU and {format_memory(need.host)} of the host"
    verdict = _gpu_verdict(node, need, words) or _host_verdict(node, need, words)
    return verdict or ok(f"{words}: at least {held} where all of it is trained by Adam")


def _parameters(node: NodeView) -> list[int]:
    paths = node.read(JobPaths)
    return [
        found.parameters
        for path, found in paths.paths.items()
        if not NOT_TRAINED.search(paths.arguments.get(path, "").lower())
    ]


def _is_given_to_the_script(node: NodeView) -> bool:
    """Whether the largest model is an argument's, and not only one of `exist`."""
    paths = node.read(JobPaths)
    given = [paths.paths[path].parameters for path in paths.arguments if path in paths.paths]
    return max(given, default=0) == max(_parameters(node), default=0)


def _need(node: NodeView, config: ParsedConfig, parameters: int, here: int, ranks: int) -> _Need:
    stage, script = config.stage, node.read(DeepspeedConfig).script
    split = stage >= 3 or splits_the_model(config, node.job, script)
    weights = parameters / ranks if split else float(parameters)
    moved = config.device("offload_param") != "none"
    states = parameters / ranks if stage >= 1 else float(parameters)
    gradients = parameters / ranks if stage >= 2 else float(parameters)
    lifted = config.device("offload_optimizer")
    gpu = 0.0 if moved else WEIGHT_BYTES * weights
    gpu += 0.0 if lifted != "none" else WEIGHT_BYTES * gradients + OPTIMIZER_BYTES * states
    share = here * parameters / ranks
    host = OPTIMIZER_BYTES * share if lifted == "cpu" else 0.0
    held = config.device("offload_param") == "cpu"
    host += WEIGHT_BYTES * share if held else 0.0
    return _Need(
        gpu,
        host,
        0.0 if moved else LEAST_WEIGHT_BYTES * weights,
        LEAST_WEIGHT_BYTES * share if held else 0.0,
    )


def _trains_all(node: NodeView) -> bool:
    """Whether the script is seen, and neither it nor the command shows that it trains a part."""
    script = node.read(DeepspeedConfig).script
    partly = script is None or any(word in TRAINED_IN_PART for word in script.words)
    return not partly and not any(MAY_TRAIN_IN_PART.search(word) for word in node.job.command)


def _gpu_verdict(node: NodeView, need: _Need, words: str) -> Verdict | None:
    sizes = [card.memory_bytes for card in node.read(Gpus).gpus if card.memory_bytes]
    asks = _Asks("gpu-too-small", f"a GPU of {node.name}", need.gpu, need.least_gpu)
    note = "a higher ZeRO stage, offload_optimizer, offload_param with stage 3, or more ranks"
    return _compare(node, asks, min(sizes, default=0), words, Fix(note=note))


def _host_verdict(node: NodeView, need: _Need, words: str) -> Verdict | None:
    sizes = [node.read(Load).memory_bytes] if node.has(Load) else []
    if node.has(Cgroup) and (limit := node.read(Cgroup).memory_bytes):
        sizes.append(limit)
    asks = _Asks("host-too-small", f"the host's memory of {node.name}", need.host, need.least_host)
    note = "offload to nvme, offload less, or train on more nodes"
    return _compare(node, asks, min(sizes, default=0), words, Fix(note=note))


@dataclass(frozen=True)
class _Asks:
    """What must be in one place at least: all that training needs, and its weights in 4 bits."""

    cause: str
    place: str
    need: float
    least: float


def _compare(node: NodeView, asks: _Asks, size: int, words: str, fix: Fix) -> Verdict | None:
    there = f"{asks.place} has {format_memory(size)}"
    if size and asks.least > size:
        least = f"its weights alone are {format_memory(asks.least)} there, in 4 bits"
        return block(asks.cause, f"{words}: {least}; {there}", fix)
    if size and asks.need > size and _trains_all(node):
        need = f"trained by Adam it needs {format_memory(asks.need)} there, and activations"
        far = asks.need > WIDE_MARGIN * size and _is_given_to_the_script(node)
        verdict = block if far else warn
        return verdict(asks.cause, f"{words}: {need}; {there}", fix)
    return None
