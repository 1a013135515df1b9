"""The folders of models, data sets and kernels that a rank's variables name."""

from __future__ import annotations

import posixpath

from checks.areas.files.fixes import explain_unreadable
from checks.areas.files.folders import explain_unwritable
from checks.areas.software.build_folders import used_folders
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.environment import Environment
from checks.facts.files import FolderSpace, PathState
from checks.facts.free_space import FreeSpace
from checks.facts.gpus import Gpus
from checks.facts.software import Software
from checks.facts.toolchain import Toolchain
from checks.model import Fix, Severity, Verdict, block, ok, warn

BUILD_FACTS = (Toolchain, Software, DeepspeedConfig, Gpus)
MODELS = ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE")
READABLE = ("there", "missing")
BUILDS = "TORCH_EXTENSIONS_DIR"
LOADS = ("from_pretrained", "load_dataset", "torch.hub", "Trainer", "HfArgumentParser", "axolotl")
"""Words of scripts that download to a cache."""


@node_check(
    "files.caches-can-be-written",
    FreeSpace,
    severity=Severity.WARN,
    optional=(Environment, *BUILD_FACTS),
)
def caches_can_be_written(node: NodeView) -> Verdict:
    """The cache folders that a rank's variables name can be written on every node.

    A rank that cannot make its cache, or lock a file there, dies when it loads its model or data
    set, and the others wait for it.

    Measured: Permission and mount of the folders of `HF_HOME` and its parts (`HF_HUB_CACHE`,
    `HF_DATASETS_CACHE` …), `TORCH_HOME`, `TORCHINDUCTOR_CACHE_DIR`, `NUMBA_CACHE_DIR` and
    `XDG_CACHE_HOME`, as the login or `[env]` gives them; `~/.cache` where other nodes can write
    theirs, and not where it is read-only, what is compiled goes elsewhere and the script loads
    nothing from a hub. Nothing is written. Blocks where `[env]` names what cannot be a folder, else
    warns. A folder of models that is there, with `HF_HUB_OFFLINE`, need not be writable. Folders of
    compiled code are judged by `software.build-folders-are-usable`.

    Fix:
        not-a-directory: a file is in the way. Moves it aside; where every node has it, name another
            folder.
        dangling-link: a link that leads to nothing. Creates the folder that it names.
        read-only: remounts it.
        immutable, append-only: a flag keeps even root from it. Takes the flag away.
        not-writable: gives the folder to the login; a shared one is its owner's to give.
        hangs: names the mount that does not answer.
        denied, error: shows which folder or file is in the way.
    """
    caches = _own_caches(node)
    for variable, folder in caches.items():
        reason = _fault_of_cache(node, variable, folder)
        if reason is None or (_is_usual(node, folder) and not _peers_can_write(node, variable)):
            continue
        cause, message, fix = reason
        if cause == "read-only" and _is_usual(node, folder) and _needs_no_cache(node):
            continue
        impossible = folder.state in READABLE and not folder.directory
        verdict = block if impossible and variable in node.job.env else warn
        return verdict(cause, f"{variable}: {message}", fix)
    return ok(", ".join(folder.absolute for folder in caches.values()) or "see the build folders")


def _own_caches(node: NodeView) -> dict[str, FolderSpace]:
    """Those that no other check judges."""
    judged = set()
    if all(node.has(kind) for kind in BUILD_FACTS):
        judged = {folder.nearest for folder in used_folders(node).values()}
    caches = node.read(FreeSpace).caches
    return {name: folder for name, folder in caches.items() if folder.nearest not in judged}


def _fault_of_cache(
    node: NodeView, variable: str, folder: FolderSpace
) -> tuple[str, str, Fix] | None:
    if folder.state not in READABLE:
        path = PathState(folder.state, folder.absolute, detail=folder.detail, denied=folder.denied)
        return explain_unreadable(node, path, folder.absolute, fetch="")
    if folder.state == "there" and folder.directory and variable in MODELS and is_offline(node):
        return None
    peers = [space.caches[variable] for space in _peer_spaces(node, variable)]
    local = f'under [env] in launch.toml: {variable} = "/var/tmp/{variable.lower()}"'
    return explain_unwritable(node, folder, peers, local)


def _peer_spaces(node: NodeView, variable: str) -> list[FreeSpace]:
    spaces = node.cluster.facts_by_node(FreeSpace).values()
    return [space for space in spaces if variable in space.caches]


def is_offline(node: NodeView) -> bool:
    """Whether huggingface_hub asks nobody there."""
    shell = node.read(Environment).shell if node.has(Environment) else {}
    env = {**shell, **node.job.env}
    said = env.get("HF_HUB_OFFLINE") or env.get("TRANSFORMERS_OFFLINE") or ""
    return said.upper() in ("1", "ON", "YES", "TRUE")


def _is_usual(node: NodeView, folder: FolderSpace) -> bool:
    """Whether it is only `~/.cache`, which a job may have no need of."""
    return folder.absolute == posixpath.join(node.read(FreeSpace).home.absolute, ".cache")


def _needs_no_cache(node: NodeView) -> bool:
    """Whether what is compiled goes elsewhere, and the script loads nothing from a hub."""
    shell = node.read(Environment).shell if node.has(Environment) else {}
    script = node.read(DeepspeedConfig).script if node.has(DeepspeedConfig) else None
    loads = script is None or any(word in script.words for word in LOADS)
    return BUILDS in {**shell, **node.job.env} and not loads


def _peers_can_write(node: NodeView, variable: str) -> bool:
    folders = [space.caches[variable] for space in _peer_spaces(node, variable)]
    return any(folder.writable and folder.directory and not folder.read_only for folder in folders)
