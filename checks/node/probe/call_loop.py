"""One epoll loop a node: serves its listeners, and makes calls to others', a window at once."""

import collections
import os
import select
import threading
import time

from checks.node.probe.core import section

WINDOW = 256


class CallLoop(threading.Thread):
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

    def stop_watching(self, what):
        self.watched.pop(what.sock.fileno(), None)
        what.sock.close()

    def wake_up(self):
        os.write(self.waker, b"!")

    def run(self):
        looked = time.monotonic()
        while self.open:
            self.begin_calls()
            for number, _ in self.poll.poll(0.05 if self.active else -1):
                self.serve(number)
            now = time.monotonic()
            if now - looked > 0.04:
                looked = now
                for call in list(self.active):
                    call.overdue(now)
        for what in list(self.watched.values()):
            self.stop_watching(what)
        self.poll.close()
        os.close(self.wakes)
        os.close(self.waker)

    def serve(self, number):
        if number == self.wakes:
            os.read(self.wakes, 4096)
        elif number in self.watched:
            try:
                self.watched[number].on_ready()
            except OSError:
                # accept has no more callers, or the caller has gone already
                pass

    def begin_calls(self):
        """Begin calls between event batches: a closed socket's number is then used again safely."""
        while self.queue and len(self.active) < WINDOW:
            call = self.queue.popleft()
            if call.calls.silent(call.target):
                call.calls.record(call, "dropped", call.calls.timeout)
            else:
                self.active.add(call)
                call.begin(self)


LOOPS = []


def running_loop():
    """The running loop of this node, started where there is none."""
    if not LOOPS:
        LOOPS.append(CallLoop())
        LOOPS[0].start()
    return LOOPS[0]


@section("hangup")
def hangup(args):
    """Close every listener; the loop ends."""
    while LOOPS:
        ending = LOOPS.pop()
        ending.open = False
        ending.wake_up()
        ending.join(2.0)
    return {}
