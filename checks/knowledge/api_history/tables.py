r"""The tables: what came and went in the minor releases of a library.

    modeling_utils
     -4.56 apply_chunking_to_forward PreTrainedModel.head_mask,tp_plan
     +4.46 PreTrainedModel.loss_function(labels,num_items)
     +4.40-4.44 load_flax

A module of the library (`.` is the package itself), and below it by span its names, attributes of
classes and arguments of functions: `-4.56` those that it has up to that release, `+4.46` those that
it has since. `.` among the names is the module itself. What is in every release is left out, and
what came or went together with what contains it.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checks.knowledge.api_history import libraries
from checks.knowledge.releases import version_key

LIBRARIES: frozenset[str] = frozenset(
    each.name for each in pkgutil.iter_modules(libraries.__path__)
)
"""Those that have a table, as Python imports them."""
_STEP = re.compile(r"([+-])(\d+\.\d+)")


@dataclass(frozen=True)
class Span:
    """In which of a library's minor releases something is: from each first to its last."""

    text: str
    releases: Sequence[str]

    @functools.cached_property
    def ranges(self) -> Sequence[tuple[str, str]]:
        """First and last, "" where it reaches beyond the releases that were read."""
        found = [("", "")] if self.text.startswith("-") else []
        for sign, release in _STEP.findall(self.text):
            found = (
                [*found, (release, "")] if sign == "+" else [*found[:-1], (found[-1][0], release)]
            )
        return found

    @property
    def first(self) -> str:
        """The first release that has it; "" where the oldest that was read has it."""
        return self.ranges[0][0]

    @property
    def last(self) -> str:
        """The last release that has it; "" where the newest that was read has it."""
        return self.ranges[-1][1]

    def has(self, version: str) -> bool:
        """Whether a release has it, such as 4.46.3."""
        minor = version_key(version)[:2]
        return any(
            (not first or version_key(first) <= minor) and (not last or minor <= version_key(last))
            for first, last in self.ranges
        )

    def after(self, release: str) -> str:
        """The next minor release that was read."""
        return self.releases[self.releases.index(release) + 1]


@dataclass(frozen=True)
class Symbol:
    """Something in a module of a library: a name, `Class.attribute` or `function(argument)`."""

    library: str
    module: str
    name: str
    span: Span

    @property
    def where(self) -> str:
        """What Python imports it from."""
        return f"{self.library}.{self.module}" if self.module else self.library


@dataclass(frozen=True)
class Table:
    """What changed in a library, by module and by name; what it imports of others.

    `project` is what pip calls it.
    """

    library: str
    project: str
    symbols: Mapping[tuple[str, str], Symbol]
    uses: Mapping[tuple[str, str], Symbol]
    bases: Mapping[str, Sequence[str]]

    @functools.cached_property
    def by_name(self) -> Mapping[str, Sequence[Symbol]]:
        """The same by the name alone."""
        found = defaultdict(list)
        for symbol in self.symbols.values():
            found[symbol.name].append(symbol)
        return found


@functools.cache
def table_of(library: str) -> Table | None:
    """What is known of a library; None where nothing is."""
    if library not in LIBRARIES:
        return None
    module = importlib.import_module(f"{libraries.__name__}.{library}")
    releases = module.RELEASES.split()

    def read(text: str) -> Mapping[tuple[str, str], Symbol]:
        return {
            (where, name): Symbol(library, where, name, Span(span, releases))
            for where, span, name in _read_rows(text)
        }

    bases = {
        words[0]: words[1:]
        for line in getattr(module, "BASES", "").splitlines()
        if (words := line.split())
    }
    return Table(
        library, module.PROJECT, read(getattr(module, "CHANGES", "")), read(module.USES), bases
    )


def project_of(package: str) -> str:
    """What pip calls a package, as far as the tables or its name say."""
    table = table_of(package)
    return table.project if table else package.replace("_", "-")


def _read_rows(text: str) -> Iterator[tuple[str, str, str]]:
    """Module, span and name of each."""
    module = span = ""
    for line in text.splitlines():
        words = line.split()
        if not line.startswith(" "):
            module = line.removeprefix(".")
            continue
        if not line.startswith("  "):
            span = words.pop(0)
        for word in words:
            yield from ((module, span, name) for name in _ungrouped(word))


def _ungrouped(word: str) -> Iterator[str]:
    """`C.a` and `C.b` of `C.a,b`, `f(a)` and `f(b)` of `f(a,b)`; "" of `.`."""
    if word == ".":
        yield ""
    elif "(" in word:
        function, _, arguments = word.rstrip(")").partition("(")
        yield from (f"{function}({name})" for name in arguments.split(","))
    else:
        owner, dot, names = word.rpartition(".")
        yield from (f"{owner}{dot}{name}" for name in names.split(","))
