"""The training interpreter of each node, and the versions that it finds."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Mapping

from checks.areas.limits.fatal_limits import limit_skip_reason
from checks.areas.software.commands import python_of_commands
from checks.areas.software.denied_modules import denied_module
from checks.areas.software.guilty_variables import judge_guilty_variables
from checks.areas.software.hung_folders import judge_hanging_python
from checks.areas.software.metadata import names_without_version
from checks.areas.software.pip_commands import install_command, uninstall_command
from checks.areas.software.shadowing import shadowed_packages, shadowing_files
from checks.areas.software.startup import (
    judge_lost_environment,
    judge_lost_home,
    judge_startup_file,
    mend_environment_fix,
)
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.facts.limits import Limits
from checks.facts.software import Software
from checks.knowledge.denials import denial_words, opening_fix
from checks.knowledge.releases import version_key
from checks.model import Fix, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value
from checks.quick_dataclass import dataclass

OLDEST_PYTHON = (3, 8)
TRAINING_PACKAGES = ("torch", "deepspeed")
ABSENT = "absent"
CUDA_BUILD = "torch's CUDA"
PYTHON_ABI = "Python's ABI"


@node_check("software.python-is-there", Software, Limits, Gpus, Account, optional=(Environment,))
def python_is_there(node: NodeView) -> Verdict:
    """The training interpreter runs on every node, at the same path.

    The launcher starts it by its absolute path, without a login shell or an activated environment.

    Measured: `python` of launch.toml runs on each node, with a limit of 8 seconds. Where it is
    missing, the usual places of venv, conda, uv and pyenv, and the system's own, are searched for
    one beside which torch lies.

    Fix:
        python-missing: nothing is at that path. Creates the environment there, with the versions of
            the other nodes; has another Python of the same version take over, where an environment
            lost its own. Where no node has it, name the training interpreter: those with torch
            that were found on the nodes are listed.
        python-not-executable: the login may not execute it. `chmod +x`.
        python-denied: a folder on the way to it, or to its library, does not let the login in.
            Opens that one.
        python-hangs: no answer in time. Takes the folder that does not answer out of `PYTHONPATH`
            or the .pth file, where that is this node's alone; else unmounts what hangs there.
        python-home: `PYTHONHOME` is a folder without its library. Turns the line that sets it into
            a comment.
        variable-in-the-way: it runs without that variable. Turns the line that sets it into a
            comment.
        startup-file: a `.pth` file, sitecustomize or usercustomize ends it. Moves it aside.
        python-crashes: it cannot run a line for another reason. Shows the error in full.
        python-too-old: older than 3.8. Name a newer one.
        python-for-terminals-alone: a bare name that only a terminal's shell finds, as conda's in
            .bashrc. Name its path.
    """
    software = node.read(Software)
    if software.ok and _is_new_enough(software):
        return ok(f"Python {software.version} at {software.path}", executable=software.executable)
    if software.ok:
        return _judge_old_python(node, software)
    return _judge_what_stops_it(node, software) or _judge_unstarted(node, software)


def _judge_what_stops_it(node: NodeView, software: Software) -> Verdict | None:
    """What keeps it from starting, where that was found by more than its words."""
    if files := shadowing_files(node):
        return skip(f"{files[0]} is in the way; see software.packages-are-the-environments-own")
    if software.denied_by:
        message = f"{software.path} on {node.name} cannot start: {denial_words(software.denied_by)}"
        return block("python-denied", message, opening_fix(node, software.denied_by))
    if software.state != "crashed":
        return None
    if lost := judge_lost_home(node, software):
        return lost
    if limited := limit_skip_reason(node):
        return skip(limited)
    if software.variables:
        failure = f"{software.path} on {node.name} cannot run a line of Python"
        return judge_guilty_variables(node, software.variables, failure, stderr=software.detail)
    return judge_startup_file(node, software)


def _judge_unstarted(node: NodeView, software: Software) -> Verdict:
    """What its state, or else its words, say."""
    if software.state == "missing":
        return _judge_missing_python(node, software)
    if software.state == "not-executable":
        command = f"chmod +x {shlex.quote(software.path)}"
        message = f"{software.path} is on {node.name}, but the login may not execute it"
        return block("python-not-executable", message, node.fix(command, root=True))
    if software.state == "hangs":
        return judge_hanging_python(node, software)
    message = (
        f"{software.path} on {node.name} cannot run a line of Python: "
        f"{_error_line(software.detail)}"
    )
    repair = f"{shlex.quote(software.path)} -c 'import json, platform, sys'"
    note = "shows the error in full; reinstall the environment as it is on the other nodes"
    return block(
        "python-crashes",
        message,
        node.fix(repair, note),
        stderr=software.detail,
        code=software.code,
    )


def _error_line(text: str) -> str:
    """The last line that speaks of an error, else the last one."""
    lines = text.strip().splitlines() or [""]
    return ([line for line in lines if "rror" in line] or lines)[-1][:300]


def _is_new_enough(software: Software) -> bool:
    return version_key(software.python) >= OLDEST_PYTHON


def _judge_old_python(node: NodeView, software: Software) -> Verdict:
    oldest = ".".join(map(str, OLDEST_PYTHON))
    message = (
        f"{software.path} on {node.name} is Python {software.version}; DeepSpeed needs {oldest}"
    )
    note = f"name an interpreter of at least {oldest} with `python` in launch.toml"
    return block("python-too-old", message, node.fix("", note))


def _judge_missing_python(node: NodeView, software: Software) -> Verdict:
    instead = f"; there is {', '.join(software.instead)}" if software.instead else ""
    folder = software.path.rpartition("/")[0]
    place = "" if folder else " on the PATH"
    if folder and software.nearest != folder:
        place = f" (only {software.nearest} of its path exists)"
    if software.interactive:
        return _judge_interactive_python(node, software)
    message = f"{node.name} has no {software.path}{place}{instead}"
    if _is_on_no_node(node):
        return _judge_wrong_python(node, software, instead)
    note = "make the environment at the same path as on the other nodes, with the same packages"
    versions = _package_versions(node, "deepspeed")
    beside = [path for path in software.instead if folder and path.rpartition("/")[0] == folder]
    fix = node.fix("", note)
    if software.maker:
        message += "; the Python of its environment is gone"
        fix = mend_environment_fix(node, software)
    elif beside:
        link = shlex.join(["ln", "-sfn", beside[0], software.path])
        fix = node.fix(link, "links to its neighbour; or set `python` in launch.toml to that")
    elif software.path.endswith(("/bin/python", "/bin/python3")) and software.instead and versions:
        fix = node.fix(_make_environment_command(node, software), note)
    return block("python-missing", message, fix, instead=list(software.instead))


def _is_on_no_node(node: NodeView) -> bool:
    """Whether the path is missing on each node that answered, so it is not theirs."""
    answered = [peer.read(Software) for peer in node.cluster.reached if peer.has(Software)]
    return all(software.state == "missing" for software in answered)


def _judge_wrong_python(node: NodeView, software: Software, instead: str) -> Verdict:
    """The controller's own interpreter by default, or a path that was mistyped."""
    found = _interpreters_with_torch(node)
    message = f"no node has the interpreter {software.path}"
    if not found:
        note = "name the training interpreter: --python PATH, or `python` in launch.toml"
        message += f"; none with torch was found there{instead}"
        return block("python-missing", message, Fix("", "", note))
    names = ", ".join(f"{path} ({count} node{'s' * (count > 1)})" for path, count in found.items())
    message += f"; with torch there is {names}"
    return block("python-missing", message, _name_interpreter(next(iter(found))))


