"""What ends a login that was accepted before it runs anything, as seen from the controller.

OpenSSH's sshd says with which options it took the key, `command` among them (auth_log_authopts in
its auth.c), and shells say in which line of which start-up file something failed. What neither says
is found out at the node's console.
"""

from __future__ import annotations

import re
import shlex

from checks.facts import Login, NodeView
from checks.knowledge.first_lines import QUIET
from checks.knowledge.logins.console_fixes import ASK_SSHD, comment_out_settings
from checks.knowledge.logins.fixes import waiting_shell_fix
from checks.knowledge.logins.forced_command import KEY_TYPE
from checks.model import Fix

NO_LOGIN = re.compile(r"not available|not allowed|nologin", re.IGNORECASE)
"""What nologin(8) and its kin say for a closed account."""
RESTRICTED = re.compile(r"^-?(?:rbash|rksh): |: restricted$", re.MULTILINE)
"""What a restricted shell says of what it does not run, see bash(1)."""
ENDING_SETTINGS = "^(forcecommand|chrootdirectory) |^maxsessions 0$|^permitrootlogin forced"
"""Lines of `sshd -T` for which an accepted login runs nothing, or something else."""
READ_AS_COMMANDS = re.compile(r"(syntax|parse) error|unknown command|too many", re.IGNORECASE)
"""What shells say that a start-up file begins: they take the probe for their own text."""
COMPLAINT = re.compile(
    r"^(?:-?\w+: )?(/[^:\s]*/(?:\.?(?:bashrc|zshenv|profile|bash_profile|bash_login)|bash\.bashrc"
    r"|profile\.d/[^:/\s]+))(?:: line |:)(\d+): ",
    re.MULTILINE,
)
"""How bash and zsh begin what they say of a line of a start-up file."""
CLOSED_HOST = re.compile(r"\bexit 254\b")
"""How sshd ends all but root's sessions while there is a /etc/nologin (do_nologin in session.c)."""
BEING_CLOSED = re.compile(r"not permitted to log in|going down|booting up", re.IGNORECASE)
"""What systemd writes to /run/nologin, see systemd-user-sessions(8) and shutdown(8)."""
PASSWORD_OVER = re.compile(
    r"password (has expired|change required|has been expired)|required to change your password",
    re.IGNORECASE,
)
"""What sshd and PAM say of an account that must choose a new password first, which takes a person:
a key does not spare it that."""
KEY_OPTIONS = re.compile(r"^(.+):(\d+): key options:(.*)$")


def failed_line(printed: str) -> tuple[str, int] | None:
    """File and line of the last start-up file that a shell complained of; None where of none."""
    found = COMPLAINT.findall(printed)
    return (found[-1][0], int(found[-1][1])) if found else None


def forced_key(login: Login) -> tuple[str, int] | None:
    """File and line of the key that brings its own command, where sshd said so."""
    match = KEY_OPTIONS.match(login.key_options)
    return (match[1], int(match[2])) if match and "command" in match[3].split() else None


def is_closed_host(login: Login) -> bool:
    """Whether the node lets in root alone for now, as while it is being maintained."""
    return bool(CLOSED_HOST.search(login.detail) or BEING_CLOSED.search(login.printed))


def is_taken(login: Login) -> bool:
    """Whether something that a start-up file begins reads what was meant for the command."""
    return bool(login.blamed or READ_AS_COMMANDS.search(login.printed))


def ending(login: Login) -> str:
    """What ends the session, in words; '' where that is not known."""
    if forced := forced_key(login):
        return f"line {forced[1]} of its {forced[0]} runs another command for this machine's key"
    if is_closed_host(login):
        return "a file /etc/nologin or /run/nologin there keeps all but root out"
    if is_taken(login):
        file, line, words = (*login.blamed.split(":", 2), "", "")[:3]
        where = f"{file}:{line}, `{words.strip()}`," if words else "a start-up file"
        what = "starts another shell or program, which"
        return f"{where} {what} takes what the login is sent: no command runs"
    if PASSWORD_OVER.search(login.printed):
        return f"the password of {login.user or 'the account'} there is over, and must be changed"
    if failed := failed_line(login.printed):
        return f"line {failed[1]} of its start-up file {failed[0]} fails, and the session ends"
    if RESTRICTED.search(login.printed):
        return "its login shell is a restricted one, which runs little of what it is given"
    return ""


