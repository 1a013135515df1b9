"""Host keys that are in no file: paramiko knows none, so the controller's own OpenSSH is asked.

A site with an authority of its own has only in known_hosts who signs them; another has a command
that says them (KnownHostsCommand), or has them in its DNS.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess

from checks.contact.ssh_config import LoginTarget
from checks.model import Job

LIMIT_S = 20.0
OPTIONS = (
    *("-v", "-T", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes", "-oFingerprintHash=sha256"),
    *("-oControlPath=none", "-oUpdateHostKeys=no", "-oClearAllForwardings=yes"),
)
_PRESENTED = re.compile(
    r"^debug1: Server host (?:certificate|key): \S+ SHA256:([^,\s]+)", re.MULTILINE
)
_BELIEVED = re.compile(
    r"^debug1: (?:Host .* is known and matches the \S+ host (?:certificate|key)"
    r"|matching host key fingerprint found in DNS)",
    re.MULTILINE,
)
"""Of one login; a jump host before it has its own."""


def is_believed(job: Job, target: LoginTarget, key: str) -> bool:
    """Whether OpenSSH takes this very host key (base64) of that node, or a certificate for it.

    It logs in and runs `true`; whether it may log in does not matter here.
    """
    argv = ["ssh", *OPTIONS, "-p", str(target.port)]
    argv += ["-F", job.ssh.config] if job.ssh.config else []
    argv += ["-i", job.ssh.key] if job.ssh.key else []
    argv += ["-l", target.user] if target.user else []
    try:
        done = subprocess.run(
            [*argv, target.name, "true"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C"},
            timeout=LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    said = done.stderr.decode("utf-8", "replace").replace("\r", "")
    logins = dict(zip(*[iter(_PRESENTED.split(said)[1:])] * 2, strict=False))
    return bool(_BELIEVED.search(logins.get(_fingerprint(key), "")))


def _fingerprint(key: str) -> str:
    """As ssh shows it, without its `SHA256:`."""
    digest = hashlib.sha256(base64.b64decode(key)).digest()
    return base64.b64encode(digest).decode().rstrip("=")
