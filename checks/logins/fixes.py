"""What mends a failed login between two nodes: one command a cause, exact to key, path, line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping

from checks.facts import Login, NodeView
from checks.facts.who import Who
from checks.firewalls.opening import networks, opening
from checks.logins.causes import offending_line
from checks.logins.failed import Failure, address_of
from checks.logins.keys import key_missing, key_passphrase, key_permissions, key_unreadable
from checks.logins.server_fixes import (
    denied,
    distrusted,
    forced,
    look,
    not_authorized,
    public_keys_off,
    throttled,
)
from checks.model import Fix

QUIET = "case $- in *i*) ;; *) return;; esac"


_BAD_LINE = re.compile(r"^(/\S+?):? line (\d+):", re.MULTILINE)
_BAD_MODE = re.compile(r"^Bad owner or permissions on (\S+)", re.MULTILINE)


def fix_of(failure: Failure) -> Fix:
    """What to type, and where."""
    return _FIXES.get(failure.cause, look)(failure)


def _name(failure: Failure) -> Fix:
    address, name = address_of(failure.target), failure.target.name
    return failure.source.fix(f"echo '{address} {name}' >> /etc/hosts", root=True)


def _firewall(failure: Failure) -> Fix:
    if failure.refusing:
        node, net = failure.refusing
        return node.fix(f"ip route del {net}", "this route refuses the address", root=True)
    source, target, port = *failure.addresses, failure.client.port
    if filter_ := failure.filter:
        inbound = filter_.node is failure.target
        return opening(filter_, networks([source if inbound else target]), (port, port))
    if failure.misdirected:
        return failure.misdirected.fix
    note = f"no rule of either node stops it: look between {source} and {target} (security group)"
    return failure.source.fix(f"ssh -v -oConnectTimeout=5 {failure.target.name} true", note)


def _refused(failure: Failure) -> Fix:
    target = failure.target
    port = target.read(Login).port if target.has(Login) else 22
    if port == failure.client.port or failure.filter:
        return _firewall(failure)
    note = f"its sshd is on port {port}"
    return failure.source.fix(first_in_config(target.name, f"Port {port}"), note)


def first_in_config(host: str, line: str) -> str:
    """A command that puts a line for one host before all else of ~/.ssh/config, where it wins."""
    text = f"Host {host}\\n  {line}\\nHost *\\n"
    kept = "cat ~/.ssh/config 2>/dev/null"
    return f"{{ printf '{text}'; {kept}; }} > ~/.ssh/config.new; mv ~/.ssh/config.new ~/.ssh/config"


def _known_line(failure: Failure) -> str:
    """The line for known_hosts, with the target's own key; '' where it is not known."""
    keys = failure.server.host_keys if failure.server else ()
    best = min(keys, key=lambda key: "ed25519" not in key.public, default=None)
    return f"{failure.known_as} {best.public}" if best else ""


def _known_file(failure: Failure) -> str:
    own = next((name for name in failure.client.known_hosts if name != "/dev/null"), "")
    return shlex.quote(own) if own and not own.startswith("~/") else "~/.ssh/known_hosts"


def _host_key_unknown(failure: Failure) -> Fix:
    line, path = _known_line(failure), _known_file(failure)
    if not line:
        scan = f"ssh-keyscan -p {failure.client.port} {failure.client.hostname} >> {path}"
        return failure.source.fix(scan, "compare the fingerprint before")
    return failure.source.fix(f"mkdir -p -m 700 ~/.ssh && echo '{line}' >> {path}")


def _host_key_changed(failure: Failure) -> Fix:
    found = offending_line(failure.attempt.err)
    path = shlex.quote(found[0]) if found else _known_file(failure)
    line = _known_line(failure)
    command = f"ssh-keygen -R '{failure.known_as}' -f {path}"
    if line:
        command += f" && echo '{line}' >> {path}"
    return failure.source.fix(command, root=path.startswith("/etc/"))


def _user_unknown(failure: Failure) -> Fix:
    user = failure.server.user if failure.server else "root"
    note = f"{failure.target.name} has no account {failure.denial.account}; {user} logs in there"
    return failure.source.fix(first_in_config(failure.target.name, f"User {user}"), note)


def _shell_refuses(failure: Failure) -> Fix:
    who = failure.target.read(Who) if failure.target.has(Who) else None
    if who and who.shell.endswith(("nologin", "false")):
        return failure.target.fix(f"chsh -s /bin/bash {who.user}", root=True)
    return look(failure)


def _shell_hangs(failure: Failure) -> Fix:
    return quiet_shell(failure.target, "what waits in ~/.bashrc is then kept to people's shells")


def quiet_shell(node: NodeView, note: str) -> Fix:
    """Keep ~/.bashrc from acting in a shell that no person sits at."""
    shell = node.read(Who).shell if node.has(Who) else "bash"
    if shell.endswith("bash"):
        return node.fix(f"sed -i '1i {QUIET}' ~/.bashrc", note)
    return node.fix("", f"let the start-up files of {shell} do nothing without a terminal")


def _proxy_fails(failure: Failure) -> Fix:
    name = failure.target.name
    note = f"reaches {name} without the proxy; where it needs one, mend what the proxy complains of"
    return failure.source.fix(first_in_config(name, "ProxyCommand none"), note)


def _wrong_host(failure: Failure) -> Fix:
    name, address = failure.target.name, address_of(failure.target)
    note = (
        f"must say {address}: correct /etc/hosts or DNS, or the port, where a container shares it"
    )
    return failure.source.fix(f"getent hosts {name}", note)


def _config_broken(failure: Failure) -> Fix:
    if found := _BAD_LINE.search(failure.attempt.err):
        path, number = shlex.quote(found[1]), found[2]
        return failure.source.fix(f"sed -i '{number}s/^/#/' {path}", root=path.startswith("/etc/"))
    if found := _BAD_MODE.search(failure.attempt.err):
        return failure.source.fix(f"chmod go-w {shlex.quote(found[1])}")
    return look(failure)


_FIXES: Mapping[str, Callable[[Failure], Fix]] = {
    "name-unresolved": _name,
    "proxy-fails": _proxy_fails,
    "refused": _refused,
    "no-route": _firewall,
    "dropped": _firewall,
    "host-key-unknown": _host_key_unknown,
    "host-key-changed": _host_key_changed,
    "key-missing": key_missing,
    "key-unreadable": key_unreadable,
    "key-passphrase": key_passphrase,
    "key-permissions": key_permissions,
    "key-not-authorized": not_authorized,
    "authorized-keys-permissions": distrusted,
    "public-key-auth-off": public_keys_off,
    "key-denied": denied,
    "user-unknown": _user_unknown,
    "throttled": throttled,
    "shell-refuses": _shell_refuses,
    "forced-command": forced,
    "shell-hangs": _shell_hangs,
    "wrong-host": _wrong_host,
    "config-broken": _config_broken,
}
