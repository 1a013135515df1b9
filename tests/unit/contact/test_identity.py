"""Why a login failed: what the server answered, or that it did not answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paramiko
import pytest

from checks.contact import ssh_transport
from checks.contact.identity import UNANSWERED, classify_error
from checks.contact.logins import open_contact
from checks.facts import Login
from checks.model import Job, Node, Ssh

PATIENCE_S = 0.5


class Server(paramiko.ServerInterface):
    """Refuses a password or a key, or ends without an answer, or gives none in time."""

    def __init__(self, how: str, kinds: str, cut: Callable[[], None]) -> None:
        self.how, self.kinds, self.cut = how, kinds, cut
        self.over = threading.Event()

    def get_allowed_auths(self, username: str) -> str:
        return self.kinds

    def check_auth_password(self, username: str, password: str) -> int:
        if self.how == "slow":
            self.over.wait(30)
        if self.how == "cut":
            self.cut()
        return paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self.check_auth_password(username, "")


def failed_login(folder: Path, how: str, *, password: str = "", kinds: str = "password,publickey"):
    """The cause and the detail of a login to such a server."""
    key, config = folder / "key", folder / "config"
    paramiko.ECDSAKey.generate().write_private_key_file(str(key))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config.write_text(
            f"Host here\n  HostName 127.0.0.1\n  Port {listener.getsockname()[1]}\n"
            "  User ada\n  StrictHostKeyChecking no\n"
            f"  UserKnownHostsFile {folder}/none\n  IdentityFile {key}\n  IdentitiesOnly yes\n"
        )
        job = Job(nodes=(Node("here"),), head="here", ssh=Ssh(config=str(config)))
        found: list[Login] = []

        def log_in() -> None:
            passwords = {"here": password} if password else None
            found.append(open_contact(job, ["here"], (), passwords=passwords)[1]["here"])

        controller = threading.Thread(target=log_in)
        controller.start()
        near, _ = listener.accept()
        far = paramiko.Transport(near)
        far.add_server_key(paramiko.ECDSAKey.generate())
        server = Server(how, kinds, near.close)
        far.start_server(server=server, event=threading.Event())
        controller.join(30)
        server.over.set()
        far.close()
        far.join(10)
    return found[0].cause, found[0].detail


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (b"Not allowed at this time\r\n", "penalised"),
        (b"Exceeded MaxStartups\r\n", "throttled"),
        (b"", "throttled"),
    ],
)
def test_an_address_that_sshd_has_penalised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes, cause: str
):
    monkeypatch.setattr(ssh_transport, "RETRY_PAUSES_S", ())
    config = tmp_path / "config"
    paramiko.ECDSAKey.generate().write_private_key_file(str(tmp_path / "key"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        config.write_text(
            f"Host here\n  HostName 127.0.0.1\n  Port {port}\n  IdentityFile {tmp_path}/key\n"
        )

        def answer() -> None:
            near, _ = listener.accept()
            with near:
                near.sendall(said)

        server = threading.Thread(target=answer)
        server.start()
        job = Job(nodes=(Node("here"),), head="here", ssh=Ssh(config=str(config)))
        login = open_contact(job, ["here"], ())[1]["here"]
        server.join(30)
    assert login.cause == cause


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A login that waits for PATIENCE_S only."""
    prepare = ssh_transport.SshTransport._prepare_login

    def prepare_impatiently(self, name):
        target, connection = prepare(self, name)
        connection.connect_kwargs["auth_timeout"] = PATIENCE_S
        return target, connection

    monkeypatch.setattr(ssh_transport.SshTransport, "_prepare_login", prepare_impatiently)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("password", ["", "correct horse"])
def test_a_login_without_an_answer_was_not_refused(tmp_path: Path, password: str):
    cause, detail = failed_login(tmp_path, "slow", password=password)
    assert (cause, detail) == ("timeout", UNANSWERED["Authentication timeout."])


@pytest.mark.parametrize("password", ["", "correct horse"])
def test_a_login_that_was_cut_was_not_refused(tmp_path: Path, password: str):
    cause, detail = failed_login(tmp_path, "cut", password=password)
    assert (cause, detail in UNANSWERED.values()) == ("timeout", True), detail


def test_what_was_refused_is_called_refused(tmp_path: Path):
    assert failed_login(tmp_path, "refuses", password="wrong") == (
        "key-denied",
        "the server refused the password of ada",
    )
    cause, detail = failed_login(tmp_path, "refuses")
    assert cause == "key-denied"
    assert f"the server refused {tmp_path / 'key'}" in detail


def test_a_server_that_takes_no_password_refused_none(tmp_path: Path):
    cause, detail = failed_login(tmp_path, "refuses", password="correct horse", kinds="publickey")
    assert (cause, detail) == ("key-denied", "the server takes no password, but publickey")


def test_key_exchange_may_take_as_long_as_the_rest_of_a_login() -> None:
    near, far = socket.socketpair()
    with near, far:
        transport = ssh_transport._transport_preferring(set())(near)
        assert transport.handshake_timeout == ssh_transport.HANDSHAKE_S


def test_an_sshd_that_never_greets_is_told_from_one_that_hangs_up():
    def raised(cause: BaseException) -> paramiko.SSHException:
        error = paramiko.SSHException("Error reading SSH protocol banner")
        error.__context__ = cause
        return error

    keys: Any = None
    silent, cut = (classify_error(raised(cause), keys) for cause in (TimeoutError(), EOFError()))
    assert silent and cut
    assert (silent.cause, cut.cause) == ("timeout", "throttled")
    assert "does not greet" in silent.detail
