"""Files of variables whose readers take every line as it stands, comments and blanks and all."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from checks.areas.nccl.known_variables import KNOWN_VARIABLES
from checks.check import Over, node_check
from checks.facts import NodeView
from checks.facts.env_files import EnvFiles, EnvLine
from checks.facts.environment import Environment
from checks.knowledge.nccl_variables import COLLECTIVE_VARIABLE, setting_in_force
from checks.model import Fix, Severity, Verdict, ok, skip, warn

CLEAN_LINE_EDIT = (
    r"s/^[[:space:]]*(export[[:space:]]+)?([A-Za-z0-9_]+)[[:space:]]*=[[:space:]]*/\2=/; "
    r"s/^([A-Za-z0-9_]+=)([\x22\x27])(.*)\2[[:space:]]*$/\1\3/"
)
"""Takes `export`, blanks and quotes from an assignment."""


@node_check("nccl.conf-file-is-read-as-meant", EnvFiles, severity=Severity.WARN)
def conf_file_is_read_as_meant(node: NodeView) -> Verdict:
    """Each line of /etc/nccl.conf and ~/.nccl.conf sets the variable that it appears to set.

    NCCL splits a line at its first `=` and keeps blanks, quotes and `export`: `NCCL_ALGO = Ring`
    sets a variable whose name ends in a blank, which nothing reads.

    Measured: The lines, split as NCCL splits them.

    Fix:
        line-misread: writes the line without blanks, quotes and `export`.
    """
    files = node.read(EnvFiles).nccl
    for path, lines in files.items():
        for line in lines:
            misreading = _describe_misreading(line)
            if misreading:
                message = f"{path}:{line.number} of {node.name} {misreading}"
                return warn("line-misread", message, _conf_fix(node, path, line))
    return ok(f"{', '.join(files) or 'no nccl.conf'} on {node.name}")


@node_check(
    "nccl.deepspeed-env-file-is-sound",
    EnvFiles,
    Environment,
    over=Over.HEAD,
    severity=Severity.WARN,
)
def deepspeed_env_file_is_sound(node: NodeView) -> Verdict:
    """The .deepspeed_env of the head is one that `deepspeed` can read, and says what [env] says.

    `deepspeed` pastes each line into the remote command. A comment with a `=` comments out the
    command: it exits 0 with no rank started. `launcher start` ignores comments, and reads the file
    of the machine where it is typed: an NCCL variable that only the head's file has does not reach
    its ranks.

    Measured: The lines of `~/.deepspeed_env` and of the one in the working directory.

    Fix:
        comment-runs, line-unreadable: removes comments and lines without `=`.
        quotes-cut: removes the quotes.
        not-in-env: the line for `[env]`.
    """
    files = node.read(EnvFiles).deepspeed
    if not files:
        return skip(f"{node.name} has no .deepspeed_env")
    for path, lines in files.items():
        for line in lines:
            fault = _line_fault(line)
            if fault:
                cause, description = fault
                message = f"{path}:{line.number} of {node.name} {description}"
                return warn(cause, message, _env_file_fix(node, path, cause))
    return _judge_missing_in_env(node, files) or ok(
        f"{', '.join(files)} of {node.name} can be read"
    )


def _describe_misreading(line: EnvLine) -> str:
    """What NCCL makes of a line that is meant for it; '' where that is what it says."""
    if line.value is None or line.is_comment:
        return ""
    word = line.name.strip().removeprefix("export ").strip()
    if not COLLECTIVE_VARIABLE.match(word):
        return ""
    if word != line.name:
        return f"sets {line.name!r}, which nothing reads, instead of {word}"
    if line.value[:1] in (" ", "\t", "'", '"'):
        return f"sets {word} to {line.value!r}, including blanks and quotes"
    return ""


def _line_fault(line: EnvLine) -> tuple[str, str] | None:
    """Cause and words for a line at which `deepspeed` goes wrong."""
    if line.is_comment and line.value is not None:
        return (
            "comment-runs",
            "is a comment with a `=`: `deepspeed` would exit 0 with no rank started",
        )
    if line.value is None:
        comment = "is a comment, which DeepSpeed does not know"
        state = "is empty" if line.is_blank else comment if line.is_comment else "has no `=`"
        return "line-unreadable", f"{state}: `deepspeed` would end in a ValueError"
    if re.search(r"[\"']", line.value) and re.search(r"[^\w@%+=:,./'\"-]", line.value):
        name = line.name.strip().removeprefix("export ")
        description = f"has quotes around the value of {name}, which `deepspeed` quotes again"
        return "quotes-cut", f"{description}: ranks get what stands before the first blank"
    return None


def _judge_missing_in_env(node: NodeView, files: Mapping[str, Sequence[EnvLine]]) -> Verdict | None:
    """A variable of NCCL's that ranks of `deepspeed` would have and those of `start` would not."""
    for path, lines in files.items():
        for line in lines:
            name, value = line.name.strip().removeprefix("export "), (line.value or "").strip()
            setting = setting_in_force(node, name)
            if name in KNOWN_VARIABLES and (setting is None or setting.value != value):
                in_force = setting or f"{name} unset"
                message = (
                    f"{path}:{line.number} of {node.name} sets {name}={value}, but ranks have "
                    f"{in_force}: our start reads that file only where it is typed"
                )
                note = f'in launch.toml, [env]: {name} = "{value}"; or take the line out'
                return warn("not-in-env", message, Fix("", node.name, note))
    return None


def _conf_fix(node: NodeView, path: str, line: EnvLine) -> Fix:
    edit = f"sed -i -E '{line.number}{{{CLEAN_LINE_EDIT}}}' {shlex.quote(path)}"
    return node.fix(edit, root=path.startswith("/etc/"))


def _env_file_fix(node: NodeView, path: str, cause: str) -> Fix:
    """Takes out what `deepspeed` cannot read, and the quotes that it sets by itself."""
    edit, note = r"/^[[:space:]]*#/d; /=/!d", "takes out comments, and lines without a `=`"
    if cause == "quotes-cut":
        edit = r"s/^([^=]*=)[\x22\x27](.*)[\x22\x27][[:space:]]*$/\1\2/"
        note = "takes the quotes away; in [env] of launch.toml they may stay"
    return node.fix(f"sed -i -E '{edit}' {shlex.quote(path)}", note)
