"""What one release of a library has: the names of its modules, with what they export."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import tarfile
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from source import read_outline, read_source

_SKIPPED = re.compile(
    r"(?:^|/)(?:tests?|testing|commands|cli|kernels|continuous_batching|_?vendor\w*|benchmarks?|examples|scripts|docs|templates|third_party"
    r"|_inductor/codegen|csrc|_vendored)/|(?:^|/)(?:conftest|setup|testing_\w+|test_\w+|dummy_\w+_objects"
    r"|(?:convert|modular|modeling_tf|modeling_flax)_\w+)\.py$"
)

_UNASKED = re.compile(
    r"__|TF[A-Z]|Flax[A-Z]|\w+_DOCSTRING$|\w+_ARCHIVE_(?:LIST|MAP)$|_CHECKPOINT_FOR|_CONFIG_FOR|logger$"
)
"""Names that no program of today asks for."""
ANYTHING = (".**", "(**)")
"""What follows a name from elsewhere, whose attributes and arguments stand there."""
_CALLED = ("__init__", "__call__")


@dataclass(frozen=True)
class Library:
    """A library on PyPI: its oldest release of interest, and what its modules are called.

    Of modules that match `shallow` only the names count, without attributes and arguments; files
    whose paths below the package do not match `within` are left out. `is_caller`: only what it
    imports from the others is of interest.
    """

    name: str
    oldest: str
    package: str = ""
    shallow: str = "(?!)"
    within: str = ""
    is_caller: bool = False

    @property
    def root(self) -> str:
        """What Python imports."""
        return self.package or self.name.replace("-", "_")


class Release:
    """The modules of one release, by name below the package; "" is the package itself."""

    def __init__(self, library: Library, archives: Collection[Path], parsed: Path) -> None:
        self.library = library
        self.modules: dict[str, dict] = {}
        self.packages: set[str] = set()
        self.uses: set[str] = set()
        for path, text in _sources(archives, library):
            name = path.removesuffix(".pyi").removesuffix(".py").replace("/", ".")
            is_package = name == "__init__" or name.endswith(".__init__")
            name = name.removesuffix("__init__").removesuffix(".")
            is_shallow = not is_package and re.match(library.shallow, name)
            record = _parsed(text, parsed, read_outline if is_shallow else read_source)
            if record and name not in self.modules:
                self.modules[name] = record
                self.packages |= {name} if is_package else set()
                self.uses.update(
                    use
                    for use in record["uses"]
                    if not use.startswith((f"{library.root}.", f"{library.root} "))
                )
        self._exports: dict[str, dict[str, str]] = {}

    def target(self, module: str, level: int, name: str) -> str | None:
        """The module of ours that an import statement names; None where it is another's."""
        root = self.library.root
        if not level:
            return name[len(root) + 1 :] if name == root or name.startswith(root + ".") else None
        parts = module.split(".") if module else []
        parts = (
            parts[: len(parts) - level + (module in self.packages)]
            if level <= len(parts) + 1
            else []
        )
        return ".".join([*parts, *([name] if name else [])])

    def exports(self, module: str) -> dict[str, str]:
        """The names of a module, each with the `module:name` that it comes from."""
        if module not in self._exports:
            self._exports[module] = {}
            self._exports[module] = self._find_exports(module)
        return self._exports[module]

    def _find_exports(self, module: str) -> dict[str, str]:
        record = self.modules.get(module)
        if record is None:
            return {}
        found = {}
        for level, source in record["stars"]:
            target = self.target(module, level, source)
            if target is not None and target in self.modules:
                public = self.modules[target]["all"]
                found |= {
                    name: origin
                    for name, origin in self.exports(target).items()
                    if (name in public if public else name[0] != "_")
                }
        for local, level, source, name in record["imports"]:
            target = self.target(module, level, source)
            if target is not None:
                found[local] = f"{target}:{name}"
        own = (*record["names"], *record["classes"], *record["functions"])
        return found | {name: f"{module}:{name}" for name in own}

    def class_of(self, module: str, name: str, depth: int = 0) -> tuple[str, dict] | None:
        """The class that a name means in a module, and where it is defined."""
        record = self.modules.get(module, {})
        if name in record.get("classes", {}):
            return module, record["classes"][name]
        origin = self.exports(module).get(name)
        if origin is None or depth > 8:
            return None
        target, _, source = origin.partition(":")
        return (
            None if (target, source) == (module, name) else self.class_of(target, source, depth + 1)
        )

    def bases(self, module: str, name: str) -> list[str]:
        """The classes below which it stands: `module:name`, or a foreign one's name."""
        found = []
        for base in self.modules[module]["classes"][name]["bases"]:
            inner = self.class_of(module, base)
            outer = next(
                (
                    f"{source}:{each}"
                    for local, level, source, each in self.modules[module]["imports"]
                    if local == base and not level
                ),
                base,
            )
            found.append(f"{inner[0]}:{base}" if inner else outer)
        return found

    def members(
        self, module: str, name: str, seen: frozenset = frozenset()
    ) -> tuple[set[str], list[str] | None]:
        """All attributes of a class, and of a dataclass the fields, with what it inherits here."""
        own = self.modules[module]["classes"][name]
        attributes, fields = set(own["attributes"]), own["fields"]
        for base in own["bases"]:
            found = self.class_of(module, base)
            if found and (found[0], base) not in seen and base in self.modules[found[0]]["classes"]:
                above, its_fields = self.members(found[0], base, seen | {(module, name)})
                attributes |= above
                fields = fields + its_fields if fields is not None and its_fields else fields
        return attributes, fields

    @functools.cached_property
    def public(self) -> frozenset[str]:
        """The names that packages offer, as opposed to modules alone."""
        return frozenset(name for package in self.packages for name in self.exports(package))

    def symbols(self) -> Iterator[str]:
        """What one may import, read or pass: `module:`, `module:name`, `:Class.x`, `:f(x)`."""
        for module, record in self.modules.items():
            yield f"{module}:"
            is_deep = not re.match(self.library.shallow, module)
            if is_deep:
                names = list(self.exports(module))
            else:
                names = [*record["classes"], *record["functions"]]
            yield from (f"{module}:{name}" for name in names if not _UNASKED.match(name))
            for name in self.public.intersection(names) - record["classes"].keys():
                if is_deep and name not in record["functions"]:
                    yield from (f"{module}:{name}{anything}" for anything in ANYTHING)
            for name in filter(self.public.__contains__, record["classes"]):
                if is_deep:
                    yield from self._class_symbols(module, name)
                elif ".configuration_" in module:
                    own = record["classes"][name]["attributes"]
                    yield from (f"{module}:{name}.{each}" for each in own)
            if is_deep:
                for name in filter(self.public.__contains__, record["functions"]):
                    yield from _argument_symbols(f"{module}:{name}", record["functions"][name])

    def _class_symbols(self, module: str, name: str) -> Iterator[str]:
        own = self.modules[module]["classes"][name]
        attributes, fields = self.members(module, name)
        yield from (f"{module}:{name}.{each}" for each in attributes if not _UNASKED.match(each))
        for method, arguments in own["methods"].items():
            if method in _CALLED or method[0] != "_" or name.endswith("Trainer"):
                yield from _argument_symbols(f"{module}:{name}.{method}", arguments)
        if fields is not None and "__init__" not in own["methods"]:
            yield from _argument_symbols(f"{module}:{name}.__init__", fields)


def _argument_symbols(function: str, arguments: Collection[str]) -> Iterator[str]:
    yield from (f"{function}({each})" for each in arguments if each not in ("self", "cls"))


def _sources(archives: Collection[Path], library: Library) -> Iterator[tuple[str, str]]:
    """The package's modules, by their paths below it."""
    inside = re.compile(rf"(?:[^/]+-[^/]+/)?(?:src/)?{library.root}/(.*\.pyi?)$")
    for archive in archives:
        for name, data in _members(archive):
            found = inside.match(name)
            if found and re.match(library.within, found[1]) and not _SKIPPED.search(found[1]):
                yield found[1], data().decode("utf-8", "replace")


def _members(archive: Path) -> Iterator[tuple[str, object]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                yield name, functools.partial(wheel.read, name)
    else:
        with tarfile.open(archive) as tar:
            for entry in tar:
                if entry.isfile():
                    yield entry.name, lambda entry=entry: tar.extractfile(entry).read()


def _parsed(text: str, parsed: Path, read: Callable[[str], dict]) -> dict:
    """What the source says; read once for all releases that have it."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    path = parsed / read.__name__ / digest
    if not path.exists():
        record = read(text)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record))
    return json.loads(path.read_text())
