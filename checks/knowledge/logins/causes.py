"""Why a login fails: one class for each cause, with the same name wherever a login is made.

The text is that of OpenSSH's client, as the nodes' own logins and pdsh print it; the controller's
logins are mapped to the same names where they are made. `fixes` and `controller_fixes` have the
command for each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from checks.facts.ssh import LoginAttempt
from checks.model import Cause

LOGIN_CAUSES = (
    Cause(
        "name-unresolved",
        "the name has no address",
        "adds a line to `/etc/hosts`",
    ),
    Cause(
        "proxy-fails",
        "ssh goes through a proxy, which returns no answer from its sshd",
        "puts a block for that host without `ProxyCommand` and `ProxyJump` first",
    ),
    Cause(
        "refused",
        "the connection is refused: nothing listens on the ssh port, or a firewall rejects",
        "starts sshd, names its real port, or adds a firewall rule",
    ),
    Cause(
        "no-route",
        "it cannot be reached: it is off, unplugged, not routed to, or rejects",
        "removes a route that refuses it or leads out through another interface, adds a firewall "
        "rule, or shows the path that packets take",
    ),
    Cause(
        "dropped",
        "no answer: the packets are dropped, or the machine is off",
        "adds a firewall rule for that port and source, or removes a route that leads out through "
        "another interface, or a wrong entry of the neighbour table",
    ),
    Cause(
        "host-key-unknown",
        "its host key is not in known_hosts",
        "appends the target's own key",
    ),
    Cause(
        "host-key-changed",
        "known_hosts refuses its host key",
        "removes the old line, appends the key",
    ),
    Cause(
        "key-missing",
        "there is no private key to log in with",
        "creates one; the next preflight says where to add it",
    ),
    Cause(
        "key-unreadable",
        "the private key cannot be read",
        "corrects its owner and mode, or creates a new key",
    ),
    Cause(
        "key-passphrase",
        "the private key has a passphrase, and no agent holds it",
        "removes the passphrase",
    ),
    Cause(
        "key-permissions",
        "the private key can be read by others, so ssh does not use it",
        "`chmod 600` of that file",
    ),
    Cause(
        "key-mismatched",
        "the `.pub` file beside the private key is another key's, and ssh offers that one",
        "writes the public half of the private key there",
    ),
    Cause(
        "key-denied",
        "the key is refused",
        "corrects the setting of sshd that excludes the account or its key, where one does: "
        "`AllowUsers`, `DenyUsers`, `AllowGroups`, `DenyGroups`, `PermitRootLogin`, "
        "`AuthenticationMethods`, `PubkeyAcceptedAlgorithms`, `AuthorizedKeysFile`, `RevokedKeys`, "
        "in a `Match` block too; or that of ssh for which no key is offered",
    ),
    Cause(
        "key-not-authorized",
        "the public key is not in authorized_keys",
        "appends that key there, or removes a restriction such as `from=`",
    ),
    Cause(
        "certificate-refused",
        "the certificate of its key is refused",
        "says what whoever keeps the CA must sign again, and by which line; has sshd trust a CA "
        "that the other nodes trust, or adds the name that the certificate is for to the file of "
        "principals",
    ),
    Cause(
        "authorized-keys-permissions",
        "sshd does not trust the permissions of authorized_keys",
        "`chmod` or `chown` of that path",
    ),
    Cause(
        "public-key-auth-off",
        "sshd takes no public keys",
        "changes that line of that sshd file, and reloads sshd",
    ),
    Cause(
        "user-unknown",
        "there is no such account",
        "puts the right user into the ssh configuration",
    ),
    Cause(
        "throttled",
        "sshd cuts the connection before the login: MaxStartups, a ban, hosts.deny, no /run/sshd",
        "lets the nodes in first in `/etc/hosts.allow`, where a line there or in `/etc/hosts.deny` "
        "keeps them out; else raises `MaxStartups`; see also fail2ban",
    ),
    Cause(
        "penalised",
        "sshd locks this address out for a while, or takes no more logins at once",
        "excepts the nodes from `PerSourcePenalties`, which OpenSSH has since 9.8: 15 seconds and "
        "more after failed logins and connections without one",
    ),
    Cause(
        "dead-address",
        "the first address of its name gives no answer, and another one lets it in",
        "opens the firewall that drops it, or has ssh use the family that answers; warns",
    ),
    Cause(
        "shell-refuses",
        "the login is accepted, but no command runs",
        "lets the nodes in before the line of `access.conf` that keeps them out, or shows what "
        "sshd's log says of PAM; takes a command before the key out; limits the start-up file that "
        "fails to interactive shells from that line on; makes another shell bash",
    ),
    Cause(
        "forced-command",
        "the login is accepted, and runs another command than the one asked for",
        "removes `command=` before the key, or `ForceCommand`, from that line of that file",
    ),
    Cause(
        "shell-noisy",
        "the login shell prints text of its own",
        "as for `ssh.shell-is-quiet`",
    ),
    Cause(
        "shell-hangs",
        "the login is accepted, but the shell never answers",
        "adds a line that ends `~/.bashrc` early",
    ),
    Cause(
        "container-refuses",
        "the login runs commands, but the one that enters the container does not",
        "starts the container, or shows which there are; corrects `container` in launch.toml",
    ),
    Cause(
        "no-python",
        "there is no python 3.6 or newer",
        "installs `python3`",
    ),
    Cause(
        "stalls",
        "the connection opens, but larger packets get no answer",
        "shows the largest packet that arrives; only the controller's own logins find this",
    ),
    Cause(
        "timeout",
        "it accepts the connection but does not finish the login",
        "shows where it stops",
    ),
    Cause(
        "wrong-host",
        "another machine answers",
        "corrects the name, or the port",
    ),
    Cause(
        "config-broken",
        "the ssh configuration cannot be used",
        "corrects that line, or the mode of that file, or puts a line that is right first",
    ),
    Cause(
        "no-common-algorithm",
        "client and sshd have no algorithm in common",
        "takes out sshd's line where only that node has it; else has the client accept what sshd "
        "offers",
    ),
    Cause(
        "ssh-failed",
        "ssh failed",
        "shows where it stops",
    ),
)

CAUSE_MEANING: Mapping[str, str] = {cause.name: cause.meaning for cause in LOGIN_CAUSES}
"""What each cause means, to stand behind `node1 cannot log in to node2: `."""

_CONNECT = r"^ssh: connect to host \S+ port \d+: "
_DENIAL = r"Permission denied \(|Too many authentication failures|no authentication methods enabled"
_NO_BANNER = r"^((kex|ssh)_exchange_identification: |.*during banner exchange).*"
# sshd's drop_connection writes "Not allowed at this time" since 9.8, "Exceeded MaxStartups" before
_BY_TEXT = tuple(
    (cause, re.compile(pattern, re.MULTILINE))
    for cause, pattern in (
        (
            "config-broken",
            r"Bad owner or permissions on|Bad configuration option|bad configuration"
            r"|^Cannot execute command-line and remote command"
            r"|^bind \S+: Cannot assign requested address",
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
        ("penalised", r"^kex_exchange_identification: banner line \d+: Not allowed at this time"),
        ("throttled", r"^(kex|ssh)_exchange_identification: "),
        ("no-common-algorithm", r"^Unable to negotiate with "),
        ("key-denied", _DENIAL),
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
    """The cause class in the client's own words, when it exited with 255."""
    cause = next((name for name, pattern in _BY_TEXT if pattern.search(err)), "ssh-failed")
    return _cause_of_denial(err) if cause == "key-denied" else cause


