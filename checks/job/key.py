"""How a key of launch.toml is declared: as metadata on the field of `Job` that it fills.

The options of both faces, the reader of launch.toml, the template that `launcher init` writes and
the table in docs/hosts.md follow from it: nothing else lists the keys.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from checks.quick_dataclass import dataclass

_UNPREFIXED = ("start", "preflight")
"""Tables whose keys have options without the table's name."""


class Face(enum.Flag):
    """The programs on which a key is an option too."""

    NEITHER = 0
    PREFLIGHT = enum.auto()
    LAUNCHER = enum.auto()
    BOTH = PREFLIGHT | LAUNCHER


@dataclass(frozen=True)
class Key:
    """One key of launch.toml and the option of the same meaning.

    `name` is both as an identifier: `ssh_user`, `max_age`. `read` gives the value or raises
    ValueError that says what was expected. `help` and `default` are words for --help, the template
    and the docs, with code in backticks; `metavar` and `type` are argparse's.
    """

    table: str
    """Empty for a key at the top of the file."""
    word: str
    """The key in its table; `*` where each name in the table is the user's own."""
    name: str
    read: Callable[[object], Any]
    help: str
    faces: Face = Face.BOTH
    metavar: str = "VALUE"
    type: Callable[[str], Any] = str
    switch: bool = False
    """The option takes no argument: it says true."""
    repeats: bool = False
    """The option may be given again, and its argument holds several words joined by commas."""
    local: bool = False
    """A path that is relative to launch.toml's folder or, as an option, to the current one."""
    secret: bool = False
    """Its value is written down nowhere."""
    default: str = ""
    example: str = ""
    """TOML for the template and the docs; without one, the key is left out of the template."""
    field: str = ""
    """Where `Job` has the value: `head`, `ssh.user`. Set by `declared_keys`."""

    @property
    def any_name(self) -> bool:
        """Whether each name in the table is the user's own."""
        return self.word == "*"

    @property
    def label(self) -> str:
        """How the docs write the key: `hosts`, `[ssh] user`, `[env]`."""
        table = f"[{self.table}]" if self.table else ""
        return table if self.any_name else f"{table} {self.word}".lstrip()

    @property
    def flag(self) -> str:
        """The option: `--ssh-user`."""
        return "--" + self.name.rstrip("_").replace("_", "-")

    @property
    def for_logins(self) -> bool:
        """Whether it says who the nodes are or how to log in: whatever logs in needs it."""
        return self.table == "ssh" or self.name in ("hosts", "python")

    @property
    def described(self) -> str:
        """What it means and its default."""
        return f"{self.help} (default: {self.default})" if self.default else self.help

    @property
    def plain_help(self) -> str:
        """The same for --help and for the template."""
        return self.described.replace("`", "")

    def assignment(self, value: str) -> str:
        """A line of launch.toml; `value` is TOML."""
        return value if self.any_name else f"{self.word} = {value}"

    def value_in(self, job: Any) -> Any:
        """The value that a job has for it."""
        return attrgetter(self.field)(job)

    @property
    def usage(self) -> str:
        """The option with its argument: `--ssh-user USER`."""
        return self.flag if self.switch else f"{self.flag} {self.metavar}"

    def add_option(self, add: Callable[..., object]) -> None:
        """Declare the option by `add`, argparse's `add_argument` or pytest's `addoption`."""
        add(self.flag, dest=self.name, help=self.plain_help, **self._argument)

    @property
    def _argument(self) -> Mapping[str, Any]:
        """What follows the option, in argparse's words."""
        if self.switch:
            return {"action": "store_const", "const": True}
        if self.repeats:
            return {"action": "append", "default": [], "metavar": self.metavar}
        return {"type": self.type, "metavar": self.metavar}


def launch_key(
    path: str, read: Callable[[object], Any], text: str, *, named: str = "", **settings: Any
) -> Mapping[str, Key]:
    """The metadata of a field that the key `ssh.user` or `env.*` fills.

    The option is called like the path unless it is `named`; `settings` are fields of `Key`.
    """
    table, _, word = path.rpartition(".")
    prefix = "" if table in ("", *_UNPREFIXED) else f"{table}_"
    name = named or f"{prefix}{word}".removesuffix("_*")
    return {"key": Key(table, word, name, read, text, **settings)}


def declared_keys(kind: Any, within: str = "") -> Iterator[Key]:
    """The keys of a dataclass and of the dataclasses in its fields, in their order."""
    for field in dataclasses.fields(kind):
        if key := field.metadata.get("key"):
            plain = isinstance(field.default, str | int) and field.default
            default = key.default or (f"`{field.default}`" if plain else "")
            yield dataclasses.replace(key, field=within + field.name, default=default)
        elif dataclasses.is_dataclass(field.default):
            yield from declared_keys(field.default, f"{field.name}.")
