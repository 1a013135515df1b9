"""How a node's own logins to the other nodes went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact, SystemName
from checks.quick_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """One login by the real ssh client, `address` being where it was let in, '' behind a proxy.

    `code` is its exit status, None where it had to be ended. `hostname` is what the remote shell
    said of itself, '' where no answer came; `noise` is what stood before that answer. `tries`
    above 1 means that sshd cut the banner before.
    """

    code: int | None = None
    hostname: str = ""
    authenticated: bool = False
    address: SystemName = ""
    err: str = ""
    noise: str = ""
    seconds: float = 0.0
    tries: int = 1


CONNECT_S = 10.0
"""How long a login waits for one address before it tries the next, as pdsh does."""


@dataclass(frozen=True)
class SshRow(Fact):
    """One row of the matrix: this node towards each target that it was given.

    `asked` are those targets where not all nodes are among them; None where all are.
    """

    section: ClassVar[str] = "ssh"
    momentary: ClassVar[bool] = True
    targets: Mapping[str, LoginAttempt] = field(default_factory=dict)
    asked: tuple[str, ...] | None = None
