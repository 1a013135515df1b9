"""One epoll loop a node: answers whoever calls its listeners, and calls others' listeners.

A caller sends a nonce; the listener answers its own id and that nonce. So an open port proves that
our listener answered, on the right node, and not something else that happened to accept.
"""

import collections
import errno
import os
import select
import socket
import struct
import threading
import time

from checks.probe.core import section

WINDOW = 256
NONCE_DIGITS = 12
FAST = 0.5
"""Seconds within which a filter's refusal arrives; the kernel needs 3 s to call a host absent."""


def outcome_of(code, seconds, at_once):
    """The class of a failed connect; `at_once` tells our own routing's refusal from a filter's."""
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
    if code == errno.EHOSTUNREACH and seconds > FAST:
        return "absent"
    return "rejected"


def vanishing(sock):
    """Let its close be a reset: TIME_WAIT on the master port would bar a rank from it for 60 s."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Listener(object):
    """One listening socket; every caller of it is answered by an Answering."""

    def __init__(self, loop, sock, identity):
        self.loop, self.sock, self.identity = loop, sock, identity
        loop.watch(self, select.EPOLLIN)

    def ready(self):
        while True:
            sock, _ = self.sock.accept()
            sock.setblocking(False)
            Answering(self.loop, sock, self.identity)


class Answering(object):
    """One accepted caller: its nonce in, our id and its nonce out, until the caller hangs up."""

    def __init__(self, loop, sock, identity):
        self.loop, self.sock, self.identity = loop, sock, identity
        self.heard = b""
        vanishing(sock)
        loop.watch(self, select.EPOLLIN)

    def ready(self):
        try:
            data = self.sock.recv(NONCE_DIGITS)
            self.heard += data
            if data and len(self.heard) == NONCE_DIGITS:
                self.sock.send(self.identity + self.heard)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.loop.drop(self)


class Calls(object):
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


class Call(object):
    """One connect to a target's address and port, until its answer or the time-out."""

    def __init__(self, calls, target, address, port, identity):
        self.calls, self.target, self.address, self.port = calls, target, address, port
        self.nonce = os.urandom(NONCE_DIGITS // 2).hex().encode()
        self.expected = identity.encode() + self.nonce
        self.sock, self.loop, self.began = None, None, 0.0
        self.sent, self.heard = False, b""

    def begin(self, loop):
        self.loop, self.began = loop, time.monotonic()
        self.sock = socket.socket(family_of(self.address), socket.SOCK_STREAM)
        self.sock.setblocking(False)
        vanishing(self.sock)
        code = self.sock.connect_ex((self.address, self.port))
        loop.watch(self, select.EPOLLOUT)
        if code not in (0, errno.EINPROGRESS):
            seconds = time.monotonic() - self.began
            # a filter's refusal can be back before connect returns; only a route's has these codes
            at_once = code != errno.ECONNREFUSED
            self.end(outcome_of(code, seconds, at_once))

    def ready(self):
        try:
            self.advance()
        except BlockingIOError:
            # a stale event of a closed socket whose number this one has got
            pass
        except OSError as error:
            self.end(outcome_of(error.errno, time.monotonic() - self.began, False))

    def advance(self):
        if not self.sent:
            code = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))
            self.sock.send(self.nonce)
            self.sent = True
            self.loop.poll.modify(self.sock.fileno(), select.EPOLLIN)
            return
        data = self.sock.recv(64)
        self.heard += data
        if self.heard == self.expected:
            self.end("ok")
        elif not data or not self.expected.startswith(self.heard):
            self.end("wrong-answer")

    def overdue(self, now):
        if now - self.began >= self.calls.timeout:
            self.end("no-answer" if self.sent else "dropped")

    def end(self, outcome):
        self.loop.drop(self)
        self.loop.active.discard(self)
        self.calls.record(self, outcome, time.monotonic() - self.began)


class Loop(threading.Thread):
    """Serves its listeners and makes queued calls, at most WINDOW at once, until `close`."""

    def __init__(self):
        threading.Thread.__init__(self)
        self.daemon = True
        self.poll = select.epoll()
        self.queue = collections.deque()
        self.watched, self.active = {}, set()
        self.open = True
        self.wakes, self.waker = os.pipe()
        self.poll.register(self.wakes, select.EPOLLIN)

    def watch(self, what, events):
        self.watched[what.sock.fileno()] = what
        self.poll.register(what.sock.fileno(), events)

    def drop(self, what):
        self.watched.pop(what.sock.fileno(), None)
        what.sock.close()

    def wake(self):
        os.write(self.waker, b"!")

    def run(self):
        looked = time.monotonic()
        while self.open:
            self.fill()
            for number, _ in self.poll.poll(0.05 if self.active else -1):
                self.serve(number)
            now = time.monotonic()
            if now - looked > 0.04:
                looked = now
                for call in list(self.active):
                    call.overdue(now)
        for what in list(self.watched.values()):
            self.drop(what)
        self.poll.close()
        os.close(self.wakes)
        os.close(self.waker)

    def serve(self, number):
        if number == self.wakes:
            os.read(self.wakes, 4096)
        elif number in self.watched:
            try:
                self.watched[number].ready()
            except OSError:
                # accept has no more callers, or the caller has gone already
                pass

    def fill(self):
        """Begin calls between event batches: a closed socket's number is then used again safely."""
        while self.queue and len(self.active) < WINDOW:
            call = self.queue.popleft()
            if call.calls.silent(call.target):
                call.calls.record(call, "dropped", call.calls.timeout)
            else:
                self.active.add(call)
                call.begin(self)


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


LOOPS = []


def loop():
    """The running loop of this node, started where there is none."""
    if not LOOPS:
        LOOPS.append(Loop())
        LOOPS[0].start()
    return LOOPS[0]


@section("hangup")
def hangup(args):
    """Close every listener; the loop ends."""
    while LOOPS:
        ending = LOOPS.pop()
        ending.open = False
        ending.wake()
        ending.join(2.0)
    return {}
