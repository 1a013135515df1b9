"""Variables in force on a node, and how NCCL and gloo read the interface lists among them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interface
from checks.model import Fix

NCCL_IFNAME = "NCCL_SOCKET_IFNAME"
GLOO_IFNAME = "GLOO_SOCKET_IFNAME"


@dataclass(frozen=True)
class Setting:
    """A variable's value and where it comes from, in words."""

    name: str
    value: str
    where: str

    def __str__(self) -> str:
        return f"{self.name}={self.value} ({self.where})"


def in_force(node: NodeView, name: str) -> Setting | None:
    """What a rank on that node would have: [env], else its shell, else NCCL's own files."""
    if name in node.job.env:
        return Setting(name, node.job.env[name], "[env] of launch.toml")
    environment = node.read(Environment)
    if name in environment.shell:
        lines = environment.set_in.get(name, ())
        where = f"{', '.join(lines)} of {node.name}" if lines else f"{node.name}'s login shell"
        return Setting(name, environment.shell[name], where)
    for path, values in environment.nccl_conf.items():
        if name in values and name.startswith("NCCL_"):
            return Setting(name, values[name], f"{path} of {node.name}")
    return None


def interface_settings(node: NodeView) -> Sequence[Setting]:
    """NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME, those that are set to something."""
    found = (in_force(node, name) for name in (NCCL_IFNAME, GLOO_IFNAME))
    return [setting for setting in found if setting is not None and setting.value]


def taken_out(node: NodeView, *names: str, more: str = "") -> Fix:
    """Turns the lines that set these variables on that node into comments, where they are known."""
    set_in = node.read(Environment).set_in if node.has(Environment) else {}
    places = [place for name in names for place in set_in.get(name, ())]
    note = f"for the next login{more}"
    if not places:
        files = "~/.[a-z]* /etc/environment /etc/profile.d /etc/ssh/sshd_config"
        find = f"grep -rsnE '{'|'.join(names)}' {files}"
        return node.fix(find, f"take out the line that it finds, {note}")
    edits = [_comment(*place.rsplit(":", 1)) for place in places]
    return node.fix(" && ".join(edits), note, root=any("/etc/" in place for place in places))


def _comment(path: str, line: str) -> str:
    """`:` keeps a shell's block whole in which nothing else stands; the other files have none."""
    mark = "#" if path.endswith("environment") else ": #"
    return f"sed -i '{line}s/^/{mark} /' {shlex.quote(path)}"


def listed(pattern: str, *names: str) -> bool:
    """Whether NCCL's list grammar takes a thing of these names: prefixes by comma, `=` for exact,
    `^` for not. An adapter has two names, `mlx5_0` and `mlx5_0:1`.
    """
    excluding = pattern.startswith("^")
    pattern = pattern.removeprefix("^")
    exact = pattern.startswith("=")
    words = [word for word in pattern.removeprefix("=").split(",") if word]
    pairs = [(word, name) for word in words for name in names]
    found = any(name == word if exact else name.startswith(word) for word, name in pairs)
    return found is not excluding


def selected(setting: Setting, interfaces: Iterable[Interface]) -> list[Interface]:
    """The interfaces that the variable names; gloo knows only whole names."""
    if setting.name == GLOO_IFNAME:
        names = setting.value.split(",")
        return [one for one in interfaces if one.name in names]
    return [one for one in interfaces if listed(setting.value, one.name)]
