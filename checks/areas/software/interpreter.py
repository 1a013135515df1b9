"""The training interpreter of each node, and the versions that it finds."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from checks.areas.limits.fatal_limits import limit_skip_reason
from checks.areas.software.pip_commands import install_command
from checks.areas.software.shadowing import shadowed_packages
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.gpus import Gpus
from checks.facts.limits import Limits
from checks.facts.software import Software
from checks.knowledge.nccl_variables import comment_out_fix
from checks.model import Fix, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value

OLDEST_PYTHON = (3, 8)
PYTHON_HOME = "PYTHONHOME"
LOST_HOME_ERROR = re.compile(
    rf"^  {PYTHON_HOME} = '(.+)'$.*^Fatal Python error", re.MULTILINE | re.DOTALL
)
"""How Python tells where it looked for its library, before it gives up."""
TRAINING_PACKAGES = ("torch", "deepspeed")
ABSENT = "absent"
CUDA_BUILD = "torch's CUDA"
PYTHON_ABI = "Python's ABI"


@node_check("software.python-is-there", Software, Limits, Gpus, Account)
def python_is_there(node: NodeView) -> Verdict:
    """The training interpreter runs on every node, at the same path.

    The launcher starts it by its absolute path, without a login shell or an activated environment.

    Measured: `python` of launch.toml runs on each node, with a limit of 8 seconds.

    Fix:
        python-missing: nothing is at that path. Creates the environment there, with the versions of
            the other nodes.
        python-not-executable: the login may not execute it. `chmod +x`.
        python-hangs: no answer in time. Look for a hung network mount among its folders.
        python-home: `PYTHONHOME` is a folder without its library. Turns the line that sets it into
            a comment.
        python-crashes: it cannot run a line for another reason. Shows the error in full.
        python-too-old: older than 3.8. Name a newer one.
        python-for-terminals-alone: a bare name that only a terminal's shell finds, as conda's in
            .bashrc. Name its path.
    """
    seen = node.read(Software)
    if seen.ok and _is_new_enough(seen):
        return ok(f"Python {seen.version} at {seen.path}", executable=seen.executable)
    if seen.ok:
        return _judge_old_python(node, seen)
    if seen.state == "missing":
        return _judge_missing_python(node, seen)
    if seen.state == "not-executable":
        command = f"chmod +x {shlex.quote(seen.path)}"
        message = f"{seen.path} is there on {node.name}, but {node.name}'s login may not execute it"
        return block("python-not-executable", message, node.fix(command, root=True))
    if seen.state == "hangs":
        message = f"{seen.path} on {node.name} starts but gives no answer within 8 s"
        note = "often a hung network mount among its folders: `stat` each entry of sys.path"
        return block("python-hangs", message, node.fix("", note), stderr=seen.detail)
    if home := LOST_HOME_ERROR.search(seen.detail):
        return _judge_lost_home(node, seen, home[1])
    if limited := limit_skip_reason(node):
        return skip(limited)
    message = f"{seen.path} on {node.name} cannot run a line of Python: {_error_line(seen.detail)}"
    repair = f"{shlex.quote(seen.path)} -c 'import json, platform, sys'"
    note = "shows the error in full; reinstall the environment as it is on the other nodes"
    return block(
        "python-crashes", message, node.fix(repair, note), stderr=seen.detail, code=seen.code
    )


def _error_line(text: str) -> str:
    """The last line that speaks of an error, else the last one."""
    lines = text.strip().splitlines() or [""]
    return ([line for line in lines if "rror" in line] or lines)[-1][:300]


def _judge_lost_home(node: NodeView, seen: Software, home: str) -> Verdict:
    message = f"{seen.path} on {node.name} cannot start: PYTHONHOME={home} has not its library"
    fix = comment_out_fix(node, PYTHON_HOME)
    if PYTHON_HOME in node.job.env:
        fix = Fix("", "", f"remove {PYTHON_HOME} from [env] of launch.toml")
    return block("python-home", message, fix, stderr=seen.detail)


def _is_new_enough(seen: Software) -> bool:
    return tuple(map(int, seen.python.split("."))) >= OLDEST_PYTHON


def _judge_old_python(node: NodeView, seen: Software) -> Verdict:
    oldest = ".".join(map(str, OLDEST_PYTHON))
    message = f"{seen.path} on {node.name} is Python {seen.version}; DeepSpeed needs {oldest}"
    note = f"name an interpreter of at least {oldest} with `python` in launch.toml"
    return block("python-too-old", message, node.fix("", note))


def _judge_missing_python(node: NodeView, seen: Software) -> Verdict:
    there = f"; there is {', '.join(seen.instead)}" if seen.instead else ""
    folder = seen.path.rpartition("/")[0]
    where = "" if folder else " on the PATH"
    if folder and seen.nearest != folder:
        where = f" (of its folders only {seen.nearest} is there)"
    if seen.interactive:
        return _judge_interactive_python(node, seen)
    message = f"{node.name} has no {seen.path}{where}{there}"
    note = "make the environment at the same path as on the other nodes, with the same packages"
    others = _package_versions(node, "deepspeed")
    beside = [path for path in seen.instead if folder and path.rpartition("/")[0] == folder]
    fix = node.fix("", note)
    if beside:
        link = shlex.join(["ln", "-s", beside[0], seen.path])
        fix = node.fix(link, "its neighbour is there; or name that with `python` in launch.toml")
    elif seen.path.endswith(("/bin/python", "/bin/python3")) and seen.instead and others:
        fix = node.fix(_make_environment_command(node, seen), note)
    return block("python-missing", message, fix, instead=list(seen.instead))


def _judge_interactive_python(node: NodeView, seen: Software) -> Verdict:
    """What .bashrc activates below its line "if not running interactively, return"."""
    message = (
        f"{node.name} has no {seen.path} on the PATH of the shell that ssh starts; a terminal's "
        f"shell finds {seen.interactive}, because its start-up file activates it there alone"
    )
    note = f'in launch.toml: python = "{seen.interactive}"'
    return block("python-for-terminals-alone", message, node.fix("", note))


def _make_environment_command(node: NodeView, seen: Software) -> str:
    prefix = seen.path.rpartition("/bin/")[0]
    make = f"{shlex.quote(seen.instead[-1])} -m venv {shlex.quote(prefix)}"
    found = {name: _package_versions(node, name) for name in TRAINING_PACKAGES}
    wanted = {
        name: majority_value(versions, node.job.head)
        for name, versions in found.items()
        if versions
    }
    return f"{make} && {install_command(seen.path, wanted)}"


@node_check("software.deepspeed-is-installed", Software)
def deepspeed_is_installed(node: NodeView) -> Verdict:
    """The training interpreter of every node finds torch and DeepSpeed.

    Each node imports its own copy; the launching node's copy is not transferred.

    Measured: Whether that interpreter finds the modules.

    Fix:
        torch-missing, deepspeed-missing: the `pip install` line with the other nodes' version.
    """
    seen = node.read(Software)
    if not seen.ok or not _is_new_enough(seen):
        return skip("the interpreter does not run; see software.python-is-there")
    for name in TRAINING_PACKAGES:
        if seen.modules.get(name) is None:
            return _judge_missing_package(node, seen, name)
    versions = ", ".join(
        f"{name} {seen.packages.get(name, 'without metadata')}" for name in TRAINING_PACKAGES
    )
    return ok(versions, found=dict(seen.modules))


def _judge_missing_package(node: NodeView, seen: Software, name: str) -> Verdict:
    others = _package_versions(node, name)
    version = majority_value(others, node.job.head) if others else ""
    there = f"; the others have {version}" if others else ""
    message = f"{seen.path} on {node.name} finds no module {name}{there}"
    return block(f"{name}-missing", message, node.fix(install_command(seen.path, {name: version})))


def _package_versions(node: NodeView, name: str) -> dict[str, str]:
    """The version of a package by node, of those that have it."""
    answered = node.cluster.nodes_with(Software)
    found = {one.name: one.read(Software).packages.get(name, "") for one in answered}
    return {other: version for other, version in found.items() if version}


@dataclass(frozen=True)
class VersionDifference:
    """One thing in which a node is apart from most others."""

    name: str
    here: str
    most: str

    @property
    def blocks(self) -> bool:
        """Whether ranks with both cannot be trusted to train together."""
        grave = ("python", CUDA_BUILD, *TRAINING_PACKAGES)
        return self.name in grave or self.name.startswith("nvidia-nccl")

    def __str__(self) -> str:
        return f"{self.name} {self.here} (most: {self.most})"


@node_check("software.versions-are-equal", Software)
def versions_are_equal(node: NodeView) -> Verdict:
    """Every node has the same versions of Python, torch, DeepSpeed, NCCL and other packages.

    Ranks must issue the same collectives in the same order and form; different versions do not
    guarantee that.

    Measured: Each node against most nodes; of two that differ, against the head. Differences of
    Python, torch, DeepSpeed, NCCL and the CUDA that torch was built for block; other packages
    (transformers, flash-attn, apex, bitsandbytes, peft, datasets, tokenizers, numpy, triton …) and
    another ABI of the same Python warn. Differences that a [shadowing
    package](#softwarepackages-are-the-environments-own) causes are reported there.

    Fix:
        versions-differ: the `pip install` line that gives this node the versions of most nodes.
    """
    seen = node.read(Software)
    if not seen.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    peers = [one for one in node.cluster.nodes_with(Software) if one.read(Software).ok]
    if len(peers) == 1:
        return skip("no other node answered, so there is nothing to compare with")
    apart = _version_differences(node, {one.name: one.read(Software) for one in peers})
    if not apart:
        return ok(f"as on the other {len(peers) - 1} nodes", **seen.packages)
    message = f"{node.name} differs: {', '.join(map(str, apart))}"
    evidence = {one.name: {"here": one.here, "most": one.most} for one in apart}
    verdict = block if any(one.blocks for one in apart) else warn
    return verdict("versions-differ", message, _align_versions_fix(node, seen, apart), **evidence)


def _version_differences(
    node: NodeView, software: Mapping[str, Software]
) -> list[VersionDifference]:
    """Python first, then packages, then builds; what other checks already name is left out."""
    names = dict.fromkeys(name for one in software.values() for name in one.packages)
    tables = {"python": {peer: one.python for peer, one in software.items()}}
    shadows = shadowed_packages(software[node.name])
    for name in names:
        tables[name] = {peer: one.packages.get(name, ABSENT) for peer, one in software.items()}
    builds = {peer: one.cuda or one.hip or "none" for peer, one in software.items()}
    abis = {peer: one.abi for peer, one in software.items()}
    if len(set(tables.get("torch", {}).values())) == 1:
        tables[CUDA_BUILD] = builds
    if len(set(tables["python"].values())) == 1:
        tables[PYTHON_ABI] = abis
    apart = []
    for name, table in tables.items():
        here, most = table[node.name], majority_value(table, node.job.head)
        named_elsewhere = name in shadows or (name in TRAINING_PACKAGES and ABSENT in (here, most))
        if here != most and not named_elsewhere:
            apart.append(VersionDifference(name, here, most))
    return apart


def _align_versions_fix(node: NodeView, seen: Software, apart: list[VersionDifference]) -> Fix:
    if apart[0].name == "python":
        note = f"make {seen.path} a Python {apart[0].most} as on the other nodes"
        return node.fix("", note)
    if apart[0].name in (CUDA_BUILD, PYTHON_ABI):
        note = f"make the environment anew as on the other nodes: {apart[0].name} {apart[0].most}"
        return node.fix("", note)
    apart = [one for one in apart if one.name not in (CUDA_BUILD, PYTHON_ABI)]
    wanted = {one.name: one.most for one in apart if one.most != ABSENT}
    extra = [one.name for one in apart if one.most == ABSENT]
    commands = [install_command(seen.path, wanted)] if wanted else []
    if extra:
        commands.append(shlex.join([seen.path, "-m", "pip", "uninstall", "-y", *extra]))
    return node.fix(" && ".join(commands))
