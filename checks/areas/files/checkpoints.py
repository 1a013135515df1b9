"""Checkpoints that every node saves on its own disk, and what resuming from them takes."""

from __future__ import annotations

from checks.areas.deepspeed.config_access import NO_CONFIG, config_path, with_config
from checks.areas.deepspeed.fixes import edit_fix
from checks.areas.files.latest_tags import (
    judge_empty_latest,
    judge_latest_tags,
    judge_missing_latest,
    judge_torn_files,
)
from checks.check import cluster_check
from checks.facts import ClusterView, NodeView
from checks.facts.controller_files import ControllerFiles
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.files import Files, FolderSpace
from checks.knowledge.deepspeed_config import ParsedConfig
from checks.model import Severity, Verdict, ok, skip, warn

LOCAL_STORAGE_KEY = "checkpoint.use_node_local_storage"


@cluster_check(
    "files.checkpoints-can-be-resumed",
    Files,
    DeepspeedConfig,
    severity=Severity.WARN,
    optional=(ControllerFiles,),
)
def checkpoints_can_be_resumed(cluster: ClusterView) -> Verdict:
    """Where each node saves to a local disk, DeepSpeed's config says so.

    Each rank writes its own shard. Without `use_node_local_storage` what all need to resume,
    `latest` and the model's states, is written by rank 0 alone: the other nodes find nothing and
    start from scratch or end.

    Measured: The file system of `output` on all nodes, against ZeRO's stage and `checkpoint` in
    DeepSpeed's config. Where nodes have a `latest` each, that they name the same tag, whose folder
    is there; that blocks where the script loads checkpoints. Where it does and nodes resume from
    their own disks, that each has a `latest`, which DeepSpeed writes on the head alone; that warns,
    as a script may name the tag itself. An empty `latest`, and files of its step that end too early
    (a zip has an end record, safetensors says how long it is), block where an option of the
    command resumes.

    Fix:
        latest-empty: writes the tag that the others have, where its step is there.
        cut-short: names the file to be copied again, and an older step where there is one.
        local-checkpoints: turns it on; or save to a shared folder. `python -m launcher weights`
            gathers the shards of all nodes into one file.
        latest-missing: writes it where it is missing and the step is there.
        latest-differs: writes the newest tag that every node has into `latest` of the others.
    """
    rooms = _output_folders(cluster)
    for judge in (judge_empty_latest, judge_latest_tags, judge_torn_files):
        if unfit := judge(cluster, rooms):
            return unfit
    if not cluster.job.deepspeed_config:
        return skip(NO_CONFIG)
    if not cluster.head.reached:
        return skip(f"{cluster.job.head} was not reached")
    if not rooms:
        return skip("no `output` in launch.toml, so it is not known where checkpoints go")
    own = [name for name, room in rooms.items() if not room.shared]
    if len(rooms) < 2 or not own:
        return ok("all nodes share the folder of checkpoints")
    if len(own) < len(rooms):
        return skip("some nodes share it and others do not; see files.output-is-writable")
    return with_config(_local_storage_verdict)(cluster.head)


def _output_folders(cluster: ClusterView) -> dict[str, FolderSpace]:
    return {
        node.name: folder
        for node in cluster.nodes_with(Files)
        if (folder := node.read(Files).output) is not None and folder.mount
    }


def _local_storage_verdict(node: NodeView, config: ParsedConfig) -> Verdict:
    if config.on(LOCAL_STORAGE_KEY):
        missing = judge_missing_latest(node.cluster, _output_folders(node.cluster))
        return missing or ok("each node saves and resumes from its own disk")
    if config.stage == 0:
        return ok("without ZeRO only rank 0 saves; its files stay on the head")
    path, output = config_path(node), node.job.output
    message = (
        f"{output} is on each node's own disk, and {path} does not say so: shards stay where they "
        "were written, and no node has all that it needs to resume"
    )
    edit = 'c.setdefault("checkpoint",{})["use_node_local_storage"]=True'
    note = (
        "or save to a shared folder, or leave it so where only the weights are needed: "
        "`python -m launcher weights` gathers the shards of all nodes"
    )
    return warn("local-checkpoints", message, edit_fix(node, path, config, edit, note))
