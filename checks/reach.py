"""The controller must be able to log in to each node: nothing else can be known of it before.

A node that is not reached is one finding here, and its other claims are skipped.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping

from checks.causes import MEANING
from checks.check import node_check
from checks.facts import Login, NodeView
from checks.login_fixes import QUIET, RELOAD
from checks.model import Fix, Verdict, block, ok

HERE = "this machine"
KNOWN_HOSTS = "~/.ssh/known_hosts"


@node_check("reach.controller-logs-in", Login)
def controller_logs_in(node: NodeView) -> Verdict:
    """The controller logs in to the node and finds a python there.

    Host keys are verified as OpenSSH does; an unknown or a changed one is refused.
    """
    login = node.read(Login)
    where = f"{login.user}@{node.name}" if login.user else node.name
    if login.reached:
        return ok(f"logged in as {where} in {login.seconds:.2f} s", seconds=login.seconds)
    meaning = MEANING.get(login.cause, MEANING["ssh-failed"])
    detail = f" ({login.detail})" if login.detail else ""
    return block(
        login.cause or "ssh-failed",
        f"this machine cannot log in as {where}, port {login.port}: {meaning}{detail}",
        _FIXES.get(login.cause, _look)(node, login),
        seconds=login.seconds,
        address=login.address,
    )


def _ssh(node: NodeView, login: Login, *options: str) -> str:
    """The same login as a command line, with what the launch was told of ssh."""
    ssh = node.job.ssh
    words = ["ssh", *options]
    words += ["-F", ssh.config] if ssh.config else []
    words += ["-i", ssh.key] if ssh.key else []
    words += ["-p", str(login.port)] if login.port != 22 else []
    return shlex.join([*words, f"{login.user}@{node.name}" if login.user else node.name])


def _key(login: Login) -> str:
    return shlex.quote(login.key) if login.key else "~/.ssh/id_ed25519"


def _here(command: str, note: str = "") -> Fix:
    return Fix(command, HERE, note)


def _look(node: NodeView, login: Login) -> Fix:
    return _here(f"{_ssh(node, login, '-vv', '-oBatchMode=yes')} true", "shows where it stops")


def _name(node: NodeView, _: Login) -> Fix:
    note = f"or correct the name in {node.job.where or 'the hosts file'}"
    line = f"echo 'ADDRESS {node.name}' | sudo tee -a /etc/hosts"
    return _here(line, f"with the address of {node.name} for ADDRESS; {note}")


def _refused(node: NodeView, login: Login) -> Fix:
    note = f"at its console; or give its real port: port= in {node.job.where or 'the hosts file'}"
    start = "sudo sh -c 'systemctl enable --now ssh || systemctl enable --now sshd'"
    return Fix(start, node.name, f"{note} (tried {login.port})")


def _dropped(node: NodeView, login: Login) -> Fix:
    note = "at its console, where a firewall drops; else switch it on, or correct its address"
    return Fix(f"sudo iptables -I INPUT -p tcp --dport {login.port} -j ACCEPT", node.name, note)


def _no_route(node: NodeView, _: Login) -> Fix:
    return _here(f"ip route get $(getent hosts {node.name} | cut -d' ' -f1)", "shows the way taken")


def _host_key_unknown(node: NodeView, login: Login) -> Fix:
    where, name, path = _known_hosts(node, login)
    note = "after comparing it with `cat /etc/ssh/ssh_host_*_key.pub` at the node's console"
    if login.host_key:
        return _here(f"{where}echo {name} '{login.host_key}' >> {path}", note)
    return _here(f"{where}ssh-keyscan -p {login.port} {_host(node, login)} >> {path}", note)


def _host_key_changed(node: NodeView, login: Login) -> Fix:
    where, name, path = _known_hosts(node, login)
    anew = _host_key_unknown(node, login)
    forget = f"{where}ssh-keygen -R {name} -f {path}"
    return _here(f"{forget} && {anew.command.removeprefix(where)}", anew.note)


def _host(node: NodeView, login: Login) -> str:
    return login.address or ("$n" if node.job.ssh.config else node.name)


def _known_hosts(node: NodeView, login: Login) -> tuple[str, str, str]:
    """A command that finds it where an ssh config says it; the node's name in it; its path."""
    form = "{}" if login.port == 22 else "[{}]:" + str(login.port)
    if not node.job.ssh.config:
        return "mkdir -p -m 700 ~/.ssh && ", shlex.quote(form.format(node.name)), KNOWN_HOSTS
    told = f"ssh -G -F {shlex.quote(node.job.ssh.config)} {node.name}"
    pick = """awk '/^hostname /{print "n="$2} /^userknownhostsfile /{print "f="$2}'"""
    return f'eval "$({told} | {pick})" && ', f'"{form.format("$n")}"', '"$f"'


