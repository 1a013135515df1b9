"""`launcher completion`: what a shell needs to complete commands, options, checks and runs."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable

SHELLS = ("bash", "zsh", "fish")
_LOADED_IN_ZSH = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }"


def add_options(parser: ArgumentParser) -> None:
    """For which shell."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def print_completion(args: Namespace) -> None:
    """The code that the shell evaluates."""
    from argcomplete.shell_integration import shellcode

    first, newline, rest = shellcode(["launcher"], shell=args.shell).partition("\n")
    print("\n".join([first, *_needed_before(args.shell)]) + newline + rest)


def _needed_before(shell: str) -> Iterable[str]:
    """What a plain shell lacks: the command, where it is called by its Python, and zsh's own."""
    if shutil.which("launcher") is None:
        program = shlex.join((sys.executable, "-m", "launcher"))  # wherever the shell goes
        if shell == "fish":
            yield f"function launcher; {program} $argv; end"
        else:
            yield f'launcher() {{ {program} "$@"; }}'
    if shell == "zsh":
        yield _LOADED_IN_ZSH


def is_asked_for() -> bool:
    """Whether it is the shell that called."""
    return "_ARGCOMPLETE" in os.environ


def complete(parser: ArgumentParser) -> None:
    """Answer the shell and end, where it is the shell that called."""
    if is_asked_for():
        import argcomplete

        argcomplete.autocomplete(parser)
