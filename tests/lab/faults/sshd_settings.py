"""Settings of ssh and sshd for which keys that are in their files are refused, or nothing runs."""

from __future__ import annotations

from launcher.lab.faults import Fault
from tests.lab.faults.case import (
    FROM_3,
    NODE3,
    REACH,
    SSH,
    TO_3,
    Case,
    Subjects,
    case,
    custom,
    warned,
)
from tests.lab.faults.ssh_settings import ssh_setting
from tests.support.lab_fixtures import RELOAD_SSHD

FROM_HEAD: Subjects = (("node1", "node3"),)


def for_head(name: str, *lines: str) -> Fault:
    """Lines of sshd_config that hold for logins from the head alone."""
    block = "".join(rf"\n  {line}" for line in lines)
    return custom(
        name,
        rf"printf 'Match Address %s{block}\n' $PEER_ADDRESS >>/etc/ssh/sshd_config{RELOAD_SSHD}",
    )


def for_all(name: str, line: str) -> Fault:
    """A line of sshd_config that holds for everybody, this machine too."""
    return custom(name, f"sed -i '1i {line}' /etc/ssh/sshd_config{RELOAD_SSHD}")


def refused(name: str, *lines: str, cause: str = "key-denied", fixable: bool = True) -> Case:
    """Logins of the head alone are refused."""
    return case(for_head(name, *lines), SSH, FROM_HEAD, cause, fixable=fixable)


def unreached(fault: Fault, cause: str = "key-denied") -> Case:
    """Nobody gets in, this machine neither."""
    return case(fault, REACH, NODE3, cause)


def withheld(name: str, line: str, cause: str = "key-denied") -> Case:
    """The node's own ssh keeps it from logging in anywhere."""
    return case(ssh_setting(name, line), SSH, FROM_3, cause)


REVOKE_ALL = "cat /root/.ssh/authorized_keys >/etc/ssh/revoked"
MORE_KEYS = (
    "cd /root/.ssh; for i in 1 2; do ssh-keygen -q -t ed25519 -N '' -f other$i; done\n"
    "printf 'IdentityFile ~/.ssh/%s\\n' other1 other2 id_ed25519 >config"
)

NAMES_ASKED = custom(
    "names-asked-of-a-dead-server",
    "nft -f - <<END\ntable ip dead { chain in { type filter hook input priority 0\n"
    "ip saddr $PEER_ADDRESS icmp type destination-unreachable drop\n}\n}\nEND\n"
    "echo nameserver $PEER_ADDRESS >/etc/resolv.conf\n"
    "printf 'hosts: files dns\\n' >/etc/nsswitch.conf\n"
    rf"sed -i '1i UseDNS yes' /etc/ssh/sshd_config{RELOAD_SSHD}",
)


def by_pam(name: str, *steps: str) -> Fault:
    """The account stage of PAM turns logins of the head away, and this machine's not."""
    asked = "sed -i 's/^UsePAM no/UsePAM yes/' /etc/ssh/sshd_config"
    files = "echo 'root soft nofile 4096' >>/etc/security/limits.conf"
    return custom(name, "\n".join((asked, files, *steps)) + RELOAD_SSHD)


