"""The controller's logins to the nodes, through Fabric: prepared in one thread, opened in many."""

from __future__ import annotations

import errno
import functools
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from checks.contact.channel import SHARE, Channel, CommandResult, FloodError
from checks.contact.identity import KnownHostsOnly, LoginError, OfferedKeys, classify_error
from checks.contact.proxy_socket import ProxySocket
from checks.contact.ssh_config import LoginTarget, SshSetup, with_known_hosts
from checks.contact.ssh_library import fabric, paramiko
from checks.contact.stall_socket import StallAwareSocket
from checks.model import Job

logging.getLogger("paramiko").addHandler(logging.NullHandler())  # its errors are raised as well
HANDSHAKE_S = 45.0
"""For banner, key exchange and authentication: 20 s were seen on a loaded sshd."""
RETRY_PAUSES_S = (0.4, 1.0, 2.5)
"""Before each further try after a cut banner."""
FULL = b"Exceeded MaxStartups"
"""What sshd says to one connection more than may be there without a login, before 9.8."""
PENALTY = b"Not allowed at this time"
"""sshd's line, in place of a banner, to an address that it has penalised (sshd.c, OpenSSH 9.8)."""


class SshSession:
    """One open login. Channels may be opened from any thread.

    `public_key` is the one that was accepted, '' where that was a password. `log_in_again` is for
    an sshd whose MaxSessions grants a login no second session: then each gets one of its own.
    """

    def __init__(
        self,
        target: LoginTarget,
        connection: fabric.Connection,
        host_key: str,
        public_key: str,
        log_in_again: Callable[[], SshSession],
    ) -> None:
        self.target, self.connection, self.host_key = target, connection, host_key
        self.public_key, self._log_in_again = public_key, log_in_again
        self._has_opened, self._further = False, list[SshSession]()
        self.address = str(connection.transport.getpeername()[0])

    @property
    def stalled(self) -> bool:
        """Whether what is sent there gets no acknowledgement any more."""
        return _is_stalled(self.connection)

    @property
    def is_open(self) -> bool:
        """Whether neither side has ended the connection."""
        return bool(self.connection.transport.is_active())

    @property
    def user(self) -> str:
        """The account on the node."""
        return str(self.connection.user)

    def open(self, command: str, timeout_s: float = HANDSHAKE_S, share: float = SHARE) -> Channel:
        """Start a command (a string for the login shell) on a channel of its own.

        `share` is how many bytes may come from it.
        """
        try:
            return self._open_here(command, timeout_s, share)
        except LoginError as error:
            if not (self._has_opened and isinstance(error.__cause__, paramiko.ChannelException)):
                raise
        further = self._log_in_again()
        self._further.append(further)
        return further._open_here(command, timeout_s, share)

    def _open_here(self, command: str, timeout_s: float, share: float) -> Channel:
        try:
            channel = self.connection.transport.open_session(timeout=timeout_s)
            channel.settimeout(timeout_s)
            channel.exec_command(command)
        except (paramiko.SSHException, EOFError, OSError) as error:
            ended = isinstance(error, paramiko.ChannelException | EOFError | ConnectionResetError)
            cause = "shell-refuses" if ended and not self.stalled else "timeout"
            raise LoginError(cause, f"no session: {error or 'the connection ended'}") from error
        self._has_opened = True
        return Channel(channel, share)

    def run(self, command: str, stdin: bytes = b"", limit_s: float = 30.0) -> CommandResult:
        """Run a command to its end, with `stdin` given whole; bounded by `limit_s`."""
        channel = self.open(command)
        deadline = time.monotonic() + limit_s
        try:
            channel.send(stdin)
            channel.end_input()
            return channel.result(deadline)
        except FloodError as error:
            return CommandResult(None, "", str(error))
        finally:
            channel.close()

    def open_transfer(self, timeout_s: float) -> paramiko.SFTPClient:
        """A file transfer, for which sshd starts other things than for a command.

        Raises paramiko.SSHException, EOFError or OSError.
        """
        channel = self.connection.transport.open_session(timeout=timeout_s)
        channel.settimeout(timeout_s)
        channel.invoke_subsystem("sftp")
        return paramiko.SFTPClient(channel)

    @property
    def key_options(self) -> str:
        """`file:line: key options: …` of the authorized key, where sshd said so."""
        return str(getattr(self.connection.transport, "key_options", ""))

    def close(self) -> None:
        """End the login, all its channels, and the logins to jump hosts that led to it."""
        for session in self._further:
            session.close()
        _hang_up(self.connection)


