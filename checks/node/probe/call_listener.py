"""Our side of a call: proves whose listener answered, and says when all that was announced came."""

import select

from checks.node.probe.port_calls import LENGTH_DIGITS, NONCE_DIGITS, WHOLE_RECEIVED, reset_on_close


class Listener(object):
    """One listening socket; every caller of it is answered by an Answering."""

    def __init__(self, loop, sock, identity):
        self.loop, self.sock, self.identity = loop, sock, identity
        loop.watch(self, select.EPOLLIN)

    def on_ready(self):
        while True:
            sock, _ = self.sock.accept()
            sock.setblocking(False)
            AnsweringConnection(self.loop, sock, self.identity)


class AnsweringConnection(object):
    """One accepted caller: its nonce in, our id and its nonce out, until the caller hangs up.

    A caller may go on with a length and as many bytes, twice: WHOLE is out once they are in.
    """

    def __init__(self, loop, sock, identity):
        self.loop, self.sock, self.identity = loop, sock, identity
        self.heard = b""
        self.proven, self.due = False, None
        reset_on_close(sock)
        loop.watch(self, select.EPOLLIN)

    def on_ready(self):
        try:
            data = self.sock.recv(65536)
            self.heard += data
            if data:
                self.answer()
        except BlockingIOError:
            return
        except (OSError, ValueError):  # the caller has gone, or is none of ours
            data = b""
        if not data:
            self.loop.stop_watching(self)

    def answer(self):
        if not self.proven and len(self.heard) >= NONCE_DIGITS:
            self.sock.send(self.identity + self.take_bytes(NONCE_DIGITS))
            self.proven = True
        if self.proven and self.due is None and len(self.heard) >= LENGTH_DIGITS:
            self.due = int(self.take_bytes(LENGTH_DIGITS))
        if self.due:
            self.due -= len(self.take_bytes(self.due))
            if not self.due:
                self.due = None
                self.sock.send(WHOLE_RECEIVED)

    def take_bytes(self, count):
        """The next `count` bytes of what was heard, or as many as there are."""
        found, self.heard = self.heard[:count], self.heard[count:]
        return found