ASK_ACCESS = "sed -i '1i account required pam_access.so' /etc/pam.d/sshd"
DENIED_BY_ACCESS = by_pam(
    "access-conf-denies",
    ASK_ACCESS,
    "printf -- '- : root : %s\\n' $PEER_ADDRESS >>/etc/security/access.conf",
)
DENIED_WITH_OTHERS = by_pam(
    "access-conf-of-another-file",
    "sed -i '1i account required pam_access.so accessfile=/etc/ssh/who.conf' /etc/pam.d/sshd",
    "printf -- '+:ALL:LOCAL\\n# sites\\n-:ALL EXCEPT bob:%s 192.0.2.0/24\\n' $PEER_ADDRESS "
    ">/etc/ssh/who.conf",
)
DENIED_BY_MODULE = by_pam(
    "pam-exec-denies",
    "printf 'case $PAM_RHOST in %s) exit 1;; esac\\n' $PEER_ADDRESS >/etc/ssh/who.sh",
    "sed -i '1i account required pam_exec.so quiet /bin/sh /etc/ssh/who.sh' /etc/pam.d/sshd",
)
LASTS = "ssh.sessions-last"
CASES = [
    warned(NAMES_ASKED, "ssh.logins-wait-for-no-name-server", NODE3, "names-waited-for"),
    warned(
        for_all("sessions-closed-in-silence", "ChannelTimeout session:*=5m"),
        *(LASTS, NODE3, "session-timeout"),
    ),
    warned(
        for_all("all-channels-closed-in-silence", "ChannelTimeout direct-tcpip=1m *=90s"),
        *(LASTS, NODE3, "session-timeout"),
    ),
    warned(
        for_all(
            "sessions-that-must-answer-at-once", "ClientAliveInterval 5\\nClientAliveCountMax 2"
        ),
        *(LASTS, NODE3, "session-impatient"),
    ),
    refused(
        "keys-file-elsewhere", "AuthorizedKeysFile /etc/ssh/keys/%%u", cause="key-not-authorized"
    ),
    refused(
        "keys-from-a-command-alone",
        "AuthorizedKeysFile none",
        "AuthorizedKeysCommand /bin/false",
        "AuthorizedKeysCommandUser nobody",
    ),
    refused("a-second-factor", "AuthenticationMethods publickey,password"),
    refused("keys-of-another-type-alone", "PubkeyAcceptedAlgorithms rsa-sha2-512"),
    case(DENIED_BY_ACCESS, SSH, FROM_HEAD, "shell-refuses"),
    case(DENIED_WITH_OTHERS, SSH, FROM_HEAD, "shell-refuses"),
    case(DENIED_BY_MODULE, SSH, FROM_HEAD, "shell-refuses", fixable=False),
    refused("no-sessions", "MaxSessions 0", cause="shell-refuses"),
    refused("jail-that-is-missing", "ChrootDirectory /opt/jail", cause="shell-refuses"),
    refused(
        "root-by-forced-commands-alone",
        "PermitRootLogin forced-commands-only",
        cause="shell-refuses",
    ),
    case(
        for_head("keys-revoked", "RevokedKeys /etc/ssh/revoked"),
        SSH,
        FROM_HEAD,
        "key-denied",
        first=((custom("have-revoked-keys", REVOKE_ALL), ("node3",)),),
        fixable=False,
    ),
    case(
        for_head("too-few-tries", "MaxAuthTries 1"),
        SSH,
        FROM_HEAD,
        "key-denied",
        first=((custom("have-more-keys", MORE_KEYS), ("node1",)),),
    ),
    unreached(for_all("keys-file-of-all-elsewhere", "AuthorizedKeysFile /etc/ssh/keys/%u")),
    unreached(
        for_all(
            "a-second-factor-for-all",
            "KbdInteractiveAuthentication yes\\n"
            "AuthenticationMethods publickey,keyboard-interactive",
        )
    ),
    unreached(for_all("accounts-of-others-alone", "AllowUsers someone")),
    unreached(for_all("groups-of-others-alone", "AllowGroups train")),
    unreached(for_all("account-listed-out", "DenyUsers someone root other")),
    unreached(for_all("account-alone-listed-out", "DenyUsers root")),
    unreached(for_all("group-listed-out", "DenyGroups root")),
    case(
        custom(
            "hosts-denied-to-nodes", 'echo "sshd: ALL EXCEPT ${ADDRESS%.*}.254" >>/etc/hosts.deny'
        ),
        *(SSH, (*TO_3, ("node3", "node3")), "throttled"),
    ),
    case(
        custom(
            "host-allowed-to-be-denied", 'echo "sshd : $PEER_ADDRESS : deny" >>/etc/hosts.allow'
        ),
        *(SSH, (("node1", "node3"),), "throttled"),
    ),
    unreached(custom("hosts-denied", "echo 'sshd: ALL' >>/etc/hosts.deny"), "throttled"),
    unreached(for_all("keys-of-rsa-alone", "PubkeyAcceptedAlgorithms rsa-sha2-512")),
    unreached(for_all("revoked-keys-missing", "RevokedKeys /etc/ssh/revoked")),
    unreached(custom("keys-folder-of-another", "chown nobody $HOME/.ssh")),
    unreached(custom("shell-that-is-gone", "sed -i '/^root:/s,:[^:]*$,:/opt/bash,' /etc/passwd")),
    unreached(custom("account-locked", "sed -i 's,^root:[*]:,root:!:,' /etc/shadow")),
    withheld("keys-turned-off", "PubkeyAuthentication no"),
    withheld("keys-by-password-alone", "PreferredAuthentications password"),
    withheld("keys-by-rsa-alone", "PubkeyAcceptedAlgorithms rsa-sha2-512"),
    withheld("host-keys-of-rsa-alone", "HostKeyAlgorithms rsa-sha2-512", "no-common-algorithm"),
    withheld("kex-of-the-past", "KexAlgorithms diffie-hellman-group1-sha1", "no-common-algorithm"),
    withheld("bound-elsewhere", "BindAddress 10.99.99.99", "config-broken"),
    withheld("one-family-alone", "AddressFamily inet6", "config-broken"),
    withheld("command-for-every-login", "RemoteCommand uptime", "config-broken"),
    case(
        for_all("ciphers-of-the-past", "Ciphers aes128-cbc"),
        SSH,
        (*TO_3, ("node3", "node3")),
        "no-common-algorithm",
    ),
    case(
        custom("known-hosts-is-a-folder", "cd $HOME/.ssh; rm known_hosts; mkdir known_hosts"),
        SSH,
        FROM_3,
        "host-key-unknown",
    ),
    case(
        custom("host-name-of-another", r"printf 'Host node1\n  HostName node2\n' >>~/.ssh/config"),
        SSH,
        (("node3", "node1"),),
        "wrong-host",
    ),
]
