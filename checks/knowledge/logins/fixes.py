"""The fix of a failed login between two nodes: one command a cause, exact to key, path, line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping

from checks.facts import Login, NodeView
from checks.facts.account import Account
from checks.facts.sshd import Sshd
from checks.knowledge.firewalls.opening import opening_fix, passing_fix, smallest_networks
from checks.knowledge.first_lines import (
    add_line_command,
    quiet_all_command,
    quiet_bash_command,
    quiet_rc_command,
    quiet_waiting_command,
)
from checks.knowledge.logins.algorithms import find_narrowed_algorithms
from checks.knowledge.logins.causes import offending_line
from checks.knowledge.logins.certificate_fix import certificate_fix
from checks.knowledge.logins.denial import ONE_KEY
from checks.knowledge.logins.failure import LoginFailure, controller_address, revoked_at
from checks.knowledge.logins.keys import (
    make_key_fix,
    remove_passphrase_fix,
    renew_public_half_fix,
    restrict_key_fix,
    unreadable_key_fix,
)
from checks.knowledge.logins.revoked_line import caution, remove_line_command
from checks.knowledge.logins.server_fixes import (
    RELOAD_SSHD,
    allow_account_fix,
    allow_public_keys_fix,
    authorize_key_fix,
    drop_forced_command_fix,
    exempt_address_fix,
    raise_startups_fix,
    tighten_path_fix,
    verbose_login_fix,
)
from checks.knowledge.logins.taken_address import find_taken_address
from checks.model import Fix

KNOWN_HOSTS = "~/.ssh/known_hosts"
MOST_NAMES = 32
"""More nodes than that get a block each, not one that lists them all."""
HOST_KEY_TYPES = {"rsa-sha2-256": "ssh-rsa", "rsa-sha2-512": "ssh-rsa"}
"""The type of the key with which such a signature is made."""
KEPT_TO_PEOPLE = (
    "runs each file that acts before a command by itself, and keeps the one that waits to people's "
    "logins: where those wait too, take out the line that waits"
)


_BAD_LINE = re.compile(r"^(/\S+?):? line (\d+):", re.MULTILINE)
_BIND = "^[[:space:]]*Bind(Address|Interface)"
_BAD_MODE = re.compile(r"^Bad owner or permissions on (\S+)", re.MULTILINE)


def login_fix(failure: LoginFailure) -> Fix:
    """What to type, and where."""
    return _FIXES.get(failure.cause, verbose_login_fix)(failure)


def _unresolved_name_fix(failure: LoginFailure) -> Fix:
    address, name = controller_address(failure.target), failure.target.name
    return failure.source.fix(add_line_command(f"{address} {name}", "/etc/hosts"), root=True)


def _firewall_fix(failure: LoginFailure) -> Fix:
    if failure.denial.client_line:
        return _client_line_fix(failure)
    if failure.refusing:
        node, net = failure.refusing
        return node.fix(f"ip route del {net}", "this route refuses the address", root=True)
    source, target, port = *failure.addresses, failure.client.port
    filter_ = failure.filter
    if filter_ and failure.attempt.authenticated:
        packet = filter_.packet
        other = packet.source if packet.inbound else packet.target
        return passing_fix([filter_], smallest_networks([other]))
    if filter_:
        inbound = filter_.node is failure.target
        ends = [source if inbound else target]
        if inbound and all("over" in stop.rule for stop in filter_.stops):
            ends += filter(None, map(controller_address, failure.source.cluster.reached))
        return opening_fix(filter_, smallest_networks(ends), (port, port))
    if failure.misdirected:
        return failure.misdirected.fix
    note = f"no rule of either node stops it: look between {source} and {target} (security group)"
    return failure.source.fix(f"ssh -v -oConnectTimeout=5 {failure.target.name} true", note)


def _refused_fix(failure: LoginFailure) -> Fix:
    target = failure.target
    port = target.read(Login).port if target.has(Login) else 22
    if failure.denial.client_line:
        return _client_line_fix(failure)
    if port == failure.client.port or failure.filter:
        return _firewall_fix(failure)
    note = f"its sshd is on port {port}"
    return failure.source.fix(prepend_ssh_config(target.name, f"Port {port}"), note)


def prepend_ssh_config(host: str, line: str, path: str = "~/.ssh/config") -> str:
    """A command that puts a line for one host before all else of ssh's file, where it wins.

    `path` is a shell word. ssh refuses a file that others may write, whatever the umask is.
    """
    text = f"Host {host}\\n  {line}\\nHost *\\n"
    write = f"{{ printf {shlex.quote(text)}; cat {path} 2>/dev/null; }} > {path}.new"
    return f"{write}; chmod 600 {path}.new; mv {path}.new {path}"


def _known_hosts_line(failure: LoginFailure) -> str:
    """The line for known_hosts, with the target's own key; '' where it is not known.

    The key is of the first kind that the source's ssh asks for.
    """
    keys = failure.server.host_keys if failure.server else ()
    asked = [HOST_KEY_TYPES.get(name, name) for name in failure.client.host_key_algorithms]
    wanted = [*asked, "ssh-ed25519"]
    known = [key for key in keys if not asked or key.public.split()[0] in wanted]
    best = min(known, key=lambda key: _place(key.public.split()[0], wanted), default=None)
    return f"{failure.known_as} {best.public}" if best else ""


def _place(word: str, words: list[str]) -> int:
    return words.index(word) if word in words else len(words)


def _known_hosts_file(failure: LoginFailure) -> str:
    """The first file that keeps what is written there, as a shell word; '' where none does."""
    own = next((name for name in failure.client.known_hosts if name != "/dev/null"), "")
    return own if own.startswith("~/") else shlex.quote(own) if own else ""


def _host_key_unknown_fix(failure: LoginFailure) -> Fix:
    source, path = failure.source, _known_hosts_file(failure)
    record = f"{_usable_file(failure, path)}{_record_host_key(failure, path or KNOWN_HOSTS)}"
    note = "" if _known_hosts_line(failure) else "compare the fingerprint before"
    if path:
        return source.fix(record, note)
    named = prepend_ssh_config(failure.target.name, f"UserKnownHostsFile {KNOWN_HOSTS}")
    why = f"{' '.join(failure.client.known_hosts)}, where its ssh looks for host keys, keeps none"
    return source.fix(f"{record} && {named}", "; ".join(part for part in (why, note) if part))


def _usable_file(failure: LoginFailure, path: str) -> str:
    """What must be typed before a line can be added to the file of host keys."""
    fault = failure.client.known_hosts_fault
    if fault == "is a folder":
        return f"{{ [ ! -d {path} ] || mv {path} {path}.folder; }} && "
    if fault:
        return f"$(command -v sudo) chown $(id -u) {path} && chmod u+rw {path} && "
    return "mkdir -p -m 700 ~/.ssh && "


def _record_host_key(failure: LoginFailure, path: str) -> str:
    if line := _known_hosts_line(failure):
        return add_line_command(line, path)
    return f"ssh-keyscan -p {failure.client.port} {failure.client.hostname} >> {path}"


def _host_key_changed_fix(failure: LoginFailure) -> Fix:
    if "REVOKED HOST KEY" in failure.attempt.err:
        if place := revoked_at(failure.source, failure.target.name):
            command, note = remove_line_command(place), caution(failure.target.name)
            return failure.source.fix(command, note, root=place.startswith("/etc/"))
        files = f"{' '.join(failure.client.known_hosts)} /etc/ssh/ssh_known_hosts"
        return failure.source.fix(f"grep -n '^@revoked' {files}", caution(failure.target.name))
    offending = offending_line(failure.attempt.err)
    path = shlex.quote(offending[0]) if offending else _known_hosts_file(failure) or KNOWN_HOSTS
    line = _known_hosts_line(failure)
    command = f"ssh-keygen -R {shlex.quote(failure.known_as)} -f {path}"
    if line:
        command += f" && echo {shlex.quote(line)} >> {path}"
    return failure.source.fix(command, root=path.startswith("/etc/"))


def _user_unknown_fix(failure: LoginFailure) -> Fix:
    user = failure.server.user if failure.server else "root"
    note = f"{failure.target.name} has no account {failure.denial.account}; {user} logs in there"
    return failure.source.fix(prepend_ssh_config(failure.target.name, f"User {user}"), note)


def _shell_refuses_fix(failure: LoginFailure) -> Fix:
    who = failure.target.read(Account) if failure.target.has(Account) else None
    if who and who.shell.endswith(("nologin", "false")):
        return failure.target.fix(f"chsh -s /bin/bash {who.user}", root=True)
    return allow_account_fix(failure)


def _key_denied_fix(failure: LoginFailure) -> Fix:
    """Has the client offer its key, where its own settings keep it, else sshd take it."""
    return _client_line_fix(failure) if failure.denial.client_line else allow_account_fix(failure)


def _client_line_fix(failure: LoginFailure) -> Fix:
    """Puts the line that is right first in the client's own configuration, where it wins."""
    line = failure.denial.client_line
    names = failure.source.job.names
    if line.startswith(ONE_KEY) and len(names) <= MOST_NAMES:
        note = "offers that key alone to the nodes, whatever else an agent or IdentityFile has"
        return failure.source.fix(prepend_ssh_config(" ".join(names), line), note)
    ports = {node.read(Login).port for node in failure.source.cluster.reached}
    of_all = line.startswith("SessionType") or (line.startswith("Port ") and len(ports) == 1)
    if of_all and len(names) <= MOST_NAMES:
        return failure.source.fix(prepend_ssh_config(" ".join(names), line))
    return failure.source.fix(prepend_ssh_config(failure.target.name, line))


