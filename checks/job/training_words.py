"""A training command as people type it elsewhere, and as it is written here.

Here it is a script or `-m` and a module: the training interpreter runs it, and `start` itself does
what torchrun, deepspeed and accelerate do before it.
"""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Collection, Mapping, Sequence

from checks.quick_dataclass import dataclass

_PYTHON = re.compile(r"(.*/)?python[0-9.]*")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*")
_SHELL = re.compile(r"(.*/)?(bash|sh|zsh|dash)|.*\.sh")
_DATA_OPTIONS = {
    "toml": "--launch-file",
    "json": "--deepspeed-config",
    "yaml": "--accelerate-config",
    "yml": "--accelerate-config",
}
"""By its ending, the option that takes a file which people give in place of the script."""
_DATA = re.compile(r"\S+\.(toml|json|ya?ml)")
_ENVIRONMENT_TOOLS = ("uv", "poetry", "pdm", "pixi", "pipenv", "rye", "hatch")
_LAUNCH_MODULES = {
    "torch.distributed.run": "torchrun",
    "torch.distributed.launch": "torchrun",
    "deepspeed.launcher.runner": "deepspeed",
    "deepspeed": "deepspeed",
    "accelerate.commands.launch": "accelerate",
}
_LAUNCHERS = ("torchrun", "deepspeed", "accelerate")
_BACKENDS = {"mpirun": "openmpi", "mpiexec": "openmpi", "srun": "slurm"}
OTHER_NAMES: Mapping[str, str] = {
    "--hostfile": "--hosts",
    "-H": "--hosts",
    "-i": "--include",
    "-e": "--exclude",
    "--master-addr": "--head",
    "--main-process-ip": "--head",
    "--main-process-port": "--master-port",
    "--launcher": "--backend",
    "--config-file": "--accelerate-config",
    "--deepspeed-config-file": "--deepspeed-config",
}
"""Options of deepspeed, torchrun and accelerate, with dashes, and what they are called here."""
_SAME_NAMES = ("--include", "--exclude", "--master-port", "--no-local-rank")
_FLAGS = ("--no-local-rank",)
_PLACES = re.compile(
    r"--(n?nodes|n?proc-per-node|num-(nodes|gpus|processes|machines)|node-rank|machine-rank"
    r"|rdzv-.*|standalone|role|local-addr|hostfile|master-.*|main-process-.*|multi-gpu|use-deepspeed"
    r"|deepspeed-multinode-launcher|deepspeed-hostfile|same-network|force-multi|ssh-port|bind.*|cpu)"
)
"""Options, with dashes, that say where ranks run and how they meet: start itself knows that."""


def similar_option(word: str, flags: Collection[str]) -> str:
    """The one of `flags` that is likely meant; empty where none is near."""
    name = word.partition("=")[0].replace("_", "-")
    meant = OTHER_NAMES.get(name, name)
    if meant in flags:
        return meant
    negated = meant.startswith("--no-")
    known = [flag for flag in flags if flag[:2] == "--" and flag.startswith("--no-") == negated]
    return "".join(difflib.get_close_matches(meant, known, n=1, cutoff=0.7))


@dataclass(frozen=True)
class TrainingWords:
    """The command as it is written here, the options that say the rest, and what was wrong.

    `command` is empty where nobody can know what to start.
    """

    command: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    remark: str


