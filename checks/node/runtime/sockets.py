"""TCP sockets of this machine as /proc/PID/net/tcp and tcp6 show them."""

import socket
import struct

ESTABLISHED, SYN_SENT, LISTEN = "01", "02", "0A"


class TcpSocket(object):
    """One row of such a table: `state` as the kernel writes it, the owner's `uid`, the `inode`.

    `retries` counts how often the kernel has sent again what the peer does not acknowledge.
    """

    def __init__(self, row):
        self._own, self._peer = row[1], row[2]
        self.state, self.uid, self.inode = row[3], int(row[7]), row[9]
        self.retries = int(row[6], 16)

    @property
    def link(self):
        """What a descriptor of this socket refers to."""
        return "socket:[%s]" % self.inode

    @property
    def port(self):
        """Its own port."""
        return int(self._own.rpartition(":")[2], 16)

    @property
    def peer(self):
        """Address and port of the other end."""
        return decode_endpoint(self._peer)


def tcp_sockets(pid="self"):
    """Every TCP socket in the network namespace of that process; none where it is gone."""
    found = []
    for table in ("tcp", "tcp6"):
        try:
            with open("/proc/%s/net/%s" % (pid, table)) as file:
                rows = [line.split() for line in file]
        except OSError:
            continue  # gone, or a kernel without IPv6
        found += map(TcpSocket, rows[1:])
    return found


def decode_endpoint(word):
    """Address and port as the tables write them; an IPv4 address in IPv6 is IPv4."""
    address, _, port = word.partition(":")
    words = [int(address[at : at + 8], 16) for at in range(0, len(address), 8)]
    raw = struct.pack("=%dI" % len(words), *words)
    if len(raw) == 16 and raw.startswith(b"\0" * 10 + b"\xff\xff"):
        raw = raw[12:]
    family = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, raw), int(port, 16)
