"""Paths and libraries that NCCL's variables name: NCCL goes on without most of them, slower."""

from __future__ import annotations

import shlex

from checks.areas.nccl.fixes import unset_fix
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.facts.nccl_files import NcclFiles
from checks.knowledge.nccl_variables import setting_in_force
from checks.model import Severity, Verdict, block, ok, skip, warn

DEBUG, DEBUG_FILE, GRAPH_FILE = "NCCL_DEBUG", "NCCL_DEBUG_FILE", "NCCL_GRAPH_FILE"
SILENT_LEVELS = ("", "NONE", "VERSION")


@node_check("nccl.named-files-are-there", Environment, NcclFiles, severity=Severity.WARN)
def named_files_are_there(node: NodeView) -> Verdict:
    """The topology, graph and configuration files that variables name are there.

    Without its topology file NCCL guesses the machine, and in a cloud guesses wrong. Without its
    graph file it does not start, so that blocks; the others warn.

    Measured: NCCL_TOPO_FILE, NCCL_GRAPH_FILE, NCCL_CONF_FILE, NCCL_TUNER_CONFIG_FILE.

    Fix:
        file-missing: shows the line that names it; correct the line, or put the file there.
    """
    for name, path in node.read(NcclFiles).missing.items():
        message = f"{setting_in_force(node, name) or name}, but {node.name} has no {path}"
        verdict = block if name == GRAPH_FILE else warn
        return verdict("file-missing", message, unset_fix(node, name, f"or put {path} there"))
    return ok(f"no variable of {node.name} names a file that is not there")


@node_check("nccl.plugins-are-there", Environment, NcclFiles, severity=Severity.WARN)
def plugins_are_there(node: NodeView) -> Verdict:
    """The libraries that NCCL_NET_PLUGIN and its like name can be found.

    Without its plugin NCCL uses what is built in: sockets, where EFA or a cloud's own fabric is
    available.

    Measured: The name, and `libnccl-net-NAME.so`, in LD_LIBRARY_PATH, the loader's cache and its
    folders.

    Fix:
        plugin-missing: shows the line that names it; correct it, or add the plugin's folder to
            LD_LIBRARY_PATH.
    """
    plugins = node.read(NcclFiles).plugins
    for name, path in plugins.items():
        if path is None:
            setting = setting_in_force(node, name)
            message = f"{setting or name}, but the loader of {node.name} finds no such library"
            alternative = "or put its folder into LD_LIBRARY_PATH of [env]"
            return warn("plugin-missing", message, unset_fix(node, name, alternative))
    paths = ", ".join(path for path in plugins.values() if path)
    return ok(paths or f"no variable of {node.name} names a plugin")


@node_check(
    "nccl.debug-output-is-affordable",
    Environment,
    NcclFiles,
    severity=Severity.WARN,
    optional=(Gpus,),
)
def debug_output_is_affordable(node: NodeView) -> Verdict:
    """NCCL's own log does not slow the run, and can be written and read.

    NCCL_DEBUG=TRACE writes lines at every call. A file that cannot be opened is ignored, and each
    rank overwrites a file that several of them open.

    Measured: NCCL_DEBUG, and the folder and the file system of NCCL_DEBUG_FILE.

    Fix:
        debug-trace, debug-file-shared: shows the file and line that sets it.
        debug-file-unwritable: creates the folder.
    """
    level = setting_in_force(node, DEBUG)
    if level is None or level.value.upper() in SILENT_LEVELS:
        return skip(f"NCCL_DEBUG of {node.name} asks for no log")
    if level.value.upper() == "TRACE":
        message = f"{level}: NCCL writes lines at every call"
        return warn("debug-trace", message, unset_fix(node, DEBUG, "or use INFO"))
    file, setting = node.read(NcclFiles).written.get(DEBUG_FILE), setting_in_force(node, DEBUG_FILE)
    if file is None or setting is None:
        return ok(f"{level}, to the ranks' output")
    if file.state != "ok":
        reason = "is not there" if file.state == "missing" else "may not be written by this login"
        fix = node.fix(
            f"mkdir -p {shlex.quote(file.folder)}", root=not file.folder.startswith("/home")
        )
        fix = fix if file.state == "missing" else unset_fix(node, DEBUG_FILE)
        return warn("debug-file-unwritable", f"{setting}, but {file.folder} {reason}", fix)
    several = (node.slots or 1) > 1 and "%p" not in setting.value
    everywhere = file.remote and "%h" not in setting.value and len(node.job.nodes) > 1
    if several or everywhere:
        message = f"{setting}: every rank overwrites it; %h (host) and %p (process) keep them apart"
        return warn("debug-file-shared", message, unset_fix(node, DEBUG_FILE, "or add .%h.%p"))
    return ok(f"{level}, to {setting.value}")
