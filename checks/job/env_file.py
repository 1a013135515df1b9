"""An existing .deepspeed_env, read for what its lines say and not for what a shell makes of them.

`deepspeed` reads it on the machine where it is typed, and so does a start.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from checks.errors import UsageError
from checks.job.user_files import quote_text, read_text
from checks.job.value_readers import read_env_name, read_env_value

NAME = ".deepspeed_env"
READERS = ("deepspeed", "accelerate")
"""The launchers through which DeepSpeed's would have read it."""
OF_ONE_SHELL = ("PWD", "OLDPWD", "SHLVL", "HOSTNAME", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
CHANGED_BY_A_SHELL = re.compile(r"[$`\"'\\]")


def deepspeed_env(cwd: Path, environ: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The variables of ~/.deepspeed_env, over them those of the one in `cwd`; a note for each file.

    `DS_ENV_FILE` is another name of it. Comments and empty lines are passed over. Raises UsageError
    with `path:line` for a line that does not mean what it says; no value is ever named.
    """
    name = environ.get("DS_ENV_FILE") or NAME
    folders = [Path(home)] if (home := environ.get("HOME")) else []
    paths = dict.fromkeys(os.path.realpath(folder / name) for folder in (*folders, cwd))
    found: dict[str, str] = {}
    notes = []
    for path in paths:
        if os.path.isfile(path):
            own = _read_variables(path)
            found |= own
            notes.append(f"{path}: ranks get {', '.join(own) or 'nothing'}; [env] goes before it")
    return found, tuple(notes)


def _read_variables(path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, text in enumerate(read_text(Path(path), NAME).splitlines(), 1):
        if text.strip() and not text.lstrip().startswith("#"):
            try:
                name, value = _parse_variable(text)
            except ValueError as error:
                raise UsageError(f"{path}:{number}: {error}") from None
            found[name] = value
    return found


def _parse_variable(text: str) -> tuple[str, str]:
    """One line's name and value. Raises ValueError."""
    name, equals, value = text.strip().removeprefix("export ").partition("=")
    if not equals:
        raise ValueError("expected NAME=VALUE: there is no =")
    name, value = read_env_name(name.strip()), value.strip()
    if name in OF_ONE_SHELL:
        raise ValueError(
            f"{name} is one shell's own: `accelerate launch` leaves its whole environment in this "
            "file, tokens too; take those lines out, or the file away"
        )
    if re.fullmatch(r"(\"|')[\w@%+=:,./-]*\1", value):
        value = value[1:-1]
    if mark := CHANGED_BY_A_SHELL.search(value):
        raise ValueError(
            f"{name} has a {quote_text(mark[0])}, of which `deepspeed` lets each node's shell make "
            "something else; write what is meant into [env] of launch.toml, and take the line out"
        )
    return name, read_env_value(value)