def _name_interpreter(python: str) -> Fix:
    note = f"name the training interpreter: --python {python}, or `python` in launch.toml"
    return Fix(note=note, option=("--python", python))


def _interpreters_with_torch(node: NodeView) -> dict[str, int]:
    """Paths and how many nodes have them, those that most nodes have first."""
    peers = [peer.read(Software) for peer in node.cluster.reached if peer.has(Software)]
    return dict(Counter(path for peer in peers for path in peer.with_torch).most_common(4))


def _judge_interactive_python(node: NodeView, software: Software) -> Verdict:
    """What .bashrc activates below its line "if not running interactively, return"."""
    message = (
        f"{node.name} has no {software.path} on the PATH of the shell that ssh starts; a "
        f"terminal's shell finds {software.interactive}, because its start-up file activates it "
        "only there"
    )
    note = f'in launch.toml: python = "{software.interactive}"'
    same = all(
        software.interactive in (peer.read(Software).path, peer.read(Software).interactive)
        for peer in node.cluster.nodes_with(Software)
    )
    fix = _name_interpreter(software.interactive) if same else node.fix("", note)
    return block("python-for-terminals-alone", message, fix)


def _make_environment_command(node: NodeView, software: Software) -> str:
    prefix = software.path.rpartition("/bin/")[0]
    make = f"{shlex.quote(software.instead[-1])} -m venv {shlex.quote(prefix)}"
    versions_by_package = {name: _package_versions(node, name) for name in TRAINING_PACKAGES}
    wanted = {
        name: majority_value(versions, node.job.head)
        for name, versions in versions_by_package.items()
        if versions
    }
    return f"{make} && {install_command(software, wanted)}"


@node_check("software.deepspeed-is-installed", Software, Account)
def deepspeed_is_installed(node: NodeView) -> Verdict:
    """The training interpreter of every node finds torch and DeepSpeed.

    Each node imports its own copy; the launching node's copy is not transferred.

    Measured: Whether that interpreter finds the modules.

    Fix:
        torch-missing, deepspeed-missing: the `pip install` line with the other nodes' version, anew
            where its metadata is there. Where no node has it, and `torchrun` or `deepspeed` of the
            PATH is another Python's: name that one.
        environment-lost: the environment has its packages, and no pyvenv.cfg, without which its
            Python does not look there. Writes it again.
        package-denied: it is there, and a file or folder of its way does not let the login in.
            Opens that one.
    """
    software = node.read(Software)
    if not software.ok or not _is_new_enough(software):
        return skip("the interpreter does not run; see software.python-is-there")
    for name in TRAINING_PACKAGES:
        if software.modules.get(name) is None:
            return _judge_missing_package(node, software, name)
    versions = ", ".join(
        f"{name} {software.packages.get(name, 'without metadata')}" for name in TRAINING_PACKAGES
    )
    return ok(versions, found=dict(software.modules))


