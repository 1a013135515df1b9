"""Why a key was refused: by both nodes' keys and settings, never by the refusal alone."""

from __future__ import annotations

from dataclasses import dataclass

from checks.facts.sshd import AuthorizedKey, GuardedPath, Sshd, SshdSetting
from checks.facts.trust import PrivateKey, Trust
from checks.knowledge.logins.causes import bad_key_file, cause_of_text, denied_account
from checks.knowledge.logins.sshd_access import barring_setting, effective_setting

KEYWORD_SPELLING = {
    "permitrootlogin": "PermitRootLogin",
    "allowusers": "AllowUsers",
    "denyusers": "DenyUsers",
    "allowgroups": "AllowGroups",
    "denygroups": "DenyGroups",
}
EXCLUDING_OPTIONS = ("from=", "expiry-time=", "cert-authority", "principals=")
"""Options of authorized_keys for which sshd refuses a key that is listed."""


@dataclass(frozen=True)
class Denial:
    """The cause, with what is to be fixed: a key, a path, an sshd setting or an account.

    `keyword` is the setting's, in lower case.
    """

    cause: str
    detail: str = ""
    key: PrivateKey | None = None
    path: GuardedPath | None = None
    setting: SshdSetting | None = None
    account: str = ""
    line: AuthorizedKey | None = None
    keyword: str = ""


def why_denied(err: str, client: Trust | None, server: Sshd | None, address: str = "") -> Denial:
    """The most exact cause that the facts give; `key-denied` where they explain nothing.

    `address` is the client's, '' where it is not known.
    """
    cause = cause_of_text(err)
    account = denied_account(err)
    if cause == "public-key-auth-off":
        keyword = "pubkeyauthentication"
        setting = effective_setting(server, keyword, account, address) if server else None
        return Denial(cause, _describe_setting(setting), setting=setting, account=account)
    unusable = _client_denial(err, cause, client)
    if unusable:
        return unusable
    if server is None:
        return Denial("key-denied", account=account)
    return (
        _access_denial(account, server, address)
        or _permission_denial(server, account)
        or _authorization_denial(client, server, account)
        or Denial("key-denied", account=account)
    )


def _describe_setting(setting: SshdSetting | None) -> str:
    return f"{setting.where} says {setting.value}" if setting and setting.where else ""


def _client_denial(err: str, cause: str, client: Trust | None) -> Denial | None:
    """What is wrong on the client's side, so that no key was offered."""
    path, complaint = bad_key_file(err)
    if path and cause in ("key-permissions", "key-unreadable"):
        return Denial(cause, f"{path}: {complaint}", PrivateKey(path))
    if client is None or client.agent or any(_is_usable(key) for key in client.keys):
        return None
    if not client.keys:
        return Denial("key-missing", f"no private key in {client.home}/.ssh")
    key = client.keys[0]
    if not key.readable:
        return Denial("key-unreadable", key.path, key)
    if key.too_open:
        return Denial("key-permissions", key.path, key)
    return Denial("key-passphrase", key.path, key)


def _is_usable(key: PrivateKey) -> bool:
    return key.readable and not key.too_open and not key.encrypted


def _access_denial(account: str, server: Sshd, address: str) -> Denial | None:
    """The account is not there, or sshd's own lists keep it out."""
    if account and account not in server.accounts and not server.other_accounts:
        return Denial("user-unknown", f"no account {account}", account=account)
    barring = barring_setting(server, account, address)
    if barring is None:
        return None
    keyword, setting = barring
    within = f", for {setting.match}" if setting.match else ""
    detail = f"{setting.where or 'sshd'}: {KEYWORD_SPELLING[keyword]} {setting.value}{within}"
    return Denial("key-denied", detail, setting=setting, account=account, keyword=keyword)


def _permission_denial(server: Sshd, account: str) -> Denial | None:
    """A path of authorized_keys that StrictModes refuses; known of the probe's own account only."""
    strict = server.setting("strictmodes")
    if (strict and strict.value == "no") or (account and account != server.user):
        return None
    bad = next((guarded for guarded in server.guarded if not guarded.safe), None)
    if bad is None:
        return None
    detail = f"{bad.path} has mode {bad.mode} and belongs to {bad.owner}"
    return Denial("authorized-keys-permissions", detail, path=bad, account=account)


def _shuts_out(line: AuthorizedKey) -> bool:
    return any(option in line.options.lower() for option in EXCLUDING_OPTIONS)


def _authorization_denial(client: Trust | None, server: Sshd, account: str) -> Denial | None:
    """No key that is offered is in authorized_keys, or only with options that may shut it out."""
    if client is None or (account and account != server.user):
        return None
    accepted = {line.fingerprint: line for line in server.authorized}
    offered = {key.fingerprint for key in client.keys if _is_usable(key)} | set(client.agent)
    known = [accepted[mark] for mark in sorted(offered) if mark in accepted]
    if known:
        limited = next((line for line in known if _shuts_out(line)), None)
        if limited is None:
            return None
        detail = f"{limited.where} accepts it only with {limited.options}"
        return Denial("key-not-authorized", detail, line=limited, account=account)
    locked = next((key for key in client.keys if key.fingerprint in accepted), None)
    if locked:
        cause = "key-permissions" if locked.too_open else "key-passphrase"
        return Denial(cause, locked.path, locked)
    key = next((key for key in client.keys if _is_usable(key) and key.public), None)
    return Denial("key-not-authorized", key.path if key else "", key, account=account)
