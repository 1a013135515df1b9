"""What to do about a certificate that an sshd refuses: who signs again, or what sshd must trust."""

from __future__ import annotations

import shlex

from checks.facts.sshd import Sshd
from checks.facts.trust import Certificate
from checks.knowledge.first_lines import add_line_command
from checks.knowledge.logins.certificates import (
    Objection,
    sign_again_line,
    trust_authority_command,
)
from checks.knowledge.logins.failure import LoginFailure
from checks.knowledge.logins.server_fixes import RELOAD_SSHD, verbose_login_fix
from checks.model import Fix


def certificate_fix(failure: LoginFailure) -> Fix:
    """Types what needs no key of an authority; else says whom to ask for what."""
    objection = failure.denial.objection
    if objection is None:
        return verbose_login_fix(failure)
    certificate, target = objection.certificate, failure.target
    if objection.kind == "authority" and _is_trusted_elsewhere(certificate, failure):
        setting = failure.server.setting("trustedusercakeys") if failure.server else None
        file = setting.value if setting and setting.value.lower() != "none" else ""
        command = f"{trust_authority_command(certificate, file)} && {RELOAD_SSHD}"
        return target.fix(command, "the other nodes trust that CA", root=True)
    if objection.kind == "principal" and objection.files and certificate.principals:
        file = shlex.quote(objection.files[0])
        add = add_line_command(certificate.principals[0], file)
        note = f"lets in whom the CA calls {certificate.principals[0]}"
        return target.fix(f"{add} && chmod go-w {file}", note, root=True)
    return Fix(note=_whom_to_ask(objection, failure), on=failure.source.name)


def _is_trusted_elsewhere(certificate: Certificate, failure: LoginFailure) -> bool:
    """Whether the sshd of another node lets in by that authority."""
    peers = [node for node in failure.target.cluster.reached if node is not failure.target]
    servers = [node.read(Sshd) for node in peers if node.has(Sshd)]
    known = [keys for server in servers for keys in server.authorities.values()]
    return any(certificate.authority in keys.fingerprints for keys in known)


def _whom_to_ask(objection: Objection, failure: LoginFailure) -> str:
    certificate, name = objection.certificate, failure.source.name
    if objection.kind == "revoked":
        return f"ask who keeps that list why; a CA in force must sign {name}'s key anew"
    key = failure.denial.key.path if failure.denial.key else certificate.path[: -len("-cert.pub")]
    line = sign_again_line(objection, key, name, failure.denial.account)
    return (
        f"ask who keeps the CA ({certificate.authority or 'of the nodes'}) to sign the key again: "
        f"`{line}`, where CA is the file of its key; what that writes belongs at "
        f"{certificate.path} on {name}"
    )
