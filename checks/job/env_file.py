"""An existing .deepspeed_env, read literally: what a shell would make of a line is refused.

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
LAUNCHERS_THAT_READ_IT = ("deepspeed", "accelerate")
OF_THE_SHELL = ("PWD", "OLDPWD", "SHLVL", "HOSTNAME", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
EXPANDED_BY_SHELLS = re.compile(r"[$`\"'\\]")


def deepspeed_env(cwd: Path, environ: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The variables of ~/.deepspeed_env, overridden by those of `cwd`'s; a note for each file.

    `DS_ENV_FILE` is another name of it. Comments and empty lines are passed over. Raises UsageError
    with `path:line` for a line that a shell would change; no message shows a value.
    """
    name = environ.get("DS_ENV_FILE") or NAME
    folders = [Path(home)] if (home := environ.get("HOME")) else []
    paths = dict.fromkeys(os.path.realpath(folder / name) for folder in (*folders, cwd))
    variables: dict[str, str] = {}
    notes = []
    for path in paths:
        if os.path.isfile(path):
            own = _read_variables(path)
            variables |= own
            notes.append(f"{path}: ranks get {', '.join(own) or 'nothing'}; [env] overrides it")
    return variables, tuple(notes)


def _read_variables(path: str) -> dict[str, str]:
    variables: dict[str, str] = {}
    for number, text in enumerate(read_text(Path(path), NAME).splitlines(), 1):
        if text.strip() and not text.lstrip().startswith("#"):
            try:
                name, value = _parse_variable(text)
            except ValueError as error:
                raise UsageError(f"{path}:{number}: {error}") from None
            variables[name] = value
    return variables


def _parse_variable(text: str) -> tuple[str, str]:
    """One line's name and value. Raises ValueError."""
    name, equals, value = text.strip().removeprefix("export ").partition("=")
    if not equals:
        raise ValueError("expected NAME=VALUE: there is no =")
    name, value = read_env_name(name.strip()), value.strip()
    if name in OF_THE_SHELL:
        raise ValueError(
            f"{name} belongs to one shell: `accelerate launch` writes its whole environment to "
            "this file, tokens too; remove those lines, or the file"
        )
    if re.fullmatch(r"(\"|')[\w@%+=:,./-]*\1", value):
        value = value[1:-1]
    if mark := EXPANDED_BY_SHELLS.search(value):
        raise ValueError(
            f"{name} has a {quote_text(mark[0])}, which each node's shell would interpret when "
            "`deepspeed` passes it on; set it under [env] in launch.toml and remove this line"
        )
    return name, read_env_value(value)
