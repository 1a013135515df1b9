"""The nouns that every room shares: nodes, the job to start, verdicts and findings."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from checks.job.key import Face, launch_key
from checks.job.value_readers import (
    BACKENDS,
    LAUNCHERS,
    choice_reader,
    read_argvs,
    read_boolean,
    read_command,
    read_duration,
    read_env,
    read_line,
    read_lines,
    read_port,
    read_seconds,
    read_training_argv,
    read_user,
    read_web_address,
)
from checks.quick_dataclass import dataclass


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

    # fmt: off
    user: str | None = field(default=None, metadata=launch_key(
        "ssh.user", read_user, "login on the nodes for which the hosts file names none",
        metavar="USER", default="OpenSSH's own", example='"ubuntu"'))
    port: int | None = field(default=None, metadata=launch_key(
        "ssh.port", read_port, "port of sshd on the nodes for which the hosts file names none",
        metavar="PORT", type=int, default="OpenSSH's own", example="22"))
    key: str | None = field(default=None, metadata=launch_key(
        "ssh.key", read_line, "private key file on this machine", metavar="FILE", local=True,
        default="OpenSSH's own", example='"~/.ssh/id_ed25519"'))
    config: str | None = field(default=None, metadata=launch_key(
        "ssh.config", read_line, "OpenSSH client configuration on this machine", metavar="FILE",
        local=True, default="`ssh_config` beside the hosts file, else OpenSSH's own",
        example='"ssh_config"'))
    # fmt: on


@dataclass(frozen=True)
class Job:
    """What is to be checked and started: launch.toml and the command line, merged.

    Both faces build it with `checks.job.build`, so that what is checked is what is started.
    Paths are those on the nodes, except `ssh.key`, `ssh.config` and `where`.
    A field's metadata is the only declaration of its key of launch.toml (`checks.job.key`).
    """

    # fmt: off
    nodes: tuple[Node, ...] = field(metadata=launch_key(
        "hosts", read_line, "the hosts file, or the nodes themselves: `node1,node2`, `gpu[01-16]`",
        metavar="FILE|NODES", default="the Slurm allocation", example='"hosts.txt"'))
    head: str = field(metadata=launch_key(
        "master.host", read_line, "the head, which is the node of rank 0 and `MASTER_ADDR`",
        named="head", metavar="NODE", default="the first node that takes part", example='"node1"'))
    ssh: Ssh = Ssh()
    python: str = field(default="", metadata=launch_key(
        "python", read_line, "training interpreter, same path on every node", metavar="PATH",
        default="the one that runs this program", example='"/data/venv/bin/python"'))
    container: str = field(default="", metadata=launch_key(
        "container", read_command,
        "what enters the container in which the ranks run, on every node: all is checked and "
        "started in there; needs `backend = \"ssh\"`",
        metavar="COMMAND", default="none", example='"podman exec -i train"'))
    workdir: str = field(default="", metadata=launch_key(
        "workdir", read_line, "where the training runs, same path on every node",
        faces=Face.LAUNCHER, metavar="DIR", local=True, default="the current directory",
        example='"/data/run"'))
    same: tuple[str, ...] = field(default=(), metadata=launch_key(
        "same", read_lines, "files that must have the same content on every node",
        faces=Face.NEITHER, default="the script and the DeepSpeed config",
        example='["train.py", "ds_config.json"]'))
    exist: tuple[str, ...] = field(default=(), metadata=launch_key(
        "exist", read_lines, "files and folders that must be on every node", faces=Face.NEITHER,
        example='["/data/models/llama-7b"]'))
    output: str | None = field(default=None, metadata=launch_key(
        "output", read_line, "folder that must be writable, with free space, on every node",
        faces=Face.NEITHER, example='"/data/out"'))
    master_port: int = field(default=29500, metadata=launch_key(
        "master.port", read_port, "port of the rendezvous on the head", metavar="PORT", type=int,
        example="29500"))
    launcher: str = field(default="deepspeed", metadata=launch_key(
        "start.with", choice_reader(LAUNCHERS),
        "what starts the ranks on a node: `deepspeed`, `accelerate` or `torchrun`", named="with_",
        faces=Face.LAUNCHER, metavar="LAUNCHER", example='"deepspeed"'))
    backend: str = field(default="pdsh", metadata=launch_key(
        "start.backend", choice_reader(BACKENDS),
        "what carries the start to the nodes: `pdsh`, `ssh`, `openmpi` or `slurm`",
        faces=Face.LAUNCHER, metavar="BACKEND", example='"pdsh"'))
    before: tuple[tuple[str, ...], ...] = field(default=(), metadata=launch_key(
        "start.before", read_argvs,
        "commands for the training interpreter, run once on the head before the start",
        faces=Face.NEITHER,
        example='[["-m", "axolotl.cli.preprocess", "cfg.yml"]]'))
    command: tuple[str, ...] = field(default=(), metadata=launch_key(
        "start.command", read_training_argv,
        "what each rank runs: a script with arguments, or `-m` and a module (typed after `--`)",
        faces=Face.NEITHER, example='["train.py", "--steps", "200"]'))
    deepspeed_config: str | None = field(default=None, metadata=launch_key(
        "start.deepspeed_config", read_line,
        "the DeepSpeed config that the checks and `accelerate` read; a script names it itself",
        faces=Face.LAUNCHER, metavar="FILE", default="what the command or its script names",
        example='"ds_config.json"'))
    accelerate_config: str | None = field(default=None, metadata=launch_key(
        "start.accelerate_config", read_line, "accelerate's configuration on the nodes",
        faces=Face.LAUNCHER, metavar="FILE", default="the login's own `default_config.yaml`",
        example='"accelerate.yaml"'))
    include: str | None = field(default=None, metadata=launch_key(
        "start.include", read_line, "only these slots, in DeepSpeed's grammar: `node1:0,1@node2`",
        faces=Face.LAUNCHER, metavar="FILTER", default="all", example='"node1:0,1@node2"'))
    exclude: str | None = field(default=None, metadata=launch_key(
        "start.exclude", read_line, "all slots but these; not together with `include`",
        faces=Face.LAUNCHER, metavar="FILTER"))
    stuck_kill_s: float | None = field(default=None, metadata=launch_key(
        "start.stuck_kill", read_duration,
        "end a run that is proved stuck, not slow, for so long: `600`, `10m`",
        faces=Face.LAUNCHER, metavar="SECONDS", default="never", example='"10m"'))
    allow_separate: bool = field(default=False, metadata=launch_key(
        "start.allow_separate", read_boolean,
        "the ranks may work each by itself: a run has gone well without torch.distributed too",
        faces=Face.LAUNCHER, switch=True, default="`false`", example="true"))
    no_local_rank: bool = field(default=False, metadata=launch_key(
        "start.no_local_rank", read_boolean,
        "do not pass --local_rank=N to the script, as deepspeed does",
        faces=Face.LAUNCHER, switch=True, default="`false`", example="true"))
    env: Mapping[str, str] = field(default_factory=dict, metadata=launch_key(
        "env.*", read_env, "variables that every rank gets", faces=Face.NEITHER,
        example='NCCL_DEBUG = "INFO"'))
    allow: tuple[str, ...] = field(default=(), metadata=launch_key(
        "preflight.allow", read_lines, "checks or areas that may fail: still shown, no longer stop",
        metavar="ID[,ID…]", repeats=True,
        example='["limits.memlock-is-unlimited", "time"]'))
    max_age_s: float = field(default=1800.0, metadata=launch_key(
        "preflight.max_age", read_seconds,
        "how old a passed preflight may be for `start` to trust it: `90s`, `30m`, `2h`",
        faces=Face.NEITHER, default="`30m`", example='"30m"'))
    notify_command: str | None = field(default=None, metadata=launch_key(
        "notify.command", read_line,
        "a shell's line, run here when a run starts, stalls, fails or ends; gets JSON on its input",
        faces=Face.LAUNCHER, metavar="LINE", secret=True,
        example='"/data/bin/tell-team.sh"'))
    notify_webhook: str | None = field(default=None, metadata=launch_key(
        "notify.webhook", read_web_address,
        "an address of Slack, Discord or the like that the same is posted to as JSON",
        faces=Face.LAUNCHER, metavar="URL", secret=True,
        example='"https://hooks.slack.com/services/T0/B0/x"'))
    nccl_tests: str | None = field(default=None, metadata=launch_key(
        "preflight.nccl_tests", read_line,
        "`all_reduce_perf` on the nodes, or a folder that has it, or has it in `build`",
        faces=Face.PREFLIGHT, metavar="PATH", default="on their PATH",
        example='"/opt/nccl-tests"'))
    sync_exclude: tuple[str, ...] = field(default=(), metadata=launch_key(
        "sync.exclude", read_lines,
        "files of `workdir` that `sync` leaves out beside those of `.gitignore`, written as there",
        faces=Face.LAUNCHER, metavar="PATTERN[,PATTERN…]", repeats=True,
        example='["*.log", "/data/"]'))
    # fmt: on
    where: str = ""
    """Where the nodes were read from, for messages: a path, `--hosts` or `SLURM_JOB_NODELIST`."""
    typed: tuple[tuple[str, str], ...] = ()
    """The options that were typed, (`--hosts`, `hosts.txt`), for the next line to type."""
    found_config: tuple[str, str] = ("", "")
    """A DeepSpeed config that nobody typed, and the script or file that names it."""
    config_is_programs: bool = False
    """Whether the command or its script names `deepspeed_config`, and the job itself does not."""
    notes: tuple[str, ...] = ()
    """What was used although nobody asked for it, one line each, for the faces to print."""

    @property
    def names(self) -> tuple[str, ...]:
        """The nodes' names in hosts.txt order."""
        return tuple(node.name for node in self.nodes)

    @property
    def config_in_command(self) -> str | None:
        """The DeepSpeed config that the command's own arguments name."""
        named = _CONFIG_OPTION.search(" ".join(self.command))
        return named[1] if named else None

    @property
    def accelerate_deepspeed(self) -> str | None:
        """The DeepSpeed config that accelerate is started with; a program reads its own alone."""
        return None if self.config_is_programs else self.deepspeed_config

    def node(self, name: str) -> Node:
        """The node of that name. Raises KeyError."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)


_CONFIG_OPTION = re.compile(
    r"(?:^| )--(?:deepspeed|ds)"
    r"(?:[-_]config[= ](?=[^-\s]\S*\.)|[= ](?=[^-\s]\S*\.\w*js(?!onl)))(\S+)(?: |$)"
)
"""`--deepspeed` may be a switch before some other word, so that its file has to look like JSON's,
misspelt or not."""

HERE = "this machine"
"""Where a fix is typed that is for the controller: `Fix.on`."""


@dataclass(frozen=True)
class Fix:
    """How to fix a fault: one shell command line that works when typed on `on`.

    `command` may be empty where only a person can act; `note` then says what to do. `option` and
    its value go into the line that is typed again, where nothing but that is to be changed.
    """

    command: str = ""
    on: str = ""
    note: str = ""
    option: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The command with the place and the note as a trailing shell comment."""
        where = f"on {self.on}" if self.on else ""
        remark = ": ".join(part for part in (where, self.note) if part)
        if not self.command:
            return remark
        return f"{self.command}  # {remark}" if remark else self.command


@dataclass(frozen=True)
class Cause:
    """A word for why a claim does not hold: what it means, and what its fix does."""

    name: str
    meaning: str
    fix: str


@dataclass(frozen=True)
class Verdict:
    """What a judge found about one subject. Made by the functions below."""

    outcome: Outcome
    message: str = ""
    severity: Severity | None = None
    cause: str = ""
    fix: Fix | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


def ok(message: str = "", **evidence: Any) -> Verdict:
    """The claim holds; `message` says what was found."""
    return Verdict(Outcome.PASS, message, evidence=evidence)


def note(cause: str, message: str, fix: Fix, **evidence: Any) -> Verdict:
    """The claim holds as things are, and would not if the cluster were used otherwise."""
    return Verdict(Outcome.PASS, message, None, cause, fix, evidence)


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


@dataclass(frozen=True, slots=True)
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

    @property
    def is_untried(self) -> bool:
        """Whether that follows from what the nodes have on file, and nobody tried it."""
        return self.evidence.get("tried") is False

    @property
    def noted(self) -> bool:
        """Whether it holds, and there is something to know about it."""
        return self.outcome is Outcome.PASS and bool(self.cause)
