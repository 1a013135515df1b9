"""What Python runs at its start, and environments that lost what makes them one."""

from __future__ import annotations

import posixpath
import re
import shlex

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.software import Software
from checks.knowledge.nccl_variables import comment_out_fix
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value

PYTHON_HOME = "PYTHONHOME"
LOST_HOME_ERROR = re.compile(
    rf"^  {PYTHON_HOME} = '([^\n]+)'$.*^Fatal Python error", re.MULTILINE | re.DOTALL
)
"""How Python says where it looked for its library, before it gives up."""
NOTHING = "nothing"
MEND = ("-m", "venv", "--upgrade", "--without-pip")
"""Writes pyvenv.cfg and what links are missing, and leaves all else."""


def judge_startup_file(node: NodeView, software: Software) -> Verdict | None:
    """The file that ends an interpreter before it runs a line, where one was found."""
    if not software.hooks:
        return None
    path, words = next(iter(software.hooks.items()))
    message = f"{software.path} on {node.name} cannot start: {path} ends it: {_last_words(words)}"
    return block("startup-file", message, _set_aside(node, path), stderr=software.detail)


def judge_lost_home(node: NodeView, software: Software) -> Verdict | None:
    """PYTHONHOME, where the interpreter says that its library is not there."""
    found = LOST_HOME_ERROR.search(software.detail)
    if not found:
        return None
    place = f"PYTHONHOME={found[1]} does not hold its library"
    message = f"{software.path} on {node.name} cannot start: {place}"
    fix = comment_out_fix(node, PYTHON_HOME)
    if PYTHON_HOME in node.job.env:
        fix = Fix("", "", f"remove {PYTHON_HOME} from [env] of launch.toml")
    return block("python-home", message, fix, stderr=software.detail)


def judge_lost_environment(node: NodeView, software: Software) -> Verdict | None:
    """An environment whose packages are there, and whose Python does not know of them."""
    if not software.lost:
        return None
    message = (
        f"{software.path} on {node.name} finds none of its packages: {software.lost}/pyvenv.cfg is "
        f"gone, so it is {software.executable}, without the packages of {software.lost}"
    )
    make = shlex.join([software.executable, *MEND, software.lost])
    note = "writes that file again and keeps the packages"
    return block("environment-lost", message, node.fix(make, note, root=_is_others(software.path)))


def mend_environment_fix(node: NodeView, software: Software) -> Fix:
    """Has another Python of its version make what is missing of the environment again."""
    prefix = shlex.quote(posixpath.dirname(posixpath.dirname(software.path)))
    make = f"{shlex.join([software.maker, *MEND])} {prefix}"
    command = f"find {prefix}/bin -name 'python*' -type l -delete && {make}"
    note = "the Python that made this environment is gone; another one of its version takes over"
    return node.fix(command, note, root=_is_others(software.path))


def _is_others(path: str) -> bool:
    """Whether it lies in no folder of a login's own, as far as its path says."""
    return not path.startswith(("/root/", "/home/"))


def _set_aside(node: NodeView, path: str) -> Fix:
    command = shlex.join(["mv", path, f"{path}.aside"])
    note = "Python then starts without it; `pip` brings it back with the package that needs it"
    return node.fix(command, note, root=_is_others(path))


def _last_words(words: str) -> str:
    lines = [line.strip() for line in words.strip().splitlines() if line.strip()]
    told = [line for line in lines if "rror" in line or "Exit" in line]
    return ((told or lines or [""])[-1])[:200]


@node_check("software.python-starts-quietly", Software, Account, severity=Severity.WARN)
def python_starts_quietly(node: NodeView) -> Verdict:
    """No file that Python runs at its start fails or prints on one node alone.

    Those are the `.pth` files beside the packages, `sitecustomize` and `usercustomize`. What a
    package puts there, such as the way to a checkout, has no effect where it fails; what prints
    stands in the output of every program, and before what other programs read from it.

    Measured: What the interpreter prints beside the answer that it is asked for. Where it prints
    anything, each of those files is run by itself. What most nodes have alike is let be.

    Fix:
        startup-noisy: moves the file aside.
    """
    software = node.read(Software)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    peers = {peer.name: peer.read(Software).hooks for peer in node.cluster.nodes_with(Software)}
    for path, words in software.hooks.items():
        said = {name: _last_words(hooks.get(path, NOTHING)) for name, hooks in peers.items()}
        if majority_value(said, node.job.head) != said[node.name]:
            message = f"{path} on {node.name} says at each start of Python: {_last_words(words)}"
            return warn("startup-noisy", message, _set_aside(node, path), words=words)
    alike = f", as on {node.most_nodes}: {', '.join(software.hooks)}" if software.hooks else ""
    return ok("prints at its start" + alike if alike else "prints nothing at its start")
