"""The variables that a node's login shell and its files would give to the ranks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from checks.facts.decode import Fact


@dataclass(frozen=True)
class Environment(Fact):
    """`shell` is the non-interactive shell's; the others are {path: {name: value}} of files.

    `nccl_conf` is in NCCL's order: the first file that sets a name wins, after the environment.
    `set_in` has the `path:line` of each line of a start-up file that sets a variable of NCCL, gloo
    or pdsh. Values of secrets are masked on the node.
    """

    section: ClassVar[str] = "environment"
    shell: Mapping[str, str] = field(default_factory=dict)
    set_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nccl_conf: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    deepspeed_env: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
