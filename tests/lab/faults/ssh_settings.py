"""Settings of one node's ssh for which the right keys are not looked for where they are."""

from __future__ import annotations

from launcher.lab.faults import DefaultTarget, Fault
from tests.lab.faults.case import ALL, FROM_3, SSH, case, custom


def ssh_setting(name: str, line: str) -> Fault:
    """The last node's ssh is set so for all hosts."""
    return custom(name, f"echo '{line}' >>$HOME/.ssh/config")


KEPT_NOWHERE = ssh_setting("host-keys-kept-nowhere", "UserKnownHostsFile /dev/null")
KEPT_BY_NONE = ssh_setting("host-keys-kept-by-none", "UserKnownHostsFile none")
KEPT_ELSEWHERE = ssh_setting("host-keys-kept-elsewhere", "UserKnownHostsFile ~/.ssh/cluster /a")
PER_HOST = ssh_setting("host-keys-in-no-file-of-the-host", "UserKnownHostsFile ~/.ssh/known-%h")
ALIAS = ssh_setting("host-key-alias-unknown", "HostKeyAlias cluster-%h")
RSA_ASKED = ssh_setting("host-keys-of-another-kind", "HostKeyAlgorithms rsa-sha2-512")
MAKE_RSA = custom(
    "have-rsa-host-keys",
    "ssh-keygen -q -t rsa -N '' -f /etc/ssh/ssh_host_rsa_key; "
    "echo HostKey /etc/ssh/ssh_host_rsa_key >>/etc/ssh/sshd_config; "
    "kill -HUP $(cat /run/sshd.pid)",
)

LONG = "~/.ssh/" + "x" * 100
CONTROL_TOO_LONG = custom(
    "control-path-too-long", f"printf 'Host *\\nControlPath {LONG}-%%h\\n' >>$HOME/.ssh/config"
)
CONTROL_ALMOST = custom(
    "control-path-too-long-for-a-new-one",
    f"printf 'Host *\\nControlMaster auto\\nControlPath ~/.ssh/{'y' * 82}\\n' >>$HOME/.ssh/config",
)
SHARED = "Host *\\n  ControlMaster auto\\n  ControlPath"
CONTROL_NOWHERE = custom(
    "control-path-in-no-folder",
    f"printf '{SHARED} /run/user/0/mux/%%r@%%h:%%p\\n' >>$HOME/.ssh/config",
)
CONTROL_CLOSED = custom(
    "control-path-in-a-read-only-folder",
    "mkdir /root/mux; mount -t tmpfs -o ro none /root/mux\n"
    f"printf '{SHARED} ~/mux/%%C\\n' >>$HOME/.ssh/config",
)
HANGS = """
printf 'Host *\nControlPath ~/.ssh/mux\n' >>$HOME/.ssh/config
setsid python3 -c 'import socket, time
sock = socket.socket(socket.AF_UNIX); sock.bind("/root/.ssh/mux"); sock.listen(9); time.sleep(600)
' </dev/null >/dev/null 2>&1 &
until [ -S $HOME/.ssh/mux ]; do sleep 0.02; done
"""
CONTROL_HANGS = custom("control-master-hangs", HANGS)

REVOKE = "ssh-keyscan $HEAD 2>/dev/null | sed -n 's/^[^#]/@revoked &/p' >>"
REVOKED = custom("host-key-revoked", f"{REVOKE} $HOME/.ssh/known_hosts")
REVOKED_FOR_ALL = custom("host-key-revoked-for-all-users", f"{REVOKE} /etc/ssh/ssh_known_hosts")

NO_SESSION = ssh_setting("sessions-without-commands", "SessionType none")
SUBSYSTEM = ssh_setting("sessions-of-a-subsystem", "SessionType subsystem")
FORKS = custom(
    "ssh-of-the-head-forks", "echo ForkAfterAuthentication yes >>~/.ssh/config", DefaultTarget.HEAD
)

CASES = [
    case(REVOKED, SSH, (("node3", "node1"),), "host-key-changed"),
    case(REVOKED_FOR_ALL, SSH, (("node3", "node1"),), "host-key-changed"),
    case(NO_SESSION, SSH, FROM_3, "config-broken"),
    case(SUBSYSTEM, SSH, FROM_3, "config-broken"),
    case(
        FORKS,
        "pdsh.reaches-every-node",
        tuple(("node1", name) for name in ALL),
        "exit-status-lost",
    ),
    case(CONTROL_TOO_LONG, SSH, FROM_3, "config-broken"),
    case(CONTROL_ALMOST, SSH, FROM_3, "config-broken"),
    case(CONTROL_NOWHERE, SSH, FROM_3, "config-broken"),
    case(CONTROL_CLOSED, SSH, FROM_3, "config-broken"),
    case(CONTROL_HANGS, SSH, FROM_3, "config-broken"),
    case(KEPT_NOWHERE, SSH, FROM_3, "host-key-unknown"),
    case(KEPT_BY_NONE, SSH, FROM_3, "host-key-unknown"),
    case(KEPT_ELSEWHERE, SSH, FROM_3, "host-key-unknown"),
    case(PER_HOST, SSH, FROM_3, "host-key-unknown"),
    case(ALIAS, SSH, FROM_3, "host-key-unknown"),
    case(RSA_ASKED, SSH, FROM_3, "host-key-changed", first=((MAKE_RSA, ALL),)),
]
