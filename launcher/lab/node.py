"""One node of a lab, as a person with a console at it would use it: not through ssh."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from checks.quick_dataclass import dataclass
from launcher.lab.record import LabRecord
from launcher.lab.requirements import SYSTEM_PATH

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class LabNode:
    """A running node. Its commands see its files, names, processes and network, nobody else's."""

    record: LabRecord
    name: str

    @property
    def address(self) -> str:
        """Its IPv4 address."""
        return self.record.place(self.name).address

    @property
    def pid(self) -> int:
        """Its first process, as this machine numbers it."""
        return self.record.pid(self.name)

    @property
    def log(self) -> Path:
        """What its start printed on stderr, on this machine."""
        return self.record.disk(self.name) / "log"

    def argv(
        self,
        command: str | Sequence[str],
        *,
        user: str = "root",
        env: Mapping[str, str] | None = None,
    ) -> list[str]:
        """What runs the command on the node, in the user's home. A string goes to bash."""
        words = ["/bin/bash", "-c", command] if isinstance(command, str) else list(command)
        home = "/root" if user == "root" else f"/home/{user}"
        account = {"HOME": home, "USER": user, "LOGNAME": user, "SHELL": "/bin/bash"}
        variables = {"PATH": SYSTEM_PATH, "LANG": "C.UTF-8", **account, **(env or {})}
        become = [] if user == "root" else ["runuser", "-u", user, "--"]
        return [
            *("nsenter", f"--target={self.pid}", "--mount", "--uts", "--ipc", "--net", "--pid"),
            *("env", "-i", *(f"{name}={value}" for name, value in variables.items())),
            *(*become, "/bin/sh", "-c", 'cd && exec "$@"', "sh", *words),
        ]

    def run(
        self,
        command: str | Sequence[str],
        *,
        user: str = "root",
        env: Mapping[str, str] | None = None,
        input: str | None = None,  # noqa: A002
        timeout: float = 60,
        check: bool = False,
    ) -> Done:
        """Runs a command on the node. Raises TimeoutExpired; CalledProcessError if asked."""
        return subprocess.run(
            self.argv(command, user=user, env=env),
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=check,
        )

    def write(self, path: str, text: str, mode: int = 0o644, user: str = "root") -> None:
        """A file on this node alone, with the directories above it."""
        script = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"'
        argv = ["/bin/sh", "-c", script, "sh", path, f"{mode:o}"]
        self.run(argv, user=user, input=text, check=True)

    def read(self, path: str) -> str:
        """The text of a file of this node. Raises CalledProcessError where there is none."""
        return self.run(["cat", path], check=True).stdout
