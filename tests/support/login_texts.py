"""What OpenSSH's clients say where a login fails, and the cause that each text stands for."""

from __future__ import annotations

CHANGED = """@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
The fingerprint for the ED25519 key sent by the remote host is
SHA256:L2BT2OOv7SFYSYnU1BwNMvZ6QyB5N0JTnPLGeOJ9nEs.
Add correct host key in /dev/null to get rid of this message.
Offending ED25519 key in /root/.ssh/known_hosts:3
Host key for node2 has changed and you have requested strict checking.
Host key verification failed."""

LOGIN_TEXTS = {
    "ssh: Could not resolve hostname node9: Name or service not known": "name-unresolved",
    "ssh: connect to host node2 port 22: Connection refused": "refused",
    "ssh: connect to host node2 port 22: No route to host": "no-route",
    "ssh: connect to host node2 port 22: Network is unreachable": "no-route",
    "ssh: connect to host node2 port 22: Permission denied": "no-route",
    "ssh: connect to host node2 port 22: Connection timed out": "dropped",
    "Connection timed out during banner exchange": "timeout",
    "Host key verification failed.": "host-key-unknown",
    CHANGED: "host-key-changed",
    "kex_exchange_identification: read: Connection reset by peer": "throttled",
    "kex_exchange_identification: banner line 0: Not allowed at this time": "penalised",
    "kex_exchange_identification: banner line 0: Exceeded MaxStartups": "throttled",
    "ssh_exchange_identification: Connection closed by remote host": "throttled",
    "root@node2: Permission denied (publickey).": "key-denied",
    "root@node2: Permission denied (password).": "public-key-auth-off",
    "Permissions 0644 for '/k' are too open.\nroot@n: Permission denied (publickey).": (
        "key-permissions"
    ),
    'Load key "/k": error in libcrypto\nroot@n: Permission denied (publickey).': "key-unreadable",
    'Load key "/k": Permission denied\nroot@n: Permission denied (publickey).': "key-unreadable",
    "/root/.ssh/config: terminating, 1 bad configuration options": "config-broken",
    "Unable to negotiate with 10.0.0.2 port 22: no matching host key type": "no-common-algorithm",
    "Access denied by pam_slurm_adopt\nConnection closed by 10.0.0.2 port 22": "shell-refuses",
    "kex_exchange_identification: x\nConnection closed by UNKNOWN port 65535": "proxy-fails",
    "something new": "ssh-failed",
}
