"""A failed login between two nodes, with all that both know of it."""

from __future__ import annotations

from dataclasses import replace

from checks.facts import Login, NodeView
from checks.facts.account import Account
from checks.facts.firewall import Firewall
from checks.facts.known_hosts import KnownHosts
from checks.facts.names import Names
from checks.facts.ssh import LoginAttempt
from checks.facts.sshd import Sshd, SshdSetting
from checks.facts.trust import ClientConfig, Trust
from checks.knowledge.diverted_routes import DivertedRoute, find_wrong_way
from checks.knowledge.firewalls import Culprit, find_culprit
from checks.knowledge.firewalls.culprit import find_rule_about
from checks.knowledge.firewalls.opening import smallest_networks
from checks.knowledge.firewalls.ruleset import DATA, Packet
from checks.knowledge.logins.algorithms import find_narrowed_algorithms
from checks.knowledge.logins.causes import (
    CAUSE_MEANING,
    offending_line,
    presented_fingerprint,
    proxy_complaint,
)
from checks.knowledge.logins.denial import ONE_KEY, Denial, why_denied
from checks.knowledge.logins.forced_command import why_forced
from checks.knowledge.logins.hosts_access import admit_command, refusing_line
from checks.knowledge.logins.pam_account import why_account_refused
from checks.knowledge.logins.sshd_refusals import Refusal
from checks.knowledge.neighbour_entries import MisdirectedTraffic
from checks.quick_dataclass import dataclass

SESSION_CODEPOINTS = (8, 18, 46, 2, 4)
"""What OpenSSH marks sessions by: cs1 without a terminal and af21 with one, ef since 10.1; Debian's
throughput and lowdelay."""
REFUSALS = ("key-denied", "key-permissions", "key-unreadable", "public-key-auth-off")


def controller_address(node: NodeView) -> str:
    """The address by which the controller reached it; '' where it is not known."""
    return node.read(Login).address if node.has(Login) else ""


@dataclass(frozen=True)
class LoginFailure:
    """A failed login, with all that is known of its two ends."""

    cause: str
    attempt: LoginAttempt
    source: NodeView
    target: NodeView
    denial: Denial

    @property
    def client(self) -> ClientConfig:
        """What the source's ssh does for the target."""
        return _ssh_client(self.source, self.target)

    @property
    def server(self) -> Sshd | None:
        """The target's sshd."""
        return self.target.read(Sshd) if self.target.has(Sshd) else None

    @property
    def known_as(self) -> str:
        """What known_hosts calls the target."""
        client = self.client
        if client.alias:
            return client.alias
        special = self.source.has(Trust) and self.target.name in self.source.read(Trust).special
        name = client.hostname if special else self.target.name
        return name if client.port == 22 else f"[{name}]:{client.port}"

    @property
    def addresses(self) -> tuple[str, str]:
        """Both ends as the source's resolver and routes have them; else as the controller does."""
        return end_addresses(self.source, self.target)

    @property
    def filter(self) -> Culprit | None:
        """Whose packet filter stops the connection, as far as the nodes' rules show."""
        if self.attempt.authenticated:
            return find_session_filter(self.source, self.target)
        action = {"dropped": "drop", "refused": "reject", "no-route": "reject"}.get(self.cause)
        if action is None or not all(self.addresses):
            return None
        packet = Packet(*self.addresses, None, self.client.port, inbound=False)
        return find_culprit(self.source, self.target, packet, action)

    @property
    def refusing(self) -> tuple[NodeView, str] | None:
        """The end that has a route which refuses the other, and that route."""
        here, there = self.addresses
        for node, address in ((self.source, there), (self.target, here)):
            net = node.read(Firewall).refusing(address) if address and node.has(Firewall) else ""
            if net and self.cause in ("no-route", "dropped"):
                return node, net
        return None

    @property
    def misdirected(self) -> MisdirectedTraffic | DivertedRoute | None:
        """The end that sends the other's packets to a wrong machine, or out the wrong way."""
        if not all(self.addresses):
            return None
        return find_wrong_way(self.cause, self.source, self.target, *self.addresses)

    @property
    def detail(self) -> str:
        """What is known beyond the cause."""
        return self.denial.detail

    @property
    def meaning(self) -> str:
        """The cause in words, and whose rule or route it is where that is known."""
        if self.denial.client_line.startswith("Port "):
            answers = "another machine answers" if self.cause == "wrong-host" else "nobody answers"
            return f"{answers} at that port"
        if self.refusing:
            node, net = self.refusing
            return f"{node.name} has a route that refuses {net}"
        if self.filter and self.attempt.authenticated:
            marked = (
                "the login is accepted, and what its session then sends, marked for its service"
            )
            return f"{marked}, is dropped by {self.filter}"
        if self.filter:
            how = "packets are dropped" if self.cause == "dropped" else "the connection is rejected"
            how = f"packets are {self.filter.translated}" if self.filter.translated else how
            return f"{how} by {self.filter}"
        if self.cause == "key-not-authorized" and self.denial.line:
            return "the public key is in authorized_keys with a restriction"
        if self.denial.client_line and self.cause == "key-denied":
            others_first = self.denial.client_line.startswith(ONE_KEY)
            tried = "sshd hangs up before its ssh has offered the right key"
            return tried if others_first else "its ssh offers no key"
        if self.cause == "throttled" and self.denial.refusal:
            return "sshd there refuses its address before the login"
        if self.misdirected:
            return str(self.misdirected)
        if self.cause == "proxy-fails" and self.client.proxy:
            lines = ", ".join(self.client.proxy_in) or "its ssh configuration"
            through = f"ssh there goes through `{self.client.proxy}` ({lines})"
            return f"{through}, and no sshd answers behind it"
        return CAUSE_MEANING[self.cause]


