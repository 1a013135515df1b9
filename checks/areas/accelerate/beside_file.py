"""Keys of accelerate's file that it refuses beside a DeepSpeed config file.

`DeepSpeedPlugin._deepspeed_config_checks` ends every rank for them, with the same value too.
"""

from __future__ import annotations

from checks.areas.accelerate.edits import delete_lines, edit_fix
from checks.facts import NodeView
from checks.facts.accelerate_config import AccelerateFile
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.knowledge.accelerate_config import AccelerateConfig
from checks.model import Verdict, block, warn

SECTION = "deepspeed_config"
FILE = "deepspeed_config_file"
REFUSED = {
    "gradient_accumulation_steps": "gradient_accumulation_steps",
    "gradient_clipping": "gradient_clipping",
    "zero_stage": "zero_optimization.stage",
    "offload_optimizer_device": "zero_optimization.offload_optimizer.device",
    "offload_param_device": "zero_optimization.offload_param.device",
    "offload_param_nvme_path": "zero_optimization.offload_param.nvme_path",
    "offload_optimizer_nvme_path": "zero_optimization.offload_optimizer.nvme_path",
    "zero3_save_16bit_model": "zero_optimization.stage3_gather_16bit_weights_on_model_save",
}
"""What DeepSpeed's own file says in its place."""
PRECISION = ("mixed_precision", "fp16")
"""At the top; the second is how accelerate's oldest files spell the first."""
USERS = {"Accelerator", "accelerate", "Trainer", "TrainingArguments", "HfArgumentParser"}
"""Words of a script that has accelerate set DeepSpeed up."""


def judge_keys_beside_file(node: NodeView, config: AccelerateConfig) -> Verdict | None:
    """None where accelerate takes them: without a DeepSpeed config file, or beside none of these.

    Warns where the script is seen to use DeepSpeed without accelerate, which then asks for nothing.
    """
    file, part = _deepspeed_file(node, config), config.part(SECTION)
    inside = [key for key in part if key in REFUSED]
    above = [key for key in PRECISION if key in config.values]
    if not above or config.values[above[0]] in ((None, False) if above[0] == "fp16" else (None,)):
        above = []
    if not file or not (inside or above):
        return None
    accelerate = node.read(AccelerateFile)
    message = (
        f"{accelerate.path} on {node.name} sets {' and '.join([*inside, *above])}, and DeepSpeed "
        f"gets its config from {file}: accelerate refuses what is set in both places"
    )
    emptied = [SECTION] if inside and len(inside) == len(part) else []
    pattern = "|".join([*(f" +{key}" for key in inside), *above, *emptied])
    kept = {key: value for key, value in part.items() if key not in inside}
    expected = {
        key: kept if key == SECTION and inside else value
        for key, value in config.values.items()
        if key not in (*above, *emptied)
    }
    places = [f"{REFUSED[key]} {part[key]}" for key in inside]
    places += [f"fp16 or bf16 ({config.values[key]} here)" for key in above]
    note = f"what was set here, {file} must then say, if it is meant: {', '.join(places)}"
    edit = delete_lines(accelerate.text or "", f"^({pattern}):")
    fix = edit_fix(node, edit, expected, f"take out {', '.join([*inside, *above])}", note)
    verdict = block if _is_set_up_by_accelerate(node) else warn
    return verdict("keys-beside-file", message, fix, keys=[*inside, *above])


def _deepspeed_file(node: NodeView, config: AccelerateConfig) -> str:
    """DeepSpeed's own config, as launch.toml or this file names it; '' where ranks read none."""
    job = node.job
    if job.launcher == "accelerate" and job.accelerate_deepspeed:
        return job.accelerate_deepspeed
    named = config.part(SECTION).get(FILE)
    used = config.values.get("distributed_type") == "DEEPSPEED" and named not in (None, "none")
    return str(named) if used else ""


def _is_set_up_by_accelerate(node: NodeView) -> bool:
    script = node.read(DeepspeedConfig).script if node.has(DeepspeedConfig) else None
    return (
        script is None
        or bool(USERS & set(script.words))
        or "deepspeed.initialize" not in (script.words)
    )
