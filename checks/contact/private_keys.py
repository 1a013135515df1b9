"""The private keys that a login may offer, as OpenSSH finds them: in files, and in an agent.

A key that is named in the configuration may be in an agent alone: behind a passphrase, in a
password manager, or with only its public half as a file here.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from checks.contact.ssh_config import LoginTarget
from checks.contact.ssh_library import paramiko

PRIVATE_HEADER, MAGIC = "-----BEGIN OPENSSH PRIVATE KEY-----", b"openssh-key-v1\0"
_PUBLIC_LINE = re.compile(r"(?:ssh|ecdsa|sk)-\S+ +([A-Za-z0-9+/=]+)")
AGENT_S = 20.0
"""For a person to allow the use of a key, where the agent asks."""


class KeyAgent(paramiko.agent.AgentSSH):
    """What listens on that socket; it has no keys where nothing does."""

    def __init__(self, path: str) -> None:
        super().__init__()
        agent = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            agent.settimeout(AGENT_S)
            agent.connect(path)
            self._connect(agent)  # type: ignore[attr-defined]
        except (OSError, paramiko.SSHException):
            agent.close()

    def close(self) -> None:
        """Its keys sign nothing afterwards."""
        self._close()  # type: ignore[attr-defined]


@contextlib.contextmanager
def agent_keys(target: LoginTarget) -> Iterator[dict[bytes, paramiko.agent.AgentKey]]:
    """The keys of the target's agent by their public half, in the agent's order."""
    if not target.agent:
        yield {}
        return
    with contextlib.closing(KeyAgent(target.agent)) as agent:
        yield {bytes(key.blob): key for key in agent.get_keys()}


def agent_public_key(target: LoginTarget, path: Path) -> str:
    """`type base64` of the key that is named by that file, where the target's agent has it."""
    blob = public_half(path)
    with agent_keys(target) as keys:
        if not blob or blob not in keys:
            return ""
    return f"{paramiko.Message(blob).get_text()} {base64.b64encode(blob).decode()}"


def is_public_key(path: Path) -> bool:
    """Whether the file has a public key and no private one."""
    return bool(_PUBLIC_LINE.match(_read(path)))


def public_half(path: Path) -> bytes:
    """The public key that belongs to the named file: its own, or that of the file beside it.

    Empty where neither says it.
    """
    beside = Path(f"{path}.pub")
    return next(filter(None, (_public_key(_read(file)) for file in (path, beside))), b"")


def keys_in(path: Path, certificate: str = "") -> Iterator[paramiko.PKey]:
    """The private key of a file: with that certificate and the one that lies beside it, if any,
    then without.

    Raises as `PKey.from_path` does.
    """
    key = paramiko.PKey.from_path(str(path))
    if os.path.isfile(certificate):
        signed = paramiko.PKey.from_path(str(path))
        with contextlib.suppress(ValueError, paramiko.SSHException):  # of another kind of key
            signed.load_certificate(certificate)
        if signed.public_blob:
            yield signed
    yield key
    if key.public_blob:
        bare = paramiko.PKey.from_path(str(path))
        bare.public_blob = None
        yield bare


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _public_key(text: str) -> bytes:
    """What a public line holds, or a private key in OpenSSH's own format, which is not locked."""
    line = _PUBLIC_LINE.match(text)
    try:
        if line:
            return base64.b64decode(line[1])
        if text.startswith(PRIVATE_HEADER):
            body = base64.b64decode(text.partition(PRIVATE_HEADER)[2].partition("-----")[0])
            return _public_part(body)
    except (ValueError, struct.error):
        pass
    return b""


def _public_part(body: bytes) -> bytes:
    """Of PROTOCOL.key: cipher, key derivation, its options, how many keys, the first public one."""
    if not body.startswith(MAGIC):
        return b""
    fields = paramiko.Message(body[len(MAGIC) :])
    for _ in range(3):
        fields.get_binary()
    fields.get_int()
    return bytes(fields.get_binary())
