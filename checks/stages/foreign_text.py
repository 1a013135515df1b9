"""What a file on a node says that is not what it is taken for is neither shown nor saved.

A config's path may lead anywhere, to a link to /etc/shadow. Its text is taken off the answer as it
arrives, and why it is no config takes its place.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from checks.answer import Answer
from checks.errors import FactError
from checks.facts.accelerate_config import AccelerateFile
from checks.facts.decode import Fact, decode_fact
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.knowledge.deepspeed_config import NotAConfig, require_config

ACCELERATE_KEY = re.compile(
    r"""^\s*[{,]?\s*["']?(compute_environment|distributed_type|num_(machines|processes)|machine_rank|
    main_(process_(ip|port)|training_function)|mixed_precision|downcast_bf16|use_cpu|debug|gpu_ids|
    rdzv_backend|same_network|(deepspeed|fsdp|megatron_lm|dynamo|mpirun|fp8)_config)["']?\s*:""",
    re.MULTILINE | re.VERBOSE,
)
"""One of them is in each file that `accelerate config` writes."""
HOSTFILE_LINE = re.compile(r"\s*(#.*|[\w.-]{1,64}(\s+(slots|max_slots)=\d+)*)?\s*")


def without_foreign_text(section: str, answer: Answer) -> Answer:
    """The answer, without what is no config or no hostfile where it is about such files."""
    if answer.data is None:
        return answer
    try:
        fact = _own_text(section, answer.data)
    except FactError as error:
        return Answer(error=str(error))
    except Exception as error:  # noqa: BLE001 - whatever an odd text leads to costs that text alone
        return Answer(error=f"its text cannot be read: {type(error).__name__}: {error}")
    return dataclasses.replace(answer, data=fact.as_json()) if fact else answer


def _own_text(section: str, data: Any) -> Fact | None:
    if section == DeepspeedConfig.section:
        return _without_foreign_config(decode_fact(DeepspeedConfig, data))
    if section == AccelerateFile.section:
        return _without_foreign_files(decode_fact(AccelerateFile, data))
    return None


def _without_foreign_files(fact: AccelerateFile) -> AccelerateFile:
    if fact.text and fact.text.strip() and not ACCELERATE_KEY.search(fact.text):
        fact = dataclasses.replace(fact, text="")
    if not all(map(HOSTFILE_LINE.fullmatch, (fact.hostfile_text or "").splitlines())):
        fact = dataclasses.replace(fact, hostfile_text="")
    return fact


def _without_foreign_config(fact: DeepspeedConfig) -> DeepspeedConfig:
    if fact.config is None or fact.config.state != "there":
        return fact
    config = dataclasses.replace(fact.config, refused="", detail="", line=0)
    try:
        require_config(config.text)
    except NotAConfig as error:
        config = dataclasses.replace(
            config, text="", refused=error.cause, detail=str(error), line=error.line
        )
        fact = dataclasses.replace(fact, nvme={})
    return dataclasses.replace(fact, config=config)
