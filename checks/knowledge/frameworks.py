"""Which framework of training a log is of, and what it calls the settings that remedies name.

Remedies name settings as transformers and torch do; who starts by a framework's own file or options
types another key for the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from checks.quick_dataclass import dataclass

_SETTINGS = {
    "attention": re.compile(r"\battn_implementation\b"),
    "batch": re.compile(r"\bmicro batch\b"),
    "workers": re.compile(r"\b(?:dataloader_)?num_workers\b|\bdata loader workers\b"),
    "processes": re.compile(r"\bnum_proc\b|\bpreprocessing_num_workers\b"),
    "unused": re.compile(r"\bfind_unused_parameters\b"),
    "length": re.compile(r"\bmax_length\b|\bshorter sequence|\blongest sequence\b"),
    "recompute": re.compile(
        r"\bcheckpointing of activations|(?<!with )\bgradient checkpointing\b(?! with| model| call)"
    ),
}
"""Settings, and how remedies name them that ask to change them; not those that take them as set."""


@dataclass(frozen=True)
class Framework:
    """What a log of it contains, and its keys by setting."""

    name: str
    says: tuple[str, ...]
    keys: Mapping[str, str]


FRAMEWORKS = (
    Framework(
        "axolotl",
        ("axolotl/cli/", "axolotl.cli.", "[axolotl."),
        {
            "attention": "`flash_attention: false` and `sdp_attention: true`",
            "batch": "`micro_batch_size`",
            "workers": "`dataloader_num_workers`",
            "processes": "`dataset_num_proc` (`dataset_processes` in older releases)",
            "unused": "`ddp_find_unused_parameters`",
            "length": "`sequence_len`",
            "recompute": "`gradient_checkpointing: true`",
        },
    ),
    Framework(
        "LLaMA-Factory",
        ("llamafactory", "LLaMA-Factory", "llmtuner"),
        {
            "attention": "`flash_attn: sdpa`",
            "batch": "`per_device_train_batch_size`",
            "workers": "`dataloader_num_workers`",
            "processes": "`preprocessing_num_workers`",
            "unused": "`ddp_find_unused_parameters`",
            "length": "`cutoff_len`",
            "recompute": "`disable_gradient_checkpointing: false`",
        },
    ),
    Framework(
        "ms-swift",
        ("[INFO:swift]", "ms-swift/", "/swift/cli/", "/swift/llm/", "/swift/pipelines/"),
        {
            "attention": "`--attn_impl sdpa`",
            "batch": "`--per_device_train_batch_size`",
            "workers": "`--dataloader_num_workers`",
            "processes": "`--dataset_num_proc`",
            "unused": "`--ddp_find_unused_parameters`",
            "length": "`--max_length`",
            "recompute": "`--gradient_checkpointing true`",
        },
    ),
    Framework(
        "verl",
        ("verl/trainer/", "verl.trainer."),
        {
            "attention": "`+actor_rollout_ref.model.override_config.attn_implementation=sdpa`",
            "batch": "`actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu`",
            "workers": "`data.dataloader_num_workers`",
            "processes": "`data.filter_overlong_prompts_workers`",
            "length": "`data.max_prompt_length` and `data.max_response_length`",
            "recompute": "`actor_rollout_ref.model.enable_gradient_checkpointing=True`",
        },
    ),
    Framework(
        "OpenRLHF",
        ("openrlhf/cli/", "openrlhf.cli."),
        {
            "batch": "`--train.micro_batch_size` (`--micro_train_batch_size` in older releases)",
            "length": "`--data.max_len` (`--max_len` in older releases)",
            "recompute": "`--gradient_checkpointing` (newer: `--model.` or, for PPO, "
            "`--actor.gradient_checkpointing_enable`)",
        },
    ),
)


def _is_named(key: str, remedy: str) -> bool:
    """Whether the remedy has the key's first word itself."""
    word = re.search(r"[\w.]+", key)
    return bool(word and re.search(rf"\b{re.escape(word[0])}\b", remedy))


def framework_in(text: str) -> Framework | None:
    """The framework that a log's text names, if it is one of these."""
    return next((each for each in FRAMEWORKS if any(says in text for says in each.says)), None)


def with_keys_of(framework: Framework | None, remedy: str) -> str:
    """The remedy with that framework's keys of the settings that it names."""
    keys = framework.keys if framework else {}
    named = [key for name, key in keys.items() if _SETTINGS[name].search(remedy)]
    named = [key for key in named if not _is_named(key, remedy)]
    return f"{remedy}; in {framework.name}: {', '.join(named)}" if framework and named else remedy