def other_command(words: Sequence[str]) -> TrainingWords | None:
    """The words as they should be; None where nothing is wrong with them."""
    first = words[0] if words else ""
    if len(words) == 1 and re.fullmatch(r"\S+\.py\s.+", first):
        return TrainingWords(tuple(shlex.split(first)), (), "each argument is a word of its own")
    if _ASSIGNMENT.fullmatch(first):
        inner = _after(words[1:])
        remark = f"{first.partition('=')[0]}: variables of ranks stand under [env] in launch.toml"
        return TrainingWords(inner.command, inner.options, remark)
    if _SHELL.fullmatch(first):
        remark = f"{first} is a shell's: name the Python script that it starts"
        return TrainingWords((), (), remark)
    if _PYTHON.fullmatch(first):
        return _of_python(words)
    if _DATA.fullmatch(first):
        option = _DATA_OPTIONS[first.rpartition(".")[2]]
        remark = f"{first} is no program: type {option} {first}, and the Python script"
        if option == "--launch-file":
            remark = f"{first} is no program: type start {option} {first}; its [start] names one"
        return TrainingWords((), ((option, first),), remark)
    if first in _LAUNCHERS:
        return _of_launcher(first, words[1:])
    if first in _BACKENDS:
        return _of_backend(words)
    if first in _ENVIRONMENT_TOOLS and words[1:2] == ["run"]:
        inner = _after(words[2:])
        remark = f"{first} run is not needed: --python names the training interpreter"
        return TrainingWords(inner.command, inner.options, remark)
    return None


def _after(words: Sequence[str]) -> TrainingWords:
    """What follows words that are not needed."""
    return other_command(words) or TrainingWords(tuple(words), (), "")


def _of_python(words: Sequence[str]) -> TrainingWords:
    """`python [-u] train.py`, `python -m module`, `python -m torch.distributed.run …`."""
    at = 1
    while at < len(words) and words[at].startswith("-") and words[at] != "-m":
        at += 2 if words[at] in ("-X", "-W") else 1
    rest = words[at:]
    own = (("--python", words[0]),) if "/" in words[0] else ()
    if rest[:1] == ["-m"] and (launcher := _LAUNCH_MODULES.get(" ".join(rest[1:2]))):
        found = _of_launcher(launcher, rest[2:])
        return TrainingWords(found.command, (*own, *found.options), found.remark)
    remark = f"{words[0]} is left out, because the training interpreter runs the command"
    return TrainingWords(tuple(rest), own, remark)


def _of_launcher(launcher: str, words: Sequence[str]) -> TrainingWords:
    """What a launcher's own command line starts; machines, ranks and addresses are left out."""
    at = _script_position(words)
    module = at < len(words) and words[at] in ("-m", "--module")
    command = ("-m", *words[at + 1 :]) if module else tuple(words[at:])
    known, lost = _read_options(words[:at])
    remark = f"start calls {launcher} itself and passes it nodes, ranks and addresses"
    if lost:
        remark += f"; left out, since start has no option for it: {', '.join(lost)}"
    return TrainingWords(command, (("--with", launcher), *known), remark)


def _script_position(words: Sequence[str]) -> int:
    """Where the script or `-m` stands; behind all words where there is none."""
    for at, word in enumerate(words):
        if word in ("-m", "--module") or (word.endswith(".py") and not word.startswith("-")):
            return at
    return len(words)


def _read_options(words: Sequence[str]) -> tuple[list[tuple[str, ...]], list[str]]:
    """The options that mean something here, by the names that they have here, and all others but
    those that say where ranks run, as they were typed.
    """
    known: list[tuple[str, ...]] = []
    lost: list[str] = []
    for word, following in zip(words, (*words[1:], ""), strict=False):
        name, equals, value = word.partition("=")
        dashed = name.replace("_", "-")
        here = OTHER_NAMES.get(dashed, dashed if dashed in _SAME_NAMES else "")
        if here:
            known.append((here,) if here in _FLAGS else (here, value if equals else following))
        elif word.startswith("-") and not _PLACES.fullmatch(dashed):
            has_value = not equals and following and not following.startswith("-")
            lost.append(f"{word} {following}" if has_value else word)
    return known, lost


def _of_backend(words: Sequence[str]) -> TrainingWords:
    """`mpirun -np 8 python train.py`: what it carries, and the backend of that name."""
    starts = [
        at
        for at, word in enumerate(words[1:], 1)
        if _PYTHON.fullmatch(word) or word in _LAUNCHERS or word.endswith(".py")
    ]
    inner = _after(words[starts[0] :]) if starts else TrainingWords((), (), "")
    options = (*inner.options, ("--backend", _BACKENDS[words[0]]))
    return TrainingWords(inner.command, options, f"start calls {words[0]} itself")
