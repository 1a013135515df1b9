"""Why a login fails: one class for each cause, with the same name wherever a login is made.

The text is that of OpenSSH's client, as the nodes' own logins and pdsh print it; the controller's
logins are mapped to the same names where they are made. `login_fixes` has what mends each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from checks.facts.ssh import LoginAttempt

CAUSE_MEANING: Mapping[str, str] = {
    "name-unresolved": "the name has no address",
    "proxy-fails": "ssh goes through a proxy, which brings no answer of its sshd",
    "refused": "the connection is refused: nothing listens on the ssh port, or a firewall rejects",
    "no-route": "there is no way to it: it is off, unplugged, not routed to, or rejects",
    "dropped": "no answer: the packets are dropped, or the machine is off",
    "host-key-unknown": "its host key is not in known_hosts",
    "host-key-changed": "its host key is not the one in known_hosts",
    "key-missing": "there is no private key to log in with",
    "key-unreadable": "the private key cannot be read",
    "key-passphrase": "the private key has a passphrase, and no agent holds it",
    "key-permissions": "the private key can be read by others, so ssh does not use it",
    "key-denied": "the key is refused",
    "key-not-authorized": "the public key is not in authorized_keys",
    "authorized-keys-permissions": "sshd does not trust the permissions of authorized_keys",
    "public-key-auth-off": "sshd takes no public keys",
    "user-unknown": "there is no such account",
    "throttled": "sshd cuts the connection before the login: MaxStartups, a ban or hosts.deny",
    "shell-refuses": "the login is accepted, but no command runs",
    "forced-command": "the login is accepted, and runs another command than the one asked for",
    "shell-noisy": "the login shell prints text of its own",
    "shell-hangs": "the login is accepted, but the shell never answers",
    "no-python": "there is no python 3.6 or newer",
    "stalls": "the connection is made, and then larger packets get no answer",
    "timeout": "it takes the connection but does not finish the login",
    "wrong-host": "another machine answers",
    "config-broken": "the ssh configuration cannot be used",
    "no-common-algorithm": "client and sshd have no algorithm in common",
    "ssh-failed": "ssh failed",
}
"""What each cause means, to stand behind `node1 cannot log in to node2: `."""

_CONNECT = r"^ssh: connect to host \S+ port \d+: "
_NO_BANNER = r"^((kex|ssh)_exchange_identification: |.*during banner exchange).*"
_BY_TEXT = tuple(
    (cause, re.compile(pattern, re.MULTILINE))
    for cause, pattern in (
        (
            "config-broken",
            r"Bad owner or permissions on|Bad configuration option|bad configuration",
        ),
        ("proxy-fails", rf"{_NO_BANNER}\s+Connection (closed by|to) UNKNOWN port 65535"),
        ("name-unresolved", r"^ssh: Could not resolve hostname"),
        ("refused", _CONNECT + "Connection refused"),
        ("no-route", _CONNECT + "(No route to host|Network is unreachable|Permission denied)"),
        ("no-route", _CONNECT + "Invalid argument"),
        ("dropped", _CONNECT + "(Connection|Operation) timed out"),
        ("timeout", r"timed out during banner exchange|^Connection to \S+ port \d+ timed out"),
        ("host-key-changed", r"HOST IDENTIFICATION HAS CHANGED|REVOKED HOST KEY"),
        ("host-key-unknown", r"^Host key verification failed|^No \S+ host key is known for"),
        ("throttled", r"^(kex|ssh)_exchange_identification: "),
        ("no-common-algorithm", r"^Unable to negotiate with "),
        ("key-denied", r"Permission denied \(|Too many authentication failures"),
        ("shell-refuses", r"^Connection (closed|reset) by "),
    )
)
_DENIED = re.compile(r"Permission denied \(([^)]*)\)")
_TOO_OPEN = re.compile(r"^Permissions \d+ for '([^']+)' are too open", re.MULTILINE)
_UNREADABLE = re.compile(r'^Load key "([^"]+)": (.+)', re.MULTILINE)
_OFFENDING = re.compile(r"^Offending \S+ key in (\S+):(\d+)", re.MULTILINE)
_PRESENTED = re.compile(r"(SHA256:[\w+/]+)")
_BEFORE_BANNER = re.compile(rf"\A(.*?){_NO_BANNER}", re.MULTILINE | re.DOTALL)
_ACCOUNT = re.compile(r"^(\S+)@\S+: Permission denied", re.MULTILINE)


def login_cause(attempt: LoginAttempt) -> str:
    """The cause class of a login by ssh, '' where it succeeded."""
    if attempt.authenticated:
        return _cause_of_session(attempt)
    if attempt.code is None:
        return "timeout"
    return cause_of_text(attempt.err)


def _cause_of_session(attempt: LoginAttempt) -> str:
    if attempt.code is None:
        return "shell-hangs"
    return "" if attempt.hostname else "shell-refuses"


def cause_of_text(err: str) -> str:
    """The cause class that the client's own words tell, by which it exited with 255."""
    found = next((cause for cause, pattern in _BY_TEXT if pattern.search(err)), "ssh-failed")
    return _cause_of_denial(err) if found == "key-denied" else found


def _cause_of_denial(err: str) -> str:
    methods = _DENIED.search(err)
    if methods and "publickey" not in methods[1]:
        return "public-key-auth-off"
    if _TOO_OPEN.search(err):
        return "key-permissions"
    return "key-unreadable" if _UNREADABLE.search(err) else "key-denied"


def bad_key_file(err: str) -> tuple[str, str]:
    """Path of the private key that ssh could not use, and its complaint; ('', '') without one."""
    if found := _TOO_OPEN.search(err):
        return found[1], "too open"
    found = _UNREADABLE.search(err)
    return (found[1], found[2].strip()) if found else ("", "")


def offending_line(err: str) -> tuple[str, int] | None:
    """File and line of the known_hosts entry that contradicts the host key."""
    found = _OFFENDING.search(err)
    return (found[1], int(found[2])) if found else None


def presented_fingerprint(err: str) -> str:
    """The fingerprint of the host key that was presented, where ssh tells it; else ''."""
    found = _PRESENTED.search(err)
    return found[1] if found else ""


def denied_account(err: str) -> str:
    """The account that was refused; '' where ssh does not tell."""
    found = _ACCOUNT.search(err)
    return found[1] if found else ""


def proxy_complaint(err: str) -> str:
    """The last line that ssh's proxy printed before ssh gave it up; '' where it printed none."""
    found = _BEFORE_BANNER.search(err)
    return last_line(found[1]) if found else ""


def last_line(err: str) -> str:
    """The last line that tells something, for a message."""
    lines = [line.strip() for line in err.splitlines() if line.strip(" @\r")]
    return lines[-1][:200] if lines else ""
