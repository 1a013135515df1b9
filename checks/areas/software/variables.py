"""Variables of one node's login that make its ranks behave unlike the others."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping

from checks.check import node_check
from checks.facts import ClusterView, NodeView
from checks.facts.account import Account
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.environment import Environment
from checks.facts.view_cache import cached_per_view
from checks.knowledge.first_lines import put_first_command
from checks.knowledge.nccl_variables import COLLECTIVE_VARIABLE, comment_out_fix
from checks.model import Fix, Severity, Verdict, block, ok, warn
from checks.outliers.consensus import majority_value

CHECK = "software.variables-are-equal"
DEBUG_LEVEL = "TORCH_DISTRIBUTED_DEBUG"
STANDALONE = "PET_STANDALONE"
ACCUMULATION = "ACCELERATE_GRADIENT_ACCUMULATION_STEPS"
THREADS = re.compile("(OMP|MKL|OPENBLAS|GOMP|KMP)_")
"""What may follow the number of a machine's cores."""
JUDGED_ELSEWHERE = re.compile(
    r"(PDSH_|MASTER_|TORCHELASTIC_USE_AGENT_STORE$|OMPI_|(LOCAL_|NODE_)?RANK$|(LOCAL_)?WORLD_SIZE$|PATH$|DSHPATH$|LANG$|LC_ALL$|CC$|CXX$"
    r"|PYTHON(?!(?:IOENCODING|OPTIMIZE)$)|\w+_proxy$|LD_LIBRARY_PATH$)",
    re.IGNORECASE,
)
OF_THE_MACHINE = re.compile(
    r"_(HOME|CACHE|DIR|PATH|FILE|FOLDER|ROOT|PREFIX|DEVICES?|TOKEN|KEY)$|^HSA_|^NVIDIA_"
)
"""Names of places and devices: each machine has its own."""


@node_check(
    CHECK,
    Environment,
    severity=Severity.WARN,
    optional=(Account, DeepspeedConfig),
    reads=("launcher", "env"),
)
def variables_are_equal(node: NodeView) -> Verdict:
    """Every node gives its ranks the same variables for torch, DeepSpeed, accelerate and libraries.

    With `TORCH_DISTRIBUTED_DEBUG=DETAIL` on one node, its ranks make one more group than the others
    and wait for them, without a word. `ACCELERATE_MIXED_PRECISION` or `OMP_NUM_THREADS` of one
    `.bashrc` make its ranks compute otherwise, or slowly.

    Measured: The variables that a login without a terminal has, with `[env]` over them, each
    against most nodes; those of threads against nodes with as many cores. Names of folders, files
    and devices may differ, and so may values that have the node's own name or address; what other
    checks judge is left to them: those of NCCL and gloo, Python's, PATH, proxies. What keeps ranks
    from meeting blocks, as `PET_STANDALONE` does under torchrun, others warn.

    Fix:
        variable-differs: turns the line that sets it into a comment, or adds the line that the
            other nodes have.
    """
    differing = differences(node)
    if not differing:
        return ok("its ranks get the variables of the others")
    listed = "; ".join(
        f"{name} is {_value(node, name) or 'not set'} on {node.name}{_place(node, name)}, "
        f"{usual or 'not set'} on {node.most_nodes}"
        for name, usual in differing.items()
    )
    fatal = [name for name, usual in differing.items() if is_fatal(node, name, usual)]
    why = f"; ranks that differ in {fatal[0]} do not meet" if fatal else _parting(node, differing)
    fatal = fatal or [why] * bool(why)
    verdict = block if fatal else warn
    return verdict("variable-differs", f"{listed}{why}", _align_fix(node, differing))


def _parting(node: NodeView, differing: Iterable[str]) -> str:
    """Why the job hangs or trains wrongly for what the launcher or the script reads of these."""
    if STANDALONE in differing and node.job.launcher == "torchrun":
        return f"; torchrun takes {STANDALONE} for --standalone, and the nodes wait for each other"
    script = node.read(DeepspeedConfig).script if node.has(DeepspeedConfig) else None
    if ACCUMULATION in differing and script and "Accelerator" in script.words:
        return f"; Accelerator takes {ACCUMULATION} over its own: ranks meet in other steps"
    return ""


