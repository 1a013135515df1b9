"""Keys, and who knows whom: full trust between all nodes, and from the controller to each."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path

from launcher.lab.record import Place


def make_keys(folder: Path, names: Iterable[str]) -> None:
    """An ed25519 key pair per name, side by side: ssh-keygen takes longest to start."""
    folder.mkdir(mode=0o700, exist_ok=True)
    command = "ssh-keygen -q -t ed25519 -N '' -C {0} -f {0} </dev/null &"
    lines = [command.format(shlex.quote(name)) for name in names]
    script = "\n".join((f"cd {shlex.quote(str(folder))} || exit", *lines, "wait"))
    subprocess.run(["/bin/sh"], input=script, text=True, check=True)


def public_key(folder: Path, name: str) -> str:
    """The public half, with its comment, without a line end."""
    return (folder / f"{name}.pub").read_text().strip()


def private_key(folder: Path, name: str) -> str:
    """The private half as a file's text."""
    return (folder / name).read_text()


def known_hosts_name(place: Place) -> str:
    """What known_hosts calls a node: its name and its address, with the port where it is not 22."""
    form = "{}" if place.port == 22 else f"[{{}}]:{place.port}"
    return ",".join(form.format(name) for name in (place.name, place.address))


def known_hosts(places: Iterable[Place], keys: Path) -> str:
    """One line a node."""
    lines = []
    for place in places:
        kind, blob = public_key(keys, f"host-{place.name}").split()[:2]
        lines.append(f"{known_hosts_name(place)} {kind} {blob}\n")
    return "".join(lines)


def ssh_config(places: Iterable[Place], directory: Path, user: str) -> str:
    """What the controller's ssh and Fabric need to log in to each node by name or address."""
    places = tuple(places)
    blocks = [
        f"Host {place.name} {place.address}\n  HostName {place.address}\n  Port {place.port}\n"
        for place in places
    ]
    names = " ".join(name for place in places for name in (place.name, place.address))
    blocks.append(
        f"Host {names}\n"
        f"  User {user}\n"
        f"  IdentityFile {quote_path(directory / 'id_ed25519')}\n"
        f"  UserKnownHostsFile {quote_path(directory / 'known_hosts')}\n"
        "  IdentitiesOnly yes\n"
        "  StrictHostKeyChecking yes\n"
    )
    return "\n".join(blocks)


def quote_path(path: Path) -> str:
    """A path as ssh_config takes it."""
    return f'"{path}"' if " " in str(path) else str(path)


def hosts_file(places: Iterable[Place], user: str, *, by_address: bool) -> str:
    """The hosts file that both faces take."""
    lines = []
    for place in places:
        words = [place.address if by_address else place.name, f"slots={place.slots}"]
        if user != "root":
            words.append(f"user={user}")
        if place.port != 22:
            words.append(f"port={place.port}")
        lines.append(" ".join(words) + "\n")
    return "".join(lines)
