"""The controller's ssh configuration, parsed once: config files, known hosts and keys.

OpenSSH's own rules hold: the first value found wins, `--ssh-config` replaces both the user's and
the system's file, unknown and changed host keys are refused unless the config says otherwise.
"""

from __future__ import annotations

import base64
import fnmatch
import getpass
import glob
import hashlib
import hmac
import io
import os
import re
import shlex
import socket
import stat
from collections.abc import Iterable, Iterator
from dataclasses import field, replace
from pathlib import Path

from checks.contact.ssh_library import paramiko
from checks.errors import UsageError
from checks.model import Job
from checks.quick_dataclass import dataclass

DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
INCLUDE = re.compile(r"^\s*include\s+(.+)$", re.IGNORECASE)
INCLUDE_DEPTH = 16
TOKEN = re.compile("%([%dhknpru])")
BRACKETED = re.compile(r"^\[(.+)\]:\d+$")
FAMILIES = {"inet": socket.AF_INET, "inet6": socket.AF_INET6}


def load_config(path: str | None) -> paramiko.SSHConfig:
    """Parse `path`, or the user's and the system's files. Raises UsageError naming the file."""
    paths = [path] if path else ["~/.ssh/config", "/etc/ssh/ssh_config"]
    config = paramiko.SSHConfig()
    for name in paths:
        file = Path(name).expanduser()
        if path or file.is_file():
            config.parse(io.StringIO("\n".join(_config_lines(file, 0)) + "\n"))
    return config


def _config_lines(file: Path, depth: int) -> Iterator[str]:
    """The lines with what Include names put in its place: paramiko does not know Include."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{file}: ssh config cannot be read: {error.strerror}") from error
    for line in text.splitlines():
        included = INCLUDE.match(line)
        if not included:
            yield line
        elif depth < INCLUDE_DEPTH:
            for pattern in included.group(1).split():
                for name in sorted(glob.glob(_include_path(pattern, file))):
                    yield from _config_lines(Path(name), depth + 1)


def _include_path(pattern: str, file: Path) -> str:
    system = file.is_relative_to("/etc/ssh")
    return str((Path("/etc/ssh") if system else Path("~/.ssh")).joinpath(pattern).expanduser())


def identity_files(config: paramiko.SSHConfigDict, key: str | None) -> list[Path]:
    """Private keys that may be offered, in order: the one asked for, else the config's, else the
    usual ones. Not each need be there.
    """
    if key:
        return [Path(key).expanduser()]
    named = [Path(os.path.expanduser(name)) for name in config.get("identityfile", [])]
    usual = [Path("~/.ssh").expanduser() / name for name in DEFAULT_KEYS]
    return named or usual


def is_too_open(path: Path) -> bool:
    """Whether OpenSSH would refuse this private key because others can read it."""
    info = path.stat()
    return info.st_uid == os.getuid() and bool(stat.S_IMODE(info.st_mode) & 0o077)


@dataclass
class KnownHosts:
    """Host keys by name, from plain, hashed and patterned lines; each key is (type, base64)."""

    exact: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    hashed: list[tuple[bytes, bytes, tuple[str, str]]] = field(default_factory=list)
    patterns: list[tuple[str, tuple[str, str]]] = field(default_factory=list)
    revoked: list[tuple[str, tuple[str, str], str]] = field(default_factory=list)
    """The names of each @revoked line, its key, and `file:line`."""
    authorities: list[str] = field(default_factory=list)
    """Whom the keys that sign host certificates are believed for: names and patterns."""

    @classmethod
    def load(cls, paths: Iterable[str]) -> KnownHosts:
        """Read every file that is there; lines that make no sense are passed over, as ssh does."""
        known = cls()
        for name in paths:
            file = Path(name).expanduser()
            if file.is_file():
                lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
                for number, line in enumerate(lines, 1):
                    known._add_line(line.split(), f"{file}:{number}")
        return known

    def _add_line(self, words: list[str], where: str) -> None:
        marker = words.pop(0) if words and words[0].startswith("@") else ""
        if len(words) < 3 or words[0].startswith("#"):
            return
        if marker == "@cert-authority":
            self.authorities += words[0].lower().split(",")
            return
        names, key = words[0], (words[1], words[2])
        if marker == "@revoked":
            self.revoked.append((names, key, where))
        elif names.startswith("|1|"):
            self.hashed.append((*_salt_and_digest(names), key))
        elif any(mark in names for mark in "*?!"):
            self.patterns.append((names.lower(), key))
        else:
            for name in names.lower().split(","):
                self.exact.setdefault(name, set()).add(key)

    def keys(self, name: str) -> set[tuple[str, str]]:
        """All keys known by the name that OpenSSH looks up: `[host]:port` off 22."""
        found = set(self.exact.get(name, ()))
        found |= {key for names, key in self.patterns if _matches_list(name, names)}
        if not found:
            for salt, digest, key in self.hashed:
                if hmac.digest(salt, name.encode(), hashlib.sha1) == digest:
                    found.add(key)
        return found

    def revoked_at(self, name: str, key: tuple[str, str]) -> str:
        """Where that host's key is marked as revoked, `file:line`; '' where it is not."""
        return next(
            (where for other, marked, where in self.revoked if marked == key and _is(name, other)),
            "",
        )

    def knows_without_port(self, name: str, key: tuple[str, str]) -> bool:
        """Whether OpenSSH finds the key without the port, where `[host]:port` has none of its type.

        It looks there for this very key alone: another on file under the bare name means nothing.
        """
        bare = BRACKETED.sub(r"\1", name)
        types = {kind for kind, _ in self.keys(name)}
        is_bare = bare != name and key[0] not in types
        return is_bare and key in self.keys(bare) and not self.revoked_at(bare, key)

    def certifiable(self, name: str) -> bool:
        """Whether a certificate may stand for the key of the host that has this name there."""
        names = (name, BRACKETED.sub(r"\1", name))
        return any(
            _matches_pattern(name, authority) for name in names for authority in self.authorities
        )


