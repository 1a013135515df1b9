"""One row of the login matrix: this node logs in to its targets with the real ssh client.

What ssh decides must be what the plain `ssh` of DeepSpeed, pdsh or mpirun would decide, so the
node's own configuration holds; only what would write to known_hosts, share a connection or wait for
a person is turned off. One poll loop watches all clients; there is no thread per login.
"""

import contextlib
import os
import random
import re
import selectors
import subprocess
import time
import uuid

from checks.node.probe.core import section, start_process
from checks.node.runtime.processes import kill_tree, open_files
from checks.node.runtime.sockets import SYN_SENT, tcp_sockets

COMMANDS = ("ssh -oBatchMode=yes NODE 'echo …; hostname', to every node",)

CONNECT_S = 10
SESSION_S = 10.0  # from the accepted login to the shell's answer
LOGIN_S = 30.0
RETRIES = 3
AT_ONCE = 128
READ_LIMIT = 64 * 1024

AUTHENTICATED = re.compile(rb"^Authenticated to (?:\S+ \(\[([^\]]+)\]:\d+\))?", re.M)
CLIENT_CHATTER = re.compile(
    r"^(Authenticated to |Transferred: sent |Bytes per second: ).*\n?", re.M
)
CUT_BANNER = re.compile(r"^(kex|ssh)_exchange_identification: ", re.M)

OPTIONS = [
    "-T",
    "-a",
    "-x",
    "-oBatchMode=yes",
    "-oConnectTimeout=%d" % CONNECT_S,
    "-oLogLevel=VERBOSE",  # says when the login was accepted: a shell that hangs is known by it
    "-oControlMaster=no",
    "-oControlPath=none",
    "-oClearAllForwardings=yes",
    "-oUpdateHostKeys=no",
]


def client_argv(target, nonce):
    """The client's command line. What it runs is the same word for sh, csh and fish."""
    options = list(OPTIONS)
    # A key that the node's own configuration accepts unseen is written to the first file
    files = " ".join('"%s"' % path for path in target["known_hosts"])
    options.append("-oUserKnownHostsFile=/dev/null " + files)
    if target.get("kex"):
        options.append("-oKexAlgorithms=" + target["kex"])
    if target.get("user"):
        options += ["-l", target["user"]]
    if target.get("port"):
        options += ["-p", str(target["port"])]
    return ["ssh", *options, target["name"], "echo %s; uname -n" % nonce]


class LoginAttempt(object):
    """One login on its way: waiting for its turn, running, or done."""

    def __init__(self, target, nonce):
        self.target, self.nonce = target, nonce
        self.tries, self.due, self.silent = 0, 0.0, False

    def begin(self):
        """Start the client."""
        pipe = subprocess.PIPE
        self.tries += 1
        self.began, self.accepted, self.silent = time.monotonic(), None, False
        self.address = ""
        self.process = start_process(
            client_argv(self.target, self.nonce),
            env=dict(os.environ, LC_ALL="C"),
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
        )
        self.texts = {self.process.stdout: b"", self.process.stderr: b""}
        self.open = set(self.texts)

    def take(self, stream):
        """Read what came; False at the stream's end."""
        data = os.read(stream.fileno(), 65536)
        self.texts[stream] = (self.texts[stream] + data)[:READ_LIMIT]
        accepted = AUTHENTICATED.search(self.texts[self.process.stderr])
        if self.accepted is None and accepted:
            self.accepted = time.monotonic()
            self.address = (accepted.group(1) or b"").decode()
        if not data:
            self.open.discard(stream)
        return bool(data)

    def overdue(self, now):
        """Whether the login, or the shell after it, took too long."""
        if self.accepted is not None and now - self.accepted > SESSION_S:
            return True
        return now - self.began > LOGIN_S

    def end(self):
        """Reap the client; its exit code, None where it had to be ended."""
        code = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = None if self.open else self.process.wait(1.0)
        if code is None:
            kill_tree(self.process)
        self.code, self.seconds = code, time.monotonic() - self.began
        self.out = self.texts[self.process.stdout].decode("utf-8", "replace")
        self.err = self.texts[self.process.stderr].decode("utf-8", "replace")
        for stream in self.texts:
            stream.close()

    def again(self):
        """Whether the banner was cut, and the login may be tried once more, a little later."""
        if self.accepted or not CUT_BANNER.search(self.err) or self.tries > RETRIES:
            return False
        self.due = time.monotonic() + random.uniform(0.2, 1.0) * 2 ** (self.tries - 1)
        return True

    def result(self):
        """What the fact says of this login."""
        noise, found, rest = self.out.partition(self.nonce)
        lines = rest.split("\n") if found else []
        return {
            "code": self.code,
            "hostname": lines[1].strip() if len(lines) > 2 else "",
            "authenticated": self.accepted is not None,
            "address": self.address,
            "err": CLIENT_CHATTER.sub("", self.err).strip()[-2000:],
            "noise": noise.strip()[-500:],
            "seconds": round(self.seconds, 4),
            "tries": self.tries,
        }


def unanswered_sockets():
    """What descriptors of the sockets refer to whose first packet has no answer yet."""
    return {sock.link for sock in tcp_sockets() if sock.state == SYN_SENT}


def mark_silent(running, now):
    """A login that still waits for its first packet's answer loads no sshd: it holds no place."""
    old = [login for login in running if now - login.began > 1.0 and login.accepted is None]
    links = unanswered_sockets() if old else set()
    for login in old:
        login.silent = bool(links) and not links.isdisjoint(open_files(login.process.pid).values())


def run_logins(logins, window):
    """Bring every login to its end: `window` at a time, in order, cut banners tried again."""
    selector = selectors.DefaultSelector()
    waiting, running, checked = list(logins), [], 0.0
    try:
        while waiting or running:
            now = time.monotonic()
            if now - checked > 0.5:
                mark_silent(running, now)
                checked = now
            while _may_start(waiting, running, window, now):
                _start_next(waiting, running, now, selector)
            for key, _ in selector.select(0.25):
                if not key.data.take(key.fileobj):
                    selector.unregister(key.fileobj)
            _end_some(waiting, running, now, selector)
    finally:
        for login in running:
            kill_tree(login.process)
        selector.close()


def _start_next(waiting, running, now, selector):
    login = next(login for login in waiting if login.due <= now)
    login.begin()
    waiting.remove(login)
    running.append(login)
    for stream in login.open:
        selector.register(stream, selectors.EVENT_READ, login)


def _end_some(waiting, running, now, selector):
    for login in [login for login in running if not login.open or login.overdue(now)]:
        for stream in login.open:
            selector.unregister(stream)
        running.remove(login)
        login.end()
        if login.again():
            waiting.append(login)


def _may_start(waiting, running, window, now):
    busy = sum(not login.silent for login in running)
    return busy < window and len(running) < AT_ONCE and any(login.due <= now for login in waiting)


@section("ssh")
def ssh(args):
    """Args: `targets` in the order to log in, [{name, user, port, kex, known_hosts}]; `window`."""
    nonce = "preflight-" + uuid.uuid4().hex[:16]
    logins = [LoginAttempt(target, nonce) for target in args["targets"]]
    run_logins(logins, args["window"])
    return {"targets": {login.target["name"]: login.result() for login in logins}}