def _no_common_algorithm_fix(failure: LoginFailure) -> Fix:
    if failure.denial.client_line:
        return _client_line_fix(failure)
    narrowed = find_narrowed_algorithms(failure.attempt.err, failure.target)
    if narrowed is None:
        return verbose_login_fix(failure)
    note = f"leaves {narrowed.keyword} to sshd's own choice, as on the other nodes"
    return failure.target.fix(f"{narrowed.target_edit} && {RELOAD_SSHD}", note, root=True)


def _shell_hangs_fix(failure: LoginFailure) -> Fix:
    return waiting_shell_fix(failure.target, "")


def waiting_shell_fix(node: NodeView, where: str) -> Fix:
    """Finds the file that waits before each command, and keeps it to people's logins."""
    who = node.read(Account) if node.has(Account) else None
    if who and not who.shell.endswith("bash"):
        shell = f"; let the start-up files of {who.shell} do nothing without a terminal"
        return node.fix(
            quiet_waiting_command(node.as_root("sed")), f"{where}{KEPT_TO_PEOPLE}{shell}"
        )
    return node.fix(quiet_waiting_command(node.as_root("sed")), f"{where}{KEPT_TO_PEOPLE}")


def quiet_shell_fix(node: NodeView, note: str, server: Sshd | None = None) -> Fix:
    """Keeps what acts at each login to people's: sshd's own file, where that prints or waits.

    Else bash's start-up files, its own before all logins'. `server` is its sshd, where known.
    """
    shell = node.read(Account).shell if node.has(Account) else "bash"
    own = ""
    if shell.endswith("bash"):
        own = quiet_bash_command(node.as_root(quiet_all_command()))
    else:
        note = f"let the start-up files of {shell} do nothing without a terminal"
    if server and not server.rc_file:
        return node.fix(own, note)
    return node.fix(f"{{ {quiet_rc_command(node.as_root(''))}; }} || {{ {own or 'false'}; }}", note)


