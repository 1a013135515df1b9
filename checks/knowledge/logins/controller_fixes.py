"""Fixes of a failed login from this machine to a node: typed here, or at the node's console."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace

from checks.facts import Login, NodeView
from checks.knowledge.entered_containers import refused_entry_fix, typed_inside
from checks.knowledge.first_lines import add_line_command, put_first_command
from checks.knowledge.logins.console_fixes import key_is_enough_fix, let_key_in_fix
from checks.knowledge.logins.ended_shell import ended_shell_fix
from checks.knowledge.logins.fixes import (
    KNOWN_HOSTS,
    prepend_ssh_config,
    waiting_shell_fix,
)
from checks.knowledge.logins.on_each_node import ssh_command
from checks.knowledge.logins.revoked_line import caution, remove_line_command, revoked_by
from checks.knowledge.logins.server_fixes import MORE_STARTUPS, RELOAD_SSHD, SSHD_CONFIG
from checks.model import HERE, Fix

MORE_THAN_A_KEY = "the server asks for more than a key"
PUBLIC_HALF_ALONE = "is a public key, and no agent has the private one"
COMPARE_NOTE = (
    "compare the key before with /etc/ssh/ssh_host_*_key.pub at the node's console: another "
    "machine may answer in its name"
)


PASS_CHAINS = (
    'awk \'$1 == "table" {{t = $2 " " $3}} $1 == "chain" {{c = $2}} $1 == "type" && $2 == '
    '"filter" && $4 != "forward" {{e = $4 ~ /^(ingress|prerouting|input)$/ ? "d" : "s"; print '
    '"insert rule " t " " c " tcp " e "port {port} accept"}}\''
)
"""Of what nft lists, the rules that let a port of the node through first in every base chain."""


_NOT_FOUND = re.compile(r"\b(\w+): (?:command )?not found$")
_OF_JUMP_HOST = re.compile(r"the jump host (\S+)'s ")
_PROXY_PACKAGES = {
    "nc": {"apt-get": "netcat-openbsd", "dnf": "nmap-ncat"},
    "ncat": {"apt-get": "ncat", "dnf": "nmap-ncat"},
    "socat": {"apt-get": "socat", "dnf": "socat"},
}
"""Packages of the programs that proxies are made of, by what installs them."""


def controller_fix(node: NodeView, login: Login) -> Fix:
    """By the cause that the login was given."""
    return _FIXES.get(login.cause, _verbose_login_fix)(node, login)


def _key_path(login: Login) -> str:
    return shlex.quote(login.key) if login.key else "~/.ssh/id_ed25519"


def _fix_here(command: str, note: str = "") -> Fix:
    return Fix(command, HERE, note)


def _verbose_login_fix(node: NodeView, login: Login) -> Fix:
    return _fix_here(
        f"{ssh_command(node, login, '-vv', '-oBatchMode=yes')} true", "shows where it stops"
    )


def _proxy_fails_fix(node: NodeView, login: Login) -> Fix:
    missing = _NOT_FOUND.search(login.detail)
    if missing and (packages := _PROXY_PACKAGES.get(missing[1])):
        installs = (f"{tool} install -y {name}" for tool, name in packages.items())
        return _fix_here(f"$(command -v sudo) sh -c '{' || '.join(installs)}'")
    note = f"shows what stops it; where {node.name} is reached without, take it out of ssh's config"
    return replace(_verbose_login_fix(node, login), note=note)


def _unresolved_name_fix(node: NodeView, _: Login) -> Fix:
    note = f"or correct the name in {node.job.where or 'the hosts file'}"
    line = f"echo 'ADDRESS {node.name}' | $(command -v sudo) tee -a /etc/hosts"
    return _fix_here(line, f"with the address of {node.name} for ADDRESS; {note}")


def _refused_fix(node: NodeView, login: Login) -> Fix:
    note = f"at its console; or give its real port: port= in {node.job.where or 'the hosts file'}"
    start = "systemctl enable --now ssh || systemctl enable --now sshd || /usr/sbin/sshd"
    return node.fix(start, f"{note} (tried {login.port})", root=True)


def _dropped_fix(node: NodeView, login: Login) -> Fix:
    port = login.port
    managed = (
        f"if ufw status 2>&1 | grep -qw active; then ufw allow {port}/tcp; elif firewall-cmd "
        f"--state >/dev/null 2>&1; then firewall-cmd --permanent --add-port={port}/tcp && "
        f"firewall-cmd --reload; else nft list ruleset | {PASS_CHAINS.format(port=port)} | "
        f"nft -f -; ! command -v iptables >/dev/null || {{ iptables -I INPUT -p tcp --dport {port} "
        f"-j ACCEPT && iptables -I OUTPUT -p tcp --sport {port} -j ACCEPT; }}; fi"
    )
    note = (
        "at its console, if it is on and has that address: opens ssh in ufw or firewalld; where "
        f"neither is active, lets port {port} through first in each chain of nftables and iptables "
        "until the next boot (`nft list ruleset` shows which rule dropped it), unless a firewall "
        "of the cloud or a switch drops it"
    )
    return node.fix(managed, note, root=True)


def _no_route_fix(node: NodeView, login: Login) -> Fix:
    host = shlex.quote(login.host_name or node.name)
    where = login.address or f"$(getent ahosts {host} | awk 'NR == 1 {{print $1}}')"
    note = (
        "shows the way taken; without a gateway (`via`) the machine is a neighbour that does not "
        "answer: see at its console whether it is on and `ip -br link` says UP, and then whether a "
        f"firewall there rejects port {login.port}"
    )
    return _fix_here(f"ip route get {where}", note)


def _stalled_fix(node: NodeView, login: Login) -> Fix:
    host = login.address or shlex.quote(login.host_name or node.name)
    largest = (
        "for size in 1472 1422 1372 1322 1272 1172 972 548; do "
        f"ping -c 1 -W 1 -M do -s $size {host} >/dev/null && echo $((size + 28)) && break; done"
    )
    note = (
        "prints the largest packet that arrives: a tunnel, bridge or switch port on the way takes "
        "no larger one; raise its MTU, or that of both ends: ip link set dev INTERFACE mtu SIZE"
    )
    return _fix_here(largest, note)


def _jump_host_fix(node: NodeView, name: str) -> Fix:
    """Asks of whoever types it whether the key is the jump host's."""
    config = ["-F", node.job.ssh.config] if node.job.ssh.config else []
    words = ["ssh", *config, "-oStrictHostKeyChecking=ask", name, "true"]
    note = f"shows the key that {name} has: compare it with that at its console, then answer"
    return _fix_here(shlex.join(words), note)


