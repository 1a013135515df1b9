"""What came and went from release to release, as the text of a table."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from release import ANYTHING, Library, Release


class History:
    """Which releases of a library have a symbol: a bit for each."""

    def __init__(self, library: Library, releases: Iterable[tuple[str, Release]]) -> None:
        self.names: list[str] = []
        self.presence: dict[str, int] = defaultdict(int)
        self.uses: dict[str, int] = defaultdict(int)
        self.bases: dict[str, list[str]] = {}
        for at, (name, release) in enumerate(releases):
            self.names.append(name)
            for symbol in set(() if library.is_caller else release.symbols()):
                self.presence[symbol] |= 1 << at
            for use in release.uses:
                self.uses[use] |= 1 << at
            self.bases |= {} if library.is_caller else _bases_of(release, library.shallow)
        self._accept_anything()
        self._everywhere = (1 << len(self.names)) - 1
        self.changed = {
            symbol: mask for symbol, mask in self.presence.items() if self._is_news(symbol, mask)
        }

    def _accept_anything(self) -> None:
        """A function with `**` takes each name; what another name stands for has what it has."""
        for symbol in list(self.presence):
            module, _, name = symbol.partition(":")
            top, function = re.split(r"[.(]", name)[0], name.partition("(")[0]
            self.presence[symbol] |= self.presence.get(f"{module}:{top}.**", 0)
            if "(" in name:
                self.presence[symbol] |= self.presence.get(f"{module}:{function}(**)", 0)

    def _is_news(self, symbol: str, mask: int) -> bool:
        """Whether it comes or goes by itself, not with what has it or what it is inherited from."""
        parent = parent_of(symbol)
        if symbol.endswith(ANYTHING) or mask == self.presence.get(parent, self._everywhere):
            return False
        owner, _, name = symbol.rpartition(".")
        if "(" in symbol or ":" not in owner:
            return True
        if self.presence.get(f"{owner}.__init__({name})") == mask:
            return False
        mine = self.presence.get(owner, 0)
        return not any(
            mask == above & mine and above != self.presence.get(base, 0)
            for base in self.bases.get(owner, ())
            if base != owner and (above := self.presence.get(f"{base}.{name}", 0))
        )

    @functools.cached_property
    def classes_with_news(self) -> set[str]:
        """The classes, by name, of which a member is among what changed."""
        names = (symbol.partition(":")[2].partition("(")[0] for symbol in self.changed)
        return {name.partition(".")[0] for name in names if "." in name}


def _bases_of(release: Release, shallow: str) -> dict[str, list[str]]:
    return {
        f"{module}:{name}": release.bases(module, name)
        for module, record in release.modules.items()
        if not re.match(shallow, module)
        for name in record["classes"]
    }


def parent_of(symbol: str) -> str:
    """What has it: of `m:C.f(x)` `m:C.f`, of `m:C` `m:`, of `a.b:` `a:`."""
    module, _, name = symbol.partition(":")
    if name:
        owner = name.partition("(")[0] if "(" in name else name.rpartition(".")[0]
        return f"{module}:{owner}"
    return f"{module.rpartition('.')[0]}:" if module else "-"


def span_text(mask: int, releases: Sequence[str]) -> str:
    """`-4.56` up to it, `+4.46` since it, `+4.40-4.44` from one to the other; several in a row."""
    text, had = "", bool(mask & 1)
    for at, release in enumerate(releases):
        has = bool(mask >> at & 1)
        if has != had:
            text += f"+{release}" if has else f"-{releases[at - 1]}"
        had = has
    return text


def table_lines(symbols: Mapping[str, int], releases: Sequence[str]) -> Iterator[str]:
    """Of each module a line: by span its names, those of one owner in one word."""
    modules: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for symbol, mask in symbols.items():
        module, _, name = symbol.partition(":")
        modules[module][span_text(mask, releases)].append(name or ".")
    for module in sorted(modules):
        spans = sorted(modules[module].items())
        parts = (part for span, names in spans for part in (span, *_grouped(names)) if part)
        yield " ".join((module or ".", *parts))


def _grouped(names: Collection[str]) -> Iterator[str]:
    """`C.a,b` and `f(a,b)`; names of a module by themselves."""
    owners: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        head, sign, rest = name.partition("(") if "(" in name else name.rpartition(".")
        owners[head + sign if rest else ""].append(rest.rstrip(")") or name)
    for owner, parts in owners.items():
        if owner in ("", "."):
            yield from parts
        else:
            yield f"{owner}{','.join(parts)}{')' if owner.endswith('(') else ''}"
