"""Fixes of the private key that a node's own ssh would log in with."""

from __future__ import annotations

import shlex

from checks.facts.account import Account
from checks.knowledge.logins.causes import bad_key_file
from checks.knowledge.logins.failure import LoginFailure
from checks.model import Fix


def make_key_fix(failure: LoginFailure) -> Fix:
    """Makes a key at the first place where this ssh looks for one."""
    wanted = failure.client.identities
    path = next(
        (identity for identity in wanted if identity.endswith("id_ed25519")), (*wanted, "")[0]
    )
    key = shlex.quote(path) if path else "~/.ssh/id_ed25519"
    make = f"mkdir -p -m 700 ~/.ssh && rm -f {key}.pub && ssh-keygen -q -t ed25519 -N '' -f {key}"
    return failure.source.fix(make, "the next preflight says where the new key is to be added")


def _key_path(failure: LoginFailure) -> str:
    path = failure.denial.key.path if failure.denial.key else bad_key_file(failure.attempt.err)[0]
    return shlex.quote(path or "~/.ssh/id_ed25519")


def restrict_key_fix(failure: LoginFailure) -> Fix:
    """Takes the key away from others."""
    return failure.source.fix(f"chmod 600 {_key_path(failure)}")


def unreadable_key_fix(failure: LoginFailure) -> Fix:
    """Gives the key to its login, or makes another where it is none."""
    path = _key_path(failure)
    if "Permission denied" in failure.detail or failure.denial.key is None:
        user = failure.source.read(Account).user if failure.source.has(Account) else "$USER"
        return failure.source.fix(f"chown {user} {path} && chmod 600 {path}", root=True)
    note = "the next preflight says where the new key is to be added"
    replace = f"mv {path} {path}.unusable && ssh-keygen -q -t ed25519 -N '' -f {path}"
    return failure.source.fix(replace, f"{path} is not a private key; {note}")


def remove_passphrase_fix(failure: LoginFailure) -> Fix:
    """Takes the passphrase off."""
    path = _key_path(failure)
    return failure.source.fix(f"ssh-keygen -p -N '' -f {path}", "asks for the passphrase once")


def renew_public_half_fix(failure: LoginFailure) -> Fix:
    """Writes the public half that belongs to the key."""
    path = _key_path(failure)
    note = "asks for the passphrase where the key has one"
    return failure.source.fix(f"ssh-keygen -y -f {path} > {path}.pub", note)