def _host_key_unknown_fix(node: NodeView, login: Login) -> Fix:
    if jump := _OF_JUMP_HOST.match(login.detail):
        return _jump_host_fix(node, jump[1])
    if login.known_hosts == "/dev/null":
        return _keep_host_keys_fix(node, login)
    make = "mkdir -p -m 700 ~/.ssh && " if _known_hosts_file(login).startswith("~/.ssh/") else ""
    return _fix_here(make + _record_host_key_command(node, login), COMPARE_NOTE)


def _keep_host_keys_fix(node: NodeView, login: Login) -> Fix:
    """Names a file of host keys first in the configuration, where it has none that keeps a key."""
    config = _home_path(node.job.ssh.config or "~/.ssh/config")
    line = f"UserKnownHostsFile {KNOWN_HOSTS}"
    command = prepend_ssh_config(node.name, line, config)
    record = _record_host_key_command(node, replace(login, known_hosts=KNOWN_HOSTS))
    note = f"{login.known_hosts}, where ssh looks for its host key, keeps none; {COMPARE_NOTE}"
    return _fix_here(f"mkdir -p -m 700 ~/.ssh && {command} && {record}", note)


def _host_key_changed_fix(node: NodeView, login: Login) -> Fix:
    if jump := _OF_JUMP_HOST.match(login.detail):
        return _jump_host_fix(node, jump[1])
    if place := revoked_by(login.detail):
        return _fix_here(remove_line_command(place), caution(node.name))
    forget = f"ssh-keygen -R {shlex.quote(_known_as(node, login))} -f {_known_hosts_file(login)}"
    return _fix_here(
        f"{forget} && {_record_host_key_command(node, login, ends=True)}", COMPARE_NOTE
    )