def _split_paths(value: str) -> list[str]:
    """A list of files. Paramiko takes the quotes off a single one, whatever blanks it has."""
    return [value] if Path(value).expanduser().is_file() else shlex.split(value)


def _salt_and_digest(hashed: str) -> tuple[bytes, bytes]:
    salt, digest = hashed[3:].split("|")
    return base64.b64decode(salt), base64.b64decode(digest)


def _is(name: str, other: str) -> bool:
    """Whether a name is what a line of host keys says: plain, hashed or with a pattern."""
    if other.startswith("|1|"):
        salt, digest = _salt_and_digest(other)
        return hmac.digest(salt, name.encode(), hashlib.sha1) == digest
    return _matches_list(name, other.lower())


def _matches_pattern(name: str, pattern: str) -> bool:
    """As OpenSSH does, whose patterns know `*` and `?` alone: `[node*]:2222` is no set."""
    return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]"))


def _matches_list(name: str, patterns: str) -> bool:
    """Whether the first field of a line means that host: one that begins with `!` bars it."""
    words = patterns.split(",")
    barred = any(_matches_pattern(name, word[1:]) for word in words if word.startswith("!"))
    return not barred and any(_matches_pattern(name, word) for word in words)


def known_hosts_name(host: str, port: int) -> str:
    """What files of host keys call a host without an alias."""
    return host.lower() if port == 22 else f"[{host.lower()}]:{port}"


@dataclass(frozen=True)
class LoginTarget:
    """Where and how to log in to one node, with every default resolved.

    `known_hosts` are all files of host keys; `own_known_hosts` is the first of the user's that
    keeps what is written to it, `/dev/null` where none does. `identities` are the private keys that
    are named, also where there is no such file, `keys` those that are there. `agent` is the socket
    of the agent that may be asked, empty for none, `only_named` whether for named keys alone.
    `certificate` is the file of a user's certificate that is named, empty for none.
    `believes_others`: host keys may also be known by a command or from DNS. `family` is of the
    socket module. `proxy_command` is what connects there, empty where this program itself does.
    """

    name: str
    host: str
    port: int
    user: str | None
    keys: tuple[Path, ...]
    identities: tuple[Path, ...]
    only_named: bool
    accept_new: bool
    host_key_alias: str
    connect_timeout_s: float
    known_hosts: tuple[str, ...] = ()
    own_known_hosts: str = ""
    family: int = socket.AF_UNSPEC
    agent: str = ""
    certificate: str = ""
    believes_others: bool = False
    proxy_command: str = ""

    @property
    def first_key(self) -> Path:
        """Where the first private key that may be offered belongs."""
        return self.identities[0]

    @property
    def known_as(self) -> str:
        """The name that OpenSSH looks up in files of host keys: an alias stands without a port."""
        if self.host_key_alias:
            return self.host_key_alias.lower()
        return known_hosts_name(self.host, self.port)


