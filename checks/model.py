"""The nouns that every room shares: nodes, the job to start, verdicts and findings."""

from __future__ import annotations

import enum
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class Severity(enum.Enum):
    """What a claim that does not hold means for the start."""

    BLOCK = "block"
    WARN = "warn"


class Outcome(enum.Enum):
    """What became of one claim about one subject."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    SKIP = "skip"


@dataclass(frozen=True)
class Node:
    """One line of hosts.txt.

    `name` is what DeepSpeed, pdsh and the other nodes call it. `slots` is None where the file
    leaves it to detection. `user` and `port` are None where OpenSSH's own defaults hold.
    """

    name: str
    slots: int | None = None
    user: str | None = None
    port: int | None = None
    type: str | None = None


@dataclass(frozen=True)
class Ssh:
    """How the controller logs in, as OpenSSH means the words."""

    user: str | None = None
    port: int | None = None
    key: str | None = None
    config: str | None = None


@dataclass(frozen=True)
class Job:
    """What is to be checked and started: launch.toml and the command line, merged.

    Both faces build it with `checks.job.build`, so that what is checked is what is started.
    Paths are those on the nodes, except `ssh.key`, `ssh.config` and `where`.
    """

    nodes: tuple[Node, ...]
    head: str
    ssh: Ssh = Ssh()
    python: str = ""
    workdir: str = ""
    same: tuple[str, ...] = ()
    exist: tuple[str, ...] = ()
    output: str | None = None
    master_port: int = 29500
    launcher: str = "deepspeed"
    backend: str = "pdsh"
    before: tuple[tuple[str, ...], ...] = ()
    command: tuple[str, ...] = ()
    deepspeed_config: str | None = None
    accelerate_config: str | None = None
    include: str | None = None
    exclude: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    max_age_s: float = 1800.0
    nccl_tests: str | None = None
    """all_reduce_perf on the nodes, or its folder; else it is looked for on their PATH."""
    where: str = ""
    """Where the nodes were read from, for messages: a path, `--hosts` or `SLURM_JOB_NODELIST`."""
    notes: tuple[str, ...] = ()
    """What was taken without being asked for, one line each, for the faces to print."""

    @property
    def names(self) -> tuple[str, ...]:
        """The nodes' names in hosts.txt order."""
        return tuple(node.name for node in self.nodes)

    def node(self, name: str) -> Node:
        """The node of that name. Raises KeyError."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)


@dataclass(frozen=True)
class Fix:
    """What mends a fault: one shell command line that works when typed on `on`.

    `command` may be empty where only a person can act; `note` then says what to do.
    """

    command: str = ""
    on: str = ""
    note: str = ""

    def __str__(self) -> str:
        """The command with the place and the note as a trailing shell comment."""
        where = f"on {self.on}" if self.on else ""
        remark = ": ".join(part for part in (where, self.note) if part)
        if not self.command:
            return remark
        return f"{self.command}  # {remark}" if remark else self.command


@dataclass(frozen=True)
class Verdict:
    """What one judge says of one subject. Made by `ok`, `warn`, `block`, `unknown` and `skip`."""

    outcome: Outcome
    message: str = ""
    severity: Severity | None = None
    cause: str = ""
    fix: Fix | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


def ok(message: str = "", **evidence: Any) -> Verdict:
    """The claim holds; `message` says what was seen."""
    return Verdict(Outcome.PASS, message, evidence=evidence)


def block(cause: str, message: str, fix: Fix, **evidence: Any) -> Verdict:
    """The claim does not hold and training would not start or would go wrong."""
    return Verdict(Outcome.FAIL, message, Severity.BLOCK, cause, fix, evidence)


def warn(cause: str, message: str, fix: Fix, **evidence: Any) -> Verdict:
    """The claim does not hold, but training can start."""
    return Verdict(Outcome.FAIL, message, Severity.WARN, cause, fix, evidence)


def unknown(message: str, **evidence: Any) -> Verdict:
    """No answer came back, or not one that can be judged. Never counts as a pass."""
    return Verdict(Outcome.UNKNOWN, message, evidence=evidence)


def skip(message: str) -> Verdict:
    """The claim does not apply to this subject; `message` says why."""
    return Verdict(Outcome.SKIP, message)


@dataclass(frozen=True)
class Finding:
    """One claim about one subject, judged. `subject` is (node,), (source, target) or ()."""

    check: str
    area: str
    subject: tuple[str, ...]
    severity: Severity
    outcome: Outcome
    message: str = ""
    cause: str = ""
    fix: Fix | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    allowed: bool = False
    seconds: float = 0.0

    @property
    def stops(self) -> bool:
        """Whether this finding alone forbids the start."""
        wrong = self.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
        return wrong and self.severity is Severity.BLOCK and not self.allowed

    @property
    def warned(self) -> bool:
        """Whether it does not hold, yet does not stop the start."""
        return self.outcome is Outcome.FAIL and not self.stops


def default_python() -> str:
    """The interpreter that runs this program, as the training interpreter's default."""
    return os.path.abspath(sys.executable)
