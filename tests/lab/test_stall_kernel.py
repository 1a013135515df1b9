"""A connection that stalls, as the kernel counts it: this takes its retransmissions, seconds."""

from __future__ import annotations

import socket
import struct
import threading

from checks.contact import stall_socket as wire
from checks.contact.stall_socket import StallAwareSocket


def test_the_kernels_count_stands_where_it_is_looked_for():
    """Nobody takes what is sent to a port whose listener's queue is full: it is sent again."""
    with socket.socket() as full, StallAwareSocket() as near:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        filling = [socket.socket() for _ in range(3)]
        for client in filling:
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        near.setblocking(False)
        near.connect_ex(full.getsockname())
        for _ in range(200):
            if near.stalled:
                break
            threading.Event().wait(0.1)
        assert near.stalled
        info = near.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        assert struct.unpack_from("B", info, 2)[0] >= wire.MAX_RETRANSMITS
        for client in filling:
            client.close()