def differences(node: NodeView) -> Mapping[str, str]:
    """{name: what most nodes have, '' for unset} of what this node's ranks would have otherwise."""
    shell, usual = node.read(Environment).shell, _usual_values(node.cluster)
    found = {name: usual[_comparable_key(node, name)] for name in _compared_names(node.cluster)}
    own = {name: _comparable_value(node, shell.get(name, "")) for name in found}
    return {name: value for name, value in found.items() if own[name] != value}


def is_fatal(node: NodeView, name: str, usual: str) -> bool:
    """Whether ranks do not meet, or not as one program, where nodes differ in it."""
    if name == DEBUG_LEVEL:
        own = node.read(Environment).shell.get(name, "")
        return "DETAIL" in (own.upper(), usual.upper())
    if name.startswith(("ACCELERATE_", "FSDP_")):
        return node.job.launcher == "accelerate"
    return name == "DS_ACCELERATOR"


@cached_per_view
def nodes_kept_apart(cluster: ClusterView) -> tuple[str, ...]:
    """The nodes whose variables keep ranks from meeting."""
    return tuple(
        node.name
        for node in cluster.nodes_with(Environment)
        if any(is_fatal(node, name, usual) for name, usual in differences(node).items())
    )


@cached_per_view
def _compared_names(cluster: ClusterView) -> tuple[str, ...]:
    """Names of variables that some node has, and that should be the same on all."""
    environments = cluster.facts_by_node(Environment).values()
    names = {name for environment in environments for name in environment.shell}
    return tuple(sorted(name for name in names if _is_compared(name, cluster.job.env)))


def _is_compared(name: str, set_for_all: Iterable[str]) -> bool:
    return (
        name not in set_for_all
        and not COLLECTIVE_VARIABLE.match(name)
        and not JUDGED_ELSEWHERE.match(name)
        and not OF_THE_MACHINE.search(name)
    )


@cached_per_view
def _usual_values(cluster: ClusterView) -> Mapping[tuple[str, int], str]:
    """What most nodes have of each variable; of those of threads, most nodes with as many cores."""
    values: dict[tuple[str, int], dict[str, str]] = {}
    for node in cluster.nodes_with(Environment):
        for name in _compared_names(cluster):
            own = values.setdefault(_comparable_key(node, name), {})
            own[node.name] = _comparable_value(node, _value(node, name))
    return {key: majority_value(own, cluster.job.head) for key, own in values.items()}


def _comparable_key(node: NodeView, name: str) -> tuple[str, int]:
    cores = node.read(Account).cpus if THREADS.match(name) and node.has(Account) else 0
    return name, cores


def _value(node: NodeView, name: str) -> str:
    return node.read(Environment).shell.get(name, "")


def _comparable_value(node: NodeView, value: str) -> str:
    """The value, the node's own name in it replaced by a word that is the same for all."""
    return value.replace(node.name, "$(hostname)")


def _place(node: NodeView, name: str) -> str:
    lines = node.read(Environment).set_in.get(name, ()) if _value(node, name) else ()
    return f" ({', '.join(lines)})" if lines else ""


def _align_fix(node: NodeView, differing: Mapping[str, str]) -> Fix:
    """Takes away what most nodes do not have, and adds what most have."""
    lines = [f'{name} = "{usual}"' for name, usual in differing.items() if usual]
    everywhere = f"; or for all nodes under [env] of launch.toml: {', '.join(lines)}"
    more = everywhere if lines else ""
    added = [f"export {name}={shlex.quote(usual)}" for name, usual in differing.items() if usual]
    set_here = [name for name in differing if _value(node, name)]
    if not added:
        return comment_out_fix(node, *set_here, more=more)
    shell = node.read(Account).shell if node.has(Account) else ""
    known = all(node.read(Environment).set_in.get(name) for name in set_here)
    if not shell.endswith("bash") or not known:
        return node.fix("", f"in the start-up files of {shell or 'its shell'}{more}")
    adds = [put_first_command(line, "~/.bashrc") for line in added]
    removal = [comment_out_fix(node, *set_here).command] if set_here else []
    return node.fix(" && ".join([*removal, *adds]), f"for the next login{more}")