def _proxy_fails_fix(failure: LoginFailure) -> Fix:
    name = failure.target.name
    note = f"reaches {name} without the proxy; where it needs one, fix what the proxy complains of"
    return failure.source.fix(prepend_ssh_config(name, "ProxyCommand none"), note)


def _wrong_host_fix(failure: LoginFailure) -> Fix:
    if failure.denial.client_line:
        return _client_line_fix(failure)
    if taken := find_taken_address(failure.target, failure.addresses[1]):
        return taken.fix
    name, address = failure.target.name, controller_address(failure.target)
    note = (
        f"must say {address}: correct /etc/hosts or DNS, or the port, where a container shares it"
    )
    return failure.source.fix(f"getent hosts {name}", note)


def _config_broken_fix(failure: LoginFailure) -> Fix:
    if match := _BAD_LINE.search(failure.attempt.err):
        path, number = shlex.quote(match[1]), match[2]
        return failure.source.fix(f"sed -i '{number}s/^/#/' {path}", root=path.startswith("/etc/"))
    if failure.denial.client_line:
        return _client_line_fix(failure)
    if "Cannot assign requested address" in failure.attempt.err:
        find = (
            f"grep -lisE '{_BIND}' ~/.ssh/config /etc/ssh/ssh_config /etc/ssh/ssh_config.d/*.conf"
        )
        note = "this node has no such address"
        return failure.source.fix(f"{find} | xargs -r sed -i -E 's/{_BIND}/# &/I'", note)
    if match := _BAD_MODE.search(failure.attempt.err):
        return failure.source.fix(f"chmod go-w {shlex.quote(match[1])}")
    return verbose_login_fix(failure)


_FIXES: Mapping[str, Callable[[LoginFailure], Fix]] = {
    "name-unresolved": _unresolved_name_fix,
    "proxy-fails": _proxy_fails_fix,
    "refused": _refused_fix,
    "no-route": _firewall_fix,
    "dropped": _firewall_fix,
    "host-key-unknown": _host_key_unknown_fix,
    "host-key-changed": _host_key_changed_fix,
    "key-missing": make_key_fix,
    "key-unreadable": unreadable_key_fix,
    "key-passphrase": remove_passphrase_fix,
    "key-permissions": restrict_key_fix,
    "key-mismatched": renew_public_half_fix,
    "key-not-authorized": authorize_key_fix,
    "certificate-refused": certificate_fix,
    "authorized-keys-permissions": tighten_path_fix,
    "public-key-auth-off": allow_public_keys_fix,
    "key-denied": _key_denied_fix,
    "user-unknown": _user_unknown_fix,
    "throttled": raise_startups_fix,
    "penalised": exempt_address_fix,
    "shell-refuses": _shell_refuses_fix,
    "forced-command": drop_forced_command_fix,
    "shell-hangs": _shell_hangs_fix,
    "wrong-host": _wrong_host_fix,
    "config-broken": _config_broken_fix,
    "no-common-algorithm": _no_common_algorithm_fix,
}
