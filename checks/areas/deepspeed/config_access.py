"""How the checks of DeepSpeed's config come by it: once read, or the reason to be silent."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from checks.areas.deepspeed.reader import ConfigReader, find_reader
from checks.facts import NodeView
from checks.facts.deepspeed_config import ConfigText, DeepspeedConfig
from checks.facts.software import Software
from checks.knowledge.deepspeed_config import NotAConfig, ParsedConfig, read_config
from checks.knowledge.deepspeed_keys import Version
from checks.model import Verdict, skip, unknown

NO_CONFIG = "neither launch.toml nor the command nor its script names a DeepSpeed config"
LARGEST_BYTES = 256 * 1024


def with_config(
    judge: Callable[[NodeView, ParsedConfig], Verdict],
) -> Callable[[NodeView], Verdict]:
    """Gives the judge the node's config; skips where there is none, or none that can be read."""

    @functools.wraps(judge)
    def judge_node(node: NodeView) -> Verdict:
        text = config_text(node)
        if isinstance(text, Verdict):
            return text
        try:
            config = read_config(text)
        except NotAConfig:
            return skip(f"{text.absolute} cannot be read; see deepspeed.config-is-readable")
        return judge(node, config)

    return judge_node


def config_text(node: NodeView) -> ConfigText | Verdict:
    """The config's text on that node, or what to say instead."""
    config = node.read(DeepspeedConfig).config if node.job.deepspeed_config else None
    if config is None:
        return skip(NO_CONFIG)
    if config.state != "there":
        reason = config.detail or config.state
        return skip(f"{config.absolute} on {node.name}: {reason}; see files.same-files-are-equal")
    if config.bytes > LARGEST_BYTES:
        return unknown(f"{config.absolute} has {config.bytes} bytes: too large to be a config")
    return config


def config_path(node: NodeView) -> str:
    """Where the config stands on that node."""
    config = node.read(DeepspeedConfig).config
    return config.absolute if config else ""


def config_reader(node: NodeView) -> ConfigReader:
    """Who reads the config there."""
    return find_reader(node.job, node.read(DeepspeedConfig).script)


def deepspeed_version(node: NodeView) -> Version | None:
    """DeepSpeed's version there, None where it is not known."""
    version = node.read(Software).packages.get("deepspeed", "") if node.has(Software) else ""
    numbers = re.match(r"([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})", version)
    return tuple(map(int, numbers.groups())) if numbers else None