class SshTransport:
    """Prepares all logins in one thread (Fabric's Config is not safe to share), opens in many."""

    def __init__(
        self,
        job: Job,
        passwords: Mapping[str, str] | None = None,
        agreed: Mapping[str, str] | None = None,
    ) -> None:
        self._setup, self._passwords, self._agreed = SshSetup(job), passwords or {}, agreed or {}
        self._config = fabric.Config(lazy=True, ssh_config=self._setup.config)
        self._preparing = threading.Lock()
        self._prepared = {node.name: self._prepare_login(node.name) for node in job.nodes}

    def _prepare_login(self, name: str) -> tuple[LoginTarget, fabric.Connection]:
        target = self._setup.target(name)
        connection = fabric.Connection(
            target.name,
            user=target.user,
            port=target.port,
            config=self._config,
            connect_kwargs={
                "banner_timeout": HANDSHAKE_S,
                "auth_timeout": HANDSHAKE_S,
                "channel_timeout": HANDSHAKE_S,
            },
        )
        if isinstance(connection.gateway, str):
            target = replace(target, proxy_command=connection.gateway)
            connection.gateway = None
        return target, connection

    def target(self, name: str) -> tuple[LoginTarget, str]:
        """Where that node's login goes, and as whom."""
        target, connection = self._prepared[name]
        return target, str(connection.user)

    def open(self, name: str) -> SshSession:
        """Log in to a node. Raises LoginError; a cut banner is tried again, nothing else is."""
        return self._open_patiently(name, *self._prepared[name])

    def _open_patiently(
        self, name: str, target: LoginTarget, connection: fabric.Connection
    ) -> SshSession:
        for pause_s in RETRY_PAUSES_S:
            try:
                return self._open(name, target, connection)
            except LoginError as error:  # noqa: PERF203 - a retry is what the loop is for
                if error.cause not in ("throttled", "proxy-fails"):
                    raise
                time.sleep(pause_s)
        return self._open(name, target, connection)

    def _open(self, name: str, target: LoginTarget, connection: fabric.Connection) -> SshSession:
        agreed = self._agreed.get(name, "")
        policy = self._verify_host_keys(connection, target, "its", agreed)
        keys = OfferedKeys(target, connection.user, self._passwords.get(name, ""))
        kwargs = connection.connect_kwargs
        kwargs["auth_strategy"] = keys
        kwargs.pop("key_filename", None)
        try:
            if target.proxy_command:
                kwargs["sock"] = ProxySocket(target.proxy_command)
            elif not connection.gateway:
                kwargs["sock"] = _connect_socket(target)
            connection.open()
        except BaseException as error:
            failure = _explain_failure(connection, error, keys)
            _hang_up(connection)
            if failure is None:
                raise
            failure.host_key, failure.public_key = policy.presented, keys.offered
            raise failure from error
        if not connection.transport.is_authenticated():
            _hang_up(connection)
            raise LoginError("key-denied", "the server asks for more than a key")
        accepted = "" if keys.password else keys.latest
        again = functools.partial(self._log_in_again, name)
        return SshSession(target, connection, policy.presented, accepted, again)

    def _log_in_again(self, name: str) -> SshSession:
        """A further login beside the open one. Raises LoginError."""
        with self._preparing:
            prepared = self._prepare_login(name)
        return self._open_patiently(name, *prepared)

    def _verify_host_keys(
        self, connection: fabric.Connection, target: LoginTarget, whose: str, agreed: str = ""
    ) -> KnownHostsOnly:
        """Have the host keys on the way demanded: Fabric itself would take any."""
        policy = KnownHostsOnly(self._setup, target, whose, agreed)
        connection.client.set_missing_host_key_policy(policy)
        kinds = {kind for kind, _ in policy.known}
        # a jump host that the ssh config named shares its dict with all others
        connection.connect_kwargs = {
            **connection.connect_kwargs,
            "transport_factory": _transport_preferring(kinds),
        }
        jump = connection.gateway
        if isinstance(jump, fabric.Connection):
            alias = jump.ssh_config.get("hostkeyalias", "")
            before = replace(
                target,
                name=jump.original_host,
                host=jump.host,
                port=jump.port,
                user=jump.user,
                host_key_alias=alias,
            )
            before = with_known_hosts(before, jump.ssh_config)
            self._verify_host_keys(jump, before, f"the jump host {jump.original_host}'s")
        return policy


