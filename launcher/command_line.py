"""The command line's parser, and for words that it does not take the line to type instead."""

from __future__ import annotations

import difflib
import json
import re
import shlex
import textwrap
from argparse import (
    REMAINDER,
    Action,
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
)
from argparse import _SubParsersAction as Commands
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, NoReturn

from checks.corrected_line import name_missing_value
from checks.errors import UsageError
from checks.job.key import Face
from checks.job.launch_file import NAME, keys_on
from checks.job.training_words import other_command, similar_option
from checks.next_line import next_line, program_line, same_line
from checks.quick_dataclass import dataclass

COMMAND_HABITS: Mapping[str, str] = {
    "run": "start",
    "launch": "start",
    "train": "start",
    "setup": "init",
    "list": "runs",
    "ls": "runs",
    "ps": "status",
    "kill": "stop",
    "tail": "logs",
}
"""What people type in other programs for a command of ours."""
WITHOUT_OPTION: Mapping[str, str] = {
    "--deepspeed": "it stands behind -- for a script that reads it; --deepspeed-config names the "
    "config of one that names none",
    "--slots": "slots= in the hosts file says how many ranks a node has",
    "--num-gpus": "slots= in the hosts file says how many ranks a node has",
    "--nproc-per-node": "slots= in the hosts file says how many ranks a node has",
    "--num-processes": "slots= in the hosts file says how many ranks a node has",
    "--num-nodes": "all nodes of the hosts file take part, fewer by --include",
    "--nnodes": "all nodes of the hosts file take part, fewer by --include",
    "--num-machines": "all nodes of the hosts file take part, fewer by --include",
    "--node-rank": "start gives each node its rank",
    "--machine-rank": "start gives each node its rank",
}
"""What other launchers ask for, and why it is no option here."""


VARIABLE_OPTIONS = ("--env", "-x", "--export")
"""What deepspeed, mpirun and others call an option for a variable of the ranks."""
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
OPTIONS_OF_START = frozenset(key.flag for key in keys_on(Face.LAUNCHER))
"""Those that not every command takes."""


class CommandParser(ArgumentParser):
    """A parser that raises UsageError, and knows its commands and options by name."""

    commands: Mapping[str, ArgumentParser]

    def __init__(self, *args: Any, **settings: Any) -> None:
        settings.setdefault("formatter_class", RawDescriptionHelpFormatter)
        super().__init__(*args, **settings)
        self.commands = {}

    def add_subparsers(self, **settings: Any) -> Any:
        """As ArgumentParser does; the commands are remembered."""
        action = super().add_subparsers(**settings)
        self.commands = action.choices
        return action

    def error(self, message: str) -> NoReturn:
        """Raises UsageError in place of printing the usage of every option."""
        takes = {
            flag: str(action.metavar or action.dest.upper())
            for flag, action in self._option_string_actions.items()
        }
        raise UsageError(name_missing_value(message, takes))

    def option(self, word: str) -> Action | None:
        """The option of that name or unambiguous beginning; of `-n4` too."""
        name = word.partition("=")[0]
        known = self._option_string_actions
        if name[:2] in known and name[1] != "-":
            return known[name[:2]]
        fits = {id(known[flag]): known[flag] for flag in known if flag.startswith(name)}
        begun = next(iter(fits.values())) if len(fits) == 1 and name not in WITHOUT_OPTION else None
        return known.get(name) or begun

    def similar_option(self, word: str) -> str:
        """The option that is likely meant; empty where none is near."""
        return similar_option(word, self._option_string_actions)


def add_command(
    commands: Commands[ArgumentParser], name: str, text: str, *examples: str
) -> ArgumentParser:
    """A command without options; `examples` are what may be typed after the program's name."""
    parser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    lines = "\n".join(f"{program_line('launcher')} {example}" for example in examples)
    parser.epilog = f"examples:\n{textwrap.indent(lines, '  ')}"
    return parser


def first_example(parser: CommandParser, words: Sequence[str]) -> str:
    """The first line that the help of the typed command shows; empty where it shows none."""
    path, _ = find_command(parser, words)
    shown = (path[-1].epilog or "") if path else ""
    return next(iter(shown.partition("examples:\n")[2].splitlines()), "").strip()


def complete_with(action: Action, names: Callable[[Namespace], Iterable[str]]) -> None:
    """Have a shell complete that argument with these names, which are asked for then.

    A list of them: what a mapping has for a name argcomplete takes for its description.
    """
    action.completer = lambda parsed_args, **_: list(names(parsed_args))  # type: ignore[attr-defined]


def parse_words(parser: CommandParser, words: Sequence[str]) -> Namespace:
    """The words parsed. Raises UsageError with the line to type instead where that is known."""
    path, own = find_command(parser, words)
    command = path[-1] if path else parser
    if own and command.commands:
        raise UsageError(_unknown_command(command, words[: len(words) - len(own)], own))
    if path:
        _require_known_words(command, words[: len(words) - len(own)], own)
    return parser.parse_args(words)


def find_command(
    parser: CommandParser, words: Sequence[str]
) -> tuple[list[CommandParser], Sequence[str]]:
    """The parsers of the command and its subcommand that the words name, and the words after.

    None, where options such as --help stand in the place of a command.
    """
    path: list[CommandParser] = []
    while words and (found := (path[-1] if path else parser).commands.get(words[0])):
        assert isinstance(found, CommandParser)
        path, words = [*path, found], words[1:]
    has_commands = not path or bool(path[-1].commands)
    return path, [] if has_commands and words and words[0].startswith("-") else words