def _cause_of_denial(err: str) -> str:
    methods = _DENIED.search(err)
    if methods and "publickey" not in methods[1]:
        return "public-key-auth-off"
    if _TOO_OPEN.search(err):
        return "key-permissions"
    return "key-unreadable" if _UNREADABLE.search(err) else "key-denied"


def bad_key_file(err: str) -> tuple[str, str]:
    """Path of the private key that ssh could not use, and its complaint; ('', '') without one."""
    if match := _TOO_OPEN.search(err):
        return match[1], "too open"
    match = _UNREADABLE.search(err)
    return (match[1], match[2].strip()) if match else ("", "")


def offending_line(err: str) -> tuple[str, int] | None:
    """File and line of the known_hosts entry that contradicts the host key."""
    match = _OFFENDING.search(err)
    return (match[1], int(match[2])) if match else None


def presented_fingerprint(err: str) -> str:
    """The fingerprint of the host key that was presented, where ssh prints it; else ''."""
    match = _PRESENTED.search(err)
    return match[1] if match else ""


def denied_account(err: str) -> str:
    """The account that was refused; '' where ssh does not name it."""
    match = _ACCOUNT.search(err)
    return match[1] if match else ""


def proxy_complaint(err: str) -> str:
    """The last line that ssh's proxy printed before ssh gave it up; '' where it printed none."""
    match = _BEFORE_BANNER.search(err)
    return last_line(match[1]) if match else ""


def last_line(err: str) -> str:
    """The last line that has words, for a message."""
    lines = [line.strip() for line in err.splitlines() if line.strip(" @\r")]
    return lines[-1][:200] if lines else ""
