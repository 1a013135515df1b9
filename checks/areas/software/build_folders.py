"""Where compiled operators and kernels are kept: usable, and not waiting for a dead build."""

from __future__ import annotations

import posixpath
import shlex

from checks.areas.files.folders import explain_unwritable
from checks.areas.files.space_users import describe_user, freeing_fix
from checks.areas.software.operators import operators_to_compile
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.files import FolderSpace
from checks.facts.gpus import Gpus
from checks.facts.software import Software
from checks.facts.toolchain import BuildLock, Toolchain
from checks.knowledge.denials import denial_words, is_taken_at_home, opening_fix
from checks.model import Severity, Verdict, block, ok, skip, warn
from checks.units import format_duration

STALE_LOCK_S = 600.0
"""No operator of DeepSpeed takes that long to compile; a lock of that age was left behind."""
CPU_OPERATOR = "deepspeed_shm_comm"
"""What DeepSpeed itself compiles where it trains on CPUs."""
ENOUGH_FREE_BYTES = 100 * 1000**2
READABLE_STATES = ("there", "missing")


@node_check(
    "software.build-folders-are-usable",
    *(Toolchain, Software, DeepspeedConfig, Gpus),
    severity=Severity.WARN,
)
def build_folders_are_usable(node: NodeView) -> Verdict:
    """Compiled operators and kernels can be stored in their folder, and loaded from there.

    On a `noexec` mount they compile and then fail to load. On a shared file system all nodes write
    and lock the same files, which leads to hangs.

    Measured: torch's folder of extensions where the job compiles operators, Triton's cache where
    there are GPUs: mount options, permission, free space, kind of file system. Nothing is written.
    A Hugging Face cache on a shared file system is fine and not judged.

    Fix:
        noexec: remounts it.
        not-writable: gives the folder to the login; moves a file that is in the way aside.
        no-space: as for `files.temporary-folder-is-usable`.
        shared: names a local folder for launch.toml; warns.
        unreadable: names a local folder for launch.toml.
    """
    folders = used_folders(node)
    if not folders:
        return skip("this job compiles nothing at its start")
    for variable, folder in folders.items():
        verdict = _judge_folder(node, variable, folder)
        if verdict is not None:
            return verdict
    return ok(", ".join(folder.absolute for folder in folders.values()))


def used_folders(node: NodeView) -> dict[str, FolderSpace]:
    """The folders of compiled code that this job writes, by the variable that names each."""
    tools = node.read(Toolchain)
    software = node.read(Software)
    gpus = node.read(Gpus).count
    triton = gpus and "triton" in software.packages
    builds = operators_to_compile(node) or (software.modules.get("deepspeed") and not gpus)
    folders = {"TORCH_EXTENSIONS_DIR": tools.extensions} if builds else {}
    return {**folders, "TRITON_CACHE_DIR": tools.triton} if triton else folders


def _judge_folder(node: NodeView, variable: str, folder: FolderSpace) -> Verdict | None:
    place, local = f"{folder.absolute} on {node.name}", f"/var/tmp/{variable.lower()}"
    elsewhere = node.fix("", f'under [env] in launch.toml: {variable} = "{local}"')
    if folder.state not in READABLE_STATES:
        return block(
            "unreadable", f"{place} cannot be read: {folder.detail or folder.state}", elsewhere
        )
    if folder.noexec:
        message = f"{place} is on {folder.mount}, mounted noexec: compiled code cannot be loaded"
        command = f"mount -o remount,exec {shlex.quote(folder.mount)}"
        note = f'or {variable} = "{local}" under [env] in launch.toml'
        return block("noexec", message, node.fix(command, note, root=True))
    if not folder.directory or (folder.lock and folder.lock.flag):
        peers = [
            _same_folder(tools, variable)
            for tools in node.cluster.facts_by_node(Toolchain).values()
        ]
        reason = explain_unwritable(node, folder, peers, elsewhere.note)
        return block("not-writable", *reason[1:]) if reason else None
    if (denied := folder.denied) and (
        "w" not in denied.need or (is_taken_at_home(node, denied) and not folder.read_only)
    ):
        message = f"{place}: {denial_words(denied)}; compiled code is stored there"
        return block("not-writable", message, opening_fix(node, denied, elsewhere.note))
    if folder.read_only or not folder.writable:
        state = "read-only" if folder.read_only else f"not writable ({folder.nearest})"
        given = node.owning_fix(shlex.quote(folder.absolute), elsewhere.note, make=True)
        fix = elsewhere if folder.read_only else given
        return block("not-writable", f"{place} is {state}; compiled code is stored there", fix)
    if folder.free_bytes < ENOUGH_FREE_BYTES or folder.free_inodes == 0:
        by = describe_user(folder)
        message = f"{place}: {folder.mount} is full{by}; compiled code is stored there"
        return block("no-space", message, freeing_fix(node, folder))
    if folder.shared and len(node.job.nodes) > 1:
        message = f"{place} is on {folder.filesystem}: all nodes compile into the same files"
        return warn("shared", message, elsewhere)
    return None


def _same_folder(tools: Toolchain, variable: str) -> FolderSpace:
    return tools.extensions if variable == "TORCH_EXTENSIONS_DIR" else tools.triton


@node_check("software.no-build-lock-is-left", Toolchain, Software, DeepspeedConfig, Gpus)
def no_build_lock_is_left(node: NodeView) -> Verdict:
    """No lock of an interrupted build is left among the compiled operators.

    torch waits for such a lock as long as the file exists, without a message: the start hangs.

    Measured: Lock files of this interpreter's builds that are older than 10 minutes and that no
    process of this login on any node has open. Blocks where the job loads that operator, else
    warns.

    Fix:
        stale-build-lock: removes it.
    """
    if not node.read(Software).ok:
        return skip("the interpreter does not run; see software.python-is-there")
    locks = stale_locks(node)
    if not locks:
        return ok("no old lock")
    needed = {*operators_to_compile(node)} | (set() if node.read(Gpus).count else {CPU_OPERATOR})
    grave = any(_operator_name(lock) in needed for lock in locks)
    paths = shlex.join(lock.path for lock in locks)
    message = (
        f"{node.name}: {locks[0].path} has been there for {format_duration(locks[0].age_s)}, and "
        f"no build runs; a start that loads {', '.join(map(_operator_name, locks))} would wait "
        "forever"
    )
    return (block if grave else warn)("stale-build-lock", message, node.fix(f"rm -f {paths}"))


def stale_locks(node: NodeView) -> list[BuildLock]:
    """The old locks of this interpreter's builds that no process of any node holds."""
    old = [lock for lock in node.read(Toolchain).locks if lock.age_s > STALE_LOCK_S]
    return [
        lock
        for lock in old
        if not _is_lock_held(node, lock) and _is_for_this_interpreter(node, lock)
    ]


def _is_lock_held(node: NodeView, lock: BuildLock) -> bool:
    """Whether a process of any node has it open: the folder may be a shared one."""
    tools = list(node.cluster.facts_by_node(Toolchain).values())
    return any(other.held for tool in tools for other in tool.locks if other.path == lock.path)


def _operator_name(lock: BuildLock) -> str:
    return posixpath.basename(posixpath.dirname(lock.path))


def _is_for_this_interpreter(node: NodeView, lock: BuildLock) -> bool:
    """A folder such as py311_cu121 is of one interpreter; another one's locks hold nobody up."""
    software = node.read(Software)
    above = posixpath.dirname(posixpath.dirname(lock.path))
    if above == node.read(Toolchain).extensions.absolute:
        return True
    return posixpath.basename(above).startswith(f"py{software.python.replace('.', '')}")
