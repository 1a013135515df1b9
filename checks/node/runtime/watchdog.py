"""A process beside a program of ours on a node, which ends what that leaves once killed or stopped.

The program writes to it now and then. Where that ends, or stays out, it kills the program and
cleans up. It has neither its connection nor its files, so what befalls those does not befall it.
"""

import os
import select
import signal
import time

STEP_S = 1.0


class Patience(object):
    """Seconds of silence that are borne. A node that stood still itself has used up one step."""

    def __init__(self, seconds):
        self.seconds = self.left = seconds
        self.seen = time.monotonic()

    def renew(self):
        """There was a sign of life."""
        self.left = self.seconds

    def is_over(self):
        """Whether it is used up; to be asked several times a second."""
        now = time.monotonic()
        self.left -= min(now - self.seen, STEP_S)
        self.seen = now
        return self.left <= 0


class Watchdog(object):
    """The process that watches; `reassure` it now and then, `dismiss` it where all is clean."""

    def __init__(self, pid, pipe):
        self.pid, self.pipe = pid, pipe

    def reassure(self):
        """Give a sign of life; never waits."""
        try:
            os.write(self.pipe, b".")
        except OSError:
            pass  # it is gone, or stopped with its pipe full

    def dismiss(self):
        """End it, also where it is stopped."""
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except OSError:
            pass  # it was killed before


def spawn_watchdog(patience_s, clean_up):
    """A watchdog of this process, which calls `clean_up` once this is dead.

    To be called before there are threads. PR_SET_PDEATHSIG would do for deaths, but has to be set
    between fork and exec: that makes each start copy the whole interpreter, for 2 ms that thousands
    of logins do not have.
    """
    watched = os.getpid()
    reads, writes = os.pipe()
    pid = os.fork()
    if pid:
        os.close(reads)
        os.set_blocking(writes, False)
        return Watchdog(pid, writes)
    os.setsid()
    for number in (0, 1, 2, writes):
        os.close(number)  # sshd waits for whoever holds its channel
    if not has_ended(reads, patience_s):
        os.kill(watched, signal.SIGKILL)
    clean_up()
    os._exit(0)


def has_ended(reads, patience_s):
    """Wait until the other end of the pipe closes: true; or says nothing for so long: false."""
    patience = Patience(patience_s)
    while not patience.is_over():
        if select.select([reads], [], [], STEP_S)[0]:
            if not os.read(reads, 1 << 16):
                return True
            patience.renew()
    return False
