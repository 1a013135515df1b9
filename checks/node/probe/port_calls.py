"""Calls to others' listeners: a caller sends a nonce, the listener answers its id and that nonce.

So an open port proves that our listener answered, on the right node, and not something else that
happened to accept. A call may then send packets as large as the way takes, to see them arrive.
"""

import collections
import errno
import os
import select
import socket
import struct
import threading
import time

NONCE_DIGITS, LENGTH_DIGITS = 12, 6
WHOLE_RECEIVED = b"whole"
FULL_SIZE = -1
"""As large as interface, route and peer agree on."""
PACKETS = 2
HEADERS = {socket.AF_INET: 40, socket.AF_INET6: 60}
TIMESTAMPS, TIMESTAMPS_FLAG, OPTIONS_AT = 12, 1, 5  # tcp_info's tcpi_options
FAST_REFUSAL_S = 0.5
"""Seconds within which a filter's refusal arrives; the kernel needs 3 s to call a host absent."""


def connect_outcome(code, seconds, at_once):
    """The class of a failed connect; `at_once`: refused by our own routing, not by a filter."""
    if code == errno.ECONNREFUSED:
        return "refused"
    if code == errno.ETIMEDOUT:
        return "dropped"
    if code in (errno.ECONNRESET, errno.EPIPE):
        return "reset"
    if code in (errno.EADDRNOTAVAIL, errno.EAGAIN) and at_once:
        return "no-local-port"
    if at_once:
        return "no-route"
    if code == errno.EHOSTUNREACH and seconds > FAST_REFUSAL_S:
        return "absent"
    return "rejected"


def reset_on_close(sock):
    """Let its close be a reset: TIME_WAIT on the master port would bar a rank from it for 60 s."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class CallBatch(object):
    """One request's calls: what came of each, and `done` once none is left."""

    def __init__(self, count, timeout):
        self.left, self.timeout = count, timeout
        self.done = threading.Event()
        self.results = []
        self.timed_out, self.answered = collections.Counter(), set()

    def silent(self, target):
        """Whether nothing but time-outs was heard of the target, twice."""
        return self.timed_out[target] > 1 and target not in self.answered

    def record(self, call, outcome, seconds):
        if outcome == "dropped":
            self.timed_out[call.target] += 1
        else:
            self.answered.add(call.target)
        self.results.append((call, outcome, seconds))
        self.left -= 1
        if not self.left:
            self.done.set()


def address_family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Call(object):
    """One connect to a target's address and port, until its answer or the time-out.

    With `packet`, packets of so many bytes (FULL: the most) follow; `lost` where they vanished.
    """

    def __init__(self, calls, target, address, port, identity, packet=0):
        self.calls, self.target, self.address, self.port = calls, target, address, port
        self.asked = self.packet = packet
        self.segment, self.unsent, self.source = 0, b"", ""
        self.nonce = os.urandom(NONCE_DIGITS // 2).hex().encode()
        self.expected = identity.encode() + self.nonce
        self.began, self.sent, self.heard = 0.0, False, b""

    def begin(self, loop):
        self.loop, self.began = loop, time.monotonic()
        self.sock = socket.socket(address_family(self.address), socket.SOCK_STREAM)
        self.sock.setblocking(False)
        reset_on_close(self.sock)
        if self.packet > 0:
            size = self.packet - HEADERS[self.sock.family]
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, size)
        code = self.sock.connect_ex((self.address, self.port))
        loop.watch(self, select.EPOLLOUT)
        if code not in (0, errno.EINPROGRESS):
            seconds = time.monotonic() - self.began
            # a filter's refusal can be back before connect returns; only a route's has these codes
            at_once = code != errno.ECONNREFUSED
            self.end(connect_outcome(code, seconds, at_once))

    def on_ready(self):
        try:
            self.advance_call()
        except BlockingIOError:
            # the way takes no more just now, or a stale event of a socket with the same number
            pass
        except OSError as error:
            spent = time.monotonic() - self.began
            self.end("lost" if self.segment else connect_outcome(error.errno, spent, False))

    def advance_call(self):
        if self.unsent:
            self.load()
        elif not self.sent:
            self.send_nonce()
        else:
            self.listen()

    def listen(self):
        data = self.sock.recv(64)
        self.heard += data
        if self.heard == self.expected:
            self.send_full_packets() if self.packet and not self.segment else self.end("ok")
        elif not data or not self.expected.startswith(self.heard):
            self.end("lost" if self.segment else "wrong-answer")

    def send_nonce(self):
        code = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        self.source = self.sock.getsockname()[0]
        self.sock.send(self.nonce)
        self.sent = True
        self.loop.poll.modify(self.sock.fileno(), select.EPOLLIN)

    def send_full_packets(self):
        """Go on with packets that are full: each in a send of its own, so none is cut later."""
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.segment = self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
        info = self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)
        stamped = TIMESTAMPS if info[OPTIONS_AT] & TIMESTAMPS_FLAG else 0
        self.packet = self.segment + stamped + HEADERS[self.sock.family]
        length = PACKETS * self.segment
        self.heard, self.expected = b"", WHOLE_RECEIVED
        self.sock.send(str(length).zfill(LENGTH_DIGITS).encode())
        self.unsent = bytes(length)
        self.loop.poll.modify(self.sock.fileno(), select.EPOLLOUT)

    def load(self):
        while self.unsent:
            self.unsent = self.unsent[self.sock.send(self.unsent[: self.segment]) :]
        self.loop.poll.modify(self.sock.fileno(), select.EPOLLIN)

    def overdue(self, now):
        if now - self.began >= self.calls.timeout:
            self.end("lost" if self.segment else "no-answer" if self.sent else "dropped")

    def end(self, outcome):
        self.loop.stop_watching(self)
        self.loop.active.discard(self)
        self.calls.record(self, outcome, time.monotonic() - self.began)
