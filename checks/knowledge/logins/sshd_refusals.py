"""Settings of sshd for which it refuses a key, or a command, of an account that it lets in.

Each refusal has the line that the setting should be instead (sshd_config(5), OpenSSH 9).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from checks.facts.sshd import Sshd, SshdSetting
from checks.facts.trust import PrivateKey
from checks.knowledge.logins.sshd_access import effective_setting
from checks.quick_dataclass import dataclass

KEYS_LINE = "AuthorizedKeysFile .ssh/authorized_keys"
SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
"""By which algorithms a type of key signs, where that is not the type's own name."""


@dataclass(frozen=True)
class Refusal:
    """A setting that refuses, in words, and the line that would not; '' where none is right.

    `note` says what else there is to do, and `command` does it where no setting is wrong.
    """

    setting: SshdSetting
    detail: str
    line: str = ""
    note: str = ""
    command: str = ""


@dataclass(frozen=True)
class ServerSide:
    """One login as the target's sshd has it: what holds for it."""

    server: Sshd
    account: str
    address: str

    def setting(self, keyword: str) -> SshdSetting | None:
        """What holds for this login; None where that is sshd's default and not known."""
        return effective_setting(self.server, keyword, self.account, self.address)

    def refusal(self, keyword: str, name: str, line: str = "", **more: str) -> Refusal:
        """The refusal of a setting that is there, described by its place."""
        setting = self.setting(keyword) or SshdSetting("")
        within = f", for {setting.match}" if setting.match else ""
        detail = f"{setting.where or 'sshd'}: {name} {setting.value}{within}"
        return Refusal(setting, detail, line, **more)

    @property
    def keys_files(self) -> tuple[str, ...]:
        """The files of authorized keys that sshd reads for this login."""
        setting = self.setting("authorizedkeysfile")
        named = self.server.files_by_setting.get(setting.value) if setting else None
        return self.server.authorized_files if named is None else named


def why_key_refused(login: ServerSide, keys: Iterable[PrivateKey]) -> Refusal | None:
    """The setting for which none of these keys is enough, whatever the files of keys say."""
    offered = [key for key in keys if key.public]
    return (
        _methods_refusal(login)
        or _algorithms_refusal(login, offered)
        or _revocation_refusal(login, offered)
        or _no_keys_refusal(login)
    )


def _methods_refusal(login: ServerSide) -> Refusal | None:
    setting = login.setting("authenticationmethods")
    if not setting or {"any", "publickey"} & set(setting.value.lower().split()):
        return None
    note = "a key alone is then enough: nobody is there to answer when training starts"
    return login.refusal(
        "authenticationmethods",
        "AuthenticationMethods",
        "AuthenticationMethods publickey",
        note=note,
    )


def _algorithms_refusal(login: ServerSide, offered: list[PrivateKey]) -> Refusal | None:
    setting = login.setting("pubkeyacceptedalgorithms")
    if not setting or not offered or setting.value[:1] in "+^-":
        return None
    taken = set(setting.value.split(","))
    types = [key.public.split()[0] for key in offered]
    if any(taken & set(signatures(kind)) for kind in types):
        return None
    line = f"PubkeyAcceptedKeyTypes {setting.value},{signatures(types[0])[0]}"
    refusal = login.refusal("pubkeyacceptedalgorithms", "PubkeyAcceptedAlgorithms", line)
    return replace(refusal, detail=f"{refusal.detail} leaves out {types[0]}")


def signatures(kind: str) -> tuple[str, ...]:
    """The algorithms by which a key of that type signs."""
    return SIGNATURES.get(kind, (kind,))


def _revocation_refusal(login: ServerSide, offered: list[PrivateKey]) -> Refusal | None:
    setting = login.setting("revokedkeys")
    known = login.server.revoked.get(setting.value) if setting else None
    if setting is None or known is None:
        return None
    if not known.readable:
        refusal = login.refusal("revokedkeys", "RevokedKeys")
        detail = f"{refusal.detail} cannot be read, so sshd refuses every key"
        return Refusal(
            setting, detail, command=f"touch {setting.value} && chmod 644 {setting.value}"
        )
    marks = {key.fingerprint for key in offered}
    if not marks or not marks <= set(known.fingerprints):
        return None
    note = "the key was revoked there: make another one, or ask who keeps that list to take it off"
    return login.refusal("revokedkeys", "RevokedKeys", note=note)


def _no_keys_refusal(login: ServerSide) -> Refusal | None:
    """No file of keys is read at all: keys come from a command, or from certificates alone."""
    setting = login.setting("authorizedkeysfile")
    if setting is None or setting.value.lower() != "none":
        return None
    command, authority = login.setting("authorizedkeyscommand"), login.setting("trustedusercakeys")
    refusal = login.refusal("authorizedkeysfile", "AuthorizedKeysFile", KEYS_LINE)
    if command and command.value.lower() != "none":
        also = (
            f"; only {command.value} ({command.where or 'AuthorizedKeysCommand'}) is asked for keys"
        )
    elif authority and authority.value.lower() != "none":
        also = f"; only certificates of {authority.value} count"
    else:
        also = ""
    note = "or have who keeps that CA sign the key" if "certificates" in also else ""
    return replace(refusal, detail=refusal.detail + also, note=note)


def too_few_tries(login: ServerSide, keys: int) -> Refusal:
    """sshd hangs up before the client has offered each of its keys."""
    refusal = login.refusal("maxauthtries", "MaxAuthTries", f"MaxAuthTries {max(6, keys + 2)}")
    note = "or name the one key with IdentityFile and IdentitiesOnly"
    return replace(refusal, detail=f"{refusal.detail}, and {keys} keys are offered", note=note)


def why_session_ends(login: ServerSide) -> Refusal | None:
    """The setting for which sshd takes the key and then runs nothing."""
    root = login.setting("permitrootlogin")
    if login.account == "root" and root and root.value.lower() == "forced-commands-only":
        return login.refusal(
            "permitrootlogin", "PermitRootLogin", "PermitRootLogin prohibit-password"
        )
    sessions = login.setting("maxsessions")
    if sessions and sessions.value == "0":
        return login.refusal("maxsessions", "MaxSessions", "MaxSessions 10")
    jail = login.setting("chrootdirectory")
    if jail and jail.value.lower() != "none":
        note = "a login then sees the machine's own files"
        return login.refusal(
            "chrootdirectory", "ChrootDirectory", "ChrootDirectory none", note=note
        )
    return None
