"""What the kernel measures of each TCP connection, as it answers by netlink: see sock_diag(7)."""

import collections
import contextlib
import socket
import struct

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY, ERROR, DONE = 20, 2, 3
REQUEST_DUMP = 0x301
INFO = 2
ESTABLISHED = 1
ANSWER_S = 2.0
HEADER, ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=HH")
PORT, HERE, THERE, INODE, MESSAGE_SIZE = 6, slice(8, 24), slice(24, 40), 68, 72
"""Where they stand in the kernel's struct inet_diag_msg."""
UNACKED, RESENT, BYTES, SEGMENTS = 24, 100, 120, 156
"""Where they stand in the kernel's struct tcp_info."""
INFO_SIZE = 160

Connection = collections.namedtuple(
    "Connection", "here there port unacked resent acked received segments"
)
"""Two addresses, the port there; segments under way; and since it was opened the segments sent
again, the bytes that the other end acknowledged, those that it sent, and the segments with data."""


def open_connections():
    """{inode: Connection} of this network namespace; none where the kernel does not say."""
    found = {}
    with contextlib.suppress(OSError, struct.error):
        for family in (socket.AF_INET, socket.AF_INET6):
            found.update(connections_of(family))
    return found


def connections_of(family):
    """(inode, Connection) of each open connection of that family. Raises OSError."""
    kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
    with contextlib.closing(socket.socket(socket.AF_NETLINK, kind, NETLINK_SOCK_DIAG)) as asking:
        asking.settimeout(ANSWER_S)
        about = struct.pack(
            "=BBBBI", family, socket.IPPROTO_TCP, 1 << (INFO - 1), 0, 1 << ESTABLISHED
        )
        request = about + bytes(48)
        size = HEADER.size + len(request)
        asking.send(HEADER.pack(size, SOCK_DIAG_BY_FAMILY, REQUEST_DUMP, 1, 0) + request)
        while True:
            for kind, body in messages(asking.recv(1 << 18)):
                if kind in (ERROR, DONE):
                    return
                yield from read_connection(family, body)


def messages(data):
    """(kind, body) of each message of an answer."""
    while len(data) >= HEADER.size:
        size, kind = HEADER.unpack_from(data)[:2]
        yield kind, data[HEADER.size : size]
        data = data[aligned(size, HEADER.size) :]


def read_connection(family, body):
    """(inode, Connection) of one message; nothing where it does not say enough."""
    info = attribute(body[MESSAGE_SIZE:], INFO)
    if len(info) >= INFO_SIZE:
        here, there = (readable_address(family, body[end]) for end in (HERE, THERE))
        port = struct.unpack_from(">H", body, PORT)[0]
        unacked, resent, segments = (number_at(info, at) for at in (UNACKED, RESENT, SEGMENTS))
        acked, received = struct.unpack_from("=QQ", info, BYTES)
        own = Connection(here, there, port, unacked, resent, acked, received, segments)
        yield number_at(body, INODE), own


def number_at(data, at):
    """The 32 bits that stand there."""
    return struct.unpack_from("=I", data, at)[0]


def attribute(data, wanted):
    """The content of the attribute of that number; empty where it is not there."""
    while len(data) >= ATTRIBUTE.size:
        size, kind = ATTRIBUTE.unpack_from(data)
        if kind == wanted:
            return data[ATTRIBUTE.size : size]
        data = data[aligned(size, ATTRIBUTE.size) :]
    return b""


def aligned(size, least):
    """Where what follows so many bytes begins."""
    return max((size + 3) // 4 * 4, least)


def readable_address(family, raw):
    """An address; an IPv4 address in IPv6 is IPv4."""
    if raw.startswith(b"\0" * 10 + b"\xff\xff"):
        family, raw = socket.AF_INET, raw[12:]
    return socket.inet_ntop(family, raw[:4] if family == socket.AF_INET else raw)
