"""What has to be added on each node so that every node logs in to every node. Pure."""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Iterable, Mapping

from checks.errors import PreflightError
from checks.facts import ClusterView, Login, NodeView
from checks.facts.known_hosts import KnownHosts
from checks.facts.sshd import Sshd
from checks.facts.trust import PrivateKey, Trust
from checks.folded_names import fold_names
from checks.knowledge.logins.certificates import find_objection
from checks.knowledge.logins.denial import key_hindrance
from checks.knowledge.logins.sshd_refusals import ServerSide
from checks.quick_dataclass import dataclass

OWN_KEY = ".ssh/id_ed25519"
THIS_MACHINE = "this machine"

APPEND_FUNCTION = """\
append() {
  mkdir -p "${1%/*}"
  if [ -s "$1" ] && [ -n "$(tail -c 1 "$1")" ]; then echo >>"$1"; fi
  printf '%s\\n' "$2" >>"$1"
}"""
RESTORE_LABELS = "if command -v restorecon >/dev/null; then restorecon -R ~/.ssh; fi"


@dataclass(frozen=True)
class Change:
    """What one node lacks. `make_key` is the path of a new key, '' where there is one.

    `authorize` names whose keys go into `authorized_file`; `know` are (file, line) of host keys.
    """

    make_key: str = ""
    authorize: tuple[str, ...] = ()
    authorized_file: str = ""
    know: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.make_key or self.authorize or self.know)

    def __str__(self) -> str:
        """For a person, before it is done."""
        parts = [f"make a key, {self.make_key}"] if self.make_key else []
        if self.authorize:
            nodes = fold_names(who for who in self.authorize if who != THIS_MACHINE)
            here = THIS_MACHINE if THIS_MACHINE in self.authorize else ""
            who = ", ".join(filter(None, (nodes, here)))
            parts.append(f"let in the keys of {who} ({self.authorized_file})")
        if self.know:
            names = fold_names(line.split()[0] for _, line in self.know)
            parts.append(f"know the host keys of {names} ({self.know[0][0]})")
        return "; ".join(parts)

    def key_script(self) -> str:
        """Lines for sh that make the key and print its public half."""
        path = shlex.quote(self.make_key)
        return (
            f"set -e\numask 077\nmkdir -p {shlex.quote(self.make_key.rpartition('/')[0])}\n"
            f"[ -e {path} ] || ssh-keygen -q -t ed25519 -N '' -f {path}\n"
            f"{RESTORE_LABELS}\ncat {path}.pub\n"
        )

    def script(self, keys: Mapping[str, str]) -> str:
        """Lines for sh that add the rest; `keys` are the public keys by whose they are."""
        lines = [
            (self.authorized_file, f"{keys[who]} {_key_comment(who)}") for who in self.authorize
        ]
        calls = [shlex.join(("append", *line)) for line in (*lines, *self.know)]
        return "\n".join(("set -e", "umask 077", APPEND_FUNCTION, *calls, RESTORE_LABELS)) + "\n"


def _key_comment(who: str) -> str:
    return "launcher-trust" if who == THIS_MACHINE else f"launcher-trust-{who}"


def needed_changes(cluster: ClusterView, own_key: str | None = None) -> dict[str, Change]:
    """Every node's change, empty ones too.

    `own_key` is this machine's where it must be let in too, '' where it is still to be made.
    Raises PreflightError for a key that is there and cannot be used without a person.
    """
    keys = {node.name: usable_key(node) for node in cluster.reached}
    public = {name: key.public if key else "" for name, key in keys.items()}
    if own_key is not None and own_key not in filter(None, public.values()):
        public[THIS_MACHINE] = own_key
    return {node.name: _node_change(node, public) for node in cluster.reached}


def usable_key(node: NodeView) -> PrivateKey | None:
    """The key that ssh offers from there without asking; None where there is no key at all."""
    trust = node.read(Trust)
    for key in trust.keys:
        opened = not key.encrypted or key.fingerprint in trust.agent
        if key.public and opened and key_hindrance(key) in ("", "key-passphrase"):
            return key
    if not trust.keys:
        return None
    first = trust.keys[0]
    if first.too_open:
        problem, fix = "can be read by others", f"chmod 600 {first.path}"
    elif first.mismatched:
        problem = "is not the key whose public half is beside it"
        fix = f"ssh-keygen -y -f {first.path} > {first.path}.pub"
    elif first.encrypted:
        problem, fix = "has a passphrase", f"ssh-keygen -p -f {first.path}"
    else:
        problem, fix = "cannot be read", f"ls -l {first.path}"
    raise PreflightError(
        f"{node.name}: the key {first.path} {problem}, and ssh offers no other: nothing was "
        f"changed. Type on {node.name}: {fix}\nand then this command again"
    )


def own_key_path(node: NodeView) -> str:
    """Where a key of that node is made."""
    return f"{node.read(Trust).home}/{OWN_KEY}"


def _node_change(node: NodeView, public: Mapping[str, str]) -> Change:
    sshd, trust = node.read(Sshd), node.read(Trust)
    let_in = {key.fingerprint for key in sshd.authorized if not key.options}
    first = {key: who for who, key in reversed([*public.items()]) if key}
    lacking = [
        who
        for who, key in public.items()
        if not key or (first[key] == who and key_fingerprint(key) not in let_in)
    ]
    lacking = [who for who in lacking if not (public[who] and _is_signed(who, node))]
    files = sshd.authorized_files or (f"{trust.home}/.ssh/authorized_keys",)
    return Change(
        make_key="" if public[node.name] else own_key_path(node),
        authorize=tuple(lacking),
        authorized_file=files[0],
        know=tuple(_unknown_host_keys(node)),
    )


def _is_signed(who: str, node: NodeView) -> bool:
    """Whether a certificate lets that node in, so that its key need not be on file."""
    if who == THIS_MACHINE:
        return False
    peer, sshd = node.cluster[who], node.read(Sshd)
    key, login = usable_key(peer), ServerSide(sshd, sshd.user, peer.read(Login).address)
    signed = [
        known for known in peer.read(Trust).certificates if key and known.key == key.fingerprint
    ]
    return any(find_objection(certificate, login) is None for certificate in signed)


def _unknown_host_keys(node: NodeView) -> Iterable[tuple[str, str]]:
    """(file, line) for each peer whose host key, as it showed it to us, is not on file there."""
    for peer in node.cluster.reached:
        shown = peer.read(Login).host_key
        known = node.read(KnownHosts).peers[peer.name]
        if shown not in known.keys:
            yield known.file, f"{known.name} {shown}"


def key_fingerprint(public: str) -> str:
    """As ssh-keygen -l shows it, of `type base64 …`."""
    digest = hashlib.sha256(base64.b64decode(public.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
