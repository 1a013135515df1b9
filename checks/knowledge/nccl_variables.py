"""Variables in force on a node, and how NCCL and gloo read numbers and lists among them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interface
from checks.facts.view_cache import cached_per_view
from checks.model import Fix
from checks.quick_dataclass import dataclass

NCCL_IFNAME = "NCCL_SOCKET_IFNAME"
GLOO_IFNAME = "GLOO_SOCKET_IFNAME"
COLLECTIVE_VARIABLE = re.compile("(TORCH_)?(N+C+L+|GLOO)_", re.IGNORECASE)
"""How the name of a variable of NCCL, gloo or PyTorch's use of them begins, misspelt ones too."""
LEADING_NUMBER = re.compile(r"\s*[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)\s*")


@dataclass(frozen=True)
class Setting:
    """A variable's value and where it comes from, in words."""

    name: str
    value: str
    where: str

    def __str__(self) -> str:
        return f"{self.name}={self.value} ({self.where})"


def setting_in_force(node: NodeView, name: str) -> Setting | None:
    """What a rank on that node would have.

    Of its interpreter's start-up files, else [env], else its shell, else NCCL's own files.
    """
    environment = node.read(Environment)
    if name in environment.by_python:
        origin = ", ".join(environment.set_in.get(name, ())) or environment.by_python[name]
        where = f"{origin} of {node.name}, which Python runs at its start"
        return Setting(name, environment.shell[name], where)
    if name in node.job.env:
        return Setting(name, node.job.env[name], "[env] of launch.toml")
    if name in environment.shell:
        conf = tuple(f"{path}:" for path in environment.nccl_conf)
        lines = [line for line in environment.set_in.get(name, ()) if not line.startswith(conf)]
        where = f"{', '.join(lines)} of {node.name}" if lines else f"{node.name}'s login shell"
        return Setting(name, environment.shell[name], where)
    for path, values in environment.nccl_conf.items():
        if name in valid_assignments(values):
            lines = [
                line for line in environment.set_in.get(name, ()) if line.startswith(f"{path}:")
            ]
            return Setting(name, values[name], f"{(lines or [path])[0]} of {node.name}")
    return None


@cached_per_view
def collective_settings(node: NodeView) -> Mapping[str, Setting]:
    """Every variable in force there that names itself NCCL's or gloo's, well spelt or not."""
    environment = node.read(Environment)
    conf = [name for values in environment.nccl_conf.values() for name in valid_assignments(values)]
    names = sorted({*node.job.env, *environment.shell, *conf})
    settings = {
        name: setting_in_force(node, name) for name in names if COLLECTIVE_VARIABLE.match(name)
    }
    return {name: setting for name, setting in settings.items() if setting is not None}


def valid_assignments(values: Mapping[str, str]) -> Mapping[str, str]:
    """The assignments of an nccl.conf that set what they say.

    NCCL cuts a line at its first `=` and takes each half as it stands, blanks, quotes and all;
    `nccl.conf-file-is-read-as-meant` names the others.
    """
    return {
        name: value
        for name, value in values.items()
        if COLLECTIVE_VARIABLE.match(name)
        and not re.search(r"\s", name)
        and value[:1] not in (" ", "'", '"')
    }


def leading_number(text: str) -> int:
    """As C's strtoll reads it, and so NCCL: up to what is no digit; 0 where there is none."""
    match = LEADING_NUMBER.match(text)
    return int(match[0], 16 if "x" in match[0].lower() else 10) if match else 0


def interface_settings(node: NodeView) -> Sequence[Setting]:
    """NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME, those that are set to something."""
    settings = (setting_in_force(node, name) for name in (NCCL_IFNAME, GLOO_IFNAME))
    return [setting for setting in settings if setting is not None and setting.value]


