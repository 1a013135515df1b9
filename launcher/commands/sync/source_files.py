"""Which files of the working directory travel: git's, or all that .gitignore does not leave out."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from pathspec import GitIgnoreSpec

from checks.quick_dataclass import dataclass

NEVER = (
    ".git", ".preflight", "/.lab/", "/runs/", "__pycache__/",
    "id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk",
)  # fmt: skip
"""In the words of .gitignore: keys, and what is a repository's, an interpreter's or our own."""
CHECKPOINTS = ("global_step[0-9]*/", "checkpoint-[0-9]*/")
"""What DeepSpeed and the Trainer call the folders that they save."""
_CODE = re.compile(r"(?!(.*/)?zero_to_fp32\.py$).*\.py")
"""Of what lies in a folder of outputs: code that was kept there, and not DeepSpeed's."""
_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
ENVIRONMENT_MARK = "pyvenv.cfg"
"""In a virtual environment, which is made on each node and not copied."""


@dataclass(frozen=True)
class SourceFolder:
    """A folder of this machine. `exclude` are more patterns, in the words of .gitignore.

    `outputs` are folders in it that runs write, relative; `asked_for` are paths below them that
    the command reads.
    """

    path: Path
    exclude: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    asked_for: tuple[str, ...] = ()

    @property
    def spec(self) -> GitIgnoreSpec:
        """What never travels, and what was excluded."""
        return GitIgnoreSpec.from_lines([*self.exclude, *NEVER])

    def files(self) -> list[str]:
        """The files and links that travel, relative and sorted."""
        kept = {*self.private_keys, *self.left_out}
        return [path for path in self._candidates if path not in kept]

    @cached_property
    def left_out(self) -> list[str]:
        """What runs have written: each node has its own. What git has, and code, travels."""
        written = {path for path in self._candidates if self.output_of(path)}
        return sorted(written - {*_git_tracked(self.path)}) if written else []

    def output_of(self, path: str) -> str:
        """The folder of outputs in which a file lies, as it is left out; '' for any other file."""
        if _CODE.fullmatch(path) and not self._checkpoints.match_file(path):
            return ""
        if not self._outputs.match_file(path):
            return ""
        parts = path.split("/")[:-1]
        above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        return next((each for each in above if self._outputs.match_file(f"{each}/")), "")

    @cached_property
    def _checkpoints(self) -> GitIgnoreSpec:
        return GitIgnoreSpec.from_lines(CHECKPOINTS)

    @cached_property
    def _outputs(self) -> GitIgnoreSpec:
        """What is left out by itself; `!out` of [sync] exclude takes it along again."""
        folders = (f"/{folder}/" for folder in self.outputs)
        read = (f"!/{path}" for path in self.asked_for)
        wanted = (line for line in self.exclude if line.startswith("!"))
        return GitIgnoreSpec.from_lines([*CHECKPOINTS, *folders, *read, *wanted])

    @cached_property
    def private_keys(self) -> list[str]:
        """Private keys, whatever they are called: they stay on this machine."""
        return [path for path in self._candidates if _is_private_key(self.path / path)]

    @cached_property
    def _candidates(self) -> list[str]:
        found = _git_files(self.path) or list(self._walked_files())
        spec = self.spec
        return sorted(path for path in without_environments(found) if not spec.match_file(path))

    def ignored(self, paths: Collection[str]) -> set[str]:
        """Which of these paths would not travel if they were here."""
        spec, rules = self.spec, _Rules(self.path)
        kept = {*_git_ignored(self.path, paths), *self.private_keys}
        kept |= {path for path in paths if self.output_of(path)}
        return {
            path
            for path in paths
            if path in kept or spec.match_file(path) or rules.ignore_file(path)
        }

    def _walked_files(self) -> Iterator[str]:
        rules, spec = _Rules(self.path), self.spec
        for top, folders, names in os.walk(self.path):
            below = os.path.relpath(top, self.path)
            prefix = "" if below == "." else f"{below}/"
            folders[:] = [
                name
                for name in folders
                if not spec.match_file(f"{prefix}{name}/") and not rules.ignore(f"{prefix}{name}/")
            ]
            links = (name for name in folders if os.path.islink(os.path.join(top, name)))
            yield from (f"{prefix}{name}" for name in links)
            yield from (f"{prefix}{name}" for name in names if not rules.ignore(f"{prefix}{name}"))


def _is_private_key(path: Path) -> bool:
    """Whether a file begins as OpenSSH's and OpenSSL's private keys do."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return bool(_PRIVATE_KEY.match(file.read(64)))
    except OSError:
        return False


def without_environments(paths: Collection[str]) -> Iterator[str]:
    """The paths that are in no virtual environment."""
    marks = (path for path in paths if os.path.basename(path) == ENVIRONMENT_MARK)
    folders = tuple(f"{os.path.dirname(path)}/" for path in marks)
    return (path for path in paths if not path.startswith(folders))


class _Rules:
    """The .gitignore files of a folder; the nearest one that says anything of a path decides."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._specs: dict[str, GitIgnoreSpec | None] = {}

    def ignore(self, path: str) -> bool:
        """Whether this path itself is ignored; a folder ends in `/`."""
        folder = os.path.dirname(path.rstrip("/"))
        while True:
            spec = self._spec(folder)
            said = spec.check_file(path[len(folder) :].lstrip("/")).include if spec else None
            if said is not None or not folder:
                return bool(said)
            folder = os.path.dirname(folder)

    def ignore_file(self, path: str) -> bool:
        """Whether a file is ignored, or a folder above it."""
        parts = path.split("/")
        above = ("/".join(parts[:count]) + "/" for count in range(1, len(parts)))
        return any(map(self.ignore, (*above, path)))

    def _spec(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self._specs:
            file = self._root / folder / ".gitignore"
            text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
            self._specs[folder] = GitIgnoreSpec.from_lines(text.splitlines()) if text else None
        return self._specs[folder]


def _git_files(folder: Path) -> list[str]:
    """What git has there and what it would add; nothing where it has no say there."""
    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = _run_git(folder, words).split(b"\0")
    names = [os.fsdecode(name).rstrip("/") for name in listed if name]
    found = []
    for name in names:
        path = folder / name
        if path.is_dir() and not path.is_symlink():  # a repository within, a submodule or not
            found += [f"{name}/{inner}" for inner in _git_files(path)]
        elif os.path.lexists(path):
            found.append(name)
    return found


def _git_tracked(folder: Path) -> list[str]:
    listed = _run_git(folder, ("ls-files", "-z", "--cached"))
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]


def _git_ignored(folder: Path, paths: Collection[str]) -> set[str]:
    words = ("check-ignore", "-z", "--stdin")
    printed = _run_git(folder, words, b"\0".join(map(os.fsencode, paths)))
    return {os.fsdecode(name) for name in printed.split(b"\0") if name}


def _run_git(folder: Path, words: Sequence[str], stdin: bytes = b"") -> bytes:
    """What git prints; nothing where it is not installed or does not run there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], input=stdin, capture_output=True, check=False
        )
    except FileNotFoundError:
        return b""
    return done.stdout if done.returncode == 0 else b""
