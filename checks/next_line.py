"""The line to type next, as it works where it is printed.

Whoever calls us as `pytest preflight/`, as `python -m launcher`, by a path or by a console script
can call us that way again, and the options that were typed then are needed again.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from checks.job.key import Face, declared_keys
from checks.model import Fix, Job
from checks.quick_dataclass import dataclass

ROOT = Path(__file__).resolve().parent.parent
FACES = ("preflight", "launcher")
_CANONICAL = re.compile(r"(?<![\w./-])python -m (launcher|preflight)(?![\w.])")
_ALLOWED = re.compile(r" --allow(?P<joint>[ =])(?P<names>[a-z][a-z.,-]*)(?![^\s&;|])")
SYNC_KEYS = ("workdir", "include", "exclude", "sync_exclude")
"""The keys that mean something to `sync`, beside those with which it logs in."""


@dataclass(frozen=True)
class Call:
    """A process as it was called: interpreter, what that runs (`-m launcher`, a path), the rest."""

    python: str
    program: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """Of the module or the console script."""
        return os.path.basename(self.program[-1]) if self.program else ""

    @property
    def line(self) -> tuple[str, ...]:
        """The words that call the same program again."""
        if self.program[:1] == ("-m",):
            return (_word_for(self.python, sys.executable), *self.program)
        return (_word_for(self.name, self.program[-1]),) if self.program else ()

    def line_of(self, face: str) -> tuple[str, ...]:
        """The words that call `preflight` or `launcher` the same way."""
        names_checks = self.name == "pytest" and any(map(is_preflight_path, self.words))
        if face == "preflight" and names_checks:
            return (*self.line, f"{os.path.relpath(ROOT / face)}/")
        if self.name in FACES and self.program[0] != "-m":
            folder, slash, _ = self.line[0].rpartition("/")
            return (f"{folder}{slash}{face}",)
        python = self.python if self.program[:1] == ("-m",) else "python"
        return (_word_for(python, sys.executable), "-m", face)


def _word_for(word: str, path: str) -> str:
    """`word` where a shell finds that program by it, or its neighbour that is the same file."""
    found = os.path.abspath(word if "/" in word else shutil.which(word) or "")
    beside = os.path.dirname(found) == os.path.dirname(path) and os.path.exists(found)
    return word if found == path or (beside and os.path.samefile(found, path)) else path


def where_all_are() -> str:
    """How one sees what was left out: by the option of the preflight, which a start has not."""
    return "" if read_call(sys.orig_argv).name == "launcher" else ": see --report"


def is_preflight_path(word: str) -> bool:
    """Whether an argument of pytest's names the folder of the checks, a file in it or an item."""
    path = Path(word.partition("::")[0]).resolve()
    return path == ROOT / "preflight" or ROOT / "preflight" in path.parents


def read_call(argv: Sequence[str]) -> Call:
    """The call that a process's `sys.orig_argv` shows."""
    python, *words = argv
    for at, word in enumerate(words):
        if word in ("-m", "-c"):
            program = (word, *words[at + 1 : at + 2]) if word == "-m" else ()
            return Call(python, program, tuple(words[at + 2 :]))
        if not word.startswith("-"):
            return Call(python, (word,), tuple(words[at + 1 :]))
    return Call(python, (), ())


def next_line(command: str, job: Job | None = None, *words: str) -> str:
    """The line to type for `preflight`, or for a command of the launcher: called the way this
    process was, with those options of the job that were typed and that the command takes.
    """
    face, own = ("preflight", ()) if command == "preflight" else ("launcher", (command,))
    typed = typed_options(command, job) if job else ()
    return f"{program_line(face)} {shlex.join((*own, *typed, *words))}".rstrip()


def program_line(face: str) -> str:
    """The words that call `preflight` or `launcher` the way this process was called."""
    return shlex.join(read_call(sys.orig_argv).line_of(face))


