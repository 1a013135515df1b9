"""Who reads DeepSpeed's config and fills what it leaves open, as far as the job shows it.

Hugging Face's Trainer and accelerate replace "auto" and read strict JSON; a script that calls
deepspeed.initialize itself does neither. What cannot be seen accuses nobody.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

from checks.areas.deepspeed.batch import BATCH
from checks.facts.deepspeed_config import TrainingScript
from checks.knowledge.deepspeed_config import ParsedConfig
from checks.model import Job

TRAINER = {
    *("TrainingArguments", "HfArgumentParser", "import trl", "from trl"),
    *("TrlParser", "SFTConfig", "DPOConfig", "GRPOConfig"),
    *("axolotl", "llamafactory", "lmflow"),
}
FILLER_WORDS = {*TRAINER, "Accelerator", "accelerate"}
OWN_TRAINER_WORDS = {"Trainer", '"auto"', "'auto'"}
SPLIT_WORDS = {"mpu=", "megatron", "mesh_", "PipelineModule", "parallel_size", "tp_size"}
KNOWN_PROGRAMS = re.compile(r"\b(axolotl|llama-?factory|lmflow|accelerate|trl)\b", re.IGNORECASE)


class ConfigReader(enum.Enum):
    """What reads the config."""

    TRAINER = "Hugging Face's Trainer"
    ACCELERATE = "accelerate"
    DEEPSPEED = "DeepSpeed itself"
    UNSEEN = "a program that cannot be seen from here"


def find_reader(job: Job, script: TrainingScript | None) -> ConfigReader:
    """Who reads the config; DEEPSPEED only where the script is seen to leave everything to it."""
    words = set(script.words) if script else set()
    program = KNOWN_PROGRAMS.search(" ".join(job.command[:2]))
    if words & TRAINER or (program and program[1].lower() != "accelerate"):
        return ConfigReader.TRAINER
    if words & FILLER_WORDS or program or job.launcher == "accelerate":
        return ConfigReader.ACCELERATE
    if "deepspeed.initialize" in words and not words & OWN_TRAINER_WORDS:
        return ConfigReader.DEEPSPEED
    return ConfigReader.UNSEEN


def splits_the_model(config: ParsedConfig, job: Job, script: TrainingScript | None) -> bool:
    """Whether one copy of the model may span several ranks, so that fewer of them share a batch.

    True as well where the program is not seen.
    """
    keys = {"tensor_parallel", "sequence_parallel_size", "expert_parallel", "data_parallel_size"}
    parallel_option = any("parallel" in word or "tp_size" in word for word in job.command)
    return (
        script is None
        or parallel_option
        or bool(keys & config.values.keys() or SPLIT_WORDS & set(script.words))
    )


def command_options(job: Job) -> Iterator[tuple[str, str]]:
    """The options in the command with their values, "" for those without one."""
    for word, following in zip(job.command, (*job.command[1:], "--"), strict=False):
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            yield name.replace("-", "_"), value if equals or following[:2] == "--" else following


def silent_autos(config: ParsedConfig) -> list[str]:
    """The "auto" that DeepSpeed alone takes for its default, or for a word, without saying so."""
    places = ("fp16.", "bf16.", "zero_optimization.", "optimizer.params.", "scheduler.params.")
    exact = ("gradient_clipping", *BATCH)
    return [name for name in config.auto_names() if name in exact or name.startswith(places)]
