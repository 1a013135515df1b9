"""Who we are to a node and who it is to us: keys offered, host keys demanded, causes distinguished.

The one place where what Fabric, paramiko and the socket raise becomes a cause.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks.contact.certificates import is_believed
from checks.contact.private_keys import agent_keys, is_public_key, keys_in, public_half
from checks.contact.ssh_config import LoginTarget, SshSetup, is_too_open
from checks.contact.ssh_library import auth_strategy, paramiko

UNANSWERED = {
    "Authentication timeout.": "no answer to what was offered: neither taken nor refused",
    "Authentication failed: transport shut down or saw EOF": (
        "the connection was closed before what was offered was taken or refused"
    ),
}
"""What paramiko raises, as if it were a refusal, where the server said nothing."""
TOO_MANY_KEYS = "Too many authentication failures"
PASSWORD_METHODS = {"password", "keyboard-interactive"}


class LoginError(Exception):
    """A login that did not succeed: `cause` as in checks.causes, `detail` for a person.

    `host_key` is what the node presented and `public_key` the first that was offered to it, both
    as `type base64`, where it came to that. `printed` is what came in place of an answer, and
    `blamed` which file there is the cause, where a second look found it.
    """

    def __init__(self, cause: str, detail: str, printed: str = "") -> None:
        super().__init__(detail)
        self.cause, self.detail, self.printed = cause, detail, printed
        self.host_key = ""
        self.public_key = self.blamed = ""


class OfferedKeys(auth_strategy.AuthStrategy):
    """Offers the target's keys in order, from its agent or its files, then the agent's others
    where the config lets it.

    A password, which only `launcher trust` asks for once the keys were refused, is offered alone:
    behind more keys than MaxAuthTries allows sshd would not look at it.
    """

    def __init__(self, target: LoginTarget, user: str, password: str = "") -> None:
        super().__init__(ssh_config=paramiko.SSHConfig())
        self.target, self.user, self.password = target, user, password
        self.unusable: list[tuple[str, str]] = []
        self.offered = self.latest = self.farewell = ""

    def authenticate(self, transport: paramiko.Transport) -> Any:
        """As paramiko does; remembers with which words the server ended the connection."""
        try:
            return super().authenticate(transport)
        finally:
            self.farewell = getattr(transport, "farewell", "")

    def get_sources(self) -> Iterator[auth_strategy.AuthSource]:
        """Every key that can be offered; the others are remembered in `unusable`."""
        if self.password:
            yield auth_strategy.Password(self.user, lambda: self.password)
            return
        with agent_keys(self.target) as agent:
            for path in self.target.identities:
                held = agent.pop(public_half(path), None)
                if held:
                    yield self._offer_key(held)
                elif path in self.target.keys:
                    yield from map(self._offer_key, self._load_key(path))
            for agent_key in () if self.target.only_named else agent.values():
                yield self._offer_key(agent_key)

    def _offer_key(self, key: paramiko.PKey) -> auth_strategy.AuthSource:
        self.latest = f"{key.get_name()} {key.get_base64()}"
        self.offered = self.offered or self.latest
        return auth_strategy.InMemoryPrivateKey(self.user, key)

    def _load_key(self, path: Path) -> Iterator[paramiko.PKey]:
        """The key of that file, first with its certificates."""
        try:
            if is_public_key(path):
                said = f"{path} is a public key, and no agent has the private one"
                self.unusable.append(("key-missing", said))
            elif is_too_open(path):
                self.unusable.append(("key-permissions", f"{path} can be read by others"))
            else:
                yield from keys_in(path, self.target.certificate)
        except OSError as error:
            self.unusable.append(("key-unreadable", f"{path}: {error.strerror}"))
        except paramiko.PasswordRequiredException:
            self.unusable.append(
                ("key-passphrase", f"{path} has a passphrase and no agent holds it")
            )
        except (paramiko.SSHException, ValueError, TypeError) as error:
            asks = "password" in str(error).lower() or "encrypted" in str(error).lower()
            cause = "key-passphrase" if asks else "key-unreadable"
            self.unusable.append((cause, f"{path}: {error}"))

    def failure(self, refusal: paramiko.BadAuthenticationType | None = None) -> LoginError:
        """Why none was accepted, as exactly as can be known from here."""
        if self.password and refusal and not {*refusal.allowed_types} & PASSWORD_METHODS:
            kinds = ", ".join(refusal.allowed_types)
            return LoginError("key-denied", f"the server takes no password, but {kinds}")
        if self.password:
            return LoginError("key-denied", f"the server refused the password of {self.user}")
        if refusal and "publickey" not in refusal.allowed_types:
            others = ", ".join(kind for kind in refusal.allowed_types if kind) or "no login at all"
            return LoginError("public-key-auth-off", f"it accepts {others}")
        if self.unusable:
            return LoginError(*self.unusable[0])
        if not self.offered:
            agent = "none in the ssh agent" if self.target.agent else "no ssh agent"
            return LoginError("key-missing", f"no private key here and {agent}")
        tried = ", ".join(str(path) for path in self.target.keys) or "the agent's keys"
        return LoginError("key-denied", f"the server refused {tried} for user {self.user}")


class KnownHostsOnly(paramiko.MissingHostKeyPolicy):
    """Accepts a host key that is on file, as OpenSSH does, or that a person `agreed` to, a line
    `kind base64`; remembers what was presented.
    """

    def __init__(self, setup: SshSetup, target: LoginTarget, whose: str, agreed: str = "") -> None:
        self.on_file = on_file = setup.known_hosts(target)
        kind, _, blob = agreed.partition(" ")
        self.known = on_file.keys(target.known_as) | ({(kind, blob)} if agreed else set())
        self.asks_ssh = on_file.certifiable(target.known_as) or target.believes_others
        self.job, self.target = setup.job, target
        self.presented, self.whose = "", whose

    def missing_host_key(self, client: object, hostname: str, key: paramiko.PKey) -> None:  # noqa: ARG002 - paramiko's signature
        """Raise LoginError unless the key is on file, or the config accepts new ones."""
        offered = (key.get_name(), key.get_base64())
        self.presented = " ".join(offered)
        if where := self.on_file.revoked_at(self.target.known_as, offered):
            said = f"{self.whose} {offered[0]} host key is revoked by {where}"
            raise LoginError("host-key-changed", said)
        if offered in self.known or (not self.known and self.target.accept_new):
            return
        if self.on_file.knows_without_port(self.target.known_as, offered):
            return
        if self.asks_ssh and is_believed(self.job, self.target, offered[1]):
            return
        if any(kind == offered[0] for kind, _ in self.known):
            said = f"{self.whose} {offered[0]} host key is another than the one on file"
            raise LoginError("host-key-changed", said)
        said = f"{self.whose} {offered[0]} host key is not in known_hosts"
        raise LoginError("host-key-unknown", said)


SILENT = "it accepts the connection, and its sshd does not greet"
"""What is said of an sshd that is stopped, hung, or waits for something before its banner."""


def classify_error(error: BaseException, keys: OfferedKeys) -> LoginError | None:
    """The cause of what Fabric, paramiko or the socket raised; None for what is not a login's."""
    if isinstance(error, LoginError):
        return error
    if isinstance(error, socket.gaierror):
        return LoginError("name-unresolved", f"{keys.target.host}: {error.strerror}")
    if isinstance(error, auth_strategy.AuthFailure):
        return _refusal_error(error, keys)
    if isinstance(error, paramiko.AuthenticationException):
        return keys.failure()
    if isinstance(error, paramiko.SSHException) and isinstance(error.__context__, TimeoutError):
        return LoginError("timeout", SILENT)
    if isinstance(error, paramiko.SSHException | EOFError | ConnectionResetError):
        cut = isinstance(error, EOFError | ConnectionResetError) or "banner" in str(error)
        detail = str(error) or "the connection was closed"
        return LoginError("throttled" if cut else "timeout", detail)
    if isinstance(error, TimeoutError):
        return LoginError("dropped", f"no answer in {keys.target.connect_timeout_s:g} s")
    if isinstance(error, OSError):
        return LoginError(_socket_cause(error), os.strerror(error.errno) if error.errno else "")
    return None


def _refusal_error(failure: auth_strategy.AuthFailure, keys: OfferedKeys) -> LoginError:
    """One key after the other was tried: what the server, or a broken connection, said to them."""
    said = [each.result for each in failure.result if isinstance(each.result, Exception)]
    broken = [result for result in said if not isinstance(result, paramiko.AuthenticationException)]
    unanswered = [result for result in said if str(result) in UNANSWERED]
    if unanswered and TOO_MANY_KEYS in keys.farewell:
        return LoginError("key-denied", f"the server ended the login: {keys.farewell}")
    if unanswered:
        return LoginError("timeout", keys.farewell or UNANSWERED[str(unanswered[0])])
    if broken:
        return classify_error(broken[0], keys) or keys.failure()
    refusals = [result for result in said if isinstance(result, paramiko.BadAuthenticationType)]
    return keys.failure(refusals[0] if refusals else None)


def _socket_cause(error: OSError) -> str:
    if error.errno == errno.ECONNREFUSED:
        return "refused"
    if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
        return "no-route"
    return "dropped" if error.errno == errno.ETIMEDOUT else "timeout"