def ended_shell_fix(node: NodeView, login: Login) -> Fix:
    """By what ends the session; where that is not known, what finds it at the node's console."""
    if forced := forced_key(login):
        note = "at its console: leaves the key its line without options"
        return node.fix(f"sed -i '{forced[1]}s/^.* {KEY_TYPE}/\\1/' {shlex.quote(forced[0])}", note)
    if is_closed_host(login):
        note = "at its console, once the maintenance that the file tells of is over"
        return node.fix(
            "cat /etc/nologin /run/nologin 2>/dev/null; rm -f /etc/nologin /run/nologin",
            note,
            root=True,
        )
    if PASSWORD_OVER.search(login.printed):
        note = (
            "at its console: has it last as long again; `chage -M -1` keeps one from ending that "
            "logs in by key alone, `passwd` sets a new one"
        )
        return node.fix(f'chage -d "$(date +%F)" {_account(login)}', note, root=True)
    if login.blamed:
        file, line = login.blamed.split(":")[:2]
        note = "at its console: from that line on the file is kept to people's shells"
        return node.fix(f"sed -i '{int(line)}i {QUIET}' {shlex.quote(file)}", note, root=True)
    if is_taken(login):
        return waiting_shell_fix(node, "at its console: ")
    if NO_LOGIN.search(login.printed) or RESTRICTED.search(login.printed):
        return node.fix(f"usermod -s /bin/bash {_account(login)}", "at its console", root=True)
    if failed := failed_line(login.printed):
        note = "at its console: from that line on the file is kept to people's shells"
        return node.fix(f"sed -i '{failed[1]}i {QUIET}' {shlex.quote(failed[0])}", note, root=True)
    return _found_at_console_fix(node, login)


def _account(login: Login) -> str:
    return shlex.quote(login.user or "USER")


def _found_at_console_fix(node: NodeView, login: Login) -> Fix:
    """One command that looks at the key, at sshd and at the shell, in this order."""
    user = _account(login)
    ends = f"grep -vi ' none$' | grep -E '{ENDING_SETTINGS}' | cut -d' ' -f1 | paste -sd'|'"
    steps = [
        f'u={user}; k=$({ASK_SSHD} | {ends}); [ -n "$k" ] && {comment_out_settings("$k")}',
        f"case $(getent passwd {user}) in */bash) grep -qxF '{QUIET}' ~{user}/.bashrc || "
        f"sed -i '1i {QUIET}' ~{user}/.bashrc;; *) usermod -s /bin/bash {user};; esac",
    ]
    note = (
        "at its console: turns a ForceCommand, ChrootDirectory, MaxSessions or PermitRootLogin for "
        "which its sshd runs nothing into a comment; without one, keeps ~/.bashrc to people's "
        "shells, or makes another shell bash"
    )
    if not login.key_options:
        steps.insert(0, _drop_command(login))
        note += "; a command=… before this machine's key is taken out first"
    return node.fix(" || ".join(f"{{ {step}; }}" for step in steps), note, root=True)


def _drop_command(login: Login) -> str:
    """Takes the command before the key out; fails where there is none."""
    file = f"~{_account(login)}/.ssh/authorized_keys"
    blob = login.public_key.split()[1] if login.public_key else ""
    mark = f"command=.*{blob}"
    return f"grep -qs '{mark}' {file} && sed -i '\\|{mark}|s/^.* {KEY_TYPE}/\\1/' {file}"
