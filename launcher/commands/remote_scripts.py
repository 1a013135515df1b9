"""Small changes on many nodes, confirmed by a person: a script for sh each, over open logins."""

from __future__ import annotations

import concurrent.futures
import re
import shlex
import sys
from argparse import Namespace
from collections.abc import Mapping

from checks.contact.channel import CommandResult
from checks.contact.logins import POOL
from checks.contact.pool import Contact
from checks.errors import PreflightError, UsageError

REFUSED = re.compile(r"([~/][^\s:'\"]+)\S?: (Operation not permitted|Read-only file system)")
"""As a shell and the programs in it say it."""


def ask_consent(question: str, args: Namespace) -> bool:
    """Whether the person, or --yes, says yes; Ctrl-D says no. Raises UsageError where nobody can
    be asked.
    """
    if args.yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask at: add --yes to confirm beforehand", right=("--yes",)
        )
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False


def run_scripts(contact: Contact, scripts: Mapping[str, str]) -> dict[str, str]:
    """What each node's script printed; nothing of it is on a command line.

    Raises PreflightError with the first that did not end well.
    """

    def run(name: str) -> CommandResult:
        return contact.run(name, "exec sh -s", scripts[name].encode())

    with concurrent.futures.ThreadPoolExecutor(POOL) as pool:
        done = dict(zip(scripts, pool.map(run, scripts), strict=True))
    for name, ran in done.items():
        if ran.code != 0:
            said = ran.err.strip() or ran.out.strip()
            raise PreflightError(f"{name}: the change failed: {said}{_unlock_hint(said)}")
    return {name: ran.out for name, ran in done.items()}


def _unlock_hint(said: str) -> str:
    """What to type where the words of a shell show that not even root may write a file."""
    refused = REFUSED.search(said)
    if refused is None:
        return ""
    path = shlex.quote(refused[1])
    if refused[2].startswith("Read-only"):
        return f"; `findmnt --target {path}` there shows the mount that is read-only"
    return f"; where `lsattr -d {path}` there shows an i, `chattr -i {path}` lets it be changed"
