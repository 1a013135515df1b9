"""Which file there keeps a login that was accepted from running anything, asked in another way.

sshd runs no ~/.ssh/rc for a file transfer (do_rc_files in its session.c), so that one tells apart
what waits. A shell that reads the probe as its own commands reads the ones that find it out, too.
"""

from __future__ import annotations

import contextlib
import re
import secrets

from checks.contact.identity import LoginError
from checks.contact.ssh_library import paramiko
from checks.contact.ssh_transport import SshSession

TRANSFER_S = 5.0
TRACE_S = 20.0
LARGEST = 1 << 16
USER_RC = ".ssh/rc"
STARTUP = (".bashrc", "/etc/bash.bashrc", ".zshenv")
GUARD = re.compile(r"case\s+\"?\$-|\$-|PS1|(\[|test)\s+-t\b")
"""The first words of a start-up file that does nothing where nobody types."""
TRACE = (
    "for f in /etc/bash.bashrc ~/.bashrc; do [ ! -r $f ] || "
    'env -i HOME="$HOME" PATH="$PATH" timeout 6 bash -c '
    '\'PS4="+MARK:\\$BASH_SOURCE:\\$LINENO: "; set -x; . "$1"; : through\' x $f '
    "</dev/ptmx 2>&1 | grep '^+*MARK:' | tail -n 1; done"
)
"""Runs each start-up file by itself and says its last line; /dev/ptmx is an input without end."""
LAST_LINE = r"^\++MARK:(/[^:\n]+):(\d+): (\S+(?: [^\s=]+)?)"


def find_waiting_files(session: SshSession) -> str:
    """The files one of which waits before each command, `A or B`; '' where that is not known."""
    try:
        with session.open_transfer(TRANSFER_S) as transfer:
            home = transfer.normalize(".")
            rc = f"{home}/{USER_RC}"
            waiting = [rc] if _text(transfer, rc) is not None else []
            named = [path if path[0] == "/" else f"{home}/{path}" for path in STARTUP]
            waiting += [path for path in named if _acts(_text(transfer, path))]
    except (paramiko.SSHException, EOFError, OSError):
        return ""
    return " or ".join(waiting)


def _text(transfer: paramiko.SFTPClient, path: str) -> str | None:
    """The text of a file there; None where there is none to be read."""
    with contextlib.suppress(OSError), transfer.open(path) as file:
        return file.read(LARGEST).decode("utf-8", "replace")
    return None


def _acts(text: str | None) -> bool:
    """Whether a start-up file does something where nobody types."""
    lines = [line.strip() for line in (text or "").splitlines()]
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return bool(first) and not GUARD.search(first)


def find_taking_line(session: SshSession) -> str:
    """`FILE:LINE: WORDS` of the start-up file that takes what a login is sent; '' if not known.

    Either the command runs, and its input is gone, or it does not, and its input is read as
    commands: it is sent both ways.
    """
    mark = secrets.token_hex(8)
    script = TRACE.replace("MARK", mark)
    with contextlib.suppress(LoginError, OSError):
        done = session.run(script, f"{script}\n".encode(), limit_s=TRACE_S)
        found = re.findall(LAST_LINE.replace("MARK", mark), done.out, re.MULTILINE)
        return next((f"{file}:{line}: {words}" for file, line, words in found), "")
    return ""
