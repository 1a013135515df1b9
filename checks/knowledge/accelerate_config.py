"""A node's accelerate configuration as its judges need it: typed values, and who reads it."""

from __future__ import annotations

import functools
import ipaddress
import json
from collections.abc import Mapping, Sequence
from typing import Any

from checks.facts import ClusterView, NodeView
from checks.facts.accelerate_config import AccelerateFile
from checks.facts.view_cache import cached_per_view
from checks.model import Verdict, skip
from checks.quick_dataclass import dataclass

EACH_NODE_LAUNCHERS = ("standard", "nossh")
"""The DeepSpeed launchers with which somebody starts accelerate on every node."""


class ConfigError(ValueError):
    """What accelerate cannot take; the text says what."""


NUMBER_KEYS = ("num_machines", "num_processes", "machine_rank", "main_process_port")


LONGEST_TEXT, MOST_VALUES, LARGEST_NUMBER = 1 << 16, 10_000, 1e30


@dataclass(frozen=True)
class AccelerateConfig:
    """The values as accelerate would load them."""

    values: Mapping[str, Any]

    def number(self, key: str, default: int) -> int:
        """A whole number, `default` where none is given; of NUMBER_KEYS, which are checked."""
        value = self.values.get(key)
        if value is None:
            return default
        if type(value) is not int:
            raise ConfigError(f"{key} is {value!r}, expected a whole number")
        return value

    def part(self, key: str) -> Mapping[str, Any]:
        """A nested mapping; empty where there is none."""
        value = self.values.get(key)
        return (
            {str(name): inner for name, inner in value.items()} if isinstance(value, dict) else {}
        )

    @property
    def launcher(self) -> str:
        """DeepSpeed's multi-node launcher, or `standard` where DeepSpeed does not start it."""
        if self.values.get("distributed_type") != "DEEPSPEED":
            return "standard"
        return str(self.part("deepspeed_config").get("deepspeed_multinode_launcher") or "pdsh")

    @property
    def starts_all_nodes(self) -> bool:
        """Whether `accelerate launch` on the head starts the ranks of all nodes."""
        return self.launcher not in EACH_NODE_LAUNCHERS


@functools.lru_cache(maxsize=4096)
def parse_config(path: str, text: str) -> AccelerateConfig:
    """The configuration as accelerate reads it. Raises ConfigError."""
    if len(text) > LONGEST_TEXT:
        raise ConfigError(f"over {LONGEST_TEXT >> 10} KiB")
    try:
        values = _load_json(text) if path.endswith(".json") else _load_yaml(text)
        _count_values(values, {})
    except RecursionError:
        raise ConfigError("nested too deep") from None
    if not isinstance(values, dict):
        raise ConfigError("expected keys and values")
    config = AccelerateConfig({str(key): value for key, value in values.items()})
    for key in NUMBER_KEYS:
        config.number(key, 0)
    return config


def _count_values(value: Any, counted: dict[int, int]) -> int:
    """How many there are, each as often as an alias repeats it: a few lines can stand for billions.

    Raises ConfigError for too many, and for a number that nobody can write out.
    """
    if isinstance(value, int | float) and not abs(value) < LARGEST_NUMBER:
        raise ConfigError("a number is too large")
    if not isinstance(value, dict | list | set | tuple):
        return 1
    if id(value) not in counted:
        counted[id(value)] = MOST_VALUES  # where it holds itself
        inner = (*value, *value.values()) if isinstance(value, dict) else value
        counted[id(value)] = 1 + sum(_count_values(entry, counted) for entry in inner)
    if counted[id(value)] >= MOST_VALUES:
        raise ConfigError("too many values, or aliases that repeat them")
    return counted[id(value)]


def _load_json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"line {error.lineno}: {error.msg}") from error
    except ValueError as error:  # Python's own bound on digits
        raise ConfigError(str(error)) from None


def _load_yaml(text: str) -> Any:
    """What yaml.safe_load makes of `text`, with its parser in C where PyYAML was built with it."""
    import yaml  # slow to import, and most clusters start without accelerate

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(f"line {mark.line + 1 if mark else 1}: {error.problem}") from error
    except (yaml.YAMLError, ValueError, LookupError, ArithmeticError) as error:
        # such as a 31st of February
        raise ConfigError(" ".join(str(error).split())) from error


def node_config(node: NodeView) -> AccelerateConfig | None:
    """The node's configuration; None where there is none that can be read."""
    if not node.has(AccelerateFile):
        return None
    file = node.read(AccelerateFile)
    try:
        return None if file.text is None else parse_config(file.path, file.text)
    except ValueError:
        return None


def main_address(node: NodeView) -> str:
    """The main_process_ip of the node's configuration where that is an address, else ''."""
    config = node_config(node)
    text = str(config.values.get("main_process_ip") or "") if config else ""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def head_starts_all(cluster: ClusterView) -> bool:
    """Whether only the head's configuration is read."""
    config = node_config(cluster.head)
    named = cluster.job.accelerate_config
    return config is not None and config.starts_all_nodes and not named


@cached_per_view
def may_be_started_with(cluster: ClusterView) -> bool:
    """Whether somebody set accelerate up for several machines on all nodes of a job that names no
    command: what starts it is then not known here.
    """
    configs = [node_config(node) for node in cluster.nodes]
    return not cluster.job.command and all(
        config is not None and config.number("num_machines", 1) > 1 for config in configs
    )


def why_not_read(node: NodeView) -> str:
    """Why nobody reads this node's configuration; empty where accelerate does."""
    head = node.cluster.head
    if node.job.launcher != "accelerate" and not may_be_started_with(node.cluster):
        return f"{node.job.launcher} starts this job, not accelerate"
    if not node.is_head and not head.has(AccelerateFile):
        return f"{head.name} gave no answer; its configuration decides whether this one is read"
    if not node.is_head and head_starts_all(node.cluster):
        return f"accelerate reads the one of {head.name} and starts the other nodes from there"
    return ""


def config_to_judge(node: NodeView) -> AccelerateConfig | Verdict:
    """One of several nodes' configuration, for what it says of the nodes; or why none is judged."""
    if node.job.accelerate_config:
        return skip("launch.toml names the file: our start passes machines, ranks and head")
    return config_that_is_read(node)


def config_that_is_read(node: NodeView) -> AccelerateConfig | Verdict:
    """The configuration of one of several nodes, or the verdict that there is none to judge."""
    if reason := why_not_read(node):
        return skip(reason)
    if len(node.job.nodes) == 1:
        return skip("there is only one node")
    node.read(AccelerateFile)
    return node_config(node) or skip("see accelerate.config-is-accepted")


def assign_machine_ranks(
    ranks: Mapping[str, int], head: str, names: Sequence[str]
) -> dict[str, int]:
    """A rank for each node in `ranks`: its own where that is free, else its place among `names`.

    The head's is 0, and the places are counted from it.
    """
    order = [head, *(name for name in names if name != head)]
    place = {name: index for index, name in enumerate(order)}
    given = {name: place[name] for name in ranks if name == head or ranks[name] == place[name]}
    free = set(range(len(order))) - set(given.values())
    for wish in (ranks, place):
        for name in ranks:
            if name not in given and wish[name] in free:
                given[name] = wish[name]
                free.remove(wish[name])
    for name in ranks:
        if name not in given:
            given[name] = min(free)
            free.remove(given[name])
    return given
