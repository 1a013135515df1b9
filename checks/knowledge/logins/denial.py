"""Why a key was refused: by both nodes' keys and settings, never by the refusal alone."""

from __future__ import annotations

from checks.facts.sshd import AuthorizedKey, DamagedKey, GuardedPath, Sshd, SshdSetting
from checks.facts.trust import ClientConfig, PrivateKey, Trust
from checks.knowledge.logins.causes import bad_key_file, cause_of_text, denied_account
from checks.knowledge.logins.certificates import Objection, find_objection, trusted_authorities
from checks.knowledge.logins.sshd_access import barring_setting, effective_setting
from checks.knowledge.logins.sshd_refusals import (
    Refusal,
    ServerSide,
    signatures,
    too_few_tries,
    why_key_refused,
)
from checks.quick_dataclass import dataclass

KEYWORD_SPELLING = {
    "permitrootlogin": "PermitRootLogin",
    "allowusers": "AllowUsers",
    "denyusers": "DenyUsers",
    "allowgroups": "AllowGroups",
    "denygroups": "DenyGroups",
}
DAMAGE = {
    "joined": "it stands behind another key in the same line: the end of that line is missing",
    "broken": "it is broken over several lines",
    "utf-16": "the file is written in UTF-16, of which sshd reads nothing",
    "mark": "a byte order mark stands before it, as editors of Windows put there",
}
MOST_NAMED = 3
ONE_KEY = "IdentitiesOnly yes"
EXCLUDING_OPTIONS = ("from=", "expiry-time=", "cert-authority", "principals=")
"""Options of authorized_keys for which sshd refuses a key that is listed."""


@dataclass(frozen=True)
class Denial:
    """The cause, with what is to be fixed: a key, a path, an sshd setting or an account.

    `keyword` is the setting's, in lower case. `refusal` has the setting of sshd and the line that
    is right for it, `client_line` what the client's own configuration must say. `keys_file` is
    where sshd looks for the key, `damaged` how it stands there where sshd does not read it, and
    `objection` what it has against the certificate of the key.
    """

    cause: str
    detail: str = ""
    key: PrivateKey | None = None
    path: GuardedPath | None = None
    setting: SshdSetting | None = None
    account: str = ""
    line: AuthorizedKey | None = None
    keyword: str = ""
    refusal: Refusal | None = None
    client_line: str = ""
    keys_file: str = ""
    damaged: DamagedKey | None = None
    objection: Objection | None = None


def why_denied(
    err: str,
    client: Trust | None,
    server: Sshd | None,
    address: str = "",
    peer: str = "",
    account: str = "",
) -> Denial:
    """The most exact cause that the facts give; `key-denied` where they explain nothing.

    `address` is the client's, '' where it is not known; `peer` is whom it logs in to, and `account`
    as whom, where the refusal does not say so.
    """
    cause = cause_of_text(err)
    account = denied_account(err) or account
    if cause == "public-key-auth-off":
        keyword = "pubkeyauthentication"
        setting = effective_setting(server, keyword, account, address) if server else None
        return Denial(cause, _describe_setting(setting), setting=setting, account=account)
    unusable = _client_denial(err, cause, client, peer)
    if unusable:
        return unusable
    if server is None:
        return Denial("key-denied", account=account)
    login = ServerSide(server, account or server.user, address)
    return (
        _access_denial(account, server, address)
        or _certificate_denial(client, login)
        or _setting_denial(err, client, login)
        or _permission_denial(login)
        or _authorization_denial(client, login)
        or Denial("key-denied", _ruled_out(login), account=account)
    )


def _ruled_out(login: ServerSide) -> str:
    """What the facts exclude, where they explain nothing."""
    if login.account != login.server.user:
        return f"the keys of {login.account} there are not known"
    files = ", ".join(login.keys_files)
    return (
        f"its key is in {files or 'a file'} without a restriction, modes and owners are right, and "
        "no list, method or algorithm of sshd excludes it: sshd's own log says why"
    )


def _describe_setting(setting: SshdSetting | None) -> str:
    return f"{setting.where} says {setting.value}" if setting and setting.where else ""


