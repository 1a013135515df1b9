#!/usr/bin/env python3
"""Writes checks/knowledge/api_history/libraries: which release of a library has which public name.

    python scripts/api_history CACHE [LIBRARY…]

For maintainers, about twice a year. Downloads the last patch of each minor release with pip into
CACHE, without their dependencies, and reads their sources as syntax trees; none is imported. Kept
is what differs between releases, and which of it other libraries import.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from history import History, table_lines
from release import Library, Release

ROOT = Path(__file__).resolve().parent.parent.parent
OUTPUT = ROOT / "checks/knowledge/api_history/libraries"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
_MINOR = re.compile(r"(\d+\.\d+)(?:\.\d+)*(?:\.post\d+)?")
_PLATFORMS = ("macosx_11_0_arm64", "macosx_12_0_arm64", "macosx_14_0_arm64")
"""Whose wheels have the same Python files, and no code for GPUs."""
_WHEELS = (
    *("--only-binary=:all:", "--python-version", "3.11"),
    *(word for platform in _PLATFORMS for word in ("--platform", platform)),
)
LIBRARIES = {
    library.name: library
    for library in (
        Library("transformers", "4.31", shallow=r"models\b"),
        Library("accelerate", "0.20"),
        Library("trl", "0.4", shallow=r"experimental\."),
        Library("peft", "0.4"),
        Library("datasets", "2.12"),
        Library("huggingface_hub", "0.14"),
        Library("ms-swift", "1.0", "swift", is_caller=True),
        Library("llamafactory", "0.5", is_caller=True),
        Library("verl", "0.1", is_caller=True),
        Library("liger-kernel", "0.1", is_caller=True),
    )
}


def releases_of(library: Library, cache: Path) -> list[tuple[str, Path]]:
    """Each minor release with the folder of its last patch's file, which is downloaded."""
    said = subprocess.run(
        [*PIP, "index", "versions", library.name], capture_output=True, text=True, check=True
    )
    listed = re.search(r"Available versions: (.*)", said.stdout)
    last: dict[str, str] = {}
    for version in sorted(listed[1].split(", ") if listed else (), key=_key):
        if (found := _MINOR.fullmatch(version)) and _key(found[1]) >= _key(library.oldest):
            last[found[1]] = version
    chosen = {
        name: version
        for name, version in last.items()
        if not library.only or name in library.only.split()
    }
    return [(name, _download(library, version, cache)) for name, version in chosen.items()]


def _key(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def _download(library: Library, version: str, cache: Path) -> Path:
    """The folder with its file; empty where there is none that fits."""
    folder = cache / library.name / version
    if not folder.is_dir() or not any(folder.iterdir()):
        what = (*_WHEELS, "-d", str(folder), f"{library.name}=={version}")
        subprocess.run([*PIP, "download", "-q", "--no-deps", "--no-cache-dir", *what], check=False)
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def table_text(
    library: Library, history: History, callees: Mapping[str, History], asked: Collection[str]
) -> str:
    """The file of a library; `asked` are the modules from which any library imports."""
    uses = {
        use.replace(" ", ":"): mask
        for use, mask in history.uses.items()
        if _is_changed(use, callees)
    }
    lines = [
        f"# {library.name}: which releases have what; written by scripts/api_history",
        f"project {library.name}",
        f"releases {' '.join(history.names)}",
    ]
    if not library.is_caller:
        changed = {
            symbol: mask
            for symbol, mask in history.changed.items()
            if not re.match(library.shallow, symbol) or _is_asked_for(library, symbol, asked)
        }
        lines += [f"base {line}" for line in _base_lines(history, callees)]
        lines += [f"in {line}" for line in table_lines(changed, history.names)]
    lines += [f"use {line}" for line in table_lines(uses, history.names)]
    return "\n".join(lines) + "\n"


def _is_changed(use: str, callees: Mapping[str, History]) -> bool:
    """Whether the name, or its module, is not in every release."""
    module, _, name = use.partition(" ")
    root, _, inner = module.partition(".")
    history = callees.get(root)
    return bool(history) and not {f"{inner}:{name}", f"{inner}:"}.isdisjoint(history.changed)


def _is_asked_for(library: Library, symbol: str, asked: Collection[str]) -> bool:
    """Whether it is a name, or a part of one in a model from which a library imports."""
    module, _, name = symbol.partition(":")
    model = ".".join((library.root, *module.split(".")[:2], ""))
    return not set(".(") & set(name) or any(f"{use}.".startswith(model) for use in asked)


def _base_lines(history: History, callees: Mapping[str, History]) -> Iterator[str]:
    """`Class Base …`, where members of a base, or of one above it, changed."""
    above = {
        owner.rpartition(":")[2]: [base.rpartition(":")[2] for base in bases]
        for owner, bases in history.bases.items()
    }
    with_news = set().union(*(each.classes_with_news for each in callees.values()))
    while grown := {name for name, bases in above.items() if with_news & {*bases}} - with_news:
        with_news |= grown
    for name, bases in sorted(above.items()):
        if known := [base for base in bases if base in with_news and base != name]:
            yield f"{name} {' '.join(known)}"


def main(cache: Path, names: Sequence[str]) -> None:
    """Writes the files of these libraries, or of all."""
    histories = {}
    for library in LIBRARIES.values():
        releases = (
            (minor, Release(library, sorted(folder.iterdir()), cache / "parsed"))
            for minor, folder in releases_of(library, cache)
            if any(folder.iterdir())
        )
        histories[library.name] = History(library, releases)
        print(
            library.name,
            len(histories[library.name].names),
            len(histories[library.name].changed),
            flush=True,
        )
    callees = {
        LIBRARIES[name].root: history
        for name, history in histories.items()
        if not LIBRARIES[name].is_caller
    }
    asked = {use.partition(" ")[0] for history in histories.values() for use in history.uses}
    for name in names or histories:
        text = table_text(LIBRARIES[name], histories[name], callees, asked)
        (OUTPUT / f"{LIBRARIES[name].root}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