def _explain_failure(
    connection: fabric.Connection, error: BaseException, keys: OfferedKeys
) -> LoginError | None:
    """Why the login failed, as the socket below it saw it, or else by the error."""
    if _is_stalled(connection):
        return stall_error()
    failure = classify_error(error, keys)
    if failure is not None and (between := _explain_way(connection, error, keys)):
        return between
    greeting = getattr(connection.connect_kwargs.get("sock"), "greeting", b"")
    if failure is not None and failure.cause == "throttled" and PENALTY in greeting:
        return LoginError("penalised", f"sshd says: {PENALTY.decode()}")
    if failure is not None and failure.cause == "throttled" and FULL in greeting:
        return LoginError("throttled", f"sshd says: {FULL.decode()}")
    return failure


def _explain_way(
    connection: fabric.Connection, error: BaseException, keys: OfferedKeys
) -> LoginError | None:
    """What failed on the way, where a proxy or jump host let no answer of the node's sshd through.

    A host key of a jump host that is not believed is said as what it is.
    """
    transport, command = connection.client.get_transport(), keys.target.proxy_command
    if getattr(transport, "remote_version", "") or isinstance(error, LoginError):
        return None
    jump, sock = connection.gateway, connection.connect_kwargs.get("sock")
    if isinstance(jump, fabric.Connection):
        step = "the way from" if jump.is_connected else "the login to"
        reason = getattr(error, "strerror", "") or str(error) or type(error).__name__
        detail = f"{step} the jump host {jump.original_host}: {reason}"
        return LoginError("proxy-fails", detail)
    if not isinstance(sock, ProxySocket):
        return None
    sock.close()
    return LoginError("proxy-fails", f"`{command}`: {sock.last_words or 'it said nothing'}")


def stall_error() -> LoginError:
    """What is said of a login whose connection went silent."""
    return LoginError("stalls", "what was sent is not acknowledged, however often it is sent again")


def _is_stalled(connection: fabric.Connection) -> bool:
    return bool(getattr(connection.connect_kwargs.get("sock"), "stalled", False))


def _hang_up(connection: fabric.Connection) -> None:
    """Close it, complete or not, and its jump hosts: Fabric lets those be."""
    connection.client.close()
    if isinstance(sock := connection.connect_kwargs.get("sock"), ProxySocket):
        sock.close()
    if isinstance(connection.gateway, fabric.Connection):
        _hang_up(connection.gateway)


def _connect_socket(target: LoginTarget) -> socket.socket:
    kind = socket.SOCK_STREAM
    families = socket.getaddrinfo(target.host, target.port, family=target.family, type=kind)
    last: OSError = OSError(errno.EADDRNOTAVAIL, "no address")
    for family, kind, protocol, _, address in families:
        sock = StallAwareSocket(family, kind, protocol)
        sock.settimeout(target.connect_timeout_s)
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            last = error
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise last


class _PatientTransport(paramiko.Transport):
    """Patient with a loaded sshd, and keeps what it says of the key, and in the end.

    paramiko only logs that, and by itself ends a connection whose first packet after the banner
    is 15 s late as if the server had: that would be reported as a cut by MaxStartups.
    """

    farewell = key_options = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.handshake_timeout = HANDSHAKE_S

    def _parse_disconnect(self, message: paramiko.Message) -> None:
        message.get_int()
        self.farewell = message.get_text()

    def _parse_debug(self, message: paramiko.Message) -> None:
        message.get_boolean()
        text = message.get_text()
        if ": key options:" in text:
            self.key_options = text


def _transport_preferring(kinds: set[str]) -> Any:
    """A transport that asks first for host keys of the kinds on file, as OpenSSH does."""

    def build(sock: Any, **options: Any) -> paramiko.Transport:
        transport = _PatientTransport(sock, **options)
        security = transport.get_security_options()
        rsa = {"rsa-sha2-512", "rsa-sha2-256"} if "ssh-rsa" in kinds else set()
        known = [kind for kind in security.key_types if kind in kinds | rsa]
        security.key_types = known + [kind for kind in security.key_types if kind not in known]
        return transport

    return build