def _key_missing(node: NodeView, login: Login) -> Fix:
    copy = _ssh(node, login).replace("ssh ", "ssh-copy-id ", 1)
    return _here(f"ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519 && {copy}")


def _key_permissions(_: NodeView, login: Login) -> Fix:
    return _here(f"chmod 600 {_key(login)}")


def _key_unreadable(_: NodeView, login: Login) -> Fix:
    return _here(f"sudo chown $USER {_key(login)} && chmod 600 {_key(login)}")


def _key_passphrase(_: NodeView, login: Login) -> Fix:
    note = "or load it into an agent: eval $(ssh-agent) && ssh-add; a launch has nobody to ask"
    return _here(f"ssh-keygen -p -N '' -f {_key(login)}", note)


def _key_denied(node: NodeView, login: Login) -> Fix:
    copy = f"ssh-copy-id -i {_key(login)}.pub"
    copy += f" -p {login.port}" if login.port != 22 else ""
    whom = f"{login.user}@{node.name}" if login.user else node.name
    home = f"check on {node.name} the account and: chmod go-w ~ ~/.ssh ~/.ssh/authorized_keys"
    return _here(
        f"{copy} {whom}", f"asks for the password once; if the key is there already, {home}"
    )


def _public_keys_off(node: NodeView, _: Login) -> Fix:
    edit = f"sed -i '1i PubkeyAuthentication yes' /etc/ssh/sshd_config && {RELOAD}"
    return Fix(f"sudo sh -c {shlex.quote(edit)}", node.name, "at its console")


def _throttled(node: NodeView, _: Login) -> Fix:
    edit = f"sed -i '1i MaxStartups 100:30:300' /etc/ssh/sshd_config && {RELOAD}"
    note = "and see fail2ban, /etc/hosts.deny and whether sshd itself works"
    return Fix(f"sudo sh -c {shlex.quote(edit)}", node.name, note)


def _shell(node: NodeView, login: Login) -> Fix:
    user = login.user or "$USER"
    return Fix(f"sudo chsh -s /bin/bash {user}", node.name, "or remove what ends its session")


def _shell_hangs(node: NodeView, _: Login) -> Fix:
    note = "what waits in ~/.bashrc is then kept to people's shells"
    return Fix(f"sed -i '1i {QUIET}' ~/.bashrc", node.name, note)


def _no_python(node: NodeView, _: Login) -> Fix:
    install = "sudo sh -c 'apt-get install -y python3 || dnf install -y python3'"
    return Fix(install, node.name)


_FIXES: Mapping[str, Callable[[NodeView, Login], Fix]] = {
    "name-unresolved": _name,
    "refused": _refused,
    "no-route": _no_route,
    "dropped": _dropped,
    "host-key-unknown": _host_key_unknown,
    "host-key-changed": _host_key_changed,
    "key-missing": _key_missing,
    "key-unreadable": _key_unreadable,
    "key-passphrase": _key_passphrase,
    "key-permissions": _key_permissions,
    "key-denied": _key_denied,
    "key-not-authorized": _key_denied,
    "authorized-keys-permissions": _key_denied,
    "user-unknown": _key_denied,
    "public-key-auth-off": _public_keys_off,
    "throttled": _throttled,
    "shell-refuses": _shell,
    "shell-noisy": _shell_hangs,
    "shell-hangs": _shell_hangs,
    "no-python": _no_python,
}
