"""`launcher completion`: what a shell needs to complete commands, options, checks and runs."""

from __future__ import annotations

import os
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Callable, Iterable

SHELLS = ("bash", "zsh", "fish")


def add_options(parser: ArgumentParser) -> None:
    """For which shell."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def print_completion(args: Namespace) -> None:
    """The code that the shell evaluates."""
    from argcomplete.shell_integration import shellcode

    print(shellcode(["launcher"], shell=args.shell))


def complete_with(action: Action, names: Callable[[Namespace], Iterable[str]]) -> None:
    """Have a shell complete that argument with these names, which are asked for then."""
    action.completer = lambda parsed_args, **_: names(parsed_args)  # type: ignore[attr-defined]


def is_asked_for() -> bool:
    """Whether it is the shell that called."""
    return "_ARGCOMPLETE" in os.environ


def complete(parser: ArgumentParser) -> None:
    """Answer the shell and end, where it is the shell that called."""
    if is_asked_for():
        import argcomplete

        argcomplete.autocomplete(parser)