def _unknown_command(parser: CommandParser, before: Sequence[str], words: Sequence[str]) -> str:
    word = words[0]
    if word == "preflight":
        return f"the checks are a program of their own: {next_line('preflight', None, *words[1:])}"
    begun = [name for name in parser.commands if name.startswith(word)]
    near = begun if len(begun) == 1 else difflib.get_close_matches(word, parser.commands, n=1)
    habit = COMMAND_HABITS.get(word, "")
    meant = habit if habit in parser.commands else "".join(near)
    every = f"all of them: {next_line('help', None, *before)}"
    if not meant:
        return f"no command {word!r}; {every}"
    return (
        f"no command {word!r}; type: {same_line('launcher', (*before, meant, *words[1:]))}\n{every}"
    )


@dataclass
class _Typed:
    """The words of a command, corrected: its own, the training command, and what was wrong."""

    parser: CommandParser
    own: list[str] = field(default_factory=list)
    training: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    """`NAME=value` of what ranks are to be given."""
    hopeless: bool = False

    def read(self, words: Sequence[str], *, trains: bool) -> None:
        """All words; with `trains` the first that is no option begins the training command."""
        following = iter(words)
        for word in following:
            if word == "--":
                self.training += following
            elif word.startswith("-") and len(word) > 1:
                self._read_option(word, following)
            else:
                (self.training if trains else self.own).append(word)

    def _read_option(self, word: str, following: Iterator[str]) -> None:
        name, equals, value = word.partition("=")
        known = self.parser.option(name)
        if self.training and name not in self.parser._option_string_actions:
            self._note("the script's own arguments stand behind --")
            self.training.append(word)
            return
        if known is None and name in VARIABLE_OPTIONS:
            given = value if equals else next(following, "")
            if _ASSIGNMENT.fullmatch(given):
                self.variables.append(given)
                self._note(f"{name} is [env] of launch.toml here")
                return
        if known is None and name in OPTIONS_OF_START:
            self._note(f"{name} means nothing here")
            if not equals:
                next(following, "")
            return
        if known is None:
            self._read_similar(name, equals, value, following)
            return
        self.own.append(word)
        attached = equals or (word[1] != "-" and len(word) > 2)
        if not attached and known.nargs is None:
            self.own += [next(following, "")]

    def _read_similar(self, name: str, equals: str, value: str, following: Iterator[str]) -> None:
        """An option that there is not: the one that is likely meant, if that takes its value."""
        advice = WITHOUT_OPTION.get(name.replace("_", "-"))
        meant = "" if advice else self.parser.similar_option(name)
        action = self.parser.option(meant) if meant else None
        if action and action.nargs is None and not equals:
            value = next(following, "")
        if action is None or not _takes(action, value):
            self._note(f"there is no {name} here" + (f": {advice}" if advice else ""))
            self.hopeless = True
            return
        self._note(f"there is no {name}; {meant} is near")
        self.own.append(meant + equals + value if equals else meant)
        if action.nargs is None and not equals:
            self.own.append(value)

    def _note(self, remark: str) -> None:
        if remark not in self.remarks:
            self.remarks.append(remark)


def _takes(action: Action, value: str) -> bool:
    """Whether the option takes that value: one that is near by its name alone is not meant."""
    try:
        if action.nargs is None and callable(action.type):
            action.type(value)
    except (ArgumentTypeError, TypeError, ValueError):
        return False
    return True


def _require_known_words(
    parser: CommandParser, before: Sequence[str], words: Sequence[str]
) -> None:
    """Returns where the command takes all words, as far as their names go."""
    if any(action.nargs == REMAINDER for action in parser._actions):
        return
    trains = any(action.dest == "command" for action in parser._actions)
    typed = _Typed(parser)
    typed.read(words, trains=trains)
    while trains and typed.training and _ASSIGNMENT.fullmatch(typed.training[0]):
        typed.variables.append(typed.training.pop(0))
        typed._note("variables of ranks stand under [env] in launch.toml")
    if trains and (other := other_command(typed.training)):
        typed.remarks.append(other.remark)
        missing = (option for option in other.options if option[0] not in typed.own)
        typed.own += [word for option in missing for word in option]
        typed.training = list(other.command)
        typed.hopeless |= not other.command
    if not typed.remarks:
        return
    said = "; ".join(typed.remarks)
    if typed.hopeless:
        raise UsageError(said)
    tail = ["--", *typed.training] if typed.training else []
    line = same_line("launcher", (*before, *typed.own, *tail))
    if typed.variables:
        line = f"{_line_for_variables(typed.variables)} && {line}"
    raise UsageError(f"{said}\ntype: {line}")


def _line_for_variables(variables: Sequence[str]) -> str:
    """What to type so that launch.toml, as it is here, gives ranks these `NAME=value`."""
    file = Path(NAME)
    lines = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    pairs = [word.partition("=") for word in variables]
    new = [f"{name} = {json.dumps(value)}" for name, _, value in pairs]
    names = "|".join(name for name, _, _ in pairs)
    if re.search(r"^\[env\]", lines, re.MULTILINE):
        added = (line.replace("\\", "\\\\") for line in reversed(new))
        steps = [f"/^({names})[[:space:]]*=/d", *(rf"/^\[env\]/a {line}" for line in added)]
        return shlex.join(("sed", "-i", "-E", *(f"-e{step}" for step in steps), NAME))
    table = shlex.join(("printf", r"%s\n", "", "[env]", *new))
    return f"{table} >>{NAME}"
