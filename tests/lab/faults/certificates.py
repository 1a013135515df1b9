"""Users' certificates: a CA signs each node's key, and no node has another's key on file."""

from __future__ import annotations

from typing import Any

from tests.lab.faults.case import ALL, FROM_3, SSH, TO_3, Case, Subjects, case, custom
from tests.support.lab_fixtures import RELOAD_SSHD

KEY = "/root/.ssh/id_ed25519"
PRINCIPALS = "AuthorizedPrincipalsFile /etc/ssh/principals/%%u"


def sign(options: str) -> str:
    """Line that has the CA sign this node's key once more."""
    return f"ssh-keygen -q -s /root/ca -I $NAME {options} {KEY}.pub"


SIGNED = custom(
    "keys-signed",
    "if [ $NAME = $HEAD ]; then ssh-keygen -q -t ed25519 -N '' -C ca -f /root/ca\n"
    "else ssh $HEAD cat /root/ca >/root/ca; chmod 600 /root/ca; ssh-keygen -yf /root/ca "
    f">/root/ca.pub; fi\n{sign('-n root')}\n"
    "cp /root/ca.pub /etc/ssh/user_ca.pub; echo 'TrustedUserCAKeys /etc/ssh/user_ca.pub' "
    f">>/etc/ssh/sshd_config{RELOAD_SSHD}",
)
"""The head makes the CA's key; the others take it from there, by the key that they still have."""
KEYS_GONE = custom("keys-of-nodes-gone", "sed -i '/ root-node/d' /root/.ssh/authorized_keys")
BY_PRINCIPALS = custom(
    "principals-in-a-file",
    "mkdir /etc/ssh/principals; echo root >/etc/ssh/principals/root; "
    f"printf '{PRINCIPALS}\\n' >>/etc/ssh/sshd_config{RELOAD_SSHD}",
)
TO_NODE3: Subjects = (*TO_3, ("node3", "node3"))


def signed(name: str, apply: str, subjects: Subjects, **more: Any) -> Case:
    """Nodes that log in to each other by certificates alone, and then this on node3."""
    first = ((SIGNED, ALL), *more.pop("first", ()), (KEYS_GONE, ALL))
    cause = more.pop("cause", "certificate-refused")
    return case(custom(name, apply), SSH, subjects, cause, first=first, **more)


CERTIFICATE_EXPIRED = signed(
    "certificate-expired", sign("-n root -V -60d:-1d"), FROM_3, fixable=False
)
CASES = [
    CERTIFICATE_EXPIRED,
    signed("certificate-of-tomorrow", sign("-n root -V +1d:+9d"), FROM_3, fixable=False),
    signed("certificate-for-another", sign("-n alice"), FROM_3, fixable=False),
    signed("certificate-of-a-host", sign("-h -n root"), FROM_3, fixable=False),
    signed("certificate-gone", f"rm {KEY}-cert.pub", FROM_3, cause="key-not-authorized"),
    signed("authority-emptied", "echo >/etc/ssh/user_ca.pub", TO_NODE3),
    signed(
        "authority-unnamed", f"sed -i /TrustedUserCA/d /etc/ssh/sshd_config{RELOAD_SSHD}", TO_NODE3
    ),
    signed(
        "principal-not-listed",
        "echo admins >/etc/ssh/principals/root",
        TO_NODE3,
        first=((BY_PRINCIPALS, ALL),),
    ),
    signed(
        "authority-revoked",
        "cp /root/ca.pub /etc/ssh/revoked; chmod 644 /etc/ssh/revoked; "
        f"echo 'RevokedKeys /etc/ssh/revoked' >>/etc/ssh/sshd_config{RELOAD_SSHD}",
        TO_NODE3,
        fixable=False,
    ),
    signed(
        "certificate-file-named",
        f"cd /root/.ssh; {sign('-n root -V -60d:-1d')}; mv id_ed25519-cert.pub old-cert.pub\n"
        "echo 'CertificateFile ~/.ssh/old-cert.pub' >>config",
        FROM_3,
        fixable=False,
    ),
]
