"""A connection whose way loses what is sent: given up in time, and reset for the other side."""

from __future__ import annotations

import socket

import pytest

from checks.contact import stall_socket as wire
from checks.contact.stall_socket import StallAwareSocket

Ends = tuple[StallAwareSocket, socket.socket]


@pytest.fixture
def ends():
    """A wire and the far end of it, on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server, StallAwareSocket() as near:
        near.connect(server.getsockname())
        near.settimeout(0.01)
        far, _ = server.accept()
        with far:
            yield near, far


def reported(retransmits: int) -> bytes:
    return bytes([1, 0, retransmits, 0, 0, 0, 0, 0])


def test_a_sound_connection_is_not_given_up(ends: Ends, monkeypatch: pytest.MonkeyPatch):
    near, far = ends
    monkeypatch.setattr(wire, "STALL_S", 0.0)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            near.recv(10)
    far.sendall(b"late")
    assert near.recv(10) == b"late"
    assert not near.stalled
    near.close()
    assert far.recv(10) == b"", "a farewell, no reset"
    assert not near.stalled


def test_one_that_is_not_acknowledged_is_given_up_and_reset(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
):
    near, far = ends
    kernel = StallAwareSocket.getsockopt

    def getsockopt(self, level, name, size=0):
        if name == socket.TCP_INFO:
            return reported(wire.MAX_RETRANSMITS)
        return kernel(self, level, name, size)

    monkeypatch.setattr(StallAwareSocket, "getsockopt", getsockopt)
    with pytest.raises(TimeoutError):
        near.recv(10)
    monkeypatch.setattr(wire, "STALL_S", 0.0)
    with pytest.raises(ConnectionResetError):
        near.recv(10)
    assert near.stalled
    near.close()
    with pytest.raises(ConnectionResetError):
        far.recv(10)
    assert near.stalled, "it is still known when the login's failure is told"
