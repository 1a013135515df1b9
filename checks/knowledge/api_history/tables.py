r"""The tables: what came and went in the minor releases of a library, one text file each.

    project trl
    releases 0.4 0.5 0.6
    base GKDTrainer SFTTrainer
    in modeling_utils -4.56 chunk_it PreTrainedModel.head_mask,tp_plan +4.40-4.44 load_flax
    use transformers.cache_utils Cache +0.5 DynamicCache

`in` has a module of the library (`.` is the package itself), and by span its names, attributes of
classes and arguments of functions: `-4.56` those that it has up to that release, `+4.46` those that
it has since. `.` among the names is the module itself. What is in every release is left out, what
came or went together with what contains it, and of a model that none of the libraries imports from
what its classes have. `use` has what it imports of others, by the same spans of its own releases;
what stands before the first span is imported by every release. Only the lines that are asked for
are taken apart.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from checks.knowledge.releases import version_key
from checks.quick_dataclass import dataclass

_FOLDER = Path(__file__).parent / "libraries"
LIBRARIES: frozenset[str] = frozenset(path.stem for path in _FOLDER.glob("*.txt"))
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


class Symbols(Mapping[tuple[str, str], Symbol]):
    """The symbols of a table by module and name; `lines` are the text of each module."""

    def __init__(self, library: str, releases: Sequence[str], lines: Mapping[str, str]) -> None:
        self._library, self._releases, self._lines = library, releases, lines
        self._read: dict[str, Mapping[str, Symbol]] = {}

    def __getitem__(self, key: tuple[str, str]) -> Symbol:
        module, name = key
        return self._of_module(module)[name]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((module, name) for module in self._lines for name in self._of_module(module))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def named(self, name: str) -> Sequence[Symbol]:
        """Those of that name, in whichever module."""
        found = (symbols.get(name) for symbols in self._with_words(*re.findall(r"\w+", name)))
        return [symbol for symbol in found if symbol]

    def of_method(self, method: str) -> Iterator[Symbol]:
        """The arguments of methods of that name, in whichever class."""
        for symbols in self._with_words(f".{method}("):
            for name, symbol in symbols.items():
                if name.partition(".")[2].startswith(f"{method}("):
                    yield symbol

    def _with_words(self, *words: str) -> Iterator[Mapping[str, Symbol]]:
        """The symbols of the modules whose text has all of the words."""
        for module, line in self._lines.items():
            if all(word in line for word in words):
                yield self._of_module(module)

    def _of_module(self, module: str) -> Mapping[str, Symbol]:
        if module not in self._read:
            self._read[module] = {
                name: Symbol(self._library, module, name, Span(span, self._releases))
                for span, name in _read_names(self._lines.get(module, ""))
            }
        return self._read[module]


@dataclass(frozen=True)
class Table:
    """What changed in a library; what it imports of others; the bases of its classes.

    `project` is what pip calls it.
    """

    library: str
    project: str
    symbols: Symbols
    uses: Symbols
    bases: Mapping[str, Sequence[str]]


@functools.cache
def table_of(library: str) -> Table | None:
    """What is known of a library; None where nothing is."""
    if library not in LIBRARIES:
        return None
    parts: dict[str, dict[str, str]] = {"in": {}, "use": {}, "base": {}}
    for line in (_FOLDER / f"{library}.txt").read_text(encoding="utf-8").splitlines():
        kind, _, text = line.partition(" ")
        name, _, rest = text.partition(" ")
        parts.setdefault(kind, {})[name.removeprefix(".")] = rest
    (project,) = parts["project"]
    releases = [release for row in parts["releases"].items() for release in " ".join(row).split()]
    return Table(
        library,
        project,
        Symbols(library, releases, parts["in"]),
        Symbols(library, releases, parts["use"]),
        {name: bases.split() for name, bases in parts["base"].items()},
    )


def project_of(package: str) -> str:
    """What pip calls a package, as far as the tables or its name say."""
    table = table_of(package)
    return table.project if table else package.replace("_", "-")


def _read_names(text: str) -> Iterator[tuple[str, str]]:
    """The span and the name of each symbol in the text of a module."""
    span = ""
    for word in text.split():
        if _STEP.match(word):
            span = word
        else:
            yield from ((span, name) for name in _ungrouped(word))


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