def _client_denial(err: str, cause: str, client: Trust | None, peer: str) -> Denial | None:
    """What is wrong on the client's side, so that no key was offered."""
    path, complaint = bad_key_file(err)
    if path and cause in ("key-permissions", "key-unreadable"):
        return Denial(cause, f"{path}: {complaint}", PrivateKey(path))
    if client is None:
        return None
    usable = [key for key in client.keys if is_usable(key)]
    if line := _withholding_line(client.client(peer), usable):
        keyword = line.split()[0].replace("KeyTypes", "Algorithms")
        detail = f"no key is offered: {keyword} of its own ssh configuration excludes it"
        return Denial("key-denied", detail, client_line=line)
    if client.agent or usable:
        return None
    if not client.keys:
        return _no_key_denial(client, peer)
    return _hindered_key_denial(client.keys[0])


def _hindered_key_denial(key: PrivateKey) -> Denial:
    return Denial(key_hindrance(key), key.path, key)


def _withholding_line(config: ClientConfig, usable: list[PrivateKey]) -> str:
    """The line that has this ssh offer its keys; '' where its configuration lets it."""
    if not config.offers_keys:
        return "PubkeyAuthentication yes"
    if config.methods and "publickey" not in config.methods:
        return "PreferredAuthentications publickey"
    types = [key.public.split()[0] for key in usable if key.public]
    taken = set(config.key_algorithms)
    if not types or not taken or any(taken & set(signatures(kind)) for kind in types):
        return ""
    return f"PubkeyAcceptedKeyTypes +{signatures(types[0])[0]}"


def _no_key_denial(client: Trust, peer: str) -> Denial:
    """No file that ssh would offer is there: its own places, or those of IdentityFile."""
    named = client.client(peer).identities
    if len(named) == 1:
        return Denial("key-missing", f"IdentityFile {named[0]} is not there")
    return Denial("key-missing", f"no private key in {client.home}/.ssh")


def is_usable(key: PrivateKey) -> bool:
    """Whether ssh can sign with it where nobody is asked for a passphrase."""
    return not key_hindrance(key)


def key_hindrance(key: PrivateKey) -> str:
    """The cause for which ssh cannot log in with a key, the first to be mended; '' for none."""
    if not key.readable:
        return "key-unreadable"
    if key.too_open:
        return "key-permissions"
    if key.mismatched:
        return "key-mismatched"
    return "key-passphrase" if key.encrypted else ""


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


def _certificate_denial(client: Trust | None, login: ServerSide) -> Denial | None:
    """A certificate of a key that is offered does not let in, nor does the key by itself."""
    if client is None or login.account != login.server.user:
        return None
    offered = _offered_keys(client)
    plain = {line.fingerprint for line in login.server.authorized if not _shuts_out(line)}
    signed = [known for known in client.certificates if known.key in offered or not known.key]
    objections = [find_objection(certificate, login) for certificate in signed]
    first = next(iter(objections), None)
    if offered & plain or first is None or not all(objections):
        return None
    key = next((key for key in client.keys if key.fingerprint == first.certificate.key), None)
    return Denial("certificate-refused", str(first), key, account=login.account, objection=first)


def _offered_keys(client: Trust) -> set[str]:
    """Fingerprints of the keys with which ssh there tries to log in."""
    return {key.fingerprint for key in client.keys if is_usable(key)} | set(client.agent)


def _setting_denial(err: str, client: Trust | None, login: ServerSide) -> Denial | None:
    """A setting for which sshd takes none of the keys; known of the probe's own account only."""
    if login.account != login.server.user:
        return None
    keys = [key for key in client.keys if is_usable(key)] if client and not client.agent else []
    refusal = why_key_refused(login, keys)
    if "Too many authentication failures" in err and client and not refusal:
        refusal = too_few_tries(login, max(len(client.keys), len(client.agent)))
        if key := _accepted_key(client, login):
            line = f"{ONE_KEY}\\n  IdentityFile {key.path}"
            return Denial("key-denied", _tries_detail(client, login, key), client_line=line)
    if refusal is None:
        return None
    detail = refusal.detail
    return Denial("key-denied", detail, setting=refusal.setting, refusal=refusal)


