"""What this machine must have to run a lab, and what the user reads where it does not."""

from __future__ import annotations

import os
import shutil
import subprocess

from checks.errors import UsageError

TOOL_PACKAGES = {
    "ip": "iproute2",
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "pdsh": "pdsh",
    "nft": "nftables",
    "mount": "mount",
    "unshare": "util-linux",
    "setpriv": "util-linux",
    "nsenter": "util-linux",
    "pivot_root": "util-linux",
    "hostname": "hostname",
}
"""Commands that a lab needs, and the Debian package of each."""

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def require_root() -> None:
    """Raises UsageError unless the caller is root."""
    if os.geteuid() != 0:
        raise UsageError(
            "the lab makes namespaces, mounts and network interfaces: it needs root.\n"
            "Run the same command with sudo, or as root."
        )


def require_tools() -> None:
    """Raises UsageError that names every missing command and the line that installs them all."""
    missing = [tool for tool in TOOL_PACKAGES if not shutil.which(tool, path=SYSTEM_PATH)]
    if missing:
        packages = sorted({TOOL_PACKAGES[tool] for tool in missing})
        raise UsageError(
            f"the lab needs {', '.join(missing)}, not found on this machine.\n"
            f"Install: apt-get install --no-install-recommends {' '.join(packages)}"
        )


def require_namespaces() -> None:
    """Raises UsageError when the kernel, or the container around us, allows no namespaces."""
    tried = subprocess.run(
        ["unshare", "--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode != 0:
        raise UsageError(
            f"this machine allows no namespaces ({tried.stderr.strip() or 'unshare failed'}).\n"
            "In a container: start it with --privileged; else use a real or virtual machine."
        )


def require_lab_machine() -> None:
    """Raises UsageError on the first thing that a lab needs and this machine lacks."""
    require_root()
    require_tools()
    require_namespaces()
