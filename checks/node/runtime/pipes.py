"""What a process prints, of which so much is kept and no more: it may print without end."""

import os
import selectors
import subprocess
import time

from checks.node.runtime.files import READ_LIMIT

PIECE = 65536
LAST_WORDS_S = 1.0


class Conversation(object):
    """The pipes of a process: `stdin` is written, `out` and `err` are the first of what it prints.

    What it prints beyond READ_LIMIT bytes is read, so that it can go on, and dropped.
    """

    def __init__(self, process, stdin=b""):
        self.process, self.left = process, memoryview(stdin)
        self.kept = {process.stdout: bytearray(), process.stderr: bytearray()}
        self.selector = selectors.DefaultSelector()
        for stream in self.kept:
            self.selector.register(stream, selectors.EVENT_READ)
        if process.stdin:
            self.selector.register(process.stdin, selectors.EVENT_WRITE)
            os.set_blocking(process.stdin.fileno(), False)

    out = property(lambda self: bytes(self.kept[self.process.stdout]))
    err = property(lambda self: bytes(self.kept[self.process.stderr]))

    def run(self, limit):
        """Until the process has ended. Raises subprocess.TimeoutExpired after `limit` seconds."""
        deadline = time.monotonic() + limit
        while self.selector.get_map():
            left = deadline - time.monotonic()
            for key, _ in self.selector.select(max(left, 0)):
                self.write() if key.fileobj is self.process.stdin else self.read(key.fileobj)
            if left <= 0:
                raise subprocess.TimeoutExpired(self.process.args, limit)
        self.process.wait(max(deadline - time.monotonic(), 0.01))

    def close(self):
        """Take what it printed last, once it was killed; who else holds its pipes is not heard."""
        try:
            self.run(LAST_WORDS_S)
        except subprocess.TimeoutExpired:
            pass
        for key in list(self.selector.get_map().values()):
            self.end(key.fileobj)
        self.selector.close()
        self.process.wait()

    def write(self):
        """Write some more of the input."""
        try:
            self.left = self.left[os.write(self.process.stdin.fileno(), self.left[:PIECE]) :]
        except BlockingIOError:
            return
        except OSError:
            self.left = self.left[:0]  # it reads no more
        if not self.left:
            self.end(self.process.stdin)

    def read(self, stream):
        """Read some more of a stream."""
        data, kept = os.read(stream.fileno(), PIECE), self.kept[stream]
        kept += data[: READ_LIMIT - len(kept)]
        if not data:
            self.end(stream)

    def end(self, stream):
        """Be done with a stream."""
        self.selector.unregister(stream)
        stream.close()
