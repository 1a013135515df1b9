"""What a node's ssh client would do, and which keys it would offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class PrivateKey:
    """A private key that ssh would offer. `public` is `type blob`, '' where it cannot be known.

    One that is `mismatched` has another key's public half beside it: ssh offers that one, and then
    signs with the private one.
    """

    path: str
    public: str = ""
    fingerprint: str = ""
    encrypted: bool = False
    readable: bool = True
    too_open: bool = False
    mismatched: bool = False


@dataclass(frozen=True)
class Certificate:
    """A key that an authority has signed. `use` is `user`, `host`, or `unreadable`.

    `key` and `authority` are fingerprints, `after` and `before` seconds since 1970, and `addresses`
    those from which alone it counts, all where there are none. `signed_by` is the algorithm.
    """

    path: str
    use: str = "user"
    key: str = ""
    key_id: str = ""
    principals: tuple[str, ...] = ()
    after: int = 0
    before: int = 0
    addresses: tuple[str, ...] = ()
    authority: str = ""
    authority_public: str = ""
    signed_by: str = ""


@dataclass(frozen=True)
class ClientConfig:
    """What ssh would do for a peer, as `ssh -G` says: who, where, which keys and known hosts.

    `kex` is its own key exchange list with the cheapest moved to the front; `proxy` is the program
    or host through which it connects, `ProxyJump bastion`, '' for none, and `proxy_in` the
    `path:line` of each line that says so. `alias` is HostKeyAlias; `host_key_algorithms` are those
    that it asks for, the first first. `control_path` is the socket of a shared connection, and
    `control_fault` why no login gets through it: `too long`, `no folder` in which it could be
    created, `hangs`, `no session` where its other end opens none, or ''. `key_algorithms` are those
    by which it signs with a key, `methods` its PreferredAuthentications, empty for all;
    `offers_keys` is PubkeyAuthentication, `family` AddressFamily. `known_hosts_fault` says why the
    first file of `known_hosts` serves for nothing, '' where it does; `global_known_hosts` are the
    files of all accounts. `session` is SessionType, `forks` ForkAfterAuthentication, and
    `certificates` are those that CertificateFile names.
    """

    user: str = ""
    hostname: str = ""
    port: int = 22
    identities: tuple[str, ...] = ()
    known_hosts: tuple[str, ...] = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
    kex: str = ""
    proxy: str = ""
    proxy_in: tuple[str, ...] = ()
    alias: str = ""
    host_key_algorithms: tuple[str, ...] = ()
    control_path: str = ""
    control_fault: str = ""
    key_algorithms: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    offers_keys: bool = True
    family: str = "any"
    known_hosts_fault: str = ""
    global_known_hosts: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    session: str = "default"
    forks: bool = False


@dataclass(frozen=True)
class Trust(Fact):
    """`usual` holds for every peer that is not in `special`; its `hostname` is the peer's name."""

    section: ClassVar[str] = "trust"
    user: str
    home: str
    usual: ClientConfig = ClientConfig()
    special: Mapping[str, ClientConfig] = field(default_factory=dict)
    keys: tuple[PrivateKey, ...] = ()
    agent: tuple[str, ...] = ()
    certificates: tuple[Certificate, ...] = ()

    def client(self, peer: str) -> ClientConfig:
        """What ssh would do here for that peer."""
        return self.special.get(peer, self.usual)
