"""Where DeepSpeed's config offloads to, and whether that takes effect."""

from __future__ import annotations

import shlex

from checks.areas.deepspeed.config_access import with_config
from checks.areas.deepspeed.engine import judge_offload
from checks.check import Over, node_check
from checks.facts import NodeView
from checks.facts.controller_files import ControllerFiles
from checks.facts.deepspeed_config import DeepspeedConfig, OffloadFolder
from checks.folded_names import fold_names
from checks.knowledge.deepspeed_config import ParsedConfig
from checks.model import Verdict, block, ok, skip, unknown, warn


@node_check(
    "deepspeed.offload-takes-effect", DeepspeedConfig, over=Over.HEAD, optional=(ControllerFiles,)
)
@with_config
def offload_takes_effect(node: NodeView, config: ParsedConfig) -> Verdict:
    """The ZeRO stage supports the offload that the config asks for, and NVMe has a path.

    DeepSpeed accepts parameter offload below stage 3 and ignores it; without `nvme_path` it fails
    after the model was partitioned.

    Measured: Stage, devices, `nvme_path` and `ratio`. Settings that DeepSpeed ignores warn.

    Fix:
        no-nvme-path: an edit with a path to replace.
        ratio-needs-stage-3: removes it.
        offload-ignored: raises the stage.
    """
    return judge_offload(node, config)


@node_check("deepspeed.nvme-path-is-writable", DeepspeedConfig, optional=(ControllerFiles,))
@with_config
def nvme_path_is_writable(node: NodeView, config: ParsedConfig) -> Verdict:
    """The folder to offload to is writable on every node.

    Each rank swaps to its own node's folder; a rank without it ends while the others wait.

    Measured: The folder, or the nearest one above it, by permission; nothing is written. A folder
    that is not there, which DeepSpeed would make on whatever disk is above it, blocks where another
    node has it, else warns.

    Fix:
        nvme-not-writable: creates the folder and gives it to the login.
        nvme-missing: creates the folder; where another node has it, shows the disks that there are,
            of which one is to be mounted there.
    """
    paths = config.nvme_paths()
    if not paths:
        return skip("nothing is offloaded to NVMe")
    reported = node.read(DeepspeedConfig).nvme
    if unseen := [path for path in paths if path not in reported]:
        return unknown(f"{node.name} did not report on {unseen[0]}")
    folders = [reported[path] for path in paths]
    for folder in folders:
        if not (folder.directory and folder.writable):
            reason = "cannot be written" if folder.directory else "is a file"
            message = f"nvme_path {folder.absolute} on {node.name}: {folder.nearest} {reason}"
            quoted = shlex.quote(folder.absolute)
            return block("nvme-not-writable", message, node.owning_fix(quoted, make=True))
    missing = [folder for folder in folders if folder.nearest != folder.absolute]
    return (
        _missing_nvme_verdict(node, missing[0])
        if missing
        else ok(", ".join(folder.absolute for folder in folders))
    )


def _missing_nvme_verdict(node: NodeView, folder: OffloadFolder) -> Verdict:
    reports = node.cluster.facts_by_node(DeepspeedConfig)
    having = [
        name
        for name, report in reports.items()
        for other in report.nvme.values()
        if other.absolute == folder.absolute == other.nearest
    ]
    elsewhere = f", but on {fold_names(having)}" if having else ""
    message = (
        f"nvme_path {folder.absolute} is not there on {node.name}{elsewhere}: DeepSpeed would make "
        f"it on the disk of {folder.nearest}"
    )
    quoted = shlex.quote(folder.absolute)
    if not having:
        note = "if that disk is meant; else mount the right one there"
        return warn("nvme-missing", message, node.fix(f"mkdir -p {quoted}", note))
    show = f"lsblk -o NAME,SIZE,MOUNTPOINT; grep -n {quoted} /etc/fstab"
    note = f"mount the disk there; or, if that disk is meant: mkdir -p {quoted}"
    return block("nvme-missing", message, node.fix(show, note))
