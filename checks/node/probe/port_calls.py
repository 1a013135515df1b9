"""Calls to others' listeners: a caller sends a nonce, the listener answers its id and that nonce.

So an open port proves that our listener answered, on the right node, and not something else that
happened to accept. A call may then send packets as large as the way takes, to see them arrive, and
then many small ones, to count how many of those had to be sent again.
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
INFO = {"unacked": ("I", 24), "again": ("I", 100), "acked": ("Q", 120), "sent": ("I", 156)}
INFO["in_vain"] = ("I", 216)
"""Where struct tcp_info (linux/tcp.h) has tcpi_unacked, _total_retrans, _bytes_acked,
_data_segs_out and _dsack_dups, the last since Linux 4.19."""
IN_FLIGHT_BYTES = 32 * 1024
"""Of a send buffer: some sixty small segments, for which no queue on a way is too short."""
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
    if code in (errno.EADDRNOTAVAIL, errno.EADDRINUSE, errno.EAGAIN) and at_once:
        return "no-local-port"
    if at_once:
        return "no-route"
    if code == errno.EHOSTUNREACH and seconds > FAST_REFUSAL_S:
        return "absent"
    return "rejected"


def tcp_counts(sock):
    """What the kernel counts of a connection, by the names of INFO; 0 for what it does not."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    return {
        name: struct.unpack_from(kind, info, at)[0] if len(info) >= at + 8 else 0
        for name, (kind, at) in INFO.items()
    }


def small_packet_counts(before, after):
    """(sent, lost) of the small packets between both counts, which LENGTH_DIGITS bytes announced.

    A packet that the node's own queue or filter drops is sent once more without being counted as
    such: so all that was sent is held against what arrived. What arrived twice was not lost.
    """
    grown = {name: max(0, after[name] - before[name]) for name in INFO}
    arrived = grown["acked"] - min(grown["acked"], LENGTH_DIGITS - 1)
    extra = grown["sent"] - arrived - after["unacked"]
    return grown["sent"], max(0, max(extra, grown["again"]) - grown["in_vain"])


def reset_on_close(sock):
    """Let its close be a reset: TIME_WAIT on the master port would bar a rank from it for 60 s."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class CallBatch(object):
    """One request's calls: what came of each, and `done` once none is left.

    `small` packets follow where full ones arrived.
    """

    def __init__(self, count, timeout, small=0):
        self.left, self.timeout, self.small = count, timeout, small
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
    `counts` has (sent, lost) of the small ones that follow those, however many were in at the end.
    """

    def __init__(self, calls, target, address, port, identity, packet=0):
        self.calls, self.target, self.address, self.port = calls, target, address, port
        self.asked = self.packet = packet
        self.segment, self.unsent, self.source = 0, b"", ""
        self.nonce = os.urandom(NONCE_DIGITS // 2).hex().encode()
        self.expected = identity.encode() + self.nonce
        self.began, self.sent, self.heard = 0.0, False, b""
        self.counts, self.counts_before = None, None

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
            self.end(self.unfinished() or connect_outcome(error.errno, spent, False))

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
            self.go_on()
        elif not data or not self.expected.startswith(self.heard):
            self.end(self.unfinished() or "wrong-answer")

    def go_on(self):
        """What follows an answer that is complete."""
        if self.packet and not self.segment:
            self.send_full_packets()
        elif self.asked == FULL_SIZE and self.calls.small and not self.counts_before:
            self.send_small_packets()
        else:
            self.end("ok")

    def unfinished(self):
        """What to call a call that ends before its last answer, once it was connected."""
        return "ok" if self.counts_before else "lost" if self.segment else ""

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
        self.announce(PACKETS * self.segment)

    def send_small_packets(self):
        """Go on with a byte each, none of which the kernel may join to another."""
        self.counts_before = tcp_counts(self.sock)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, IN_FLIGHT_BYTES)
        self.announce(self.calls.small)

    def announce(self, length):
        """Say how much follows, and send it when the way takes it."""
        self.heard, self.expected = b"", WHOLE_RECEIVED
        self.sock.send(str(length).zfill(LENGTH_DIGITS).encode())
        self.unsent = bytes(length)
        self.loop.poll.modify(self.sock.fileno(), select.EPOLLOUT)

    def load(self):
        size, flags = (1, socket.MSG_EOR) if self.counts_before else (self.segment, 0)
        while self.unsent:
            self.unsent = self.unsent[self.sock.send(self.unsent[:size], flags) :]
        self.loop.poll.modify(self.sock.fileno(), select.EPOLLIN)

    def overdue(self, now):
        if now - self.began >= self.calls.timeout:
            self.end(self.unfinished() or ("no-answer" if self.sent else "dropped"))

    def end(self, outcome):
        if self.counts_before:
            self.counts = small_packet_counts(self.counts_before, tcp_counts(self.sock))
        self.loop.stop_watching(self)
        self.loop.active.discard(self)
        self.calls.record(self, outcome, time.monotonic() - self.began)
