"""What a node finds on its disk when it starts: names, accounts, keys, sshd's settings."""

from __future__ import annotations

import sys
from pathlib import Path

from checks.quick_dataclass import dataclass
from launcher.lab import ssh_files as trust
from launcher.lab.disk import Disk
from launcher.lab.gpus import MachineGpus
from launcher.lab.record import LABS, Place
from launcher.lab.shape import LabShape, OddNode

USER_ID = 2000
"""Of the lab's own user."""

COMPILED_OPS = Path(sys.prefix) / "cache/torch_extensions"
"""DeepSpeed's ops as scripts/setup compiled them, so that no node spends its first minute on it."""

BASHRC = """\
# Read by bash for `ssh node command` too, see bash(1): keep it silent and quick.
export PS1='\\u@\\h:\\w\\$ '
"""

PASSWORD_HASH = (
    "$6$preflight$PACMa5wUG76NrgZOrZ/ECiM0VKPY/cV7fkEjBKUYMCVS5iF"
    "Axiu/SV7paikPxk9WI4jLubxBnCFveY96vlr/i0"
)
"""Of PASSWORD, as crypt(5) writes SHA-512."""

SSHD_CONFIG = """\
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
LogLevel VERBOSE
AcceptEnv LANG LC_*
Subsystem sftp internal-sftp
HostKey /etc/ssh/ssh_host_ed25519_key
"""


@dataclass(frozen=True)
class NodeFiles:
    """What all nodes of a lab share."""

    shape: LabShape
    places: tuple[Place, ...]
    keys: Path
    gpus: MachineGpus

    def write(self, place: Place, disk: Disk) -> None:
        """All of one node's files, before it starts."""
        odd = self.shape.of(place.name)
        disk.make()
        self.names(place, disk)
        self.accounts(odd, disk)
        self.sshd(place, odd, disk)
        for user in self.shape.users:
            self.home(user, place, disk)
        for path in (str(LABS), "/.dockerenv"):
            disk.hide_path(path)

    def names(self, place: Place, disk: Disk) -> None:
        """Its own name and those of all; no name server, so that no lookup waits for one."""
        lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
        lines += [f"{other.address} {other.name}" for other in self.places]
        disk.put("/etc/hosts", "\n".join(lines) + "\n")
        disk.put("/etc/hostname", f"{place.name}\n")
        disk.put("/etc/resolv.conf", "# The nodes of a lab have no name server.\n")
        disk.put(
            "/etc/nsswitch.conf",
            replace_line(read_file("/etc/nsswitch.conf"), "hosts:", "hosts: files"),
        )

    def accounts(self, odd: OddNode, disk: Disk) -> None:
        """Login by key for root and the lab's user, with the login shell asked for."""
        passwd, shadow, group = (
            read_file(f"/etc/{name}") for name in ("passwd", "shadow", "group")
        )
        passwd = replace_line(passwd, "root:", f"root:x:0:0:root:/root:{odd.shell}")
        # A password field that begins with ! locks the account for keys too, without PAM.
        password = "*" if self.shape.trust else PASSWORD_HASH
        shadow = replace_line(shadow, "root:", f"root:{password}:19000:0:99999:7:::")
        for user in self.shape.users[1:]:
            passwd += f"{user}:x:{USER_ID}:{USER_ID}::/home/{user}:{odd.shell}\n"
            shadow += f"{user}:{password}:19000:0:99999:7:::\n"
            group += f"{user}:x:{USER_ID}:\n"
        disk.put("/etc/passwd", passwd)
        disk.put("/etc/shadow", shadow, 0o640)
        disk.put("/etc/group", group)

    def sshd(self, place: Place, odd: OddNode, disk: Disk) -> None:
        """Its own host key and settings; none of the machine's."""
        words = () if self.shape.trust else ("PasswordAuthentication yes",)
        lines = (*odd.sshd, *words, f"Port {place.port}")
        disk.make_empty_directory("/etc/ssh")
        disk.put("/etc/ssh/sshd_config", "\n".join(lines) + "\n" + SSHD_CONFIG)
        key = f"host-{place.name}"
        disk.put("/etc/ssh/ssh_host_ed25519_key", trust.private_key(self.keys, key), 0o600)
        disk.put("/etc/ssh/ssh_host_ed25519_key.pub", trust.public_key(self.keys, key) + "\n")

    def home(self, user: str, place: Place, disk: Disk) -> None:
        """A quiet shell, and trust in and from everybody where the lab has it."""
        home, owner = ("/root", 0) if user == "root" else (f"/home/{user}", USER_ID)
        disk.make_empty_directory(home, 0o700, owner)
        disk.put(f"{home}/.bashrc", BASHRC + self.gpus.exports, owner=owner)
        disk.put(f"{home}/.profile", '[ -n "$BASH" ] && . ~/.bashrc\n', owner=owner)
        disk.make_empty_directory(f"{home}/.ssh", 0o700, owner)
        if self.shape.trust:
            self.trust(user, place, disk, f"{home}/.ssh", owner)
        if user == "root" and COMPILED_OPS.is_dir():
            disk.link(f"{home}/.cache/torch_extensions", str(COMPILED_OPS))

    def trust(self, user: str, place: Place, disk: Disk, folder: str, owner: int) -> None:
        """An own key, those of all let in, and the host keys of all known."""
        own = f"{user}-{place.name}"
        everyone = [f"{user}-{other.name}" for other in self.places]
        trusted = [trust.public_key(self.keys, name) for name in ("controller", *everyone)]
        known = trust.known_hosts(self.places, self.keys)
        disk.put(f"{folder}/id_ed25519", trust.private_key(self.keys, own), 0o600, owner)
        disk.put(f"{folder}/id_ed25519.pub", trust.public_key(self.keys, own) + "\n", owner=owner)
        disk.put(f"{folder}/authorized_keys", "\n".join(trusted) + "\n", 0o600, owner)
        disk.put(f"{folder}/known_hosts", known, owner=owner)


def read_file(path: str) -> str:
    """A file of the machine, empty where there is none."""
    return Path(path).read_text() if Path(path).exists() else ""


def replace_line(text: str, start: str, line: str) -> str:
    """The text with the line that begins so replaced, or with the line added."""
    kept = [old for old in text.splitlines() if not old.startswith(start)]
    return "\n".join((line, *kept)) + "\n"


def key_names(shape: LabShape, places: tuple[Place, ...]) -> list[str]:
    """Every key pair of a lab."""
    users = [f"{user}-{place.name}" for user in shape.users for place in places]
    return ["controller", *(f"host-{place.name}" for place in places), *users]