def _record_host_key_command(node: NodeView, login: Login, *, ends: bool = False) -> str:
    """What puts the key that the node presented on file; `ends`: whose last line has its end."""
    name = _known_as(node, login)
    if login.host_key and ends:
        return f"echo {shlex.quote(f'{name} {login.host_key}')} >> {_known_hosts_file(login)}"
    if login.host_key:
        return add_line_command(f"{name} {login.host_key}", _known_hosts_file(login))
    host = login.address or login.host_name or node.name
    return f"ssh-keyscan -p {login.port} {shlex.quote(host)} >> {_known_hosts_file(login)}"


def _known_as(node: NodeView, login: Login) -> str:
    """The name under which OpenSSH looks the node up in known_hosts."""
    if login.known_as:
        return login.known_as
    name = login.host_name or node.name
    return name if login.port == 22 else f"[{name}]:{login.port}"


def _known_hosts_file(login: Login) -> str:
    """The controller's known_hosts as a shell word."""
    return _home_path(login.known_hosts or KNOWN_HOSTS)


def _home_path(path: str) -> str:
    """The path as a shell word; a leading ~/ is left to the shell."""
    home, rest = ("~/", path[2:]) if path.startswith("~/") else ("", path)
    return home + shlex.quote(rest)


def _key_missing_fix(node: NodeView, login: Login) -> Fix:
    if PUBLIC_HALF_ALONE in login.detail:
        note = (
            "lists what the agent has: add the private key to it, start the agent that has it, or "
            "name that one's socket with IdentityAgent in the ssh config"
        )
        return _fix_here("ssh-add -l", note)
    copy = ssh_command(node, login).replace("ssh ", "ssh-copy-id ", 1)
    return _fix_here(f"ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519 && {copy}")


def _key_permissions_fix(_: NodeView, login: Login) -> Fix:
    return _fix_here(f"chmod 600 {_key_path(login)}")


def _key_unreadable_fix(_: NodeView, login: Login) -> Fix:
    note = "or name another key with --ssh-key"
    return _fix_here(
        f"$(command -v sudo) chown $(id -un) {_key_path(login)} && chmod 600 {_key_path(login)}",
        note,
    )


def _key_passphrase_fix(_: NodeView, login: Login) -> Fix:
    note = "or load it into an agent: eval $(ssh-agent) && ssh-add; a launch has nobody to ask"
    return _fix_here(f"ssh-keygen -p -N '' -f {_key_path(login)}", note)


def _key_denied_fix(node: NodeView, login: Login) -> Fix:
    if login.detail == MORE_THAN_A_KEY:
        return key_is_enough_fix(node)
    if not login.public_key:
        return _fix_here(
            ssh_command(node, login).replace("ssh ", "ssh-copy-id ", 1), "asks for the password"
        )
    return let_key_in_fix(node, login)


def _public_keys_off_fix(node: NodeView, _: Login) -> Fix:
    edit = put_first_command("PubkeyAuthentication yes", SSHD_CONFIG)
    return node.fix(f"{edit} && {RELOAD_SSHD}", "at its console", root=True)


