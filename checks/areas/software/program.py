"""Whether what the job runs is found by the interpreter of each node."""

from __future__ import annotations

from checks.areas.software.pip_commands import install_command, package_of_module
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.software import Software
from checks.facts.view import ClusterView
from checks.model import Fix, Verdict, block, ok, skip

TRAINING_PACKAGES = ("torch", "deepspeed")


@node_check("software.program-is-importable", Software)
def program_is_importable(node: NodeView) -> Verdict:
    """Every node finds the module that the command names, and what its script imports at the top.

    A package that one node lacks ends its ranks at the import, while the others wait for them until
    the rendezvous times out.

    Measured: The interpreter looks for `-m MODULE`, and for what the script imports outside of `if`
    and `try`; nothing is imported. A script that changes `sys.path` is not checked.

    Fix:
        module-missing, import-missing: the `pip install` line, with the version of a node that has
            it.
    """
    software = node.read(Software)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    command = node.job.command
    if not command:
        return skip("no command in launch.toml")
    if command[0] != "-m" and not command[0].endswith(".py"):
        return skip("the command is neither a module nor a .py file")
    reported = [name for name in TRAINING_PACKAGES if software.modules.get(name) is None]
    unfound = [name for name in software.unfound if name.partition(".")[0] not in reported]
    if not unfound and software.unfound:
        return skip(f"{software.unfound[0]} is not there; see software.deepspeed-is-installed")
    if not unfound:
        return ok(f"what {command[1] if command[0] == '-m' else command[0]} needs is found")
    return _judge_unfound_modules(node, software, unfound)


def _judge_unfound_modules(node: NodeView, software: Software, unfound: list[str]) -> Verdict:
    module = node.job.command[1] if node.job.command[0] == "-m" else ""
    listed = ", ".join(unfound)
    having = _nodes_having_modules(node.cluster, unfound)
    elsewhere = f"; {having[0]} has it" if having else ""
    if module in unfound:
        message = (
            f"{software.path} on {node.name} finds no module {module}, the command's own{elsewhere}"
        )
        return block("module-missing", message, _install_fix(node, software, [module], having))
    script = node.job.command[0]
    message = (
        f"{script} imports {listed}, which {software.path} on {node.name} does not find{elsewhere}"
    )
    return block("import-missing", message, _install_fix(node, software, unfound, having))


def _nodes_having_modules(cluster: ClusterView, names: list[str]) -> list[str]:
    """The nodes on which all of these are found."""
    answered = [node for node in cluster.nodes_with(Software) if node.read(Software).ok]
    return [node.name for node in answered if not set(names) & set(node.read(Software).unfound)]


def _install_fix(node: NodeView, software: Software, names: list[str], having: list[str]) -> Fix:
    versions = node.cluster[having[0]].read(Software).packages if having else {}
    packages = map(package_of_module, names)
    command = install_command(
        software, {package: versions.get(package, "") for package in packages}
    )
    return node.fix(command, "if the packages have their modules' names; or copy your own there")