def _judge_missing_package(node: NodeView, software: Software, name: str) -> Verdict:
    versions = _package_versions(node, name)
    version = majority_value(versions, node.job.head) if versions else ""
    elsewhere = f"; the others have {version}" if versions else ""
    message = f"{software.path} on {node.name} finds no module {name}{elsewhere}"
    if denial := denied_module(node, name):
        message = f"{software.path} on {node.name} finds no module {name}: {denial_words(denial)}"
        return block("package-denied", message, opening_fix(node, denial))
    if lost := judge_lost_environment(node, software):
        return lost
    if not versions and (other := python_of_commands(node)):
        message += f"; the commands on the PATH are those of {other}"
        return block(f"{name}-missing", message, _name_interpreter(other))
    # pip takes a package for installed whose files are gone and whose metadata is there
    again = ("--force-reinstall", "--no-deps") if software.packages.get(name) else ()
    fix = node.fix(install_command(software, {name: version}, *again))
    return block(f"{name}-missing", message, fix)


def _package_versions(node: NodeView, name: str) -> dict[str, str]:
    """The version of a package by node, of those that have it."""
    answered = node.cluster.nodes_with(Software)
    versions = {peer.name: peer.read(Software).packages.get(name, "") for peer in answered}
    return {peer: version for peer, version in versions.items() if version}


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
    software = node.read(Software)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    peers = [
        difference
        for difference in node.cluster.nodes_with(Software)
        if difference.read(Software).ok
    ]
    if len(peers) == 1:
        return skip("no other node answered, so there is nothing to compare with")
    if software.lost or any(denied_module(node, name) for name in software.denied):
        return skip("packages cannot be read; see software.deepspeed-is-installed")
    differences = _version_differences(node, {peer.name: peer.read(Software) for peer in peers})
    if not differences:
        return ok(f"as on the other {len(peers) - 1} nodes", **software.packages)
    others = node.most_nodes.removesuffix(" nodes")
    listed = [f"{each.name} {each.here} ({others}: {each.most})" for each in differences]
    message = f"{node.name} differs: {', '.join(listed)}"
    evidence = {
        difference.name: {"here": difference.here, "most": difference.most}
        for difference in differences
    }
    verdict = block if any(difference.blocks for difference in differences) else warn
    return verdict(
        "versions-differ", message, _align_versions_fix(node, software, differences), **evidence
    )


def _version_differences(
    node: NodeView, software: Mapping[str, Software]
) -> list[VersionDifference]:
    """Python first, then packages, then builds; what other checks already name is left out."""
    names = dict.fromkeys(name for answer in software.values() for name in answer.packages)
    tables = {"python": {peer: answer.python for peer, answer in software.items()}}
    shadows = shadowed_packages(software[node.name])
    nameless = names_without_version(software[node.name])
    for name in names:
        tables[name] = {
            peer: answer.packages.get(name, ABSENT) for peer, answer in software.items()
        }
    builds = {peer: answer.cuda or answer.hip or "none" for peer, answer in software.items()}
    abis = {peer: _abi_in_words(answer.abi) for peer, answer in software.items()}
    if len(set(tables.get("torch", {}).values())) == 1:
        tables[CUDA_BUILD] = builds
    if len(set(tables["python"].values())) == 1:
        tables[PYTHON_ABI] = abis
    differences = []
    for name, table in tables.items():
        here, most = table[node.name], majority_value(table, node.job.head)
        unreadable = not here and (name in software[node.name].denied or name in nameless)
        named_elsewhere = (
            unreadable or name in shadows or (name in TRAINING_PACKAGES and ABSENT in (here, most))
        )
        if here != most and not named_elsewhere:
            differences.append(VersionDifference(name, here, most))
    return differences


def _abi_in_words(abi: str) -> str:
    """The tag of its extension modules; `t` after its version means: no lock (PEP 703)."""
    return f"{abi} (free-threaded)" if re.match(r"cpython-\d+t\b", abi) else abi


def _align_versions_fix(
    node: NodeView, software: Software, differences: list[VersionDifference]
) -> Fix:
    if differences[0].name == "python":
        note = f"make {software.path} a Python {differences[0].most} as on the other nodes"
        return node.fix("", note)
    if differences[0].name in (CUDA_BUILD, PYTHON_ABI):
        note = (
            f"create the environment again as on the other nodes: {differences[0].name} "
            f"{differences[0].most}"
        )
        return node.fix("", note)
    differences = [
        difference for difference in differences if difference.name not in (CUDA_BUILD, PYTHON_ABI)
    ]
    wanted = {
        difference.name: difference.most for difference in differences if difference.most != ABSENT
    }
    extra = [difference.name for difference in differences if difference.most == ABSENT]
    commands = [install_command(software, wanted)] if wanted else []
    if extra:
        commands.append(uninstall_command(software, extra))
    return node.fix(" && ".join(commands))
