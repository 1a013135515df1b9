"""Whether a login must work by what both nodes have on file, before anybody tries it.

Keys that are offered against authorized_keys, host keys against known_hosts, names against
addresses, and what sshd's settings say of the rest. What is not known is a doubt. That is cheap for
any number of pairs, where a login costs a tenth of a second of two processors.
"""

from __future__ import annotations

from checks.facts import ClusterView, Fact, Login, NodeView
from checks.facts.interfaces import Interfaces
from checks.facts.known_hosts import KnownHosts
from checks.facts.names import Names
from checks.facts.sshd import Sshd
from checks.facts.trust import ClientConfig, PrivateKey, Trust
from checks.facts.view_cache import cached_per_view
from checks.knowledge.logins.denial import is_usable, why_denied
from checks.knowledge.logins.sshd_access import ACCESS_LISTS
from checks.quick_dataclass import dataclass

CLIENT_FACTS: tuple[type[Fact], ...] = (Trust, KnownHosts, Names)
SERVER_FACTS: tuple[type[Fact], ...] = (Sshd, Interfaces, Login)
WHO_LISTS = frozenset(keyword for keyword, _ in ACCESS_LISTS)
"""Settings whose words name a login, `root@10.0.0.1`; in others `@` is part of an algorithm."""
USUAL_TRIES = 6
"""sshd's MaxAuthTries where nothing sets it."""


def login_doubt(source: NodeView, target: NodeView) -> str:
    """Why the data leave open whether the source logs in to the target; '' where they do not."""
    if lacking := _lacking_client_fact(source) or _lacking_server_fact(target):
        return lacking
    client = source.read(Trust).client(target.name)
    return (
        _way_doubt(client, source, target)
        or _host_key_doubt(source, target)
        or _key_doubt(client, source, target)
    )


@cached_per_view
def _lacking_client_fact(source: NodeView) -> str:
    return _lacking_fact(source, CLIENT_FACTS)


@cached_per_view
def _lacking_server_fact(target: NodeView) -> str:
    return _lacking_fact(target, SERVER_FACTS)


def _lacking_fact(node: NodeView, kinds: tuple[type[Fact], ...]) -> str:
    lacking = next((kind for kind in kinds if not node.has(kind)), None)
    return f"{node.name} did not report its {lacking.section}" if lacking else ""


def _way_doubt(client: ClientConfig, source: NodeView, target: NodeView) -> str:
    """The source may not get to the target's sshd, or as another account."""
    if client.proxy or client.control_fault or client.family != "any":
        return f"ssh on {source.name} has settings for the way to {target.name}"
    special = target.name in source.read(Trust).special
    if special and client.hostname != target.name:
        return f"ssh on {source.name} calls {target.name} {client.hostname}"
    if client.port != target.read(Login).port:
        return f"ssh on {source.name} takes port {client.port}"
    if (client.user or source.read(Trust).user) != target.read(Sshd).user:
        return f"{source.name} logs in as {client.user}"
    resolved = source.read(Names).peers.get(target.name)
    if not (resolved and resolved.addresses):
        return f"{source.name} has no address of {target.name}"
    if not target.read(Interfaces).addresses.issuperset(resolved.addresses):
        return f"{source.name} has an address of {target.name} that is not its own"
    return ""


def _host_key_doubt(source: NodeView, target: NodeView) -> str:
    """Not on file, or another of the same type is: ssh asks for the types on file first."""
    known = source.read(KnownHosts).peers.get(target.name)
    own = _host_keys(target)
    on_file = known.keys if known else ()
    if not known or known.marked or not own.intersection(on_file):
        return f"{target.name}'s host key is not plainly on file on {source.name}"
    types = {key.partition(" ")[0] for key in on_file if key not in own}
    if types & {key.partition(" ")[0] for key in own}:
        return f"{source.name} has another host key of {target.name} on file"
    return ""


@cached_per_view
def _host_keys(target: NodeView) -> frozenset[str]:
    return frozenset(key.public for key in target.read(Sshd).host_keys)


@dataclass(frozen=True)
class _Offer:
    """The keys that a node's ssh has: those it can use, and the fingerprints of all it offers."""

    usable: tuple[PrivateKey, ...]
    fingerprints: frozenset[str]
    tries: int


@cached_per_view
def _offer(source: NodeView) -> _Offer:
    trust = source.read(Trust)
    usable = tuple(key for key in trust.keys if is_usable(key) and key.public)
    marks = {key.fingerprint for key in usable}
    return _Offer(usable, frozenset(marks.union(trust.agent)), len(trust.keys) + len(trust.agent))


@dataclass(frozen=True)
class _Admission:
    """What a node's sshd takes: keys without options, how many tries, whether all are alike."""

    fingerprints: frozenset[str]
    tries: int
    is_particular: bool


@cached_per_view
def _admission(target: NodeView) -> _Admission:
    server = target.read(Sshd)
    limited = {line.fingerprint for line in server.authorized if line.options}
    plain = {line.fingerprint for line in server.authorized} - limited
    tries = server.setting("maxauthtries")
    is_particular = bool(server.by_address or server.revoked) or any(
        setting.match or (keyword in WHO_LISTS and "@" in setting.value)
        for keyword, listed in server.settings.items()
        for setting in listed
    )
    number = int(tries.value) if tries and tries.value.isdigit() else USUAL_TRIES
    return _Admission(frozenset(plain), number, is_particular)


def _key_doubt(client: ClientConfig, source: NodeView, target: NodeView) -> str:
    """No key that is offered lets in, or something else of the settings keeps out."""
    offer, admission = _offer(source), _admission(target)
    if not offer.fingerprints & admission.fingerprints:
        return f"no key of {source.name} is plainly in authorized_keys of {target.name}"
    if offer.tries >= admission.tries:
        return f"{source.name} offers {offer.tries} keys"
    resolved = source.read(Names).peers[target.name]
    kinds = tuple(key.public.partition(" ")[0] for key in offer.usable)
    how = (client.offers_keys, client.methods, client.key_algorithms, kinds)
    who = (source.name,) if admission.is_particular else ()
    objections, about = _objections(source.cluster), (target.name, how, who)
    if about not in objections:
        objections[about] = _objection(source, target, resolved.source)
    return objections[about]


@cached_per_view
def _objections(cluster: ClusterView) -> dict[tuple[object, ...], str]:  # noqa: ARG001 - its key
    """By target and how keys are offered to it: N nodes have few ways, and N² pairs."""
    return {}


def _objection(source: NodeView, target: NodeView, address: str) -> str:
    """What the settings have against such a login, in words."""
    client, server = source.read(Trust), target.read(Sshd)
    denial = why_denied("", client, server, address, target.name, server.user)
    settled = denial.cause == "key-denied" and not (
        denial.setting or denial.refusal or denial.client_line
    )
    return "" if settled else denial.detail or denial.cause