def _tries_detail(client: Trust, login: ServerSide, accepted: PrivateKey) -> str:
    """The setting that allows so few tries, and what is offered before the key that counts."""
    earlier = client.keys[: client.keys.index(accepted)]
    others = [key.path for key in earlier if is_usable(key)]
    before = " and ".join(others[:MOST_NAMED]) if not client.agent else "the agent's keys"
    tries = login.refusal("maxauthtries", "MaxAuthTries", "").detail
    return f"{tries}, and {before or 'other keys'} come before {accepted.path}"


def _accepted_key(client: Trust, login: ServerSide) -> PrivateKey | None:
    """The key in a file that sshd would take if it were offered; None where there is none."""
    read = {line.fingerprint for line in login.server.authorized if not _shuts_out(line)}
    usable = (key for key in client.keys if is_usable(key) and " " not in key.path)
    return next((key for key in usable if key.fingerprint in read), None)


def _permission_denial(login: ServerSide) -> Denial | None:
    """A path of authorized_keys that StrictModes refuses; known of the probe's own account only."""
    server, strict = login.server, login.setting("strictmodes")
    if (strict and strict.value == "no") or login.account != server.user:
        return None
    guarded = [at for at in server.guarded if _is_above(at.path, login.keys_files)]
    bad = next((at for at in guarded if not at.safe), None)
    if bad is None:
        return None
    detail = f"{bad.path} has mode {bad.mode} and belongs to {bad.owner}"
    return Denial("authorized-keys-permissions", detail, path=bad, account=login.account)


def _is_above(path: str, files: tuple[str, ...]) -> bool:
    """Whether it is one of these files or a folder of one; where no file is known, all are."""
    return not files or any(f"{file}/".startswith(f"{path.rstrip('/')}/") for file in files)


def _shuts_out(line: AuthorizedKey) -> bool:
    return any(option in line.options.lower() for option in EXCLUDING_OPTIONS)


def _authorization_denial(client: Trust | None, login: ServerSide) -> Denial | None:
    """No key that is offered is in authorized_keys, or only with options that may shut it out."""
    server, files = login.server, login.keys_files
    if client is None or login.account != server.user:
        return None
    lines = [line for line in server.authorized if _is_above(line.where.rpartition(":")[0], files)]
    accepted = {line.fingerprint: line for line in lines}
    offered = _offered_keys(client)
    known = [accepted[mark] for mark in sorted(offered) if mark in accepted]
    if known:
        limited = next((line for line in known if _shuts_out(line)), None)
        if limited is None:
            return None
        detail = f"{limited.where} accepts it only with {limited.options}"
        return Denial("key-not-authorized", detail, line=limited, account=login.account)
    locked = next((key for key in client.keys if key.fingerprint in accepted), None)
    if locked:
        return _hindered_key_denial(locked)
    damaged = next((key for key in server.damaged if key.fingerprint in offered), None)
    mine = damaged.fingerprint if damaged else ""
    key = next(
        (
            key
            for key in client.keys
            if is_usable(key) and key.public and mine in ("", key.fingerprint)
        ),
        None,
    )
    detail = (key.path if key else "") + _where_looked(login)
    if damaged:
        detail = f"{damaged.where}: {DAMAGE.get(damaged.fault, damaged.fault)}"
    file = damaged.where.rpartition(":")[0] if damaged else next(iter(files), "")
    return Denial(
        *("key-not-authorized", detail, key),
        account=login.account,
        keys_file=file,
        damaged=damaged,
    )


def _where_looked(login: ServerSide) -> str:
    """Which file sshd reads for this login, where that is not the usual one."""
    setting = login.setting("authorizedkeysfile")
    authority = login.setting("trustedusercakeys")
    also = ""
    if authority and trusted_authorities(login):
        also = f"; nor is there a certificate of it from the CA in {authority.value}"
    if not setting or not setting.where or not login.keys_files:
        return also
    return f"; sshd reads {', '.join(login.keys_files)} ({setting.where}){also}"
