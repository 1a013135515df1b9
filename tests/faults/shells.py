"""What a node's shell, its ssh configuration or pdsh's mode hides from all that logs in."""

from __future__ import annotations

from launcher.lab.faults import On
from tests.faults.case import HEAD, NODE3, SSH, case, made

PATH_REPLACED = made("path-replaced", "sed -i '1i export PATH=/opt/bin' $HOME/.bashrc")
PDSH_NOT_EXECUTABLE = made("pdsh-not-executable", "chmod -x $(command -v pdsh)", On.HEAD)
PROXY_UNKNOWN = made(
    "ssh-proxy-unknown", r"printf 'Host node1\n  ProxyJump bastion\n' > $HOME/.ssh/config"
)

CASES = [
    case(PATH_REPLACED, "ssh.shell-finds-the-systems-programs", NODE3, "path-without-system"),
    case(PDSH_NOT_EXECUTABLE, "pdsh.is-installed", HEAD, "not-executable"),
    case(PROXY_UNKNOWN, SSH, (("node3", "node1"),), "proxy-fails"),
]
