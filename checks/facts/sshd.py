"""A node's sshd settings and whom its account trusts: why a login failed there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class HostKey:
    """A host key of this node's sshd: `public` is `type blob`."""

    public: str
    fingerprint: str


@dataclass(frozen=True)
class AuthorizedKey:
    """One line of authorized_keys; `options` is what stands before the key."""

    fingerprint: str
    where: str
    options: str = ""


@dataclass(frozen=True)
class DamagedKey:
    """A key in a file of authorized keys that sshd does not read there, and why.

    The fault is `joined` to another key's line, `broken` over several, `utf-16`, or a `mark`.
    """

    fingerprint: str
    where: str
    fault: str


@dataclass(frozen=True)
class GuardedPath:
    """A path that sshd inspects before it believes authorized_keys. `mode` is octal text."""

    path: str
    mode: str
    owner: str
    safe: bool


@dataclass(frozen=True)
class SshdSetting:
    """One setting of sshd; `where` is file:line, '' for a default or sshd's command line.

    `match` is the condition of the block that it stands in.
    """

    value: str
    where: str = ""
    match: str = ""


@dataclass(frozen=True)
class KeyList:
    """A file of keys, revoked or of authorities: those written out, and whether it can be read."""

    fingerprints: tuple[str, ...] = ()
    readable: bool = True


@dataclass(frozen=True)
class AccessLine:
    """A line of hosts.allow, hosts.deny or access.conf; `where` is file:line."""

    where: str
    text: str
    denies: bool = False


@dataclass(frozen=True)
class Sshd(Fact):
    """`settings` by lower-case keyword, in force first; `accounts` are those of /etc/passwd.

    `by_address` has what `sshd -T -C` says of a login from that address and of no other.
    `authorized_files` are read for everybody, `files_by_setting` for whom that AuthorizedKeysFile
    holds; `authorized` is of all of them. `revoked` is by path. `groups` are the user's, its own
    first; empty where no setting goes by groups. `access` is what sshd asks of TCP wrappers, in
    its order; nothing where it is built without. `rc_file` is what it runs before each command, ''
    where nothing. `pam_access` are the lines of access.conf, where PAM's account stage asks for
    them, and `pam_account` that stage's modules, each with its file:line. `authorities` are the
    files of TrustedUserCAKeys, by path, and `principals` what the files of AuthorizedPrincipalsFile
    name, by its value and their path. `now` is the time on the node, in seconds since 1970.
    """

    section: ClassVar[str] = "sshd"
    user: str
    settings: Mapping[str, tuple[SshdSetting, ...]] = field(default_factory=dict)
    authorized_files: tuple[str, ...] = ()
    authorized: tuple[AuthorizedKey, ...] = ()
    damaged: tuple[DamagedKey, ...] = ()
    guarded: tuple[GuardedPath, ...] = ()
    host_keys: tuple[HostKey, ...] = ()
    accounts: tuple[str, ...] = ()
    other_accounts: bool = False
    groups: tuple[str, ...] = ()
    by_address: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    files_by_setting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    revoked: Mapping[str, KeyList] = field(default_factory=dict)
    access: tuple[AccessLine, ...] = ()
    rc_file: str = ""
    pam_access: tuple[AccessLine, ...] = ()
    pam_account: tuple[str, ...] = ()
    authorities: Mapping[str, KeyList] = field(default_factory=dict)
    principals: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    now: int = 0

    def setting(self, keyword: str) -> SshdSetting | None:
        """What holds for everybody: the first that stands outside of Match blocks."""
        return next(
            (setting for setting in self.settings.get(keyword, ()) if not setting.match), None
        )