def end_addresses(source: NodeView, target: NodeView) -> tuple[str, str]:
    """Both ends of a login as the source's resolver and routes have them; else the controller's."""
    peer = source.read(Names).peers.get(target.name) if source.has(Names) else None
    if peer and peer.addresses and peer.source:
        return peer.source, peer.addresses[0]
    return controller_address(source), controller_address(target)


def find_session_filter(source: NodeView, target: NodeView) -> Culprit | None:
    """The rule of either end that stops what OpenSSH sends once a session begins, in either way.

    From then on its packets have the codepoint that IPQoS says, and before they have none.
    """
    here, there = end_addresses(source, target)
    if not (here and there):
        return None
    port = _ssh_client(source, target).port
    ways = ((source, target, here, there, None, port), (target, source, there, here, port, None))
    for sender, receiver, address, to, sport, dport in ways:
        packet = Packet(address, to, sport, dport, inbound=True, state="established", flags=DATA)
        unmarked = replace(packet, dscp=0)
        for codepoint in SESSION_CODEPOINTS:
            marked = replace(packet, dscp=codepoint)
            if rule := find_rule_about(sender, receiver, marked, unmarked):
                return rule
    return None


def _has_closed_shell(target: NodeView) -> bool:
    return target.has(Account) and target.read(Account).shell.endswith(("nologin", "false"))


def _ssh_client(source: NodeView, target: NodeView) -> ClientConfig:
    if source.has(Trust):
        client = source.read(Trust).client(target.name)
        return client if client.hostname else ClientConfig(hostname=target.name)
    return ClientConfig(hostname=target.name, port=target.node.port or 22)


def explain_failure(
    cause: str, attempt: LoginAttempt, source: NodeView, target: NodeView
) -> LoginFailure:
    """Refine the cause of a failed login by the keys and settings of both nodes."""
    denial = Denial(cause)
    server = target.read(Sshd) if target.has(Sshd) else None
    session = _ssh_client(source, target).session
    if cause == "shell-hangs" and find_session_filter(source, target):
        denial = Denial("dropped")
    elif cause in ("shell-hangs", "shell-refuses", "ssh-failed") and session != "default":
        detail = f"its ssh configuration says SessionType {session}: no command runs"
        denial = Denial("config-broken", detail, client_line="SessionType default")
    elif cause in REFUSALS:
        client = source.read(Trust) if source.has(Trust) else None
        denial = why_denied(
            attempt.err, client, server, end_addresses(source, target)[0], target.name
        )
    elif cause in ("shell-refuses", "shell-hangs") and server and not _has_closed_shell(target):
        client = source.read(Trust) if source.has(Trust) else None
        account = _ssh_client(source, target).user or server.user
        address = end_addresses(source, target)[0]
        denial = why_forced(client, server, account, address) or denial
        if denial.cause == cause == "shell-refuses" and "Connection closed by" in attempt.err:
            refused = why_account_refused(server, account, address, _node_networks(source))
            denial = denial if denial.detail else refused or denial
    elif cause in ("proxy-fails", "throttled", "timeout") and _ssh_client(source, target).proxy:
        denial = Denial("proxy-fails", proxy_complaint(attempt.err))
    elif cause == "throttled" and server:
        denial = _wrapper_denial(source, target, server) or denial
    elif cause == "host-key-changed" and server:
        denial = _changed_key_denial(attempt, server, source, target.name)
    elif port := _own_port(cause, source, target):
        tried = f"its ssh goes to port {_ssh_client(source, target).port}"
        denial = Denial(
            cause, f"{tried}, and the sshd there is on {port}", client_line=f"Port {port}"
        )
    else:
        denial = _own_setting_denial(cause, attempt, source, target) or denial
    return LoginFailure(denial.cause, attempt, source, target, denial)


