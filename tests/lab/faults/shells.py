"""Logins that a shell, a proxy, a forced command or a rule for one address bends or refuses."""

from __future__ import annotations

from launcher.lab.faults import DefaultTarget
from tests.lab.faults.case import (
    ALL,
    FROM_3,
    HEAD,
    HUNG_SHELL,
    NODE3,
    REACH,
    SSH,
    case,
    custom,
    warned,
)
from tests.support.lab_fixtures import RELOAD_SSHD

PATH_REPLACED = custom("path-replaced", "sed -i '1i export PATH=/opt/bin' $HOME/.bashrc")
PDSH_NOT_EXECUTABLE = custom(
    "pdsh-not-executable", "chmod -x $(command -v pdsh)", DefaultTarget.HEAD
)
PROXY_UNKNOWN = custom(
    "ssh-proxy-unknown", r"printf 'Host node1\n  ProxyJump bastion\n' > $HOME/.ssh/config"
)
FORCED_FOR_ALL = custom(
    "forced-command", "sed -i 's/^ssh-/command=\"echo no\" ssh-/' $HOME/.ssh/authorized_keys"
)
FORCED_FOR_A_PEER = custom(
    "forced-command-of-a-peer",
    "cd $HOME/.ssh; "
    'sed -i "/ $USER-$PEER\\$/s/^ssh-/command=\\"exit 3\\",no-pty ssh-/" authorized_keys',
)
DENIED_BY_ADDRESS = custom(
    "denied-by-address",
    r"printf 'Match Address %s\n  DenyUsers root\n' $PEER_ADDRESS >> /etc/ssh/sshd_config"
    + RELOAD_SSHD,
)
MISSING = "/opt/gone/bin/activate"
ENVIRONMENT_MISSING = custom(
    "bashrc-of-a-missing-environment",
    f"printf 'export A=1\nsource {MISSING} || exit 1\nexport B=2\n' >>~/.bashrc",
)
SAID_IN_WORDS = custom(
    "bashrc-ends-with-words",
    f"sed -i '1i source {MISSING} 2>/dev/null || {{ echo no environment; exit 3; }}' ~/.bashrc",
)
SYSTEM_BASHRC_ENDS = custom(
    "system-bashrc-ends", f"sed -i '1i . {MISSING}; [ $? = 0 ] || exit 1' /etc/bash.bashrc"
)
SOURCED_ENDS = custom(
    "sourced-file-ends",
    "echo 'module load cuda || exit 1' >/opt/site.sh; sed -i '1i . /opt/site.sh' ~/.bashrc",
)
FORCED_BY_SSHD = custom(
    "forced-command-of-sshd",
    "sed -i '1i ForceCommand echo no' /etc/ssh/sshd_config; kill -HUP $(cat /run/sshd.pid)",
)
BASHRC_ENDS = custom("bashrc-ends-the-session", "sed -i '1i exit 0' ~/.bashrc")
BASHRC_BEGINS = custom("bashrc-begins-a-shell", "sed -i '1i exec bash --norc' ~/.bashrc")
BASHRC_BECOMES = custom("bashrc-becomes-another-program", "sed -i '1i exec cat' ~/.bashrc")
BASHRC_LOGS_IN_AGAIN = custom(
    "bashrc-begins-a-login-shell",
    "sed -i '1i [ -n \"$IN_LOGIN\" ] || { export IN_LOGIN=1; exec /bin/bash --login; }' ~/.bashrc",
)
BASHRC_READS = custom("bashrc-reads-all", "sed -i '1i cat >/dev/null' ~/.bashrc")
SYSTEM_BASHRC_BEGINS = custom(
    "system-bashrc-begins-a-shell", "sed -i '1i exec sh' /etc/bash.bashrc"
)
RC_CALLS = custom(
    "ssh-rc-calls-a-dead-host",
    "nft add table inet egress; nft add chain inet egress out "
    "'{ type filter hook output priority 0; }'\n"
    "nft add rule inet egress out ip daddr 203.0.113.0/24 drop\n"
    "echo 'bash -c \"exec 3<>/dev/tcp/203.0.113.20/443\" 2>/dev/null' >~/.ssh/rc",
)
RC_WAITS = custom("ssh-rc-waits", "echo 'sleep 1000' >~/.ssh/rc")
RC_OF_ALL_WAITS = custom("ssh-rc-of-all-waits", "echo 'sleep 1000' >/etc/ssh/sshrc")
WAITING_RC = ("ssh/rc", "ssh/sshrc", "sleep 1000", "sshd: root@notty")
"""sshd waits for what it runs before the command, whoever hangs up."""
RC_GREETS = custom("ssh-rc-greets", "echo 'echo welcome' >~/.ssh/rc")
RC_OF_ALL_GREETS = custom("ssh-rc-of-all-greets", "echo 'echo welcome' >/etc/ssh/sshrc")
ANOTHER_WAY = custom(
    "genders-say-rsh", "echo 'node3 pdsh_rcmd_type=rsh' >/etc/genders", DefaultTarget.HEAD
)
ANOTHER_WAY_TO_ALL = custom(
    "genders-say-exec",
    "echo 'node[1-3] compute,pdsh_rcmd_type=exec' >/etc/genders",
    DefaultTarget.HEAD,
)
PORT_OF_NOBODY = custom(
    "ssh-goes-to-another-port", r"printf 'Host *\n  Port 2200\n' >>$HOME/.ssh/config"
)
NEIGHBOUR_WRONG = custom(
    "neighbour-wrong",
    "ip neigh replace $PEER_ADDRESS lladdr 00:11:22:33:44:55 nud permanent "
    "dev $(ip -o route get $PEER_ADDRESS | sed 's/.* dev \\([^ ]*\\).*/\\1/')",
)