def _timeout_fix(node: NodeView, login: Login) -> Fix:
    """Wakes an sshd that does not greet, or starts it again where that is not enough.

    Where all went well until the session began, it is by its mark (IPQoS) that it is dropped.
    """
    if "no session" in login.detail and "acknowledged" in login.detail:
        return _dropped_fix(node, login)
    if "does not greet" not in login.detail:
        return _verbose_login_fix(node, login)
    greets = f"ssh-keyscan -T 5 -p {login.port} 127.0.0.1 2>/dev/null | grep -q ."
    restart = "systemctl restart ssh || systemctl restart sshd"
    note = (
        "at its console: sshd may be stopped (state T of `ps -C sshd -o pid,stat,cmd`), or the "
        "machine busy; starts it again where it stays silent"
    )
    return node.fix(f"kill -CONT $(pgrep -x sshd); {greets} || {restart}", note, root=True)


def _throttled_fix(node: NodeView, login: Login) -> Fix:
    port = login.port
    who = f"`ss -Htnp state established '( sport = :{port} )'` there says who holds connections"
    if "MaxStartups" in login.detail:
        command = f"{put_first_command(MORE_STARTUPS, SSHD_CONFIG)} && {RELOAD_SSHD}"
        note = f"at its console: connections without a login fill it; {who}"
        return node.fix(command, note, root=True)
    denial, file = "^[[:space:]]*(sshd|all)[[:space:]]*:", "/etc/hosts.deny"
    raised = f"{put_first_command(MORE_STARTUPS, SSHD_CONFIG)} && {RELOAD_SSHD}"
    command = (
        f"mkdir -p -m 755 /run/sshd; if grep -qsiE '{denial}' {file}; "
        f"then sed -i -E 's/{denial}/# &/I' {file}; "
        f"else {raised}; fi"
    )
    note = (
        "at its console: makes /run/sshd, without which sshd ends each connection, where it is "
        f"gone; takes sshd out of {file}, else raises MaxStartups; see fail2ban too, and {who}"
    )
    return node.fix(command, note, root=True)


def _penalised_fix(node: NodeView, _: Login) -> Fix:
    note = (
        "at its console, or wait: it ends by itself; the line PerSourcePenaltyExemptList with this "
        f"machine's address in {SSHD_CONFIG} prevents it"
    )
    return node.fix(RELOAD_SSHD, note, root=True)


def _shell_hangs_fix(node: NodeView, _: Login) -> Fix:
    return waiting_shell_fix(node, "at its console: ")


def _no_python_fix(node: NodeView, _: Login) -> Fix:
    command = "apt-get install -y python3 || dnf install -y python3"
    if node.job.container:
        return node.fix(typed_inside(node.job, command), "for as long as that container lives")
    return node.fix(command, root=True)


_FIXES: Mapping[str, Callable[[NodeView, Login], Fix]] = {
    "name-unresolved": _unresolved_name_fix,
    "proxy-fails": _proxy_fails_fix,
    "refused": _refused_fix,
    "no-route": _no_route_fix,
    "dropped": _dropped_fix,
    "stalls": _stalled_fix,
    "host-key-unknown": _host_key_unknown_fix,
    "host-key-changed": _host_key_changed_fix,
    "key-missing": _key_missing_fix,
    "key-unreadable": _key_unreadable_fix,
    "key-passphrase": _key_passphrase_fix,
    "key-permissions": _key_permissions_fix,
    "key-denied": _key_denied_fix,
    "key-not-authorized": _key_denied_fix,
    "authorized-keys-permissions": _key_denied_fix,
    "user-unknown": _key_denied_fix,
    "public-key-auth-off": _public_keys_off_fix,
    "throttled": _throttled_fix,
    "timeout": _timeout_fix,
    "penalised": _penalised_fix,
    "shell-refuses": ended_shell_fix,
    "shell-noisy": _shell_hangs_fix,
    "shell-hangs": _shell_hangs_fix,
    "container-refuses": refused_entry_fix,
    "no-python": _no_python_fix,
}