def _own_port(cause: str, source: NodeView, target: NodeView) -> str:
    """The port of the target's sshd, where the source's ssh tries one that it has not; else ''."""
    if cause not in ("wrong-host", "refused", "dropped") or not target.has(Sshd):
        return ""
    listed = [setting.value for setting in target.read(Sshd).settings.get("port", ())] or ["22"]
    own = str(target.read(Login).port) if target.has(Login) else ""
    tried = str(_ssh_client(source, target).port)
    return "" if tried in listed else own if own in listed else listed[0]


def _own_setting_denial(
    cause: str, attempt: LoginAttempt, source: NodeView, target: NodeView
) -> Denial | None:
    """A setting of the client's own ssh, or a file of it, that is the cause."""
    client = _ssh_client(source, target)
    if cause == "no-common-algorithm":
        narrowed = find_narrowed_algorithms(attempt.err, target)
        return Denial(cause, str(narrowed), client_line=narrowed.client_line) if narrowed else None
    if cause == "config-broken" and "remote command" in attempt.err:
        detail = "its ssh configuration has a RemoteCommand"
        return Denial(cause, detail, client_line="RemoteCommand none")
    special = source.read(Trust).special if source.has(Trust) else {}
    if cause == "wrong-host" and target.name in special and client.hostname != target.name:
        detail = f"its ssh configuration says HostName {client.hostname}"
        return Denial(cause, detail, client_line=f"HostName {target.name}")
    if cause == "name-unresolved" and client.family != "any" and all(end_addresses(source, target)):
        detail = f"its ssh configuration says AddressFamily {client.family}"
        return Denial("config-broken", detail, client_line="AddressFamily any")
    if cause == "host-key-unknown" and client.known_hosts_fault:
        return Denial(cause, f"{client.known_hosts[0]} {client.known_hosts_fault}")
    return None


def _wrapper_denial(source: NodeView, target: NodeView, server: Sshd) -> Denial | None:
    """The line of hosts.allow or hosts.deny for which sshd lets the source's address not in."""
    names = [source.name, *([source.read(Account).hostname] if source.has(Account) else [])]
    line = refusing_line(server.access, end_addresses(source, target)[0], names)
    if line is None:
        return None
    command = admit_command(_node_networks(source))
    setting = SshdSetting(line.text, line.where)
    note = "the first line that fits decides"
    refusal = Refusal(setting, f"{line.where}: {line.text}", note=note, command=command)
    return Denial("throttled", refusal.detail, setting=setting, refusal=refusal)


def _node_networks(node: NodeView) -> list[str]:
    """The networks of all nodes, as the controller reached them."""
    addresses = [controller_address(peer) for peer in node.cluster.reached]
    return [str(net) for net in smallest_networks([text for text in addresses if text])]


def revoked_at(source: NodeView, name: str) -> str:
    """`file:line` of the line with a mark that the source has on file for that node, if known."""
    known = source.read(KnownHosts).peers if source.has(KnownHosts) else {}
    return known[name].marked_at if name in known else ""


def _changed_key_denial(attempt: LoginAttempt, server: Sshd, source: NodeView, name: str) -> Denial:
    if "REVOKED HOST KEY" in attempt.err:
        where = revoked_at(source, name) or "a line that begins with @revoked"
        return Denial("host-key-changed", f"its key is revoked by {where}")
    presented = presented_fingerprint(attempt.err)
    line = offending_line(attempt.err)
    if (
        presented
        and server.host_keys
        and presented not in {k.fingerprint for k in server.host_keys}
    ):
        return Denial("wrong-host", f"it presents {presented}, which is no host key of {name}")
    return Denial("host-key-changed", f"{line[0]}:{line[1]} has an older one" if line else "")