def comment_out_fix(node: NodeView, *names: str, more: str = "") -> Fix:
    """Turns the lines that set these variables on that node into comments, where they are known."""
    environment = node.read(Environment) if node.has(Environment) else Environment()
    places = dict.fromkeys(place for name in names for place in environment.set_in.get(name, ()))
    note = f"for the next login{more}"
    by_python = {
        name: environment.by_python[name] for name in names if name in environment.by_python
    }
    if by_python:
        note = f"Python runs that file at its start{more}"
    if by_python and not places:
        words = (shlex.quote(word) for word in ("|".join(by_python), *by_python.values()))
        find = f"grep -rnwE --include='*.py' --include='*.pth' -e {' '.join(words)}"
        return node.fix(find, f"take out what it finds: {note}")
    if not places:
        files = "~/.[a-z]* /etc/environment /etc/profile.d /etc/ssh/sshd_config"
        find = f"grep -rsnE {shlex.quote('|'.join(names))} {files}"
        return node.fix(find, f"take out the line that it finds, {note}")
    if all(
        place.startswith(tuple(f"{path}:" for path in environment.nccl_conf)) for place in places
    ):
        note = f"every process that starts NCCL reads that file{more}"
    edits = [comment_out_command(place, *environment.nccl_conf) for place in places]
    return node.fix(" && ".join(edits), note, root=any(map(_is_of_root, places)))


def _is_of_root(place: str) -> bool:
    return "/etc/" in place or place.startswith("/usr/")


def comment_out_command(place: str, *no_shells: str) -> str:
    """The sed that makes a comment of the line at `path:line`; `no_shells` are files of no shell.

    `:` keeps a shell's block valid when nothing else is in it; the other files have no blocks.
    """
    path, _, line = place.rpartition(":")
    if path.endswith(".py"):
        return f"sed -i '{line}s/[^ \t]/pass # &/' {shlex.quote(path)}"
    plain = path in ("/etc/environment", *no_shells) or path.endswith(("/.ssh/environment", ".pth"))
    mark = "#" if plain else ": #"
    return f"sed -i '{line}s/^/{mark} /' {shlex.quote(path)}"


def matches_nccl_list(pattern: str, name: str, port: int | None = None) -> bool:
    """Whether NCCL's list grammar takes a thing of that name.

    Prefixes by comma, `=` before all of them for whole names, `^` for not. An adapter's may have
    its port, `mlx5_0:1`, and what follows of rail and plane.
    """
    excluding = pattern.startswith("^")
    pattern = pattern.removeprefix("^")
    exact = pattern.startswith("=")
    words = [word for word in pattern.removeprefix("=").split(",") if word]
    return any(_word_matches(word, name, port, exact=exact) for word in words) is not excluding


def _word_matches(word: str, name: str, port: int | None, *, exact: bool) -> bool:
    wanted, _, wanted_port = word.partition(":")
    wanted_port = wanted_port.partition(":")[0]
    if wanted_port and port is not None and leading_number(wanted_port) != port:
        return False
    return name == wanted if exact else name.startswith(wanted)


def parts_of(setting: Setting) -> list[Setting]:
    """What must lead to peers: gloo uses each interface of its list, NCCL those that there are."""
    if setting.name != GLOO_IFNAME:
        return [setting]
    return [replace(setting, value=name) for name in setting.value.split(",") if name]


def leaves_loopback(setting: Setting, interfaces: Iterable[Interface]) -> bool:
    """Whether NCCL may use the loopback by it, which is the first of the kernel's interfaces.

    Its processes meet on the first that the variable leaves them: `^docker0` excludes no more.
    """
    selected = selected_interfaces(setting, interfaces)
    return setting.name == NCCL_IFNAME and any(interface.loopback for interface in selected)


def selected_interfaces(setting: Setting, interfaces: Iterable[Interface]) -> list[Interface]:
    """The interfaces that the variable names; gloo knows only whole names."""
    if setting.name == GLOO_IFNAME:
        names = setting.value.split(",")
        return [interface for interface in interfaces if interface.name in names]
    return [
        interface for interface in interfaces if matches_nccl_list(setting.value, interface.name)
    ]