CASES = [
    case(PATH_REPLACED, "ssh.shell-finds-the-systems-programs", NODE3, "path-without-system"),
    case(PDSH_NOT_EXECUTABLE, "pdsh.is-installed", HEAD, "not-executable"),
    case(PORT_OF_NOBODY, SSH, FROM_3, "refused"),
    case(PROXY_UNKNOWN, SSH, (("node3", "node1"),), "proxy-fails"),
    case(FORCED_FOR_ALL, REACH, NODE3, "shell-refuses"),
    case(ENVIRONMENT_MISSING, REACH, NODE3, "shell-refuses"),
    case(SAID_IN_WORDS, REACH, NODE3, "shell-refuses"),
    case(SYSTEM_BASHRC_ENDS, REACH, NODE3, "shell-refuses"),
    case(SOURCED_ENDS, REACH, NODE3, "shell-refuses"),
    case(FORCED_BY_SSHD, REACH, NODE3, "shell-refuses"),
    case(BASHRC_ENDS, REACH, NODE3, "shell-refuses"),
    case(BASHRC_BEGINS, REACH, NODE3, "shell-refuses"),
    case(BASHRC_LOGS_IN_AGAIN, REACH, NODE3, "shell-refuses"),
    case(BASHRC_READS, REACH, NODE3, "shell-hangs", leaves=HUNG_SHELL),
    case(SYSTEM_BASHRC_BEGINS, REACH, NODE3, "shell-refuses"),
    case(BASHRC_BECOMES, REACH, NODE3, "shell-hangs"),
    case(RC_CALLS, REACH, NODE3, "shell-hangs", leaves=(*WAITING_RC, "203.0.113.20")),
    case(RC_WAITS, REACH, NODE3, "shell-hangs", leaves=WAITING_RC),
    case(RC_OF_ALL_WAITS, REACH, NODE3, "shell-hangs", leaves=WAITING_RC),
    warned(RC_GREETS, "ssh.shell-is-quiet", NODE3, "shell-noisy"),
    warned(RC_OF_ALL_GREETS, "ssh.shell-is-quiet", NODE3, "shell-noisy"),
    case(ANOTHER_WAY, "pdsh.reaches-every-node", (("node1", "node3"),), "genders"),
    case(
        ANOTHER_WAY_TO_ALL,
        "pdsh.reaches-every-node",
        tuple(("node1", name) for name in ALL),
        "genders",
    ),
    case(FORCED_FOR_A_PEER, SSH, (("node1", "node3"),), "forced-command"),
    case(DENIED_BY_ADDRESS, SSH, (("node1", "node3"),), "key-denied"),
    case(NEIGHBOUR_WRONG, SSH, (("node1", "node3"), ("node3", "node1")), "dropped"),
]
