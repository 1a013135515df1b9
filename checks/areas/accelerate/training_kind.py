"""Whether all nodes train the same way: accelerate reads that from the file on each node."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from checks.areas.accelerate.default_config import as_far_as_it_matters
from checks.areas.files.fixes import copy_command
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.accelerate_config import AccelerateFile
from checks.knowledge.accelerate_config import node_config, why_not_read
from checks.model import Fix, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value

PLAIN = "plain data parallel"
KIND = "distributed_type"
_SECTIONS = {
    "DEEPSPEED": "deepspeed_config",
    "FSDP": "fsdp_config",
    "MEGATRON_LM": "megatron_lm_config",
}
"""Each kind that is not plain data parallel, and where its settings stand."""
_DECISIVE = (KIND, "zero_stage", "fsdp_version")
"""With another one, ranks enter other collectives than those that they meet."""
_OF_A_NODE = (
    "deepspeed_config_file",
    "deepspeed_hostfile",
    "deepspeed_multinode_launcher",
    "deepspeed_inclusion_filter",
    "deepspeed_exclusion_filter",
    "offload_optimizer_nvme_path",
    "offload_param_nvme_path",
)
"""What may differ, or what another check compares."""

Settings = Mapping[str, str]


@node_check("accelerate.nodes-train-alike", AccelerateFile)
@as_far_as_it_matters
def nodes_train_alike(node: NodeView) -> Verdict:
    """accelerate's files name the same kind of training on all nodes, with the same settings.

    `launcher start` calls accelerate on every node, which reads its kind and its settings from the
    file there: ranks of FSDP and ranks of plain data parallel wait for each other forever, and
    ranks of two precisions train different models. A node without the file trains by plain data
    parallel.

    Measured: `distributed_type` and `mixed_precision` of each node against what most nodes have, or
    the head where there is no majority; of DeepSpeed, FSDP and Megatron-LM also those settings that
    both files name. Where launch.toml names a `deepspeed_config`, the kind is DeepSpeed everywhere.

    Fix:
        kind-differs, settings-differ: copies the file from a node that has what most have.
        kind-unknown: copies it too, or corrects it.
    """
    if len(node.job.nodes) == 1:
        return skip("there is only one node")
    if node.job.launcher != "accelerate" and (reason := why_not_read(node)):
        return skip(reason)
    node.read(AccelerateFile)
    peers = {peer.name: _settings_of(peer) for peer in node.cluster.nodes}
    known = {name: settings for name, settings in peers.items() if settings is not None}
    own = known.get(node.name)
    if own is None and not why_not_read(node):
        return skip("see accelerate.config-is-accepted")
    if not known:
        return skip("accelerate's file can be read on no node")
    alike = {name: tuple(sorted(settings.items())) for name, settings in known.items()}
    expected = majority_value(alike, node.job.head)
    source = node.job.head if alike.get(node.job.head) == expected else _first(alike, expected)
    if own is None:
        message = (
            f"{node.read(AccelerateFile).path} on {node.name} is none of accelerate's, and "
            "our start has it read there"
        )
        return block("kind-unknown", message, _copy_fix(node, source))
    return _judge_settings(node, own, dict(expected), source)


def _judge_settings(node: NodeView, own: Settings, expected: Settings, source: str) -> Verdict:
    """What the node has, against what the source of its fix has."""
    shared = [key for key in own if key in expected]
    if KIND in (different := [key for key in shared if own[key] != expected[key]]):
        different = [KIND]
    if not different:
        return ok(", ".join(f"{key} {own[key]}" for key in (KIND, "mixed_precision")))
    seen = " and ".join(f"{key} {own[key]}, not {expected[key]}" for key in different)
    message = f"accelerate on {node.name} trains with {seen} as on {source}{_why(node)}"
    judge, cause = (
        (block, "kind-differs") if {*different} & {*_DECISIVE} else (warn, "settings-differ")
    )
    return judge(cause, message, _copy_fix(node, source), settings=dict(own))


def _why(node: NodeView) -> str:
    file = node.read(AccelerateFile)
    return f": it has no {file.path}" if file.text is None else f", by {file.path}"


def _settings_of(node: NodeView) -> Settings | None:
    """How ranks there train, as accelerate's words say it; None where no answer says."""
    if not node.has(AccelerateFile):
        return None
    file = node.read(AccelerateFile)
    config = node_config(node)
    if config is None and not (file.text is None and file.why == "missing"):
        return None
    values: Mapping[str, Any] = config.values if config else {}
    kind = "DEEPSPEED" if node.job.accelerate_deepspeed else str(values.get(KIND))
    part = config.part(_SECTIONS[kind]) if config and kind in _SECTIONS else {}
    return {
        KIND: kind if kind in _SECTIONS else PLAIN,
        "mixed_precision": str(values.get("mixed_precision") or "no").lower(),
        **{key: str(value).lower() for key, value in part.items() if key not in _OF_A_NODE},
    }


def _first(alike: Mapping[str, object], expected: object) -> str:
    return next(name for name, settings in alike.items() if settings == expected)


def _copy_fix(node: NodeView, source: str) -> Fix:
    """The line that brings the file from the source; that sets it aside where there is none."""
    own, other = node.read(AccelerateFile), node.cluster[source].read(AccelerateFile)
    if other.text is None:
        return node.fix(shlex.join(["mv", own.path, f"{own.path}.aside"]))
    if own.path != other.path:
        return node.fix("", f"give {own.path} the values of {other.path} on {source}")
    note = f"its machine_rank is that of {source}; our start gives accelerate the right one"
    return node.fix(copy_command(node, source, own.path), note)
