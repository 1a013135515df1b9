"""Why sshd does not take a key by the certificate that an authority has signed for it.

auth2-pubkey.c and sshkey_cert_check_authority() of OpenSSH: by TrustedUserCAKeys a certificate must
name the account, or one of AuthorizedPrincipalsFile; by a line with `cert-authority` the account,
or one of its `principals=`. What is not known is no objection.
"""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime

from checks.facts.trust import Certificate
from checks.knowledge.first_lines import add_line_command, put_first_command
from checks.knowledge.logins.sshd_access import address_fits
from checks.knowledge.logins.sshd_refusals import ServerSide
from checks.quick_dataclass import dataclass

PRINCIPALS = re.compile(r'(?:^|,)principals="([^"]*)"', re.IGNORECASE)
OLD_SIGNATURE = "ssh-rsa"
"""SHA-1, which no sshd since 8.2 takes of an authority (CASignatureAlgorithms)."""
CA_FILE = "/etc/ssh/trusted_user_ca.pub"


@dataclass(frozen=True)
class Objection:
    """Why one certificate does not let in, in words, and what it would have to be.

    `kind` is `sign`, which its authority has to do again, `authority`, which this sshd does not
    know, `revoked` or `principal`, for which `files` are those that would have to name it.
    """

    certificate: Certificate
    why: str
    kind: str = "sign"
    files: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"its certificate {self.certificate.path} {self.why}"


def find_objection(certificate: Certificate, login: ServerSide) -> Objection | None:
    """What the sshd has against it; None where it lets in, or where that is not known."""
    return (
        _form_objection(certificate, login)
        or _authority_objection(certificate, login)
        or _principal_objection(certificate, login)
    )


def trusted_authorities(login: ServerSide) -> frozenset[str]:
    """Fingerprints of the authorities by whose certificates this sshd lets in."""
    setting = login.setting("trustedusercakeys")
    known = login.server.authorities.get(setting.value) if setting else None
    return frozenset((*(known.fingerprints if known else ()), *_by_line(login)))


def _by_line(login: ServerSide) -> dict[str, str]:
    """Options by authority, of the lines with `cert-authority`."""
    lines = login.server.authorized
    return {line.fingerprint: line.options for line in lines if "cert-authority" in line.options}


def _form_objection(certificate: Certificate, login: ServerSide) -> Objection | None:
    """What is wrong with it by itself, at the node's time and for the login's address."""
    now, address = login.server.now, login.address
    why = ""
    if certificate.use == "unreadable":
        why = "is not one that can be read"
    elif certificate.use != "user":
        why = f"is a {certificate.use}'s, not a user's"
    elif now and certificate.before <= now:
        why = f"expired on {_time(certificate.before)}"
    elif now and certificate.after > now:
        why = f"counts from {_time(certificate.after)} on, and there it is {_time(now)}"
    elif certificate.signed_by == OLD_SIGNATURE:
        why = "is signed with SHA-1 (ssh-rsa), which sshd no longer takes of a CA"
    elif certificate.addresses and all(
        address_fits(net, address) is False for net in certificate.addresses
    ):
        why = f"counts for {', '.join(certificate.addresses)}, and it comes from {address}"
    return Objection(certificate, why) if why else None


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(min(seconds, 253402300799), UTC).strftime("%Y-%m-%d %H:%M UTC")


def _authority_objection(certificate: Certificate, login: ServerSide) -> Objection | None:
    revoking = login.setting("revokedkeys")
    revoked = login.server.revoked.get(revoking.value) if revoking else None
    if revoking and revoked and certificate.authority in revoked.fingerprints:
        where = f"{revoking.value} ({revoking.where or 'RevokedKeys'})"
        return Objection(
            certificate, f"is of CA {certificate.authority}, which {where} revokes", "revoked"
        )
    if certificate.authority in trusted_authorities(login):
        return None
    setting = login.setting("trustedusercakeys")
    file = setting.value if setting and setting.value.lower() != "none" else ""
    known = login.server.authorities.get(file)
    if file and known and not known.readable:
        why = f"{file} ({setting.where if setting else ''}) cannot be read there"
    elif file:
        why = f"{file} there does not have it"
    else:
        why = "sshd there has no TrustedUserCAKeys"
    return Objection(certificate, f"is of CA {certificate.authority}, and {why}", "authority")


def _principal_objection(certificate: Certificate, login: ServerSide) -> Objection | None:
    options = _by_line(login).get(certificate.authority)
    setting, files = login.setting("authorizedprincipalsfile"), tuple[str, ...]()
    accepted, source = {login.account}, f"the account {login.account}"
    command = login.setting("authorizedprincipalscommand")
    if command and command.value.lower() != "none":
        return None
    if options is not None:
        listed = PRINCIPALS.search(options)
        accepted = set(listed[1].split(",")) if listed else accepted
        source = f"its line in authorized_keys, {', '.join(sorted(accepted))}"
    elif setting and setting.value.lower() != "none":
        by_file = login.server.principals.get(setting.value)
        if by_file is None:
            return None
        accepted, files = {name for names in by_file.values() for name in names}, tuple(by_file)
        source = f"{', '.join(files)}: {', '.join(sorted(accepted)) or 'nobody'}"
    if accepted & set(certificate.principals):
        return None
    names = ", ".join(certificate.principals) or "nobody"
    return Objection(certificate, f"is for {names}, and not for {source}", "principal", files)


def sign_again_line(objection: Objection, key: str, name: str, account: str) -> str:
    """What whoever keeps the authority's key types; CA is that key, and `key` the one to sign."""
    certificate = objection.certificate
    kept = objection.kind == "sign" and certificate.use == "user"
    names = ",".join(certificate.principals if kept else ()) or account
    words = f"-I {shlex.quote(certificate.key_id or name)} -n {shlex.quote(names)} -V +52w"
    return f"ssh-keygen -s CA {words} {shlex.quote(f'{key}.pub')}"


def trust_authority_command(certificate: Certificate, file: str) -> str:
    """Has sshd take the certificates of that authority; it must be started again behind it."""
    path = file or CA_FILE
    quoted = shlex.quote(path)
    add = f"{add_line_command(certificate.authority_public, quoted)} && chmod 644 {quoted}"
    if file:
        return add
    return f"{add} && {put_first_command(f'TrustedUserCAKeys {path}', '/etc/ssh/sshd_config')}"