def as_called(text: str) -> str:
    """The text, in which `python -m launcher` and `python -m preflight` stand as they are called
    here.
    """
    return _CANONICAL.sub(lambda found: program_line(found[1]), text)


def start_line(job: Job, *options: str) -> str:
    """The line that starts the job's command; without one, which word in it to replace."""
    if job.command:
        return f": {next_line('start', job, *options)}"
    line = next_line("start", job, *options, "--", "train.py")
    return f", with your own script in place of train.py: {line}"


def first_start_line(job: Job) -> str:
    """The sentence with the line that starts the job on nodes that have none of its files yet."""
    what = "Next (copies this folder to the nodes, checks them, starts)"
    return f"{what}{start_line(job, '--sync')}"


def typed_call() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that call this very program again, and those that were typed after its name."""
    call = read_call(sys.orig_argv)
    by_name = call.name in FACES and call.name != "pytest"
    return call.line_of(call.name) if by_name else call.line, call.words


def with_option(words: Sequence[str], option: str, *value: str) -> tuple[str, ...]:
    """The words of a start with one more option, where that is not there, or with its new value."""
    at = words.index("--") if "--" in words else len(words)
    own = [word for word in words[:at] if not (value and word.startswith(f"{option}="))]
    while option in own and value:
        place = own.index(option)
        del own[place : place + 1 + len(value)]
    return (*own, *([] if option in own else [option, *value]), *words[at:])


def with_fixed_options(words: Sequence[str], fixes: Iterable[Fix]) -> tuple[str, ...]:
    """The words with what the fixes have in place of an option's value, where they are at one."""
    by_name: dict[str, set[tuple[str, ...]]] = {}
    for fix in fixes:
        by_name.setdefault("".join(fix.option[:1]), set()).add(fix.option)
    for name, options in by_name.items():
        words = with_option(words, *options.pop()) if name and len(options) == 1 else words
    return tuple(words)


def without_option(words: Sequence[str], option: str) -> tuple[str, ...]:
    """The words of a start without an option that takes no value, be it abbreviated."""
    at = words.index("--") if "--" in words else len(words)
    kept = (word for word in words[:at] if not (option.startswith(word) and len(word) > 3))
    return (*kept, *words[at:])


def without_allowances(text: str, settled: Collection[str]) -> str:
    """A line to type without `--allow` for these checks and areas: once they are mended it would
    only hide them. Others that are allowed stay.
    """

    def remaining(found: re.Match[str]) -> str:
        kept = [name for name in found["names"].split(",") if name not in settled]
        return f" --allow{found['joint']}{','.join(kept)}" if kept else ""

    return _ALLOWED.sub(remaining, text)


def failed_again_line(fixes: Iterable[Fix] = ()) -> str:
    """The line that was typed, with the options that the fixes change, for what failed alone."""
    words = with_fixed_options(read_call(sys.orig_argv).words, fixes)
    lf = () if {"--lf", "--last-failed"} & {*words} else ("--lf",)
    return same_line("preflight", (*words, *lf))


def same_line(face: str, words: Sequence[str]) -> str:
    """The line that calls this very program again with other words after its name."""
    call = read_call(sys.orig_argv)
    return shlex.join((*(call.line if call.name == "pytest" else call.line_of(face)), *words))


def typed_options(command: str, job: Job) -> list[str]:
    """The options that were typed and that the command takes: others only log in to the nodes.

    Secrets are left out.
    """
    face = {"preflight": Face.PREFLIGHT, "start": Face.LAUNCHER}.get(command)
    more = SYNC_KEYS if command == "sync" else ()
    keys = {key.flag: key for key in declared_keys(Job)}
    words: list[str] = []
    for flag, value in job.typed:
        key = keys.get(flag)
        if key and key.secret:
            continue
        if key is None or (key.faces & face if face else key.for_logins or key.name in more):
            words += (flag, value) if value else (flag,)
    return words
