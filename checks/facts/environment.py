"""The variables that a node's login shell and its files would give to the ranks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact, SystemName
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Environment(Fact):
    """`shell` is the non-interactive shell's, with what the interpreter sets at its start over it.

    `by_python` is {name: file that sets it, or folder where to look} of the latter. `nccl_conf` is
    {path: {name: value}} of NCCL's files: of those the first that sets a name wins, after the
    environment; name and value are as NCCL cuts them, blanks and quotes and all. `set_in` has the
    `path:line` of each line of a start-up file or an nccl.conf that sets a variable that steers
    training, or pdsh. Values of secrets are masked on the node. `hidden_programs` is {program:
    where it lies} of those that the system has and PATH has not; `path_replaced_in` has the lines
    that may have made it so.
    """

    section: ClassVar[str] = "environment"
    inputs: ClassVar[tuple[str, ...]] = ("env", "python", "workdir")
    shell: Mapping[SystemName, str] = field(default_factory=dict)
    set_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nccl_conf: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    by_python: Mapping[str, str] = field(default_factory=dict)
    hidden_programs: Mapping[str, str] = field(default_factory=dict)
    path_replaced_in: tuple[str, ...] = ()
