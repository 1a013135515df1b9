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
    seen = node.read(Software)
    if not seen.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    command = node.job.command
    if not command:
        return skip("no command in launch.toml")
    if command[0] != "-m" and not command[0].endswith(".py"):
        return skip("the command is neither a module nor a .py file")
    named = [name for name in TRAINING_PACKAGES if seen.modules.get(name) is None]
    unfound = [name for name in seen.unfound if name.partition(".")[0] not in named]
    if not unfound and seen.unfound:
        return skip(f"{seen.unfound[0]} is not there; see software.deepspeed-is-installed")
    if not unfound:
        return ok(f"what {command[1] if command[0] == '-m' else command[0]} needs is found")
    return _judge_unfound_modules(node, seen, unfound)


def _judge_unfound_modules(node: NodeView, seen: Software, unfound: list[str]) -> Verdict:
    module = node.job.command[1] if node.job.command[0] == "-m" else ""
    listed = ", ".join(unfound)
    having = _nodes_having_modules(node.cluster, unfound)
    there = f"; {having[0]} has it" if having else ""
    if module in unfound:
        message = f"{seen.path} on {node.name} finds no module {module}, the command's own{there}"
        return block("module-missing", message, _install_fix(node, seen, [module], having))
    script = node.job.command[0]
    message = f"{script} imports {listed}, which {seen.path} on {node.name} does not find{there}"
    return block("import-missing", message, _install_fix(node, seen, unfound, having))


def _nodes_having_modules(cluster: ClusterView, names: list[str]) -> list[str]:
    """The nodes on which all of these are found."""
    answered = [one for one in cluster.nodes_with(Software) if one.read(Software).ok]
    return [one.name for one in answered if not set(names) & set(one.read(Software).unfound)]


def _install_fix(node: NodeView, seen: Software, names: list[str], having: list[str]) -> Fix:
    known = node.cluster[having[0]].read(Software).packages if having else {}
    packages = map(package_of_module, names)
    command = install_command(seen.path, {package: known.get(package, "") for package in packages})
    return node.fix(command, "if the packages are called as their modules; or put your own there")
