"""A cluster too large for every login to be tried: facts of healthy nodes, and who answers."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any

from checks.answer import Answer
from checks.contact.pool import Contact
from checks.facts import Login, Snapshot
from checks.facts.account import Account
from checks.facts.environment import Environment
from checks.facts.interfaces import Interfaces
from checks.facts.known_hosts import KnownHosts, PeerKeys
from checks.facts.names import Names
from checks.facts.ssh import LoginAttempt
from checks.facts.sshd import AuthorizedKey, HostKey, Sshd
from checks.facts.trust import ClientConfig, PrivateKey, Trust
from tests.support.snapshots import snapshot, with_fact

LINE = "/root/.ssh/authorized_keys:1"
REFUSED = LoginAttempt(code=255, err="root@there: Permission denied (publickey).")


def node_name(number: int) -> str:
    return f"n{number:03}"


def address(number: int) -> str:
    return f"10.1.{number // 250}.{number % 250 + 1}"


def fingerprint(name: str) -> str:
    return "SHA256:" + hashlib.sha256(name.encode()).hexdigest()


class ManyNodes(Contact):
    """Nodes with a key each, which all have on file; `broken` are the pairs that cannot log in.

    `tried` counts the logins.
    """

    def __init__(self, count: int, most_mesh_nodes: float = 64) -> None:
        super().__init__({})
        self.most_mesh_nodes = most_mesh_nodes
        self.numbers = {node_name(number): number for number in range(count)}
        self.names = list(self.numbers)
        self.broken: set[tuple[str, str]] = set()
        self.mute: set[tuple[str, str]] = set()
        self.tried: list[tuple[str, str]] = []
        self.snapshot: Snapshot = snapshot(tuple(self.names))
        self.known = {name: self._known_hosts() for name in self.names}
        self.let_in = tuple(
            AuthorizedKey(fingerprint(n), "/root/.ssh/authorized_keys:1") for n in self.names
        )
        self.resolved = {
            name: {"addresses": (address(number),), "source": "", "seconds": 0.0}
            for name, number in self.numbers.items()
        }
        for name in self.names:
            self._add_facts(name)

    def _known_hosts(self) -> dict[str, PeerKeys]:
        return {
            name: PeerKeys(name, "/root/.ssh/known_hosts", (f"ssh-ed25519 {name}",))
            for name in self.names
        }

    def _add_facts(self, name: str) -> None:
        own, put = address(self.numbers[name]), self.snapshot.put
        key = PrivateKey("/root/.ssh/id_ed25519", f"ssh-ed25519 {name}", fingerprint(name))
        with_fact(self.snapshot, name, Login(reached=True, address=own, user="root"))
        client = ClientConfig("root", self.names[0], identities=(key.path,))
        with_fact(self.snapshot, name, Trust("root", "/root", client, keys=(key,)))
        server = Sshd(
            "root",
            authorized_files=("/root/.ssh/authorized_keys",),
            authorized=self.let_in,
            host_keys=(HostKey(f"ssh-ed25519 {name}", fingerprint(f"host {name}")),),
            accounts=("root",),
        )
        with_fact(self.snapshot, name, server)
        put(name, Account.section, Answer({
            "user": "root", "uid": 0, "home": "/root", "shell": "/bin/bash", "hostname": name,
            "machine_id": name, "boot_id": name, "python": "3.11.2", "system": "Linux", "cpus": 8,
            "memory_bytes": 1 << 34,
        }))  # fmt: skip
        put(name, Environment.section, Answer({"shell": {}}))
        put(name, Names.section, Answer({
            "hostname": name, "fqdn": name, "own": [own], "sources": ["files"],
            "peers": {peer: {**found, "source": own} for peer, found in self.resolved.items()},
        }))  # fmt: skip
        put(name, Interfaces.section, Answer({"interfaces": [{
            "name": "eth0", "up": True, "loopback": False, "kind": "ethernet", "mtu": 1500,
            "speed_mbps": None, "master": "", "mac": "00:00:00:00:00:01", "duplex": "",
            "bond_mode": "", "strict_source": False, "ipv4": [f"{own}/16"], "ipv6": [],
        }]}))  # fmt: skip

    def change(self, name: str, section: str, **fields: Any) -> None:
        answer = self.snapshot.answer(name, section)
        assert answer
        self.snapshot.put(name, section, answer.with_fields(**fields))

    def ask(
        self, section: str, args: Mapping[str, dict[str, Any]], limit: float
    ) -> dict[str, Answer]:
        if section == KnownHosts.section:
            return {
                name: Answer(dataclasses.asdict(KnownHosts(self.known[name])))
                if name in self.known
                else Answer(error="no answer in time")
                for name in args
            }
        if section != "ssh":
            return {name: Answer(error="not asked") for name in args}
        return {name: self._log_in(name, asked["targets"]) for name, asked in args.items()}

    def _log_in(self, name: str, targets: list[dict[str, Any]]) -> Answer:
        found = {}
        for target in (entry["name"] for entry in targets):
            self.tried.append((name, target))
            works = LoginAttempt(0, target, True, address(self.numbers[target]), seconds=0.1)
            if (name, target) not in self.mute:
                refused = (name, target) in self.broken
                found[target] = dataclasses.asdict(REFUSED if refused else works)
        return Answer({"targets": found})