class SshSetup:
    """One parsed configuration for all nodes of a job."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._read: dict[tuple[str, ...], KnownHosts] = {}
        try:
            self.config = load_config(job.ssh.config)
            self.config.lookup(job.nodes[0].name)
        except paramiko.ConfigParseError as error:
            raise UsageError(f"{job.ssh.config or '~/.ssh/config'}: {error}") from error

    def target(self, name: str) -> LoginTarget:
        """How to reach that node: hosts.txt, then the command line, then the ssh config."""
        node, ssh = self.job.node(name), self.job.ssh
        config = self.config.lookup(name)
        only = config.get("identitiesonly", "no") == "yes" or bool(ssh.key)
        checking = config.get("stricthostkeychecking", "ask")
        identities = identity_files(config, ssh.key)
        target = LoginTarget(
            name=name,
            host=config["hostname"],
            port=node.port or ssh.port or int(config.get("port", 22)),
            user=node.user or ssh.user or config.get("user"),
            keys=tuple(path for path in identities if ssh.key or path.is_file()),
            identities=tuple(identities),
            only_named=only,
            accept_new=checking in ("no", "off", "accept-new"),
            host_key_alias=config.get("hostkeyalias", ""),
            connect_timeout_s=float(config.get("connecttimeout", 10)),
            family=FAMILIES.get(config.get("addressfamily", "any"), socket.AF_UNSPEC),
        )
        certificate = _fill_in(config.get("certificatefile", "").strip('"'), target)
        target = replace(
            target,
            agent=agent_socket(target, config),
            certificate=os.path.expanduser(certificate),
        )
        return with_known_hosts(target, config)

    def known_hosts(self, target: LoginTarget) -> KnownHosts:
        """The host keys that the target's own files have; each set of files is read once."""
        if target.known_hosts not in self._read:
            self._read[target.known_hosts] = KnownHosts.load(target.known_hosts)
        return self._read[target.known_hosts]


def agent_socket(target: LoginTarget, config: paramiko.SSHConfigDict) -> str:
    """Where the agent listens that the target's part of the configuration names, or any has."""
    named = config.get("identityagent", "SSH_AUTH_SOCK").strip('"')
    if named == "none":
        return ""
    usual = os.environ.get("SSH_AUTH_SOCK", "")
    return usual if named == "SSH_AUTH_SOCK" else os.path.expanduser(_fill_in(named, target))


def with_known_hosts(target: LoginTarget, config: paramiko.SSHConfigDict) -> LoginTarget:
    """The target with the files of host keys that its part of the configuration names."""
    user = config.get("userknownhostsfile", "~/.ssh/known_hosts ~/.ssh/known_hosts2")
    system = config.get("globalknownhostsfile", "/etc/ssh/ssh_known_hosts")
    files = [] if user.strip('"') == "none" else _split_paths(user)
    own = [_fill_in(file, target) for file in files]
    kept = next((file for file in own if file != "/dev/null"), "/dev/null")
    everywhere = (*own, *(_fill_in(file, target) for file in _split_paths(system)))
    commands = config.get("knownhostscommand", "none") != "none"
    others = commands or config.get("verifyhostkeydns", "no") == "yes"
    return replace(target, known_hosts=everywhere, own_known_hosts=kept, believes_others=others)


def _fill_in(file: str, target: LoginTarget) -> str:
    """The path with the tokens and variables of ssh_config(5), which paramiko leaves in it."""
    here = getpass.getuser()
    tokens = {
        "%": "%",
        "d": str(Path.home()),
        "h": target.host,
        "k": target.host_key_alias or target.host,
        "n": target.name,
        "p": str(target.port),
        "r": target.user or here,
        "u": here,
    }
    return TOKEN.sub(lambda found: tokens[found[1]], os.path.expandvars(file))
