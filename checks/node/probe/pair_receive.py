"""Takes what other nodes send, one after the other, and reports to each how fast it came.

Only the receiver knows that: what a sender has handed over may still lie in its own buffers. So the
receiver's clock ends a stream, and nothing has to be drained on a slow link.
"""

import collections
import json
import socket
import threading
import time

from checks.node.probe.core import Undetermined, section

COMMANDS = (
    "listens on one ephemeral port while bandwidth is measured",
    "receives for half a second from each other node, one at a time",
)

NONCE = 12
PING, NO_MORE = b".", b"|"
BUFFER = 1024 * 1024
PATIENCE_S = 3.0
WINDOW_S = 0.025
"""The best of these shows what the link can where the processor was busy with something else."""
SERVERS = []


def receive_exactly(sock, count):
    """The next `count` bytes. Raises OSError where the other end hangs up before."""
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise OSError("hung up")
        data += more
    return data


class PairServer(threading.Thread):
    """One caller after the other, each known by the id that only this run's nodes have."""

    def __init__(self, address, identity):
        threading.Thread.__init__(self)
        self.daemon = True
        self.identity = identity
        self.sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        try:
            self.sock.bind((address, 0))
            self.sock.listen(64)
        except OSError as error:
            self.sock.close()
            raise Undetermined("cannot listen on %s: %s" % (address, error.strerror)) from None

    def run(self):
        while True:
            try:
                sock, _ = self.sock.accept()
            except OSError:
                return  # hung up
            try:
                self.serve(sock)
            except (OSError, ValueError):
                pass  # the caller has gone, or is none of ours
            finally:
                sock.close()

    def serve(self, sock):
        """Prove who we are, echo what is sent for the latency, then receive and say how much."""
        nonce = self.proven(sock)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(self.identity + nonce)
        wanted = json.loads(receive_exactly(sock, int(receive_exactly(sock, 4))).decode())
        while receive_exactly(sock, 1) == PING:
            sock.sendall(PING)
        socks = []
        try:
            socks.extend(self.stream(nonce) for _ in range(wanted["streams"]))
            sock.sendall(b"!")
            counted = count_received(socks, wanted["skip"], wanted["seconds"])
        finally:
            for stream in socks:
                stream.close()
        sock.sendall(json.dumps(counted).encode() + b"\n")
        sock.recv(1)

    def proven(self, sock):
        """The caller's nonce, once it has shown our id. Raises OSError for a stranger."""
        sock.settimeout(PATIENCE_S)
        if receive_exactly(sock, len(self.identity)) != self.identity:
            raise OSError("a stranger")
        return receive_exactly(sock, NONCE)

    def stream(self, nonce):
        """The next connection of the same caller."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            sock, _ = self.sock.accept()
            try:
                if self.proven(sock) == nonce:
                    return sock
            except OSError:
                pass
            sock.close()
        raise OSError("no stream came")

    def hangup(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)  # wakes accept, which close does not
        except OSError:
            pass
        self.sock.close()
        self.join(PATIENCE_S)


class StreamCounter(threading.Thread):
    """Receives one stream; a thread each, since the interpreter is free while the kernel copies."""

    def __init__(self, sock, begin, end):
        threading.Thread.__init__(self)
        self.daemon = True
        self.sock, self.begin, self.end = sock, begin, end
        self.last = begin
        self.windows = collections.Counter()

    def run(self):
        buffer = bytearray(BUFFER)
        now = time.monotonic()
        try:
            while now < self.end:
                self.sock.settimeout(self.end - now)
                more = self.sock.recv_into(buffer)
                if not more:
                    return
                now = time.monotonic()
                if now >= self.begin:
                    self.last = now
                    self.windows[int((now - self.begin) / WINDOW_S)] += more
        except OSError:
            return  # nothing more came in time


def count_received(socks, skip, seconds):
    """Bytes that came after `skip` seconds, in which streams gather speed, and in how many seconds.

    `best` is what came in the best window, in bytes a second.
    """
    began = time.monotonic() + skip
    counters = [StreamCounter(sock, began, began + seconds) for sock in socks]
    for counter in counters:
        counter.start()
    for counter in counters:
        counter.join()
    ended = max(began + seconds, *(counter.last for counter in counters))
    windows = sum((counter.windows for counter in counters), collections.Counter())
    most = max(windows.values()) if windows else 0
    return {"bytes": sum(windows.values()), "seconds": ended - began, "best": most / WINDOW_S}


@section("pair_listen")
def pair_listen(args):
    """Listen for the other nodes' streams until `pair_hangup`."""
    pair_hangup({})
    server = PairServer(args["address"], args["id"].encode())
    SERVERS.append(server)
    server.start()
    return {"address": args["address"], "port": server.sock.getsockname()[1]}


@section("pair_hangup")
def pair_hangup(args):
    """Close the listener; its thread ends."""
    while SERVERS:
        SERVERS.pop().hangup()
    return {}
